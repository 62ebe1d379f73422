"""What the party is told before a decision, and what it may answer: P09, P10, P25."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.gates import hearing
from handlers.decisions.gates.course import (
    answered_notices,
    done_after,
    investigators,
    limit_end,
    notice,
    penalty_in,
    proposal,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for, china_text, unsaid, untold, yuan
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.person import Role
from schemas.words import Words

_NO_NOTICE: Final = ("先有书面告知", "a notice before it")
_TOLD: Final = {
    "facts": Words("告知事实", "the facts, told"),
    "reasons": Words("告知理由", "the reasons, told"),
    "basis": Words("告知依据", "the basis, told"),
}
_RIGHTS: Final = {
    "told_defence": Words("告知陈述申辩权", "the right to state and defend, told"),
}


def _prior_notice(bench: Bench) -> Finding:
    match bench.command.act:
        case Act.NOTIFY:
            return block_for(_missing_in_notice(bench))
        case Act.WAIVE:
            return _waived_for(bench)
        case _:
            return _told_what_is_decided(bench)


def _missing_in_notice(bench: Bench) -> Iterator[Words]:
    proposed = proposal(bench)
    if proposed is None:
        yield Words("先有拟处理意见", "a proposal before it")
    elif not penalty_in(bench.details).is_within(penalty_in(proposed.details)):
        yield Words("不重于拟处理意见的告知", "a notice of what was proposed, and of no more")
    yield from untold(bench.details, _TOLD)
    yield from unsaid(bench.details, _RIGHTS)


def _waived_for(bench: Bench) -> Finding:
    """A waiver replaces the defence, and never the notice."""
    if notice(bench) is None:
        return block(*_NO_NOTICE)
    if not bench.details.says("signed"):
        return block("当事人对放弃的签字", "the party's signature under the waiver")
    if not (bench.details.says("waives_defence") or bench.details.says("waives_hearing")):
        return block("放弃的是申辩还是听证", "which is waived: the defence or the hearing")
    return PASSED


def _told_what_is_decided(bench: Bench) -> Finding:
    told = notice(bench)
    if told is None:
        return block(*_NO_NOTICE)
    proposed = proposal(bench)
    if proposed is not None and told.number < proposed.number:
        return block("对最新拟处理意见的告知", "a notice of what was proposed last")
    decided, notified = penalty_in(bench.details), penalty_in(told.details)
    if not decided.is_within(notified):
        return block(
            f"新的告知: 已告知 {notified.kind} {yuan(notified.fine_fen)} 元, "
            f"拟决定 {decided.kind} {yuan(decided.fine_fen)} 元",
            f"a new notice: told was {notified.kind}, {yuan(notified.fine_fen)} yuan; "
            f"this is {decided.kind}, {yuan(decided.fine_fen)} yuan",
        )
    return block_for((*untold(told.details, _TOLD), *unsaid(told.details, _RIGHTS)))


def _defence(bench: Bench) -> Finding:
    match bench.command.act:
        case Act.LAPSE:
            return _time_is_over(bench)
        case Act.ANSWER_DEFENCE:
            return _each_point_answered(bench)
        case Act.SUBMIT_REVIEW:
            return _heard(bench)
        case _:
            return block_for(_heavier_than_answered(bench) or _unheard(bench))


def _time_is_over(bench: Bench) -> Finding:
    told = notice(bench)
    if told is None:
        return block(*_NO_NOTICE)
    ends = [limit_end(bench, ClockKind.DEFENCE, told.at)]
    if told.details.says("told_hearing"):
        ends.append(limit_end(bench, ClockKind.HEARING_REQUEST, told.at))
    if bench.command.at < max(ends):
        return block(
            f"陈述申辩及申请听证期限至 {china_text(max(ends))}",
            f"the end of the party's time, {china_text(max(ends))} in China",
        )
    return PASSED


def _waiting(bench: Bench) -> tuple[Taken, ...]:
    """Defences that nobody has answered, whichever notice they were against."""
    answer = bench.last(Act.ANSWER_DEFENCE)
    defences = bench.all(Act.DEFEND)
    return defences if answer is None else done_after(bench, answer, Act.DEFEND)


def _each_point_answered(bench: Bench) -> Finding:
    points = sum(len(defence.details.listed("points")) for defence in _waiting(bench))
    if points == 0:
        return block("待复核的申辩", "a defence that waits for an answer")
    answers = len(bench.details.listed("answers"))
    if answers != points:
        return block(
            f"逐条答复: 申辩 {points} 条, 答复 {answers} 条",
            f"an answer to each point: {points} points, {answers} answers",
        )
    if bench.command.person in investigators(bench.dossier):
        return block(
            f"承办人以外的复核人, 不是 {bench.command.person}",
            f"somebody who did not investigate, not {bench.command.person}",
        )
    return PASSED


def _heard(bench: Bench) -> Finding:
    return block_for(_unheard(bench))


def _unheard(bench: Bench) -> tuple[Words, ...]:
    told = notice(bench)
    if told is None:
        return (Words(*_NO_NOTICE),)
    if waiting := _waiting(bench):
        return (
            Words(f"对 {len(waiting)} 份申辩的复核答复", f"an answer to {len(waiting)} defence(s)"),
        )
    if done_after(bench, told, Act.DEFEND, Act.LAPSE, Act.HOLD_HEARING):
        return ()
    waived = done_after(bench, told, Act.WAIVE)
    if any(each.details.says("waives_defence") for each in waived):
        return ()
    # Asking for a hearing leaves the state in which a lapse could be said.
    end = limit_end(bench, ClockKind.DEFENCE, told.at)
    if bench.command.at >= end:
        return ()
    return (
        Words(
            f"当事人的申辩、放弃, 或期限届满 ({china_text(end)})",
            f"the party's defence, its waiver, or the end of its time, {china_text(end)} in China",
        ),
    )


def _heavier_than_answered(bench: Bench) -> tuple[Words, ...]:
    """Because somebody defended himself nothing becomes heavier: no new notice mends that."""
    decided = penalty_in(bench.details)
    answered = [penalty_in(told.details) for told in answered_notices(bench.dossier)]
    if all(decided.is_within(told) for told in answered):
        return ()
    least = min(told.fine_fen for told in answered)
    return (
        Words(
            f"不重于申辩前告知的处罚 ({yuan(least)} 元)",
            "a penalty no heavier than the notice that the party defended itself against "
            f"({yuan(least)} yuan)",
        ),
    )


GATES: Final = (
    Gate(
        id="P09",
        title=Words("事先告知", "Prior notice"),
        asks=Words(
            "决定前已告知拟处罚内容、事实、理由、依据和权利, 决定不重于告知",
            "The party is told content, facts, reasons, basis and rights before the decision, "
            "and nothing heavier is decided",
        ),
        clause="行政处罚法 44, 62",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_prior_notice,
    ),
    Gate(
        id="P10",
        title=Words("听取申辩", "Defence heard"),
        asks=Words(
            "申辩逐条复核答复, 不因申辩加重处罚",
            "Each point of the defence is checked and answered, and nothing becomes heavier "
            "because of it",
        ),
        clause="行政处罚法 45",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.OFFICER),
        check=_defence,
    ),
    Gate(
        id="P25",
        title=Words("听证", "Hearing"),
        asks=Words(
            "较重处罚告知听证权; 申请的已依法听证",
            "A hearing is offered where the penalty is heavy, and held where it was asked for",
        ),
        clause="行政处罚法 63 – 65",
        certainty=Certainty.TEXT,
        supply=(Role.HEARING_OFFICER, Role.HEAD),
        check=hearing.check,
    ),
)
