"""Reads what is counted: lines of acts, and outcomes in sums. Never money."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.decisions.counting import Acted, By, Decided
from infra.store.act_tables import act_shards, acts
from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow
from infra.store.tables import decision_records, outcomes, work_files
from schemas.act import Act, Method721, SubjectId
from schemas.person import PersonId

_AT_A_TIME: Final = 500
_SAID: Final = ("code", "ground", "harm", "kind", "proposed_by")
_PLACE: Final = func.coalesce(
    *(work_files.c.place[name].astext for name in ("id", "grid_cell", "address")), ""
)
_DECISION: Final = cast(func.convert_from(decision_records.c.decision, "UTF8"), JSONB)
_CONTENT: Final = cast(func.convert_from(decision_records.c.facts, "UTF8"), JSONB)["content"]
_OF_OUTCOME: Final[dict[By, tuple[str, ColumnElement[str]]]] = {
    By.MATTER: ("matter", func.coalesce(outcomes.c.matter, "")),
    By.ROUTE: ("route", func.coalesce(_DECISION["case"]["route"].astext, "")),
    By.RULE: ("rule", func.coalesce(_DECISION["reasons"][0]["rule"].astext, "")),
    By.REASON: ("rule", func.coalesce(_DECISION["reasons"][0]["rule"].astext, "")),
    By.PLACE: (
        "place",
        func.coalesce(
            *(_CONTENT["place"][name].astext for name in ("id", "grid_cell", "address")), ""
        ),
    ),
}


class Counting:
    """Reads as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def height(self) -> int:
        """How many lines the ledger of acts has: what the numbers were counted from."""
        with told_by_remedy():
            total = await self._connection.execute(select(func.sum(act_shards.c.lines)))
        return int(total.scalar_one() or 0)

    async def acts(self, *, since: datetime, until: datetime) -> AsyncIterator[Acted]:
        """All acts on the subjects that were acted on in a period, until its end, by subject."""
        touched = select(acts.c.subject).where(acts.c.at >= since, acts.c.at < until)
        query = (
            select(
                *(acts.c.subject, acts.c.act, acts.c.person, acts.c.at, acts.c.recorded_at),
                *(acts.c.is_done, acts.c.refused_by, acts.c.tag),
                *(acts.c.details[name].astext.label(name) for name in _SAID),
                *(work_files.c.matter, work_files.c.route, _PLACE.label("place")),
            )
            .join_from(acts, work_files, work_files.c.case_id == acts.c.subject, isouter=True)
            .where(acts.c.at < until, acts.c.subject.in_(touched))
            .order_by(acts.c.subject, acts.c.number)
        )
        with told_by_remedy():
            rows = await self._connection.stream(query, execution_options={"yield_per": _AT_A_TIME})
            async for row in rows:
                yield _acted(row)

    async def outcomes(
        self, *, since: datetime, until: datetime, by: By | None
    ) -> Sequence[Decided]:
        """Sums of outcomes of a period, broken down where outcomes can be."""
        name, column = _OF_OUTCOME.get(by, ("", None)) if by is not None else ("", None)
        key: ColumnElement[str] = cast("", String) if column is None else column
        summed = (
            select(outcomes.c.outcome, key.label("key"), func.count().label("times"))
            .join_from(
                outcomes,
                decision_records,
                (outcomes.c.topic_id == decision_records.c.topic_id)
                & (outcomes.c.partition == decision_records.c.partition)
                & (outcomes.c.offset == decision_records.c.offset),
            )
            .where(outcomes.c.received_at >= since, outcomes.c.received_at < until)
            .group_by(outcomes.c.outcome, key)
        )
        with told_by_remedy():
            rows = (await self._connection.execute(summed)).all()
        return [
            Decided(outcome=row.outcome, times=row.times, **({name: row.key} if name else {}))
            for row in rows
        ]


def _acted(row: AnyRow) -> Acted:
    said = {name: getattr(row, name) or "" for name in _SAID}
    return Acted(
        subject=SubjectId(row.subject),
        act=Act(row.act),
        person=PersonId(row.person),
        at=row.at,
        recorded_at=row.recorded_at,
        is_done=row.is_done,
        refused_by=row.refused_by or "",
        tag=None if row.tag is None else Method721(row.tag),
        matter=row.matter or "",
        route=row.route or "",
        place=row.place,
        **said,
    )
