"""The clocks that begin with a case: somebody has to take it, and a danger at once."""

from dataclasses import replace

from handlers.decisions.clocks import start
from handlers.decisions.decision import Decision
from handlers.decisions.law.calendar import UnknownYearError
from handlers.decisions.law.deadlines import Deadline, Ladder
from handlers.decisions.policy import Policy
from schemas.act import SubjectId
from schemas.clock import Clock, ClockKind
from schemas.limit import Calendar
from schemas.workfile import WorkFile


def first_clocks(decision: Decision, policy: Policy) -> tuple[Clock, ...]:
    """What a decision starts, as it runs."""
    if decision.case is None or not decision.starts:
        return ()
    return tuple(_clock(kind, decision.case, policy) for kind in decision.starts)


def _clock(kind: ClockKind, case: WorkFile, policy: Policy) -> Clock:
    deadline = policy.deadlines[kind]
    ladder = policy.ladders[deadline.ladder]
    try:
        return _started(deadline, ladder, case, policy)
    except UnknownYearError:
        return _started(_continuous(deadline, case, policy), _at_once(ladder), case, policy)


def _started(deadline: Deadline, ladder: Ladder, case: WorkFile, policy: Policy) -> Clock:
    return start(
        deadline,
        ladder,
        subject=SubjectId(case.id),
        number=1,
        at=case.opened_at,
        calendar=policy.calendar,
    )


def _continuous(deadline: Deadline, case: WorkFile, policy: Policy) -> Deadline:
    """Where nobody laid a calendar down, the time to sort a case counts: no case goes unwatched."""
    return replace(deadline, limit=policy.triage_limit[case.queue], warn_before=())


def _at_once(ladder: Ladder) -> Ladder:
    """Rungs that no calendar can place are told with the breach: rather too soon than never."""
    rungs = tuple(
        rung
        if rung.after is None or rung.after.calendar is Calendar.CONTINUOUS
        else replace(rung, after=None)
        for rung in ladder.rungs
    )
    return replace(ladder, rungs=rungs)
