"""What leaves the house because a person acted: dispatchers hear of every change of a case."""

from handlers.decisions.answer import Done
from handlers.decisions.letters import Letter
from schemas.disposition import CaseChanged, Change, Reason


def letters_of_act(done: Done) -> tuple[Letter, ...]:
    """In the order in which they are to leave; an act on no case tells nobody."""
    case = done.dossier.case
    if case is None:
        return ()
    reason = Reason(rule=f"act/{done.taken.act}", clause=done.clause)
    return (
        CaseChanged(
            id=f"{case.id}/{case.version}",
            case=case,
            change=Change.ACTED,
            reasons=(reason,),
            evidence=(),
        ),
    )
