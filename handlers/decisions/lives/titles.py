"""What roles, states, clocks and calendars are called, in Chinese and in English."""

from collections.abc import Mapping
from typing import Final

from handlers.decisions.lives.step import Life, PackState, State
from schemas.act import Method721
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.limit import Calendar, Limit, Unit
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import CaseState

ROLES: Final[Mapping[Role, Words]] = {
    Role.OBSERVER: Words("观察员", "observer"),
    Role.INTAKE: Words("受理员", "intake clerk"),
    Role.DUTY_CHIEF: Words("值班长", "duty chief"),
    Role.DISPATCHER: Words("派遣员", "dispatcher"),
    Role.HANDLER: Words("处置人员", "handler"),
    Role.VERIFIER: Words("核查员", "verifier"),
    Role.OFFICER: Words("执法人员", "officer"),
    Role.RECORD_REVIEWER: Words("证据审核员", "record reviewer"),
    Role.LEGAL_REVIEWER: Words("法制审核员", "legal reviewer"),
    Role.HEARING_OFFICER: Words("听证主持人", "hearing officer"),
    Role.HEAD: Words("行政机关负责人", "head of the body"),
    Role.FINANCE: Words("财务收缴人员", "finance"),
    Role.CLERK: Words("内勤", "clerk"),
    Role.AUXILIARY: Words("协管员", "auxiliary"),
    Role.AUDITOR: Words("督查审计员", "auditor"),
    Role.OPINION_OFFICER: Words("舆情员", "opinion officer"),
    Role.POLICY_EDITOR: Words("政策编辑", "policy editor"),
    Role.PUBLISHER: Words("发布员", "publisher"),
    Role.MACHINE: Words("设备与程序", "machine"),
}

CASE_STATES: Final[Mapping[CaseState, Words]] = {
    CaseState.CANDIDATE: Words("疑似线索", "candidate"),
    CaseState.OPENED: Words("已立卷", "opened"),
    CaseState.DISPATCHED: Words("已派遣", "dispatched"),
    CaseState.RETURNED: Words("已退回", "returned"),
    CaseState.HANDLING: Words("处置中", "handling"),
    CaseState.SUSPENDED: Words("挂账", "suspended"),
    CaseState.FEEDBACK: Words("已反馈", "reported done"),
    CaseState.REWORK: Words("返工", "rework"),
    CaseState.VERIFIED: Words("已核查", "verified"),
    CaseState.TRANSFERRING: Words("移送中", "being transferred"),
    CaseState.CLOSED: Words("已结案", "closed"),
    CaseState.NOT_OPENED: Words("不予建案", "not opened"),
    CaseState.DISCARDED: Words("不予采用", "discarded"),
    CaseState.MERGED: Words("已并案", "merged"),
    CaseState.WITHDRAWN: Words("已作废", "withdrawn"),
    CaseState.TRANSFERRED: Words("已移送", "transferred"),
}

PENALTY_STATES: Final[Mapping[PenaltyState, Words]] = {
    PenaltyState.NOT_CONSIDERED: Words("未启动处罚研判", "not considered"),
    PenaltyState.TRIAGE: Words("处罚研判", "triage"),
    PenaltyState.SOFT_MEASURE: Words("柔性措施", "soft measure"),
    PenaltyState.CORRECTION_WAIT: Words("等待改正", "waiting for correction"),
    PenaltyState.NO_PENALTY: Words("不予处罚", "no penalty"),
    PenaltyState.FILED: Words("已立案", "filed"),
    PenaltyState.INVESTIGATING: Words("调查取证", "investigating"),
    PenaltyState.NOTIFIED: Words("已告知", "notified"),
    PenaltyState.DEFENCE: Words("陈述申辩与听证", "defence and hearing"),
    PenaltyState.LEGAL_REVIEW: Words("法制审核", "legal review"),
    PenaltyState.DECIDED: Words("已决定", "decided"),
    PenaltyState.SERVED: Words("已送达", "served"),
    PenaltyState.PERFORMING: Words("履行与执行", "performing"),
    PenaltyState.CLOSED: Words("结案归档", "closed"),
    PenaltyState.NOT_FILED: Words("不予立案", "not filed"),
    PenaltyState.TERMINATED: Words("终止调查", "terminated"),
    PenaltyState.REVOKED: Words("决定已撤销", "revoked"),
    PenaltyState.VOID: Words("决定无效", "void"),
    PenaltyState.TRANSFERRED: Words("已移送司法", "handed to justice"),
    PenaltyState.MERGED_INTO: Words("并入他案", "merged into another"),
    PenaltyState.STAYED: Words("停止执行", "stayed"),
}

OPINION_STATES: Final[Mapping[OpinionState, Words]] = {
    OpinionState.DETECTED: Words("已发现", "detected"),
    OpinionState.GRADED: Words("已定级", "graded"),
    OpinionState.REPORTED: Words("已上报", "reported"),
    OpinionState.CLOSED: Words("已办结", "closed"),
}

PACK_STATES: Final[Mapping[PackState, Words]] = {
    PackState.DRAFT: Words("草稿", "draft"),
    PackState.PROPOSED: Words("已提出", "proposed"),
    PackState.PUBLISHED: Words("已发布", "published"),
}

LIVES: Final[Mapping[Life, Words]] = {
    Life.WORK_FILE: Words("案卷", "work file"),
    Life.PENALTY: Words("行政处罚案件", "penalty case"),
    Life.OPINION: Words("舆情事项", "opinion incident"),
    Life.PACK: Words("政策包", "policy pack"),
}

CLOCKS: Final[Mapping[ClockKind, Words]] = {
    ClockKind.TAKE: Words("受理时限", "taking it up"),
    ClockKind.DISPATCH: Words("派遣时限", "dispatch"),
    ClockKind.DISPOSAL: Words("处置时限", "disposal"),
    ClockKind.DANGER: Words("险情响应时限", "answering a danger"),
    ClockKind.VERIFY: Words("核查时限", "verifying"),
    ClockKind.SUSPENSION_REVIEW: Words("挂账复核时限", "review of a suspension"),
    ClockKind.TRANSFER_RECEIPT: Words("移送回执时限", "receipt of a transfer"),
    ClockKind.CORRECTION: Words("改正期限", "correction"),
    ClockKind.FILING: Words("立案时限", "filing"),
    ClockKind.PENALTY_90: Words("办案期限(90日)", "decision within 90 days"),
    ClockKind.RECORD_REVIEW: Words("记录审核时限", "record review"),
    ClockKind.TELL: Words("告知事实时限", "telling the party"),
    ClockKind.DEFENCE: Words("陈述申辩期限", "defence"),
    ClockKind.PRESERVATION: Words("登记保存处理期限", "preserved evidence"),
    ClockKind.URGENT_APPROVAL: Words("紧急补办批准时限", "approval of what was urgent"),
    ClockKind.SEIZURE: Words("查封扣押期限", "seizure"),
    ClockKind.HEARING_REQUEST: Words("申请听证期限", "asking for a hearing"),
    ClockKind.HEARING_NOTICE: Words("听证通知期限", "notice of a hearing"),
    ClockKind.SERVICE: Words("送达期限", "service"),
    ClockKind.PAYMENT: Words("缴款期限", "payment"),
    ClockKind.DEMAND: Words("催告期限", "demand"),
    ClockKind.COURT: Words("申请强制执行期限", "applying to the court"),
    ClockKind.REMEDY: Words("复议诉讼期限", "remedies"),
    ClockKind.WITHDRAWAL: Words("撤回公开期限", "withdrawing a publication"),
    ClockKind.SPOT_REPORT: Words("当场处罚报备期限", "filing a spot decision"),
    ClockKind.OPINION_REPORT: Words("舆情上报时限(10小时)", "report to the province in 10 hours"),
}

CALENDARS: Final[Mapping[Calendar, Words]] = {
    Calendar.STATUTORY_WORKING: Words("法定工作日", "statutory working days"),
    Calendar.CALENDAR: Words("自然日", "calendar days"),
    Calendar.CITY_WORKING: Words("平台工作时", "city working hours"),
    Calendar.CONTINUOUS: Words("连续计时", "continuous"),
}

UNITS: Final[Mapping[Unit, Words]] = {
    Unit.MINUTE: Words("分钟", "minute"),
    Unit.HOUR: Words("小时", "hour"),
    Unit.DAY: Words("日", "day"),
    Unit.MONTH: Words("个月", "month"),
    Unit.YEAR: Words("年", "year"),
}

CERTAINTIES: Final[Mapping[Certainty, Words]] = {
    Certainty.TEXT: Words("法规文件原文", "statute text"),
    Certainty.SECONDARY: Words("二手资料", "secondary source"),
    Certainty.PROPOSAL: Words(
        "设计建议, 须由本市确认", "design proposal, to be confirmed by the city"
    ),
    Certainty.MEMORY: Words("凭记忆, 须由本市确认", "from memory, to be confirmed by the city"),
}

METHODS: Final[Mapping[Method721, Words]] = {
    Method721.SERVICE: Words("服务", "service"),
    Method721.MANAGE: Words("管理", "management"),
    Method721.ENFORCE: Words("执法", "enforcement"),
}


def state_title(state: State) -> Words:
    """By the state's own life: `closed` of one equals `closed` of another, and means less."""
    if isinstance(state, CaseState):
        return CASE_STATES[state]
    if isinstance(state, PenaltyState):
        return PENALTY_STATES[state]
    if isinstance(state, OpinionState):
        return OPINION_STATES[state]
    return PACK_STATES[state]


def limit_title(limit: Limit) -> Words:
    """An amount with its unit and who counts it."""
    unit, calendar = UNITS[limit.unit], CALENDARS[limit.calendar]
    plural = "" if limit.amount == 1 else "s"
    return Words(
        f"{limit.amount}{unit.zh}({calendar.zh})",
        f"{limit.amount} {unit.en}{plural} ({calendar.en})",
    )
