"""Gates of opinion incidents and of policy packs."""

from collections.abc import Sequence
from typing import Final

from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.opinion import OpinionGrade
from schemas.person import Role
from schemas.words import Words

GRADES: Final[Sequence[OpinionGrade]] = (
    OpinionGrade.ORDINARY,
    OpinionGrade.SERIOUS,
    OpinionGrade.MAJOR,
)
"""By social impact, the least first."""
PACK_PREFIX: Final = "pack:"


def _given_grade(bench: Bench) -> OpinionGrade | None:
    graded = bench.last(Act.GRADE_OPINION)
    return None if graded is None else OpinionGrade(graded.details.text("grade"))


def _grade_is_not_quietly_lowered(bench: Bench) -> Finding:
    given = _given_grade(bench)
    wanted = OpinionGrade(bench.details.text("grade"))
    is_lower = given is not None and GRADES.index(wanted) < GRADES.index(given)
    if not is_lower or bench.role is Role.DUTY_CHIEF:
        return PASSED
    return block(
        f"降级须由值班长进行: 由 {given} 降为 {wanted}",
        f"the duty chief: it would be lowered from {given} to {wanted}",
    )


def _statement_is_checked_by_two(bench: Bench) -> Finding:
    approver = bench.details.person("approved_by")
    if not bench.details.text("verified_facts").strip():
        return block("核实情况 (verified_facts)", "the facts that were verified (verified_facts)")
    if approver is None or approver not in bench.people:
        return block(
            f"登记在册的批准人, 不是 {approver}", f"an approver of the register, not {approver}"
        )
    if approver == bench.command.person:
        return block(f"另一人批准, 不是 {approver}", f"another approver than {approver}")
    return PASSED


def _incident_was_met(bench: Bench) -> Finding:
    grade = _given_grade(bench)
    if grade is None:
        return block("舆情定级: 未定级不得办结", "a grade: an incident isn't closed without one")
    if grade is OpinionGrade.MAJOR and bench.last(Act.REPORT_OPINION) is None:
        return block(
            "上报省厅的记录: 重大舆情须上报",
            "a report to the province on record: it is a major incident",
        )
    if grade is OpinionGrade.ORDINARY or _was_answered(bench):
        return PASSED
    return block(
        f"已回应公众 (was_answered) 的记录: 级别为 {grade}",
        f"an answer to the public on record (was_answered): it is a {grade} incident",
    )


def _was_answered(bench: Bench) -> bool:
    return bench.details.says("was_answered") and bench.last(Act.ANSWER_OPINION) is not None


def _used_version_is_never_edited(bench: Bench) -> Finding:
    digest = bench.command.subject.removeprefix(PACK_PREFIX)
    used = bench.version_digest
    if used is not None and used != digest:
        return block(
            f"新的版本号: 该版本已是 {used}, 用过的版本不得修改",
            f"a new version: this one is {used} already, and a used version is never edited",
        )
    if bench.command.act is not Act.PUBLISH_PACK:
        return PASSED
    proposed = bench.last(Act.PROPOSE_PACK)
    if proposed is None or proposed.person == bench.command.person:
        return block("两人: 提出人与发布人不得为同一人", "two persons: one proposes, one publishes")
    if not bench.details.text("where").strip():
        return block("公布渠道 (where)", "where the city publishes it (where)")
    return PASSED


GATES: Final = (
    Gate(
        id="N01",
        title=Words("舆情不得悄然降级", "No quiet lowering of a grade"),
        asks=Words(
            "已定级的舆情, 降级须由值班长进行",
            "Only the duty chief lowers a grade that was given",
        ),
        clause="鄂建〔2022〕1536: 按社会影响程度分级管理",
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF,),
        check=_grade_is_not_quietly_lowered,
    ),
    Gate(
        id="N02",
        title=Words("口径一致", "One checked statement"),
        asks=Words(
            "回应前事实已核实, 口径由另一人批准",
            "Before anybody speaks the facts are verified, and another person approves the words",
        ),
        clause="鄂建〔2022〕1536: 快速响应, 尽快核实, 口径一致",
        certainty=Certainty.PROPOSAL,
        supply=(Role.OPINION_OFFICER, Role.DUTY_CHIEF),
        check=_statement_is_checked_by_two,
    ),
    Gate(
        id="N03",
        title=Words("办结条件", "Met before it is closed"),
        asks=Words(
            "办结前已定级; 重大舆情已上报省厅; 较大以上舆情已回应",
            "It is graded before it is closed; a major one was reported to the province, a serious "
            "or major one was answered",
        ),
        clause="鄂建〔2022〕1536: 10小时内上报省厅, 快速响应",
        certainty=Certainty.PROPOSAL,
        supply=(Role.OPINION_OFFICER, Role.DUTY_CHIEF),
        check=_incident_was_met,
    ),
    Gate(
        id="K01",
        title=Words("用过的版本不得修改", "A used version is never edited"),
        asks=Words(
            "同名同版本只能是同一内容; 提出与发布由两人进行, 并说明公布渠道",
            "A name and version mean the same text for ever; one person proposes, another "
            "publishes and says where",
        ),
        clause="行政处罚法 34, 39: 公布",
        certainty=Certainty.PROPOSAL,
        supply=(Role.POLICY_EDITOR, Role.PUBLISHER),
        check=_used_version_is_never_edited,
    ),
)
