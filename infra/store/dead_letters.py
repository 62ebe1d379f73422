"""Dead letters as people see them: what was parked, why, and what somebody did about it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    cast,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.decision import Outcome
from infra.store.dead_letter_tables import IS_PARKED, ActKind, dead_letter_acts
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_of
from infra.store.tables import decision_records, heads, outcomes
from schemas.errors import RefusedError
from schemas.ids import Address, Sha256
from schemas.person import PersonId

_TURN: Final = text("SELECT pg_try_advisory_lock(hashtextextended(:address, 7061727))")
_TURN_OVER: Final = text("SELECT pg_advisory_unlock(hashtextextended(:address, 7061727))")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterAct:
    """What a person did with one. A re-drive without `new` is under way: it was begun."""

    kind: ActKind
    person: PersonId
    reason: str
    at: datetime
    new: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A message that could not become a decision. The parked outcome stands, whatever follows.

    `because` is absent once the facts were erased by law. `became` is the outcome at the new
    address, once there is one; `redrive_of` the address that this one was re-driven from.
    """

    address: Address
    topic: str
    received_at: datetime
    decided_at: datetime
    outcome: Outcome
    input: Sha256
    because: str | None
    source: str | None
    event_id: str | None
    act: DeadLetterAct | None
    became: Outcome | None
    redrive_of: Address | None


_back = dead_letter_acts.alias("back")
_next = outcomes.alias("next")
_BECAUSE: Final[ColumnElement[str]] = cast(
    func.convert_from(decision_records.c.decision, "UTF8"), JSONB
)["parked_because"].astext
_IS_PARKED: Final[ColumnElement[bool]] = literal_column(f"outcomes.{IS_PARKED}")


def _same(one: Any, other: Any, prefix: str = "") -> ColumnElement[bool]:  # noqa: ANN401 - tables
    """Whether two rows are about one address; `prefix` is of the other's columns."""
    names = ("topic_id", "partition", "offset")
    return and_(*(one.c[name] == other.c[f"{prefix}{name}"] for name in names))


_PARKED: Final = (
    select(
        *(outcomes.c.topic_id, outcomes.c.partition, outcomes.c.offset, heads.c.topic),
        *(outcomes.c.received_at, outcomes.c.decided_at, outcomes.c.outcome, outcomes.c.input),
        *(outcomes.c.source, outcomes.c.event_id, _BECAUSE.label("because")),
        *(dead_letter_acts.c.act, dead_letter_acts.c.person, dead_letter_acts.c.reason),
        *(dead_letter_acts.c.at, dead_letter_acts.c.new_topic_id),
        *(dead_letter_acts.c.new_partition, dead_letter_acts.c.new_offset),
        _back.c.topic_id.label("old_topic_id"),
        _back.c.partition.label("old_partition"),
        _back.c.offset.label("old_offset"),
        _next.c.outcome.label("became"),
    )
    .select_from(outcomes)
    .join(decision_records, _same(outcomes, decision_records))
    .join(
        heads,
        (heads.c.topic_id == outcomes.c.topic_id) & (heads.c.partition == outcomes.c.partition),
    )
    .outerjoin(dead_letter_acts, _same(outcomes, dead_letter_acts))
    .outerjoin(_back, _same(outcomes, _back, "new_"))
    .outerjoin(_next, _same(_next, dead_letter_acts, "new_"))
    .where(_IS_PARKED)
)


class DeadLetters:
    """Reads dead letters and keeps what people do with them. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def list(
        self, *, since: datetime | None = None, reason: str = "", at_most: int = 50
    ) -> Sequence[Parked]:
        """The latest first. `reason` stands somewhere in why they were parked."""
        query = _PARKED.order_by(outcomes.c.decided_at.desc()).limit(at_most)
        if since is not None:
            query = query.where(outcomes.c.decided_at >= since)
        if reason:
            query = query.where(_BECAUSE.icontains(reason, autoescape=True))
        return await self._read(query)

    async def find(self, address: Address) -> Parked | None:
        """The dead letter at an address; none where no message was parked there."""
        found = await self._read(
            _PARKED.where(
                outcomes.c.topic_id == address.topic_id,
                outcomes.c.partition == address.partition,
                outcomes.c.offset == address.offset,
            )
        )
        return found[0] if found else None

    async def waiting(self) -> int:
        """How many nobody has done anything about yet."""
        query = (
            select(func.count())
            .select_from(outcomes)
            .outerjoin(dead_letter_acts, _same(outcomes, dead_letter_acts))
            .where(_IS_PARKED, dead_letter_acts.c.act.is_(None))
        )
        with told_by_remedy():
            async with self._engine.connect() as connection:
                return int((await connection.execute(query)).scalar_one())

    @asynccontextmanager
    async def alone(self, address: Address) -> AsyncIterator[None]:
        """Nobody else acts on this one meanwhile. No transaction is open, however long it takes.

        Raises:
            RefusedError: somebody is at it just now.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                turn = {"address": str(address)}
                if not (await connection.execute(_TURN, turn)).scalar_one():
                    raise RefusedError(f"{address}: somebody acts on it just now; try again")
                try:
                    yield
                finally:
                    await connection.execute(_TURN_OVER, turn)

    async def begin(
        self, address: Address, kind: ActKind, *, by: PersonId, reason: str
    ) -> DeadLetterAct:
        """Write down what is to be done, before it is done; answer the act that stands."""
        where = {
            "topic_id": address.topic_id,
            "partition": address.partition,
            "offset": address.offset,
        }
        row = {**where, "act": kind.value, "person": by, "reason": reason}
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(
                    insert(dead_letter_acts).values(row).on_conflict_do_nothing()
                )
                query = select(dead_letter_acts).where(*_at(address))
                standing = (await connection.execute(query)).one()
        return _act_of(standing)

    async def finish(self, address: Address, new: Address) -> None:
        """Write down where it lies now. The first answer stands."""
        columns = {
            "new_topic_id": new.topic_id,
            "new_partition": new.partition,
            "new_offset": new.offset,
            "published_at": func.now(),
        }
        open_still = dead_letter_acts.c.published_at.is_(None)
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(dead_letter_acts).where(*_at(address), open_still).values(columns)
                )

    async def _read(self, query: Select[*tuple[Any, ...]]) -> Sequence[Parked]:
        with told_by_remedy():
            async with self._engine.connect() as connection:
                return [_parked_of(row) for row in await connection.execute(query)]


def _at(address: Address) -> tuple[ColumnElement[bool], ...]:
    return (
        dead_letter_acts.c.topic_id == address.topic_id,
        dead_letter_acts.c.partition == address.partition,
        dead_letter_acts.c.offset == address.offset,
    )


def _parked_of(row: Row[*tuple[Any, ...]]) -> Parked:
    return Parked(
        address=Address(row.topic_id, row.partition, row.offset),
        topic=row.topic,
        received_at=row.received_at,
        decided_at=row.decided_at,
        outcome=Outcome(row.outcome),
        input=digest_of(row.input),
        because=row.because,
        source=row.source,
        event_id=row.event_id,
        act=None if row.act is None else _act_of(row),
        became=None if row.became is None else Outcome(row.became),
        redrive_of=None
        if row.old_offset is None
        else Address(row.old_topic_id, row.old_partition, row.old_offset),
    )


def _act_of(row: Row[*tuple[Any, ...]]) -> DeadLetterAct:
    return DeadLetterAct(
        kind=ActKind(row.act),
        person=PersonId(row.person),
        reason=row.reason,
        at=row.at,
        new=None
        if row.new_offset is None
        else Address(row.new_topic_id, row.new_partition, row.new_offset),
    )
