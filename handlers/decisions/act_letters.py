"""What leaves the house because a person acted: every change of a case, and a new danger."""

from handlers.decisions.answer import Done
from handlers.decisions.letters import Letter, pages
from handlers.decisions.policy import Policy
from schemas.disposition import CaseChanged, Change, Reason


def letters_of_act(done: Done, policy: Policy) -> tuple[Letter, ...]:
    """In the order in which they are to leave; an act on no case tells nobody.

    Whoever finds a danger, a machine or a person: the duty chief is told at once.
    """
    case = done.dossier.case
    if case is None:
        return ()
    reason = Reason(rule=f"act/{done.taken.act}", clause=done.clause)
    begun = [clock for clock in done.clocks if clock.is_open and not clock.fired]
    return (
        CaseChanged(
            id=f"{case.id}/{case.version}",
            case=case,
            change=Change.ACTED,
            reasons=(reason,),
            evidence=(),
        ),
        *pages([clock for clock in begun if clock.started_at == done.taken.at], policy),
    )
