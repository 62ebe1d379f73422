"""Whether a case is opened, kept and closed in time: P18, P19, P23, P28."""

from datetime import date, datetime
from typing import Final

from handlers.decisions.gates.course import done_after, limit_end
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for, china_text, unsaid
from handlers.decisions.law.calendar import day_after
from schemas.act import Act, Details, Taken
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.instants import CHINA
from schemas.limit import Calendar, Limit, Unit
from schemas.person import Role
from schemas.words import Words

PURSUED_WITHIN: Final = Limit(amount=2, unit=Unit.YEAR, calendar=Calendar.CALENDAR)
PURSUED_LONGER: Final = Limit(amount=5, unit=Unit.YEAR, calendar=Calendar.CALENDAR)
"""Where life, health or finance came to harm."""


def _filing(bench: Bench) -> Finding:
    if bench.command.act is Act.NOT_FILE:
        return _not_filed_rightly(bench)
    if bench.last(Act.NOT_FILE) is not None:
        return block("未作不予立案决定的案件", "a case that nobody decided not to file")
    return PASSED


def _not_filed_rightly(bench: Bench) -> Finding:
    proposer = bench.details.person("proposed_by")
    person = None if proposer is None else bench.people.get(proposer)
    missing = []
    if proposer == bench.command.person:
        missing.append(Words("提出人与批准人不同", "a proposer other than who approves"))
    if person is None or Role.OFFICER not in person.roles:
        missing.append(Words("由执法人员提出", "a proposal by an officer"))
    if not bench.details.text("reason").strip():
        missing.append(Words("不予立案的理由", "why it isn't filed"))
    return block_for(missing)


def _preservation(bench: Bench) -> Finding:
    match bench.command.act:
        case Act.PRESERVE:
            return _preserved_rightly(bench)
        case Act.SETTLE_PRESERVED:
            return _settled_in_time(bench)
        case _:
            return _all_settled(bench)


def _preserved_rightly(bench: Bench) -> Finding:
    approver = bench.details.person("approved_by")
    head = None if approver is None else bench.people.get(approver)
    acting = {bench.command.person, bench.details.person("second")}
    vanishing = {"may_vanish": Words("证据可能灭失", "that the evidence may vanish")}
    missing = list(unsaid(bench.details, vanishing))
    if head is None or Role.HEAD not in head.roles or approver in acting:
        missing.append(Words("负责人的批准", "the approval of a head"))
    return block_for(missing)


def _unsettled(bench: Bench) -> tuple[Taken, ...]:
    settled = bench.last(Act.SETTLE_PRESERVED)
    preserved = bench.all(Act.PRESERVE)
    return preserved if settled is None else done_after(bench, settled, Act.PRESERVE)


def _settled_in_time(bench: Bench) -> Finding:
    """Late, the preservation has lapsed: the decision can only be to give it back."""
    waiting = _unsettled(bench)
    if not waiting:
        return block("待处理的登记保存", "something preserved that waits for a decision")
    end = limit_end(bench, ClockKind.PRESERVATION, waiting[0].at)
    if bench.command.at > end and bench.details.text("into") != "returned":
        return block(
            f"退还: 登记保存已于 {china_text(end)} 失效",
            f"its return: the preservation lapsed at {china_text(end)} in China",
        )
    return PASSED


def _all_settled(bench: Bench) -> Finding:
    if waiting := _unsettled(bench):
        return block(
            f"对 {len(waiting)} 项登记保存的处理决定",
            f"a decision on what was preserved, {len(waiting)} time(s)",
        )
    return PASSED


def _decided_in_time(bench: Bench) -> Finding:
    filed = bench.last(Act.FILE)
    if filed is None:
        return block("立案", "a filing before it")
    end = limit_end(bench, ClockKind.PENALTY_90, filed.at)
    if bench.command.at > end:
        return block(
            f"在 {china_text(end)} 前作出的决定",
            f"a decision before {china_text(end)} in China",
        )
    return PASSED


def _not_too_old(bench: Bench) -> Finding:
    filed_at, details = _filing_of(bench)
    ended_on = _ended_on(bench.dossier.occurred_at, details)
    if ended_on is None:
        return block("违法行为发生时间", "when it happened")
    limit = PURSUED_LONGER if details.says("harmed_life") else PURSUED_WITHIN
    last = day_after(limit, ended_on)
    if filed_at.astimezone(CHINA).date() > last:
        return block(
            f"追责时效内的发现: 至 {last}", f"its finding within the time to pursue it, by {last}"
        )
    return PASSED


def _filing_of(bench: Bench) -> tuple[datetime, Details]:
    """When it was found at the latest, and what was said of it then."""
    filed = bench.last(Act.FILE)
    if filed is None:
        return bench.command.at, bench.details
    return filed.at, filed.details


def _ended_on(occurred_at: datetime | None, details: Details) -> date | None:
    """A continuing act counts from its end; of any other the earlier day favours the party."""
    known = [each for each in (occurred_at, details.instant("ended_at")) if each is not None]
    if not known:
        return None
    at = max(known) if details.says("is_continuing") else min(known)
    return at.astimezone(CHINA).date()


GATES: Final = (
    Gate(
        id="P18",
        title=Words("立案", "Filing"),
        asks=Words(
            "不予立案须有执法人员提出、理由和负责人批准",
            "Not filing needs an officer who proposes it, a reason and a head",
        ),
        clause="行政处罚法 54, 76",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.HEAD),
        check=_filing,
    ),
    Gate(
        id="P19",
        title=Words("先行登记保存", "Preserved evidence"),
        asks=Words(
            "经负责人批准, 七个工作日内处理, 逾期退还",
            "A head approved it; it is decided on in seven working days, or given back",
        ),
        clause="行政处罚法 56",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_preservation,
    ),
    Gate(
        id="P23",
        title=Words("办案期限", "Decided in time"),
        asks=Words("自立案之日起九十日内决定", "It is decided within 90 days of the filing"),
        clause="行政处罚法 60",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_decided_in_time,
    ),
    Gate(
        id="P28",
        title=Words("追责时效", "Not too old"),
        asks=Words(
            "二年内 (危及生命健康金融且有危害后果的五年内) 发现",
            "It was found within two years; five where life, health or finance came to harm",
        ),
        clause="行政处罚法 36",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_not_too_old,
    ),
)
