"""A batch of messages becomes outcomes, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from handlers.decisions.deciding import decide
from handlers.decisions.decision import Decision
from handlers.decisions.facts import (
    Claim,
    Content,
    Facts,
    Sighting,
    Undecodable,
    probe_of,
    sighting_of,
    signal_of,
)
from handlers.decisions.letters import letters
from handlers.decisions.policy import Policy
from handlers.decisions.records import decision_bytes, facts_bytes
from handlers.decisions.routing import Routed, route
from handlers.decisions.starting import first_clocks
from handlers.ledger import Line, Sealed, chain, seal
from handlers.ports import Batch, GapFoundError, Head, Received, Salts, Settled, Shard, Void, Work
from schemas.events import Event
from schemas.ids import EventId, Sha256
from schemas.probe import Probe
from schemas.signal import StreamSignal
from schemas.workfile import Site, WorkFile


async def enforce(batch: Batch, *, work: Work, policy: Policy, salts: Salts) -> Sequence[Settled]:
    """Give every address its one outcome, and every event its effects once.

    May be repeated: addresses below the head are passed over. Any cut of the same messages
    into batches gives the same decisions.

    Raises:
        GapFoundError: the batch starts beyond the head, or has a hole.
        TemporarilyUnavailableError: try the same batch again.
    """
    async with work.begin(batch.shard) as transaction:
        head = transaction.head
        fresh = [received for received in batch.received if received.address.offset >= head.next]
        voids = [void for void in batch.voids if void.end > head.next]
        end = _require_no_hole(batch.shard, fresh, voids, head)
        if end == head.next:
            return ()
        drafts = [_draft(received, batch.shard) for received in fresh]
        holders = await transaction.claim(_first_claims(drafts))
        drafts = [_with_holder(facts, holders) for facts in drafts]
        ways = [_way(facts, policy) for facts in drafts]
        open_cases = await transaction.open_cases(_sites(ways))
        desk = _Desk(policy=policy, salts=salts, head=head)
        settled = _settle(zip(drafts, ways, strict=True), dict(open_cases), desk)
        last = settled[-1].line if settled else None
        await transaction.record(settled, voids=voids, head=_moved(head, end, last))
        return settled


def _require_no_hole(
    shard: Shard, fresh: Sequence[Received], voids: Sequence[Void], head: Head
) -> int:
    """Walk from the head over messages and voids; answer where they end."""
    spans = [(r.address.offset, r.address.offset + 1) for r in fresh]
    spans += [(void.first, void.end) for void in voids]
    at = head.next
    for first, end in sorted(spans):
        if first > at:
            raise GapFoundError(shard, first=at, end=first)
        at = max(at, end)
    return at


def _draft(received: Received, shard: Shard) -> Facts:
    content = received.content
    claim = None
    if isinstance(content, Event):
        claim = Claim(event_id=content.id, first=received.address, input=received.input)
    return Facts(
        address=received.address,
        received_at=received.received_at,
        lane=shard.lane,
        input=received.input,
        content=_content(content) if isinstance(content, Event) else content,
        claim=claim,
        overload=received.overload if _is_sighted(content) else None,
    )


def _is_sighted(content: Event | Undecodable) -> bool:
    return isinstance(content, Event) and not isinstance(content.body, StreamSignal)


def _content(event: Event) -> Content:
    body = event.body
    if isinstance(body, StreamSignal):
        return signal_of(body, occurred_at=event.occurred_at)
    if isinstance(body, Probe):
        return probe_of(body)
    return sighting_of(body, occurred_at=event.occurred_at)


def _first_claims(drafts: Sequence[Facts]) -> Sequence[Claim]:
    first: dict[EventId, Claim] = {}
    for facts in drafts:
        if facts.claim is not None:
            first.setdefault(facts.claim.event_id, facts.claim)
    return list(first.values())


def _with_holder(facts: Facts, holders: Mapping[EventId, Claim]) -> Facts:
    if facts.claim is None:
        return facts
    holder = holders[facts.claim.event_id]
    return facts if holder is facts.claim else replace(facts, claim=holder)


def _way(facts: Facts, policy: Policy) -> Routed | None:
    return route(facts, facts.content, policy) if isinstance(facts.content, Sighting) else None


def _sites(ways: Iterable[Routed | None]) -> set[Site]:
    """A danger asks twice: for its own case, and for the soft one that it is lifted out of."""
    asked = {site for way in ways if way is not None for site in (way.site, way.lifted_from)}
    return {site for site in asked if site is not None}


def _informed(facts: Facts, way: Routed | None, open_cases: Mapping[Site, WorkFile]) -> Facts:
    """Add what is open at the sighting's sites at its turn."""
    if way is None or way.site is None:
        return facts
    linked = None if way.lifted_from is None else open_cases.get(way.lifted_from)
    return replace(
        facts,
        open_case=open_cases.get(way.site),
        linked_case=None if linked is None else linked.id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    policy: Policy
    salts: Salts
    head: Head


def _settle(
    drafts: Iterable[tuple[Facts, Routed | None]], open_cases: dict[Site, WorkFile], desk: _Desk
) -> Sequence[Settled]:
    """Decide one after another, so that each sees the effects of those before it."""
    settled: list[Settled] = []
    previous, number = desk.head.chain, desk.head.lines
    for draft, way in drafts:
        facts = _informed(draft, way, open_cases)
        decision = decide(facts, desk.policy, way=way)
        if decision.case is not None and decision.case.site is not None:
            open_cases[decision.case.site] = decision.case
        settled.append(_sealed(facts, decision, desk, (previous, number)))
        previous, number = settled[-1].line.hash, number + 1
    return settled


def _sealed(facts: Facts, decision: Decision, desk: _Desk, at: tuple[Sha256, int]) -> Settled:
    salt = desk.salts()
    laid_down, decided = facts_bytes(facts), decision_bytes(decision)
    case = decision.case
    clocks = first_clocks(decision, desk.policy)
    sealed = Sealed(
        input=seal(facts.input.encode(), label="input", salt=salt),
        facts=seal(laid_down, label="facts", salt=salt),
        policy=seal(desk.policy.digest.encode(), label="policy", salt=salt),
        decision=seal(decided, label="decision", salt=salt),
        case=None
        if case is None
        else seal(f"{case.id}/{case.version}".encode(), label="case", salt=salt),
    )
    previous, number = at
    return Settled(
        facts=facts,
        facts_bytes=laid_down,
        decision=decision,
        decision_bytes=decided,
        policy=desk.policy.digest,
        salt=salt,
        line=chain(previous, number=number, address=facts.address, sealed=sealed),
        letters=letters(facts, decision, desk.policy, clocks=clocks),
        clocks=clocks,
    )


def _moved(head: Head, end: int, last: Line | None) -> Head:
    if last is None:
        return replace(head, next=end)
    return Head(next=end, chain=last.hash, lines=last.number + 1)
