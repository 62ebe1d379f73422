"""Where a subject stands in its lives, and which row of the tables holds for it."""

from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.step import Life, PackState, State, Step
from handlers.decisions.lives.tables import STEPS_OF
from schemas.act import Act, SubjectId

PACK_PREFIX: Final = "pack:"
OPINION_PREFIX: Final = "O"


def step_for(act: Act, dossier: Dossier) -> Step | None:
    """The row of an act for the state that the subject is in."""
    for step in STEPS_OF[act]:
        state = state_of(step.life, dossier)
        if (state is None and not step.since) or state in step.since:
            return step
    return None


def state_of(life: Life, dossier: Dossier) -> State | None:
    """Where a subject stands in one of its lives; absent where it has none."""
    if life is Life.WORK_FILE:
        return None if dossier.case is None else dossier.case.state
    if life is Life.PENALTY:
        return None if dossier.case is None else dossier.penalty
    if life is Life.OPINION:
        return dossier.opinion
    if not dossier.id.startswith(PACK_PREFIX):
        return None
    last = dossier.last(Act.PROPOSE_PACK, Act.PUBLISH_PACK)
    if last is None:
        return PackState.DRAFT
    return PackState.PROPOSED if last.act is Act.PROPOSE_PACK else PackState.PUBLISHED


def pack_subject(digest: str) -> SubjectId:
    """The subject of a pack's life."""
    return SubjectId(f"{PACK_PREFIX}{digest}")
