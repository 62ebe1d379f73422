"""People's acts on dead letters: publish the same again, or let it go. Each is decided once.

    look ─► intent on record ─► published at a new address ─► journal ─► new address on record
                     └ a death here shows as "under way": the next call publishes and finishes it

Publishing twice harms nobody: an event id has its effects once, whatever its address.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.decisions.decision import Outcome
from infra.store.dead_letter_tables import ActKind
from infra.store.dead_letters import DeadLetters, Parked
from infra.store.people import People
from schemas.errors import RefusedError
from schemas.ids import Address
from schemas.person import PersonId
from schemas.wire.envelope import bytes_digest
from streams.journal import Entry, Journal
from streams.logs import Kept, Logs
from streams.producing import Outgoing, Receipt
from streams.redriving import again


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """Where it lies now. `is_new`: this very call put it there."""

    old: Address
    new: Address
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """Reads what lies at a dead letter's address, as long as the broker has it."""

    logs: Logs

    async def of(self, parked: Parked) -> Kept | None:
        """None: the broker has it no more, or has another message there."""
        return await asyncio.to_thread(self._of, parked)

    def _of(self, parked: Parked) -> Kept | None:
        log = parked.address.log
        if self.logs.topic_ids([parked.topic])[parked.topic] != log.topic_id:
            return None  # the topic was made anew under its old name
        kept = self.logs.kept_at(parked.topic, log, parked.address.offset)
        if kept is None or bytes_digest(kept.value, kept.message_headers) != parked.input:
            return None
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriving:
    """Collaborators of a person's acts on dead letters."""

    letters: DeadLetters
    people: People
    bytes: Bytes
    publish: Callable[[Outgoing], Awaitable[Receipt]]
    journal: Journal

    async def redrive(self, address: Address, *, by: PersonId, reason: str) -> Redriven:
        """Publish it again. May be repeated: the first new address is the answer for ever.

        Raises:
            RefusedError: nobody parked it, it can't be sent again, or it was let go.
            TemporarilyUnavailableError: Kafka or the database is away; try the same again.
        """
        await require_known(self.people, by)
        async with self.letters.alone(address):
            parked = _found(await self.letters.find(address), address)
            _require_redrivable(parked)
            if parked.act is not None and parked.act.new is not None:
                return Redriven(old=address, new=parked.act.new, is_new=False)
            kept = await self.bytes.of(parked)
            if kept is None:
                raise RefusedError(
                    f"{address}: expected the message with digest {parked.input}, got another or "
                    "none: the broker has it no more; its source must send it again"
                )
            await self.letters.begin(address, ActKind.REDRIVE, by=by, reason=reason)
            receipt = await self.publish(again(kept, topic=parked.topic, old=address))
            await self.journal.note(Entry(address=receipt.address, digest=parked.input))
            await self.letters.finish(address, receipt.address)
        return Redriven(old=address, new=receipt.address, is_new=True)

    async def drop(self, address: Address, *, by: PersonId, reason: str) -> None:
        """Decide that it isn't sent again. May be repeated: the first decision stands.

        Raises:
            RefusedError: nobody parked it, or it was sent again.
        """
        await require_known(self.people, by)
        async with self.letters.alone(address):
            _found(await self.letters.find(address), address)
            standing = await self.letters.begin(address, ActKind.DROP, by=by, reason=reason)
            if standing.kind is not ActKind.DROP:
                raise RefusedError(f"{address}: it was sent again by {standing.person}")


async def require_known(people: People, person: PersonId) -> None:
    """Only who stands in the register decides.

    Raises:
        RefusedError: the register doesn't know that person.
    """
    if person not in await people.find([person]):
        raise RefusedError(f"expected a person of the register, got {person}: unknown")


def _found(parked: Parked | None, address: Address) -> Parked:
    if parked is None:
        raise RefusedError(f"expected the address of a dead letter, got {address}: none there")
    return parked


def _require_redrivable(parked: Parked) -> None:
    if parked.outcome is Outcome.ID_CONFLICT:
        raise RefusedError(
            f"{parked.address}: {parked.because}; the same bytes would meet the same conflict: "
            "its source must send it under a new id (drop it here)"
        )
    if parked.act is not None and parked.act.kind is ActKind.DROP:
        raise RefusedError(
            f"{parked.address}: {parked.act.person} let it go ({parked.act.reason}): "
            "its source may send it again"
        )
