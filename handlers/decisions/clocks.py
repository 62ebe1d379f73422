"""Starts, stops, pauses and fires clocks: what a deadline and its ladder mean in time.

        ┌────────── pause: platform clocks only ──────────┐
        ▼                                                 │
running ──fire──► running ──stop──► stopped        paused ┴─stop──► stopped
        ▲                                                 │
        └───────── resume: what was left runs on ─────────┘
"""

from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from handlers.decisions.law.calendar import WorkingCalendar, before, beyond, due, left, run_on
from handlers.decisions.law.deadlines import Deadline, Ladder
from schemas.act import SubjectId
from schemas.clock import Clock, ClockState, Firing, FiringKind
from schemas.errors import IllegalTransitionError, InvalidValueError
from schemas.instants import require_zone

_LATER: Final = frozenset({FiringKind.BREACH, FiringKind.ESCALATE})


class Fired(NamedTuple):
    """A clock with what it had to say."""

    clock: Clock
    firings: tuple[Firing, ...]


def start(
    deadline: Deadline,
    ladder: Ladder,
    subject: SubjectId,
    *,
    number: int,
    at: datetime,
    calendar: WorkingCalendar,
) -> Clock:
    """A clock that begins to run. `number` counts those of its kind on the subject, from 1.

    A warning that would lie before the start is left out: there was never that much time.

    Raises:
        UnknownYearError: the limit, or its ladder, runs into a year that nobody laid down.
    """
    return start_until(
        deadline,
        ladder,
        subject,
        number=number,
        at=at,
        due_at=due(deadline.limit, at, calendar),
        calendar=calendar,
    )


def start_until(
    deadline: Deadline,
    ladder: Ladder,
    subject: SubjectId,
    *,
    number: int,
    at: datetime,
    due_at: datetime,
    calendar: WorkingCalendar,
) -> Clock:
    """The same for a clock whose end a person set, such as the day until which to correct."""
    if number < 1:
        raise InvalidValueError(expected="a number of at least 1", got=number, field=deadline.kind)
    at, due_at = in_milliseconds(at), in_milliseconds(due_at)
    if due_at <= at:
        raise InvalidValueError(
            expected=f"an end after the start, {at.isoformat()}",
            got=due_at.isoformat(),
            field=deadline.kind,
        )
    warnings = [each for each in _warnings(deadline, due_at, calendar) if each.at > at]
    return Clock(
        subject=subject,
        kind=deadline.kind,
        number=number,
        state=ClockState.RUNNING,
        started_at=at,
        due_at=due_at,
        plan=(*warnings, *_breach(_of(deadline, ladder), due_at, calendar)),
        counted_by=deadline.limit.calendar,
    )


def fire(clock: Clock, now: datetime) -> Fired:
    """All that the clock has to say by now and hasn't said; the same again says nothing."""
    require_zone(now, "now")
    if clock.state is not ClockState.RUNNING:
        return Fired(clock, ())
    told = clock.fired
    while told < len(clock.plan) and clock.plan[told].at <= now:
        told += 1
    if told == clock.fired:
        return Fired(clock, ())
    return Fired(replace(clock, fired=told), clock.plan[clock.fired : told])


def stop(clock: Clock, at: datetime, reason: str) -> Clock:
    """It says nothing more, late as it may be: `is_broken` still tells that it was."""
    require_zone(at, "at")
    _require_open(clock)
    return replace(clock, state=ClockState.STOPPED, ended_at=at, left_min=None, reason=reason)


def pause(
    clock: Clock, at: datetime, *, reason: str, deadline: Deadline, calendar: WorkingCalendar
) -> Clock:
    """Hold a platform clock, for a reason.

    Raises:
        IllegalTransitionError: it is statutory, or doesn't run.
    """
    require_zone(at, "at")
    _require_same_kind(clock, deadline)
    if deadline.is_statutory:
        raise IllegalTransitionError(
            f"{clock.kind}: a statutory clock does not stop for us ({deadline.clause})"
        )
    if not reason:
        raise InvalidValueError(expected="a reason for the pause", got="none", field=clock.id)
    _require(clock, ClockState.RUNNING)
    minutes = left(clock.counted_by, at, clock.due_at, calendar)
    return replace(clock, state=ClockState.PAUSED, left_min=minutes, reason=reason)


def resume(
    clock: Clock, at: datetime, *, deadline: Deadline, ladder: Ladder, calendar: WorkingCalendar
) -> Clock:
    """What was left runs on from here. What was told stays told, and isn't told again.

    A clock that was over already stays due when it was; the rungs that weren't told yet count
    from here.

    Raises:
        IllegalTransitionError: it isn't paused.
        UnknownYearError: it runs into a year that nobody laid down.
    """
    at = in_milliseconds(at)
    _require_same_kind(clock, deadline)
    _require(clock, ClockState.PAUSED)
    minutes = clock.left_min or 0
    again_at = run_on(clock.counted_by, minutes, at, calendar)
    told, waiting = clock.plan[: clock.fired], clock.plan[clock.fired :]
    warnings = _warnings(deadline, again_at, calendar)
    later = _breach(_of(deadline, ladder), again_at, calendar)
    if not minutes:  # a breach that was entered late may have been told before its time
        later = _last(later, sum(each.kind in _LATER for each in waiting))
    untold = sum(each.kind is FiringKind.WARN for each in waiting)
    plan = [replace(each, at=max(each.at, at)) for each in (*_last(warnings, untold), *later)]
    return replace(
        clock,
        state=ClockState.RUNNING,
        due_at=again_at if minutes else clock.due_at,
        plan=(*told, *plan),
        left_min=None,
        reason="",
    )


def is_broken(clock: Clock, now: datetime) -> bool:
    """Whether its time was up before it ended, or is by now. A paused clock waits."""
    if clock.state is ClockState.PAUSED:
        return clock.left_min == 0
    return (now if clock.ended_at is None else clock.ended_at) > clock.due_at


def in_milliseconds(instant: datetime) -> datetime:
    """Cut off what canonical bytes don't say, so that a clock fires again as it did from them."""
    require_zone(instant, "instant")
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _warnings(
    deadline: Deadline, due_at: datetime, calendar: WorkingCalendar
) -> tuple[Firing, ...]:
    instants = sorted(before(limit, due_at, calendar) for limit in deadline.warn_before)
    return tuple(Firing(at=at, kind=FiringKind.WARN) for at in instants)


def _breach(ladder: Ladder, due_at: datetime, calendar: WorkingCalendar) -> tuple[Firing, ...]:
    """The breach is told to the lowest rung, if that one is told at once; then the others."""
    rungs = list(ladder.rungs)
    first = rungs.pop(0).role if rungs and rungs[0].after is None else None
    above = [
        Firing(
            at=due_at if rung.after is None else beyond(rung.after, due_at, calendar),
            kind=FiringKind.ESCALATE,
            role=rung.role,
        )
        for rung in rungs
    ]
    breach = Firing(at=due_at, kind=FiringKind.BREACH, role=first)
    return (breach, *sorted(above, key=lambda firing: firing.at))


def _of(deadline: Deadline, ladder: Ladder) -> Ladder:
    if ladder.id != deadline.ladder:
        raise InvalidValueError(
            expected=f"the ladder {deadline.ladder}", got=ladder.id, field=deadline.kind
        )
    return ladder


def _last(firings: tuple[Firing, ...], amount: int) -> tuple[Firing, ...]:
    """Another pack may have fewer than were waiting."""
    return firings[max(0, len(firings) - amount) :]


def _require_same_kind(clock: Clock, deadline: Deadline) -> None:
    if clock.kind is not deadline.kind:
        raise InvalidValueError(
            expected=f"the deadline of {clock.kind}", got=deadline.kind, field=clock.id
        )


def _require_open(clock: Clock) -> None:
    if not clock.is_open:
        raise IllegalTransitionError(f"the clock {clock.id} has ended already")


def _require(clock: Clock, state: ClockState) -> None:
    if clock.state is not state:
        raise IllegalTransitionError(f"the clock {clock.id} is {clock.state}, not {state}")
