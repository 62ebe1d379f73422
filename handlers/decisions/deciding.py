"""From facts to the one outcome of a message."""

import base64
import hashlib
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import CameraSignal, Claim, Facts, ProbeSaid, Sighting, Undecodable
from handlers.decisions.law.calendar import UnknownYearError
from handlers.decisions.naming import named
from handlers.decisions.policy import Policy
from handlers.decisions.routing import Routed, route
from handlers.decisions.thinning import thinned
from schemas.clock import ClockKind
from schemas.disposition import Reason
from schemas.ids import CaseId
from schemas.instants import CHINA
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import ENDED, CaseState, Queue, Route, WorkFile

PARK: Final = Reason(rule="D01-undecodable", clause="no reader understands it: kept, and told")
REPEAT: Final = Reason(rule="D02-repeat", clause="the same event at another address")
CONFLICT: Final = Reason(rule="D03-id-conflict", clause="the same event id with other bytes")
SIGNAL: Final = Reason(rule="D04-signal", clause="absence is recorded")
EXTEND: Final = Reason(rule="D05-extend", clause="one open case a place and matter")
NOTHING_OPEN: Final = Reason(rule="D06-nothing-open", clause="a stay ended that has no open case")
PROBE: Final = Reason(rule="D07-probe", clause="sent by the house itself, to see that all moves")
UNKNOWN_YEAR: Final = "R12-unknown-year"


def decide(facts: Facts, policy: Policy, *, way: Routed | None = None) -> Decision:
    """Give a message its outcome. The same facts and pack give the same decision, anywhere.

    `way` is what `route` says of it, where that was asked before: what is known of open cases
    doesn't change it.
    """
    content = facts.content
    if isinstance(content, Undecodable):
        return Decision(outcome=Outcome.PARKED, reasons=(PARK,), parked_because=content.reason)
    if facts.claim is not None and facts.claim.first != facts.address:
        return _said_before(facts, facts.claim, policy)
    if isinstance(content, CameraSignal):
        return Decision(outcome=Outcome.SIGNAL_RECORDED, reasons=(SIGNAL,))
    if isinstance(content, ProbeSaid):
        return Decision(outcome=Outcome.PROBE, reasons=(PROBE,))
    return _sighted(facts, content, way or route(facts, content, policy), policy)


def _said_before(facts: Facts, claim: Claim, policy: Policy) -> Decision:
    if claim.input == facts.input:
        return Decision(outcome=Outcome.REPEAT_OF, reasons=(REPEAT,), first=claim.first)
    endangers = _may_concern_safety(facts, policy)
    return Decision(
        outcome=Outcome.ID_CONFLICT,
        reasons=(CONFLICT,),
        first=claim.first,
        parked_because=f"the event id was said with other bytes at {claim.first}",
        case=_triage_case(facts, policy, Queue.ZERO_TOLERANCE) if endangers else None,
        starts=_starts(Queue.ZERO_TOLERANCE, policy) if endangers else (),
    )


def _may_concern_safety(facts: Facts, policy: Policy) -> bool:
    content = facts.content
    if not isinstance(content, Sighting):
        return False
    return facts.lane is Lane.SAFETY or route(facts, content, policy).queue is Queue.ZERO_TOLERANCE


def _sighted(facts: Facts, sighting: Sighting, routed: Routed, policy: Policy) -> Decision:
    if routed.route is None:
        return Decision(outcome=Outcome.DISMISSED, reasons=routed.reasons)
    if routed.route is Route.TRIAGE:
        return _triaged(facts, routed.queue, routed.reasons, policy)
    open_case = facts.open_case
    if open_case is not None and open_case.site == routed.site and open_case.state not in ENDED:
        left_out = thinned(facts, sighting, routed, policy)
        if left_out is not None:
            return Decision(outcome=Outcome.THINNED, reasons=(*routed.reasons, left_out))
        extended = _extended(open_case, sighting)
        reasons = (*routed.reasons, EXTEND)
        return Decision(outcome=Outcome.EXTENDED, reasons=reasons, case=extended)
    if sighting.phase in {Phase.ENDED, Phase.LOST_SIGHT}:
        return _ended_with_nothing_open(facts, routed, policy)
    return _opened(facts, sighting, routed, policy)


def _triaged(facts: Facts, queue: Queue, reasons: tuple[Reason, ...], policy: Policy) -> Decision:
    return Decision(
        outcome=Outcome.TRIAGE,
        reasons=reasons,
        case=_triage_case(facts, policy, queue),
        starts=_starts(queue, policy),
    )


def _ended_with_nothing_open(facts: Facts, routed: Routed, policy: Policy) -> Decision:
    reasons = (*routed.reasons, NOTHING_OPEN)
    if routed.queue is Queue.ZERO_TOLERANCE:  # a machine never dismisses a danger
        return _triaged(facts, routed.queue, reasons, policy)
    return Decision(outcome=Outcome.DISMISSED, reasons=reasons)


def _extended(case: WorkFile, sighting: Sighting) -> WorkFile:
    """A sighting more. State, route, queue and acts are people's, however far they have come."""
    return replace(
        case,
        version=case.version + 1,
        last_seen_at=max(case.last_seen_at, sighting.occurred_at),
        sightings=case.sightings + 1,
    )


def _opened(facts: Facts, sighting: Sighting, routed: Routed, policy: Policy) -> Decision:
    reasons = routed.reasons
    matter = policy.matter(routed.matter)
    limit = policy.triage_limit[routed.queue]
    if matter is not None:
        limit = policy.disposal_limit(matter, routed.queue)
    try:
        due_at = policy.due(limit, facts.received_at)
    except UnknownYearError as error:
        reasons = (*reasons, _unknown(error))
        if routed.queue is Queue.SOFT:
            return _triaged(facts, routed.queue, reasons, policy)
        # A danger doesn't wait for a calendar, and no machine takes it off its route.
        due_at = policy.due(policy.triage_limit[routed.queue], facts.received_at)
    return Decision(
        outcome=Outcome.OPENED,
        reasons=reasons,
        case=_candidate(facts, sighting, routed, due_at),
        starts=_starts(routed.queue, policy),
    )


def _unknown(error: UnknownYearError) -> Reason:
    clause = f"no calendar was laid down for {error.year}: the time to sort it counts"
    return Reason(rule=UNKNOWN_YEAR, clause=clause)


def _candidate(facts: Facts, sighting: Sighting, routed: Routed, due_at: datetime) -> WorkFile:
    return WorkFile(
        id=case_id(facts),
        version=1,
        state=CaseState.CANDIDATE,
        route=routed.route or Route.TRIAGE,
        queue=routed.queue,
        opened_at=facts.received_at,
        due_at=due_at,
        last_seen_at=sighting.occurred_at,
        sightings=1,
        site=routed.site,
        matter=routed.matter,
        place=sighting.place,
        camera=sighting.camera,
        linked=None if routed.lifted_from is None else facts.linked_case,
    )


def _triage_case(facts: Facts, policy: Policy, queue: Queue) -> WorkFile:
    content = facts.content
    sighting = content if isinstance(content, Sighting) else None
    return WorkFile(
        id=case_id(facts),
        version=1,
        state=CaseState.CANDIDATE,
        route=Route.TRIAGE,
        queue=queue,
        opened_at=facts.received_at,
        due_at=policy.due(policy.triage_limit[queue], facts.received_at),
        last_seen_at=facts.received_at if sighting is None else sighting.occurred_at,
        sightings=1,
        matter=None if sighting is None else named(sighting.matter, policy),
        place=None if sighting is None else sighting.place,
        camera=None if sighting is None else sighting.camera,
    )


def _starts(queue: Queue, policy: Policy) -> tuple[ClockKind, ...]:
    """Somebody has to take it, and a danger at once."""
    kind = ClockKind.DANGER if queue is Queue.ZERO_TOLERANCE else ClockKind.TAKE
    return (kind,) if kind in policy.deadlines else ()


def case_id(facts: Facts) -> CaseId:
    """The day in China and 60 bits of the first message's address: no clock, no dice."""
    day = facts.received_at.astimezone(CHINA).strftime("%y%m%d")
    digest = hashlib.sha256(str(facts.address).encode()).digest()
    return CaseId(f"C{day}-{base64.b32encode(digest[:8]).decode()[:12]}")
