"""What an act does to the clocks of a subject: which stop, pause, go on and begin."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.decisions import clocks as timing
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.course import is_public
from handlers.decisions.law.calendar import beyond
from handlers.decisions.lives.penalty_case import OVER
from handlers.decisions.lives.step import Life, Step
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.clock import PLATFORM_CLOCKS, Clock, ClockKind, ClockState
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import parse_matter
from schemas.workfile import ENDED, CaseState, Queue

_OUTLIVES_THE_CASE: Final = frozenset(
    {
        *(ClockKind.SEIZURE, ClockKind.URGENT_APPROVAL, ClockKind.PRESERVATION),
        *(ClockKind.WITHDRAWAL, ClockKind.REMEDY),
    }
)
"""What is held is given back, a publication withdrawn, also when the case is over."""
_SAID_DUE: Final = {
    Act.ORDER_CORRECTION: (ClockKind.CORRECTION, "until"),
    Act.DEFER: (ClockKind.PAYMENT, "until"),
}
"""Clocks whose end the act itself names."""
_CALMS: Final = frozenset({Act.CLASSIFY, Act.DOWNGRADE, Act.CLEAR})
"""After these a candidate may be no danger any more; somebody still has to take it."""


def changed_clocks(dossier: Dossier, step: Step, taken: Taken, policy: Policy) -> tuple[Clock, ...]:
    """The clocks as they are after an act, where it changed them."""
    at = taken.at
    standing = {clock.id: clock for clock in dossier.clocks}
    starts = _started_by(dossier, step, taken, policy)
    stops = _stopped_by(dossier, step, starts)
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
    for kind in starts:
        is_open = any(clock.is_open and clock.kind is kind for clock in standing.values())
        if not is_open and kind in policy.deadlines:
            clock = _started(dossier, kind, taken, policy)
            standing[clock.id] = clock
    before = {clock.id: clock for clock in dossier.clocks}
    return tuple(clock for id_, clock in standing.items() if before.get(id_) != clock)


def _open(dossier: Dossier, kind: ClockKind) -> Clock | None:
    return next((clock for clock in dossier.clocks if clock.is_open and clock.kind is kind), None)


def _may_pause(kind: ClockKind, policy: Policy) -> bool:
    return kind in policy.deadlines and not policy.deadlines[kind].is_statutory


def _started_by(
    dossier: Dossier, step: Step, taken: Taken, policy: Policy
) -> tuple[ClockKind, ...]:
    on_flag = tuple(kind for flag, kind in step.starts_if if taken.details.says(flag))
    named = [*step.starts, *on_flag]
    if not is_public(dossier):  # a clock that nobody could stop: there is nothing to withdraw
        named = [kind for kind in named if kind is not ClockKind.WITHDRAWAL]
    if (kind := _watched_by(dossier, step, taken, policy)) is not None:
        named.append(kind)
    if taken.act is Act.LIFT and _has_less_time(dossier, taken, policy):
        named.append(ClockKind.DISPOSAL)
    return tuple(named)


def _stopped_by(
    dossier: Dossier, step: Step, starts: tuple[ClockKind, ...]
) -> frozenset[ClockKind]:
    stops = frozenset(step.stops) | _ended_with(dossier, step)
    if step.act in _CALMS and ClockKind.TAKE in starts:
        stops |= {ClockKind.DANGER}
    if step.act is Act.LIFT and ClockKind.DISPOSAL in starts:
        stops |= {ClockKind.DISPOSAL}
    return stops


def _ended_with(dossier: Dossier, step: Step) -> frozenset[ClockKind]:
    kinds = frozenset(clock.kind for clock in dossier.clocks)
    if step.life is Life.WORK_FILE and step.to in ENDED:
        return kinds & PLATFORM_CLOCKS
    if step.life is Life.PENALTY and step.to in OVER:
        return kinds - PLATFORM_CLOCKS - _OUTLIVES_THE_CASE
    return frozenset()


def _watched_by(dossier: Dossier, step: Step, taken: Taken, policy: Policy) -> ClockKind | None:
    """No candidate lies there unwatched: a danger calls at once, all else waits to be taken."""
    case = dossier.case
    if case is None or case.state is not CaseState.CANDIDATE or step.act not in _CALMS:
        return None
    queue = Queue.SOFT
    if step.act is Act.CLASSIFY:
        matter = policy.matter(parse_matter(taken.details.text("matter")))
        queue = case.queue if matter is None else matter.queue
    if queue is Queue.SOFT:
        return ClockKind.TAKE
    return ClockKind.DANGER if case.queue is Queue.SOFT else None


def _has_less_time(dossier: Dossier, taken: Taken, policy: Policy) -> bool:
    """Whether a soft case that turns dangerous is to be fixed sooner than it would have been."""
    clock, case = _open(dossier, ClockKind.DISPOSAL), dossier.case
    if clock is None or clock.state is not ClockState.RUNNING or case is None:
        return False
    matter = policy.matter(case.matter)
    if matter is None or case.queue is Queue.ZERO_TOLERANCE:
        return False
    limit = policy.disposal_limit(matter, Queue.ZERO_TOLERANCE)
    return policy.due(limit, taken.at) < clock.due_at


def _started(dossier: Dossier, kind: ClockKind, taken: Taken, policy: Policy) -> Clock:
    deadline = policy.deadlines[kind]
    case = dossier.case
    matter = None if case is None else policy.matter(case.matter)
    if kind is ClockKind.DISPOSAL and matter is not None and case is not None:
        queue = Queue.ZERO_TOLERANCE if taken.act is Act.LIFT else case.queue
        deadline = replace(deadline, limit=policy.disposal_limit(matter, queue))
    ladder = policy.ladders[deadline.ladder]
    number = 1 + sum(clock.kind is kind for clock in dossier.clocks)
    begins = _begins(kind, taken, policy)
    calendar = policy.calendar
    until = _said_due(dossier, kind, taken, policy)
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


def _said_due(dossier: Dossier, kind: ClockKind, taken: Taken, policy: Policy) -> datetime | None:
    if taken.act is Act.EXTEND_SEIZURE:
        return _extended(dossier, taken, policy)
    said = _SAID_DUE.get(taken.act)
    return taken.details.instant(said[1]) if said is not None and said[0] is kind else None


def _extended(dossier: Dossier, taken: Taken, policy: Policy) -> datetime:
    """The days that were granted run from the end that there was."""
    clock = _open(dossier, ClockKind.SEIZURE)
    limit = Limit(
        amount=taken.details.number("days") or 1, unit=Unit.DAY, calendar=Calendar.CALENDAR
    )
    return beyond(limit, taken.at if clock is None else clock.due_at, policy.calendar)
