"""What an act leaves behind on a subject: its states, its case, its clocks."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.decisions import clocks as timing
from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.penalty_case import OVER
from handlers.decisions.lives.step import Life, Step
from handlers.decisions.policy import Policy
from schemas.act import Act, Command, Taken
from schemas.clock import PLATFORM_CLOCKS, Clock, ClockKind, ClockState
from schemas.matter import MatterKey, parse_matter
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.place import Place
from schemas.workfile import ENDED, CaseState, Queue, Route, Site, WorkFile

_OUTLIVES_THE_CASE: Final = frozenset({ClockKind.SEIZURE, ClockKind.WITHDRAWAL, ClockKind.REMEDY})
"""A seized thing is given back, a publication withdrawn, also when the case is over."""
_SAID_DUE: Final = {
    Act.ORDER_CORRECTION: (ClockKind.CORRECTION, "until"),
    Act.DEFER: (ClockKind.PAYMENT, "until"),
}
"""Clocks whose end the act itself names."""


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
    changed = _clocks_after(dossier, step, taken, policy)
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


def _clocks_after(dossier: Dossier, step: Step, taken: Taken, policy: Policy) -> tuple[Clock, ...]:
    at = taken.at
    standing = {clock.id: clock for clock in dossier.clocks}
    stops = set(step.stops) | _ended_with(dossier, step)
    for clock in dossier.clocks:
        if clock.is_open and clock.kind in stops:
            standing[clock.id] = timing.stop(clock, at=at, reason=step.event)
        elif step.pauses and clock.state is ClockState.RUNNING and _may_pause(clock.kind, policy):
            standing[clock.id] = timing.pause(
                clock,
                at,
                reason=taken.details.text("reason"),
                deadline=policy.deadlines[clock.kind],
                calendar=policy.calendar,
            )
        elif step.resumes and clock.state is ClockState.PAUSED:
            deadline = policy.deadlines[clock.kind]
            standing[clock.id] = timing.resume(
                clock,
                at,
                deadline=deadline,
                ladder=policy.ladders[deadline.ladder],
                calendar=policy.calendar,
            )
    for kind in _started_by(step, taken):
        is_open = any(clock.is_open and clock.kind is kind for clock in standing.values())
        if not is_open and kind in policy.deadlines:
            clock = _started(dossier, kind, taken, policy)
            standing[clock.id] = clock
    before = {clock.id: clock for clock in dossier.clocks}
    return tuple(clock for id_, clock in standing.items() if before.get(id_) != clock)


def _may_pause(kind: ClockKind, policy: Policy) -> bool:
    return kind in policy.deadlines and not policy.deadlines[kind].is_statutory


def _ended_with(dossier: Dossier, step: Step) -> set[ClockKind]:
    kinds = {clock.kind for clock in dossier.clocks}
    if step.life is Life.WORK_FILE and step.to in ENDED:
        return kinds & PLATFORM_CLOCKS
    if step.life is Life.PENALTY and step.to in OVER:
        return kinds - PLATFORM_CLOCKS - _OUTLIVES_THE_CASE
    return set()


def _started_by(step: Step, taken: Taken) -> tuple[ClockKind, ...]:
    on_flag = tuple(kind for flag, kind in step.starts_if if taken.details.says(flag))
    return (*step.starts, *on_flag)


def _started(dossier: Dossier, kind: ClockKind, taken: Taken, policy: Policy) -> Clock:
    deadline = policy.deadlines[kind]
    case = dossier.case
    matter = None if case is None else policy.matter(_matter_of(case, taken))
    if kind is ClockKind.DISPOSAL and matter is not None and case is not None:
        deadline = replace(deadline, limit=policy.disposal_limit(matter, case.queue))
    ladder = policy.ladders[deadline.ladder]
    number = 1 + sum(clock.kind is kind for clock in dossier.clocks)
    begins = _begins(kind, taken, policy)
    calendar = policy.calendar
    said = _SAID_DUE.get(taken.act)
    until = taken.details.instant(said[1]) if said is not None and said[0] is kind else None
    if until is None:
        return timing.start(
            deadline, ladder, dossier.id, number=number, at=begins, calendar=calendar
        )
    return timing.start_until(
        deadline, ladder, dossier.id, number=number, at=begins, due_at=until, calendar=calendar
    )


def _begins(kind: ClockKind, taken: Taken, policy: Policy) -> datetime:
    """Most begin with the act.

    The ten hours run from first knowledge: slow typing or grading may not hide a breach. The
    three months for the court run from the end of the time for remedies (行政强制法 53).
    """
    known = taken.details.instant("first_known_at")
    if kind is ClockKind.OPINION_REPORT and known is not None:
        return known
    remedy = policy.deadlines.get(ClockKind.REMEDY)
    if kind is ClockKind.COURT and remedy is not None:
        return policy.due(remedy.limit, taken.at)
    return taken.at


def _matter_of(case: WorkFile, taken: Taken) -> MatterKey | None:
    text = taken.details.text("matter")
    return parse_matter(text) if text else case.matter
