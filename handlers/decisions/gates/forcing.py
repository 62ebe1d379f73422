"""Forced execution after a demand, and clearing at once: C9, C10.

served ──── time for remedies ────┤── 3 months for the court ──┤
            demand ── 10 working days ──► force / court
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from handlers.decisions.gates.course import is_remedy_open, limit_end, limit_of, served_at
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, needs_human
from handlers.decisions.gates.missing import block_for, china_text, unsaid, untold
from handlers.decisions.law.calendar import UnknownYearError, beyond
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.instants import CHINA
from schemas.person import Role
from schemas.words import Words

NIGHT_FROM: Final = 22
NIGHT_UNTIL: Final = 6
"""Hours in China; the law says night and no hours, these are ours."""


def _forced(bench: Bench) -> Finding:
    match bench.command.act:
        case Act.DEMAND:
            return _demanded_rightly(bench)
        case Act.FORCE:
            missing = tuple(_missing_for_force(bench))
            return block_for(missing) if missing else _day_of_rest(bench)
        case _:
            return block_for((*_undemanded(bench), *_out_of_court_time(bench)))


def _demanded_rightly(bench: Bench) -> Finding:
    writing = {"in_writing": Words("书面催告", "a demand in writing")}
    content = {"content": Words("催告内容", "what, by when, how, and the right to answer")}
    return block_for((*unsaid(bench.details, writing), *untold(bench.details, content)))


def _undemanded(bench: Bench) -> Iterator[Words]:
    if bench.last(Act.PERFORMED) is not None:
        yield Words("未履行的决定: 已记录履行完毕", "a decision that isn't performed: this one is")
    demand = bench.last(Act.DEMAND)
    if demand is None:
        yield Words("书面催告", "a demand in writing before it")
        return
    end = limit_end(bench, ClockKind.DEMAND, demand.at)
    if bench.command.at < end:
        yield Words(
            f"催告期满 ({china_text(end)})",
            f"the end of the demand's time, {china_text(end)} in China",
        )


def _missing_for_force(bench: Bench) -> Iterator[Words]:
    power = {
        "power": Words("强制执行权依据, 否则申请法院", "a law that gives the power, or the court")
    }
    yield from untold(bench.details, power)
    yield from _undemanded(bench)
    planned = _planned_at(bench)
    if planned < bench.command.at:
        yield Words("实施时间不早于决定", "a time that is not before the decision")
    if not bench.details.says("urgent"):
        yield from _at_rest(bench, planned)
    if bench.details.says("is_structure"):
        yield from _structure_still_stands(bench)


def _planned_at(bench: Bench) -> datetime:
    return bench.details.instant("planned_at") or bench.command.at


def _at_rest(bench: Bench, planned: datetime) -> Iterator[Words]:
    local = planned.astimezone(CHINA)
    if not NIGHT_UNTIL <= local.hour < NIGHT_FROM:
        yield Words("六时至二十二时的实施时间", "a time between 06:00 and 22:00 in China")
    year = bench.policy.calendar.years.get(local.year)
    if year is None:
        raise UnknownYearError(local.year, tuple(sorted(bench.policy.calendar.years)))
    if local.date() in year.holidays:
        yield Words(
            f"非法定节假日, 不是 {local.date()}", f"a day that is no holiday: {local.date()}"
        )


def _day_of_rest(bench: Bench) -> Finding:
    """Whether an ordinary weekend is a 法定节假日 (43) isn't settled: a person answers for it."""
    planned = _planned_at(bench).astimezone(CHINA).date()
    if bench.details.says("urgent") or bench.policy.calendar.is_working_day(planned):
        return PASSED
    return needs_human(
        f"负责人或法制审核确认可在休息日 {planned} 实施",
        f"a head or lawyer who answers for a day on which nobody works, {planned}",
    )


def _structure_still_stands(bench: Bench) -> Iterator[Words]:
    """44: only when the party neither sought a remedy in time nor pulled it down itself."""
    flags = {
        "notice_posted": Words("公告", "public notice"),
        "remedy_period_over": Words("复议诉讼期限届满", "that the time for remedies is over"),
    }
    yield from unsaid(bench.details, flags)
    end = _remedies_end(bench)
    if end is None or bench.command.at < end:
        when = "-" if end is None else china_text(end)
        yield Words(
            f"复议诉讼期限届满 ({when})", f"the end of the time for remedies, {when} in China"
        )
    if is_remedy_open(bench.dossier):
        yield Words("复议或诉讼的结果", "the end of the remedy that was sought")


def _remedies_end(bench: Bench) -> datetime | None:
    """When the decision can't be challenged any more; after a remedy, when that came to its end."""
    served = served_at(bench)
    if served is None:
        return None
    end = limit_end(bench, ClockKind.REMEDY, served)
    result = bench.last(Act.REMEDY_RESULT)
    return end if result is None else max(end, result.at)


def _out_of_court_time(bench: Bench) -> Iterator[Words]:
    start = _remedies_end(bench)
    if start is None:
        yield Words("送达", "a service of the decision")
        return
    if is_remedy_open(bench.dossier):
        yield Words("复议或诉讼的结果", "the end of the remedy that was sought")
    end = beyond(limit_of(bench, ClockKind.COURT), start, bench.policy.calendar)
    if not start <= bench.command.at <= end:
        yield Words(
            f"在 {china_text(start)} 至 {china_text(end)} 间的申请",
            f"an application between {china_text(start)} and {china_text(end)} in China",
        )


def _cleared(bench: Bench) -> Finding:
    """Where the party cleared it itself, the act only records that it is gone."""
    if bench.details.says("party_cleared"):
        return PASSED
    missing = list(
        unsaid(
            bench.details,
            {"party_cannot": Words("当事人不能清除", "that the party could not clear it")},
        )
    )
    if bench.details.says("party_absent") and not bench.details.says("party_told"):
        missing.append(Words("事后立即通知当事人", "that the absent party was told at once"))
    return block_for(missing)


GATES: Final = (
    Gate(
        id="C9",
        title=Words("强制执行", "Forced execution"),
        asks=Words(
            "先书面催告并期满; 不在夜间和节假日; 违法建筑须公告且期限届满; "
            "无强制权的三个月内申请法院",
            "There was a written demand and its time is over; not at night or on a holiday; "
            "structures wait for the remedies; the court is asked within three months of them",
        ),
        clause="行政强制法 34 – 37, 43, 44, 53, 54",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.LEGAL_REVIEWER),
        check=_forced,
    ),
    Gate(
        id="C10",
        title=Words("立即清除", "Clearing at once"),
        asks=Words(
            "当事人不能清除; 不在场的事后立即通知; 当事人已自行清除的如实记录",
            "The party can't clear it; if it was absent, it was told at once; or the party "
            "cleared it itself, and that is on record",
        ),
        clause="行政强制法 50, 52",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.HANDLER),
        check=_cleared,
    ),
)
