"""What leaves the house because of a decision."""

from typing import Final

from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import Facts, Sighting
from handlers.decisions.policy import Policy
from schemas.disposition import CaseChanged, Change, DeadLetter, Disposition
from schemas.evidence import EvidenceRef
from schemas.workfile import WorkFile

Letter = Disposition | CaseChanged | DeadLetter

UNSORTED_ZH: Final = "待人工研判"
UNSORTED_EN: Final = "for a person to sort"


def letters(facts: Facts, decision: Decision, policy: Policy) -> tuple[Letter, ...]:
    """Tasks, changes and dead letters, in the order in which they are to leave."""
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
    if decision.case is not None:
        written.append(_about_case(facts, decision, decision.case, policy))
    return tuple(written)


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
