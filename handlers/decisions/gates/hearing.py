"""The right to a hearing, from telling it to deciding after it (P25).

told ─┬─► asked ─► announced, 7 working days ahead ─► held ─┐
      ├─► waived ───────────────────────────────────────────┼─► decided
      └─► the time to ask ran out ──────────────────────────┘
"""

from handlers.decisions.gates.course import (
    Penalty,
    done_after,
    investigators,
    is_heavy,
    limit_end,
    notice,
    party_kind,
    penalty_in,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, block, needs_human
from handlers.decisions.gates.missing import china_text
from schemas.act import Act, Taken
from schemas.clock import ClockKind


def check(bench: Bench) -> Finding:
    """Asked before each step of a hearing, and before anything that rests on it."""
    match bench.command.act:
        case Act.NOTIFY:
            return _offered(bench)
        case Act.ASK_HEARING:
            return _asked_in_time(bench)
        case Act.ANNOUNCE_HEARING:
            return _announced_in_time(bench)
        case Act.HOLD_HEARING:
            return _held_rightly(bench)
        case _:
            return _settled(bench)


def _offered(bench: Bench) -> Finding:
    if _is_heavy_here(bench, penalty_in(bench.details)) and not bench.details.says("told_hearing"):
        return block("告知听证权: 处罚较重", "the right to a hearing, told: the penalty is heavy")
    return PASSED


def _is_heavy_here(bench: Bench, penalty: Penalty) -> bool:
    return is_heavy(penalty, party_kind(bench))


def _asked_in_time(bench: Bench) -> Finding:
    told = notice(bench)
    if told is None or not told.details.says("told_hearing"):
        return block("告知听证权的告知书", "a notice that offers a hearing")
    end = limit_end(bench, ClockKind.HEARING_REQUEST, told.at)
    if bench.command.at > end:
        return block(
            f"在 {china_text(end)} 前提出的申请", f"a request before {china_text(end)} in China"
        )
    return PASSED


def _request(bench: Bench) -> Taken | None:
    """What the party asked for after the notice in force and has not waived since."""
    told = notice(bench)
    asked = () if told is None else done_after(bench, told, Act.ASK_HEARING)
    return None if not asked or _waived_since(bench, asked[-1]) else asked[-1]


def _waived_since(bench: Bench, earlier: Taken) -> bool:
    waivers = done_after(bench, earlier, Act.WAIVE)
    return any(waiver.details.says("waives_hearing") for waiver in waivers)


def _announced_in_time(bench: Bench) -> Finding:
    if _request(bench) is None:
        return block("当事人的听证申请", "a request of the party")
    held_at = bench.details.instant("held_at")
    earliest = limit_end(bench, ClockKind.HEARING_NOTICE, bench.command.at)
    if held_at is None or held_at < earliest:
        return block(
            f"提前七个工作日通知: 不早于 {china_text(earliest)}",
            f"notice of seven working days: held no earlier than {china_text(earliest)} in China",
        )
    if not bench.details.says("is_public"):
        return needs_human(
            "公开举行, 或说明依法保密的理由",
            "a hearing in public, or somebody who says which secret keeps it closed",
        )
    return PASSED


def _held_rightly(bench: Bench) -> Finding:
    request = _request(bench)
    if request is None:
        return block("当事人的听证申请", "a request of the party")
    announced = done_after(bench, request, Act.ANNOUNCE_HEARING)
    if not announced:
        return block("听证通知", "an announcement of the hearing")
    held_at = announced[-1].details.instant("held_at")
    if held_at is None or bench.command.at < held_at:
        when = "" if held_at is None else china_text(held_at)
        return block(f"通知的听证时间 {when}", f"the announced time, {when} in China")
    if bench.command.person in investigators(bench.dossier):
        return block(
            f"非本案调查人员的主持人, 不是 {bench.command.person}",
            f"a presider who did not investigate, not {bench.command.person}",
        )
    return PASSED


def _settled(bench: Bench) -> Finding:
    told = notice(bench)
    if told is None:
        return block("先有书面告知", "a notice before it")
    if not told.details.says("told_hearing"):
        return _no_hearing_due(bench, told)
    request = _request(bench)
    if request is not None:
        if done_after(bench, request, Act.HOLD_HEARING):
            return PASSED
        return block("已申请的听证", "the hearing that the party asked for")
    end = limit_end(bench, ClockKind.HEARING_REQUEST, told.at)
    if _waived_since(bench, told) or bench.command.at >= end:
        return PASSED
    return block(
        f"听证申请期限届满 ({china_text(end)})",
        f"the end of the time to ask for a hearing, {china_text(end)} in China",
    )


def _no_hearing_due(bench: Bench, told: Taken) -> Finding:
    """Who is identified after the notice may be one for whom the same fine is a large one."""
    if _is_heavy_here(bench, penalty_in(told.details)):
        return block("告知听证权的新告知", "a new notice that offers a hearing")
    return PASSED
