"""What leaves the house because of a decision."""

from collections.abc import Sequence
from typing import Final

from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import Facts, ProbeSaid, Sighting
from handlers.decisions.policy import Policy
from schemas.clock import Clock, ClockKind, FiringKind
from schemas.disposition import CaseChanged, Change, DeadLetter, Disposition, Page, ProbeReturned
from schemas.evidence import EvidenceRef
from schemas.person import Role
from schemas.workfile import WorkFile

Letter = Disposition | CaseChanged | DeadLetter | Page | ProbeReturned

UNSORTED_ZH: Final = "待人工研判"
UNSORTED_EN: Final = "for a person to sort"


def letters(
    facts: Facts, decision: Decision, policy: Policy, *, clocks: Sequence[Clock] = ()
) -> tuple[Letter, ...]:
    """Tasks, changes, pages and dead letters, in the order in which they are to leave.

    `clocks` are those that begin with the decision.
    """
    written: list[Letter] = []
    if decision.parked_because is not None:
        written.append(
            DeadLetter(
                id=str(facts.address),
                address=facts.address,
                reason=decision.parked_because,
                payload=facts.input,
                event_id=None if facts.claim is None else facts.claim.event_id,
            )
        )
    if decision.outcome is Outcome.PROBE and isinstance(facts.content, ProbeSaid):
        written.append(_returned(facts, facts.content))
    if decision.case is not None:
        written.append(_about_case(facts, decision, decision.case, policy))
    written += pages(clocks, policy)
    return tuple(written)


def _returned(facts: Facts, probe: ProbeSaid) -> ProbeReturned:
    return ProbeReturned(
        id=f"{facts.address}/probe",
        lane=probe.lane,
        number=probe.number,
        sent_at=probe.occurred_at,
        received_at=facts.received_at,
        address=facts.address,
    )


def pages(begun: Sequence[Clock], policy: Policy) -> list[Page]:
    """Who is told at once that a clock has begun."""
    return [_page(clock, policy) for clock in begun if clock.kind is ClockKind.DANGER]


def _page(clock: Clock, policy: Policy) -> Page:
    """A danger is told to the duty chief at once, and not only when nobody took it."""
    title = policy.deadlines[clock.kind].title
    return Page(
        id=f"{clock.id}/begun",
        subject=clock.subject,
        clock=clock.kind,
        firing=FiringKind.WARN,
        role=Role.DUTY_CHIEF,
        due_at=clock.due_at,
        at=clock.started_at,
        title_zh=title.zh,
        title_en=title.en,
    )


def _about_case(facts: Facts, decision: Decision, case: WorkFile, policy: Policy) -> Letter:
    evidence = _evidence(facts)
    letter_id = f"{case.id}/{case.version}"
    if decision.outcome is Outcome.EXTENDED:
        return CaseChanged(
            id=letter_id,
            case=case,
            change=Change.EXTENDED,
            reasons=decision.reasons,
            evidence=evidence,
        )
    matter = policy.matter(case.matter)
    return Disposition(
        id=letter_id,
        case=case,
        title_zh=UNSORTED_ZH if matter is None else matter.title_zh,
        title_en=UNSORTED_EN if matter is None else matter.title_en,
        reasons=decision.reasons,
        evidence=evidence,
    )


def _evidence(facts: Facts) -> tuple[EvidenceRef, ...]:
    return facts.content.evidence if isinstance(facts.content, Sighting) else ()
