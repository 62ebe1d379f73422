"""Where the street's life may fork into punishment: when, by which route, after what softness."""

from typing import Final

from handlers.decisions.first_violation import earlier_findings
from handlers.decisions.gates.danger import is_dangerous
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import china_text
from handlers.decisions.law.catalogue import HasParty
from handlers.decisions.lives.penalty_case import OVER
from handlers.decisions.lives.work_file import PLATFORM
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.penalty import Ground, PenaltyState, SoftMeasure
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import CaseState, Route, WorkFile

FORKING: Final = frozenset(
    {
        CaseState.OPENED,
        CaseState.DISPATCHED,
        CaseState.RETURNED,
        CaseState.HANDLING,
        CaseState.SUSPENDED,
        CaseState.FEEDBACK,
        CaseState.REWORK,
        CaseState.VERIFIED,
    }
)
"""A candidate accuses nobody, and what is over begins nothing."""
_NO_BLAME: Final = frozenset({Route.SERVICE, Route.TRIAGE})
_NOTICE: Final = "鄂建〔2022〕1536: 说服教育、劝导示范、警示告诫、指导约谈"


def _file_is_open(bench: Bench) -> Finding:
    case = bench.dossier.case
    if case is not None and case.state in FORKING:
        return PASSED
    state = "-" if case is None else case.state
    return block(
        f"已建立且未终结的案卷: 目前为 {state}",
        f"a work file that was opened and isn't over: it is {state}",
    )


def _route_permits_punishing(bench: Bench) -> Finding:
    case, matter = bench.dossier.case, bench.matter
    if case is None or case.route in _NO_BLAME:
        route = "-" if case is None else case.route
        return block(
            f"允许追究的处置路径: 目前为 {route}, 无人可责或尚未归类",
            f"a route that permits punishing: {route} has nobody to blame, or isn't sorted yet",
        )
    if matter is None or matter.has_party is HasParty.NO:
        return block(
            "政策包中有当事人的事项", "a matter of the pack that somebody is answerable for"
        )
    return PASSED


def _penalty_case_is_noted(bench: Bench) -> Finding:
    penalty = bench.dossier.penalty
    if penalty is PenaltyState.NOT_CONSIDERED or penalty in OVER:
        return PASSED
    if bench.details.text("penalty_noted").strip():
        return PASSED
    return block(
        f"注明关联处罚案件 (penalty_noted): 该案为 {penalty}",
        f"a note of the penalty case (penalty_noted): it is {penalty}",
    )


def _measures_go_in_order(bench: Bench) -> Finding:
    measures = bench.policy.leniency.measures
    act = bench.command.act
    mine = SoftMeasure(act.value)
    if mine not in measures:
        listed = ", ".join(measures) or "-"
        return block(
            f"政策包中的柔性措施 ({listed}), 不是 {mine}",
            f"a soft measure of the pack ({listed}), not {mine}",
        )
    before = measures[: measures.index(mine)]
    missing = [each for each in before if not bench.all(Act(each.value))]
    if not missing or bench.details.text("skipped").strip():
        return PASSED
    listed = ", ".join(missing)
    return block(
        f"先行措施 {listed}, 或跳过的理由 (skipped)",
        f"{listed} before it, or why it was passed over (skipped)",
    )


def _danger_is_not_excused_as_first(bench: Bench) -> Finding:
    if not is_dangerous(bench.dossier.case) or bench.details.text("ground") != Ground.FIRST:
        return PASSED
    return block(
        "轻微不罚或无过错不罚: 零容忍案件不适用首违不罚",
        "another ground, minor or no fault: a danger isn't excused for being the first",
    )


def _softness_went_before(bench: Bench) -> Finding:
    """Route, not blame, is asked of danger elsewhere: here only the soft one must wait."""
    case = bench.dossier.case
    if case is None or case.route is not Route.SOFT:
        return PASSED
    if (bench.details.number("harm_fen") or 0) > 0 or _is_repeated(bench, case):
        return PASSED
    ordered = bench.last(Act.ORDER_CORRECTION)
    if ordered is None:
        return block(
            "责令改正在先, 或再次违法, 或有损失",
            "an order to correct before it, or an earlier violation, or damage",
        )
    return _is_uncorrected(bench, ordered)


def _is_uncorrected(bench: Bench, ordered: Taken) -> Finding:
    """A look before the time is up proves nothing: the party still had time."""
    until = ordered.details.instant("until")
    if until is None or bench.command.at <= until:
        ends = "-" if until is None else china_text(until)
        return block(
            f"改正期限届满: {ends}", f"the end of the time to correct: it runs until {ends}"
        )
    rechecked = bench.last(Act.RECHECK)
    if rechecked is None or rechecked.number < ordered.number:
        return PASSED
    if rechecked.details.says("is_corrected"):
        return block(
            "未按期改正: 最近一次复查认定已改正",
            "a party that did not correct: the last re-check says that it did",
        )
    return PASSED


def _is_repeated(bench: Bench, case: WorkFile) -> bool:
    """By the list in force and by the one in force then: the shorter look-back holds."""
    if case.matter is None:
        return False
    packs = (bench.policy,) if bench.then is None else (bench.policy, bench.then)
    return all(
        any(
            earlier_findings(
                bench.prior,
                pack.leniency.first_violations.get(case.matter),
                case=case.id,
                matter=case.matter,
                occurred_at=bench.dossier.occurred_at or case.opened_at,
            )
        )
        for pack in packs
    )


GATES: Final = (
    Gate(
        id="L01",
        title=Words("案卷在办", "An open work file"),
        asks=Words(
            "处罚案件只能从已建立、未终结的案卷开始",
            "The penalty case starts only from a work file that was opened and isn't over",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.INTAKE, Role.DUTY_CHIEF),
        check=_file_is_open,
    ),
    Gate(
        id="L02",
        title=Words("路径允许追究", "The route permits it"),
        asks=Words(
            "服务类和待研判案卷无人可责; 事项须有当事人",
            "Nobody is punished on the service route or before a person has sorted the case; "
            "and the matter has somebody who is answerable",
        ),
        clause="行政处罚法 4: 公民、法人或者其他组织违反行政管理秩序的行为",
        certainty=Certainty.PROPOSAL,
        supply=(Role.INTAKE, Role.DUTY_CHIEF),
        check=_route_permits_punishing,
    ),
    Gate(
        id="L09",
        title=Words("注明处罚案件", "The penalty case is noted"),
        asks=Words(
            "有在办处罚案件的案卷, 结案或作废时须注明",
            "A work file that ends while its penalty case goes on says so",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF, Role.INTAKE),
        check=_penalty_case_is_noted,
    ),
    Gate(
        id="L12",
        title=Words("柔性措施的次序", "Soft measures in order"),
        asks=Words(
            "柔性措施按政策包的次序进行, 跳过须说明理由",
            "The soft measures are taken in the pack's order; whoever passes one over says why",
        ),
        clause=_NOTICE,
        certainty=Certainty.PROPOSAL,
        supply=(Role.OFFICER, Role.AUXILIARY),
        check=_measures_go_in_order,
    ),
    Gate(
        id="L15",
        title=Words("零容忍不适用首违不罚", "No first-time excuse for danger"),
        asks=Words(
            "零容忍案件只有轻微或无过错两种不罚依据",
            "A danger goes unpunished only as minor or without fault, never for being the first",
        ),
        clause="行政处罚法 33; 鄂建〔2022〕1536: 涉及安全 → 零容忍",
        certainty=Certainty.PROPOSAL,
        supply=(Role.HEAD,),
        check=_danger_is_not_excused_as_first,
    ),
    Gate(
        id="L16",
        title=Words("柔性在先", "Softness first"),
        asks=Words(
            "柔性案件须责令改正而未按期改正, 或再次违法, 或有损失, 方可立案或当场处罚",
            "On the soft route a case is filed, or decided on the spot, only where a party did not "
            "correct in time, did it before, or did damage",
        ),
        clause="行政处罚法 28, 33; 鄂建〔2022〕1536: 不涉及安全 → 柔性执法",
        certainty=Certainty.PROPOSAL,
        supply=(Role.OFFICER,),
        check=_softness_went_before,
    ),
)
