"""What an act leaves behind on a subject: its states, its case, its clocks."""

from handlers.decisions.case_clocks import changed_clocks
from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.step import Step
from handlers.decisions.policy import Policy
from schemas.act import Act, Command, Taken
from schemas.clock import Clock, ClockKind
from schemas.matter import parse_matter
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.place import Place
from schemas.values import replace
from schemas.workfile import CaseState, Queue, Route, Site, WorkFile


def wanted_site(command: Command, case: WorkFile | None) -> Site | None:
    """Where the case would stand as the only open one afterwards; absent where nothing changes."""
    if case is None or case.matter is None or case.place is None or case.place.key is None:
        return None
    if command.act is Act.LIFT:
        return Site(case.place.key, case.matter, Queue.ZERO_TOLERANCE)
    if command.act is Act.DOWNGRADE:
        return Site(case.place.key, case.matter, Queue.SOFT)
    if command.act is Act.REOPEN:
        return Site(case.place.key, case.matter, case.queue)
    return None


def party_of(command: Command, dossier: Dossier | None) -> str:
    """What tells the party apart, as the command or the latest act before it says; else empty."""
    said = command.details.text("party")
    known = None if dossier is None else dossier.last(Act.IDENTIFY, Act.CONSIDER)
    return said or ("" if known is None else known.details.text("party"))


def after(
    dossier: Dossier, step: Step, taken: Taken, *, policy: Policy, is_site_taken: bool
) -> tuple[Dossier, tuple[Clock, ...]]:
    """The subject after an act, and the clocks that changed."""
    changed = changed_clocks(dossier, step, taken, policy)
    by_id = {clock.id: clock for clock in (*dossier.clocks, *changed)}
    moved = replace(
        dossier,
        taken=(*dossier.taken, taken),
        clocks=tuple(by_id.values()),
        penalty=_penalty_after(dossier, step, taken),
        stayed_from=dossier.penalty if step.act is Act.STAY else dossier.stayed_from,
        opinion=step.to if isinstance(step.to, OpinionState) else dossier.opinion,
    )
    if dossier.case is None:
        return moved, changed
    case = _case_after(dossier.case, step, taken, policy=policy, is_site_taken=is_site_taken)
    disposal = next((c for c in changed if c.kind is ClockKind.DISPOSAL and c.is_open), None)
    if disposal is not None:
        case = replace(case, due_at=disposal.due_at)
    return replace(moved, case=case), changed


def _penalty_after(dossier: Dossier, step: Step, taken: Taken) -> PenaltyState:
    if taken.act is Act.LIFT_STAY and dossier.stayed_from is not None:
        return dossier.stayed_from
    return step.to if isinstance(step.to, PenaltyState) else dossier.penalty


def _case_after(
    case: WorkFile, step: Step, taken: Taken, *, policy: Policy, is_site_taken: bool
) -> WorkFile:
    moved = replace(
        case,
        version=case.version + 1,
        acts=case.acts + 1,
        state=step.to if isinstance(step.to, CaseState) else case.state,
    )
    if taken.act is Act.CLASSIFY:
        return _classified(moved, taken, policy)
    if taken.act is Act.LIFT:
        moved = replace(moved, route=Route.ZERO_TOLERANCE, queue=Queue.ZERO_TOLERANCE)
    elif taken.act is Act.DOWNGRADE:
        matter = policy.matter(case.matter)
        route = Route.SOFT if matter is None else matter.route
        moved = replace(moved, route=route, queue=Queue.SOFT)
    if taken.act in {Act.LIFT, Act.DOWNGRADE, Act.REOPEN}:
        site = _own_site(moved)
        return replace(moved, site=None if is_site_taken else site)
    return moved


def _own_site(case: WorkFile) -> Site | None:
    if case.matter is None or case.place is None or case.place.key is None:
        return None
    return Site(case.place.key, case.matter, case.queue)


def _classified(case: WorkFile, taken: Taken, policy: Policy) -> WorkFile:
    """A sorted case stands alone still: a person joins it to another, not a machine."""
    key = parse_matter(taken.details.text("matter"))
    place_id = taken.details.text("place")
    place = replace(case.place or Place(id=place_id), id=place_id) if place_id else case.place
    matter = policy.matter(key)
    if matter is None:
        return replace(case, matter=key, place=place)
    return replace(
        case,
        matter=key,
        place=place,
        route=matter.route,
        queue=matter.queue,
        due_at=policy.due(matter.disposal_limit, case.opened_at),
        site=None,
    )
