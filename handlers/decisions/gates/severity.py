"""Order to correct, one fine, crime, rival bodies, errors: P29, P30, P35 – P37."""

from typing import Final

from handlers.decisions.gates.course import done_after, proposal
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, Prior, block, needs_human
from handlers.decisions.gates.missing import block_for, china_text, untold
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.words import Words

_PUNISHED: Final = frozenset(
    {PenaltyState.DECIDED, PenaltyState.SERVED, PenaltyState.PERFORMING, PenaltyState.CLOSED}
)


def _correction_ordered(bench: Bench) -> Finding:
    if bench.command.act is not Act.ORDER_CORRECTION:
        if bench.last(Act.ORDER_CORRECTION) is None:
            return block("责令改正", "an order to correct")
        return PASSED
    until = bench.details.instant("until")
    before = bench.last(Act.ORDER_CORRECTION)
    given = None if before is None else before.details.instant("until")
    if until is not None and given is not None and until < given and bench.command.at < given:
        return block(
            f"不早于已给予的期限 {china_text(given)}",
            f"no less time than the party was given, until {china_text(given)} in China",
        )
    if until is None or until <= bench.command.at:
        return block(
            f"晚于 {china_text(bench.command.at)} 的改正期限",
            f"a time to correct that ends after {china_text(bench.command.at)} in China",
        )
    return PASSED


def _one_fine(bench: Bench) -> Finding:
    if bench.command.act is Act.MERGE_PENALTY:
        return _joins_an_open_case(bench)
    case = bench.dossier.case
    punished = None if case is None or case.linked is None else _punished(bench, case.linked)
    if punished is None:
        return PASSED
    if bench.command.act is Act.FILE:
        return needs_human(
            f"负责人确认并非同一违法行为: {punished.case} 已作处罚决定",
            f"a head who says that it is another act: {punished.case} was punished already",
        )
    if (bench.details.number("fine_fen") or 0) == 0:
        return PASSED
    return block(
        f"不再罚款的决定: 同一行为已由 {punished.case} 处罚",
        f"a decision without a fine: {punished.case} was punished for the same act",
    )


def _joins_an_open_case(bench: Bench) -> Finding:
    other = bench.other
    if other is None or (bench.dossier.case is not None and other.id == bench.dossier.case.id):
        return block("另一个已有的案件", "another case that exists")
    if _punished(bench, other.id) is not None:
        return block(
            f"尚未决定的案件: {other.id} 已作处罚决定",
            f"a case that isn't decided: {other.id} is",
        )
    return PASSED


def _punished(bench: Bench, case: str) -> Prior | None:
    return next(
        (prior for prior in bench.prior if prior.case == case and prior.ended in _PUNISHED), None
    )


def _crime_handed_over(bench: Bench) -> Finding:
    if bench.command.act is Act.HAND_TO_JUSTICE:
        return block_for(_missing_at_handing_over(bench))
    proposed = proposal(bench)
    if proposed is not None and proposed.details.says("suspected_crime"):
        return block("移送司法机关: 涉嫌犯罪", "the handing over to justice: a crime is suspected")
    if any(each.details.says("suspected_crime") for each in bench.all(Act.PROPOSE)):
        return needs_human(
            "负责人或法制审核确认不涉嫌犯罪: 先前的拟处理意见有此怀疑",
            "a head or lawyer who says that there is no crime: an earlier proposal suspected one",
        )
    return PASSED


def _missing_at_handing_over(bench: Bench) -> tuple[Words, ...]:
    receipt = {"receipt": Words("接收回执", "the receiver's receipt")}
    missing = tuple(untold(bench.details, receipt))
    if bench.details.listed("evidence"):
        return missing
    return (*missing, Words("随案证据", "the evidence that goes with the file"))


def _first_to_file(bench: Bench) -> Finding:
    if bench.details.says("other_body_filed"):
        return block(
            "先立案机关的管辖: 其他机关已立案, 由负责人协商",
            "that nobody filed before: another body did, and has it; the heads talk",
        )
    if bench.last(Act.REFUSED_BY_RECEIVER) is not None:
        return needs_human(
            "负责人确认管辖: 受移送机关已拒绝接收",
            "a head who says whose case it is: the receiver refused it",
        )
    return PASSED


def _complaints_answered(bench: Bench) -> Finding:
    complaint = bench.last(Act.COMPLAIN)
    if complaint is None or done_after(bench, complaint, Act.CORRECT_ERROR):
        return PASSED
    return block(
        f"对第 {complaint.number} 步申诉的答复",
        f"an answer to the complaint, act {complaint.number}",
    )


GATES: Final = (
    Gate(
        id="P29",
        title=Words("责令改正", "Order to correct"),
        asks=Words(
            "处罚同时责令当场或限期改正",
            "Whoever is punished was also ordered to correct, now or by a date",
        ),
        clause="行政处罚法 28",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_correction_ordered,
    ),
    Gate(
        id="P30",
        title=Words("一事不二罚", "One act, one fine"),
        asks=Words("同一违法行为只罚款一次", "The same act is fined once, across linked cases"),
        clause="行政处罚法 29",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_one_fine,
    ),
    Gate(
        id="P35",
        title=Words("涉嫌犯罪", "Suspected crime"),
        asks=Words(
            "涉嫌犯罪的连同证据移送司法机关, 不以罚代刑",
            "A suspected crime goes to justice with file and evidence, and isn't fined instead",
        ),
        clause="行政处罚法 27, 57(4), 82",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.LEGAL_REVIEWER),
        check=_crime_handed_over,
    ),
    Gate(
        id="P36",
        title=Words("管辖竞合", "Competing bodies"),
        asks=Words("最先立案的机关管辖; 争议由负责人协商", "First to file has it; the heads talk"),
        clause="行政处罚法 25",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_first_to_file,
    ),
    Gate(
        id="P37",
        title=Words("主动纠错", "Errors put right"),
        asks=Words("申诉检举均已答复改正", "Each complaint or finding of error was answered"),
        clause="行政处罚法 75, 76",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.AUDITOR),
        check=_complaints_answered,
    ),
)
