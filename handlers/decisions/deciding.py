"""From facts to the one outcome of a message."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Final

from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import CameraSignal, Claim, Facts, Sighting, Undecodable
from handlers.decisions.policy import Policy
from handlers.decisions.routing import Routed, route
from schemas.disposition import Reason
from schemas.ids import CaseId
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import CaseState, Queue, Route, WorkFile

PARK: Final = Reason(rule="D01-undecodable", clause="no reader understands it: kept, and told")
REPEAT: Final = Reason(rule="D02-repeat", clause="the same event at another address")
CONFLICT: Final = Reason(rule="D03-id-conflict", clause="the same event id with other bytes")
SIGNAL: Final = Reason(rule="D04-signal", clause="absence is recorded")
EXTEND: Final = Reason(rule="D05-extend", clause="one open case a place and matter")
NOTHING_OPEN: Final = Reason(rule="D06-nothing-open", clause="a stay ended that has no open case")

_CHINA: Final = timezone(timedelta(hours=8))


def decide(facts: Facts, policy: Policy) -> Decision:
    """Give a message its outcome. The same facts and pack give the same decision, anywhere."""
    content = facts.content
    if isinstance(content, Undecodable):
        return Decision(outcome=Outcome.PARKED, reasons=(PARK,), parked_because=content.reason)
    if facts.claim is not None and facts.claim.first != facts.address:
        return _said_before(facts, facts.claim, policy)
    if isinstance(content, CameraSignal):
        return Decision(outcome=Outcome.SIGNAL_RECORDED, reasons=(SIGNAL,))
    return _sighted(facts, content, policy)


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
    )


def _may_concern_safety(facts: Facts, policy: Policy) -> bool:
    content = facts.content
    if not isinstance(content, Sighting):
        return False
    return facts.lane is Lane.SAFETY or route(facts, content, policy).queue is Queue.ZERO_TOLERANCE


def _sighted(facts: Facts, sighting: Sighting, policy: Policy) -> Decision:
    routed = route(facts, sighting, policy)
    because = routed.rule.reason
    if routed.route is None:
        return Decision(outcome=Outcome.DISMISSED, reasons=(because,))
    if routed.route is Route.TRIAGE:
        case = _triage_case(facts, policy, routed.queue)
        return Decision(outcome=Outcome.TRIAGE, reasons=(because,), case=case)
    open_case = facts.open_case
    if open_case is not None and open_case.site == routed.site:
        extended = _extended(open_case, sighting)
        return Decision(outcome=Outcome.EXTENDED, reasons=(because, EXTEND), case=extended)
    if sighting.phase in {Phase.ENDED, Phase.LOST_SIGHT}:
        return _ended_with_nothing_open(facts, routed, policy)
    opened = _opened(facts, sighting, routed, policy)
    return Decision(outcome=Outcome.OPENED, reasons=(because,), case=opened)


def _ended_with_nothing_open(facts: Facts, routed: Routed, policy: Policy) -> Decision:
    reasons = (routed.rule.reason, NOTHING_OPEN)
    if routed.queue is Queue.ZERO_TOLERANCE:  # a machine never dismisses a danger
        case = _triage_case(facts, policy, routed.queue)
        return Decision(outcome=Outcome.TRIAGE, reasons=reasons, case=case)
    return Decision(outcome=Outcome.DISMISSED, reasons=reasons)


def _extended(case: WorkFile, sighting: Sighting) -> WorkFile:
    return replace(
        case,
        version=case.version + 1,
        last_seen_at=max(case.last_seen_at, sighting.occurred_at),
        sightings=case.sightings + 1,
    )


def _opened(facts: Facts, sighting: Sighting, routed: Routed, policy: Policy) -> WorkFile:
    matter = policy.matter(sighting.matter)
    limit = policy.triage_limit[routed.queue] if matter is None else matter.disposal_limit
    return WorkFile(
        id=case_id(facts),
        version=1,
        state=CaseState.CANDIDATE,
        route=routed.route or Route.TRIAGE,
        queue=routed.queue,
        opened_at=facts.received_at,
        due_at=limit.after(facts.received_at),
        last_seen_at=sighting.occurred_at,
        sightings=1,
        site=routed.site,
        matter=sighting.matter,
        place=sighting.place,
        camera=sighting.camera,
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
        due_at=policy.triage_limit[queue].after(facts.received_at),
        last_seen_at=facts.received_at if sighting is None else sighting.occurred_at,
        sightings=1,
        matter=None if sighting is None else sighting.matter,
        place=None if sighting is None else sighting.place,
        camera=None if sighting is None else sighting.camera,
    )


def case_id(facts: Facts) -> CaseId:
    """The day in China and 60 bits of the first message's address: no clock, no dice."""
    day = facts.received_at.astimezone(_CHINA).strftime("%y%m%d")
    digest = hashlib.sha256(str(facts.address).encode()).digest()
    return CaseId(f"C{day}-{base64.b32encode(digest[:8]).decode()[:12]}")
