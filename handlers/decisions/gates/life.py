"""The work file's own gates: sorted before it is opened, checked by others, ended rightly."""

from datetime import timedelta
from typing import Final

from handlers.decisions.gates.danger import is_dangerous
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block, needs_human
from handlers.decisions.gates.powers import granted
from handlers.decisions.lives.work_file import PLATFORM
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.instants import CHINA
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import Route

MOST_RETURNS: Final = 2
RECURRENCE: Final = timedelta(days=7)


def _is_sorted_and_placed(bench: Bench) -> Finding:
    case = bench.dossier.case
    if bench.matter is None:
        return block("政策包中的事项: 请先归类", "a matter of the pack: sort it first")
    if case is None or case.place is None or case.place.key is None:
        return block("可区分的地点: 请先归类定位", "a place that tells it apart: sort it first")
    if case.route is Route.TRIAGE:
        return block("待研判的线索: 请先归类", "a sorted sighting: classify it first")
    if is_dangerous(case) and bench.role is not Role.DUTY_CHIEF:
        return block("零容忍案卷须由值班长建立", "the duty chief: a danger is theirs to open")
    return PASSED


def _returns_come_to_an_end(bench: Bench) -> Finding:
    if len(bench.all(Act.RETURN)) < MOST_RETURNS:
        return PASSED
    if bench.command.act is Act.RETURN:
        return block(
            f"已退回 {MOST_RETURNS} 次: 由值班长裁定, 不得再退",
            f"the duty chief's word: it was sent back {MOST_RETURNS} times, and isn't once more",
        )
    if bench.role is not Role.DUTY_CHIEF:
        return block(
            f"已退回 {MOST_RETURNS} 次: 须由值班长派遣",
            f"the duty chief: it was sent back {MOST_RETURNS} times",
        )
    return PASSED


def _verifier_is_of_another_unit(bench: Bench) -> Finding:
    me = bench.command.person
    unit = bench.people[me].unit
    handlers = sorted(bench.dossier.people_of(Act.ACCEPT, Act.FEEDBACK))
    if me in handlers:
        return block(f"另一名核查员: {me} 参与了处置", f"another verifier: {me} handled it")
    units = {id_: bench.people[id_].unit for id_ in handlers if id_ in bench.people}
    for handler, handlers_unit in units.items():
        if handlers_unit == unit:
            return block(
                f"其他单位的核查员: {me} 与 {handler} 同属 {unit}",
                f"a verifier of another unit: {me} and {handler} are both of {unit}",
            )
    strangers = ", ".join(id_ for id_ in handlers if id_ not in units)
    if strangers:
        return needs_human(
            f"{strangers} 所属单位不明: 由负责人裁定核查是否独立",
            f"the unit of {strangers}, unknown: the head settles whether {me} is of another",
        )
    return PASSED


def _close_condition_is_met(bench: Bench) -> Finding:
    if bench.details.says("condition_met"):
        return PASSED
    matter = bench.matter
    condition = matter.close_condition if matter else Words("结案条件", "the close condition")
    return block(
        f"符合结案条件: {condition.zh}", f"that the close condition is met: {condition.en}"
    )


def _recurs_soon(bench: Bench) -> Finding:
    if not bench.details.listed("evidence"):
        return block("新的证据", "evidence")
    if bench.details.text("because") != "recurrence":
        return PASSED
    closed = bench.last(Act.CLOSE)
    if closed is None:
        return block("结案记录: 另立新卷", "a closing on record: a new case begins")
    last = closed.at.astimezone(CHINA).date() + RECURRENCE
    if bench.command.at.astimezone(CHINA).date() > last:
        return block(
            f"结案后 {RECURRENCE.days} 日内复发 (至 {last}): 另立新卷",
            f"a recurrence within {RECURRENCE.days} days, until {last}: a new case begins",
        )
    return PASSED


def _reason_is_in_the_pack(bench: Bench) -> Finding:
    code = bench.details.text("code")
    reasons = bench.policy.duties.discard_reasons
    if code not in reasons:
        known = ", ".join(sorted(reasons)) or "-"
        return block(
            f"政策包中的理由代码 ({known}), 不是 {code or '空'}",
            f"a reason code of the pack ({known}), not {code or 'none'}",
        )
    return _is_proposed_by_intake(bench) if bench.command.act is Act.DECLINE else PASSED


def _is_proposed_by_intake(bench: Bench) -> Finding:
    proposer = bench.details.person("proposed_by")
    known = None if proposer is None else bench.people.get(proposer)
    if known is None or Role.INTAKE not in known.roles:
        return block(
            f"受理员提出: {proposer} 不是", f"an intake clerk's proposal: not {proposer}'s"
        )
    if proposer == bench.command.person:
        return block(
            f"另一人提出, 不是 {proposer}", f"a proposal of somebody other than {proposer}"
        )
    return PASSED


def _power_is_ours_or_receipted(bench: Bench) -> Finding:
    matter = bench.matter
    if matter is None or matter.receiver is None or granted(bench) is not None:
        return PASSED
    if bench.last(Act.RECEIPT) is not None:
        return PASSED
    return needs_human(
        f"{matter.receiver.zh}的移送回执, 或负责人裁定可由本机关结案",
        f"the receipt of {matter.receiver.en}, which has the power; or the head's word that it may "
        "be closed here",
    )


GATES: Final = (
    Gate(
        id="L03",
        title=Words("权属他方须有回执", "No closing without the receiver's receipt"),
        asks=Words(
            "处罚权属于其他机关的, 未取得移送回执不得结案",
            "Where the power lies elsewhere, a case isn't closed until the receiver's receipt",
        ),
        clause=f"行政处罚法 25; {PLATFORM}",
        certainty=Certainty.PROPOSAL,
        supply=(Role.HEAD,),
        check=_power_is_ours_or_receipted,
    ),
    Gate(
        id="L05",
        title=Words("事项与地点明确", "Sorted and placed"),
        asks=Words(
            "建立案卷前, 事项在政策包中, 地点可区分; 零容忍案卷由值班长建立",
            "A file is opened with a matter of the pack and a place that tells it apart; a danger "
            "is opened by the duty chief",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.INTAKE, Role.DUTY_CHIEF),
        check=_is_sorted_and_placed,
    ),
    Gate(
        id="L07",
        title=Words("退回不过两次", "Sent back twice at most"),
        asks=Words(
            "退回不超过两次, 此后由值班长派遣",
            "A case is sent back twice at most; after that the duty chief sends the crew",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF,),
        check=_returns_come_to_an_end,
    ),
    Gate(
        id="L08",
        title=Words("核查独立", "Verified by another unit"),
        asks=Words(
            "核查员不属于处置单位, 也未参与处置",
            "The verifier handled nothing of it and is of another unit than those who did",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.VERIFIER, Role.HEAD),
        check=_verifier_is_of_another_unit,
    ),
    Gate(
        id="L10",
        title=Words("结案条件成就", "The close condition is met"),
        asks=Words(
            "核查通过须符合该事项的结案条件",
            "Verified means that the matter's own close condition is met",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.VERIFIER,),
        check=_close_condition_is_met,
    ),
    Gate(
        id="L11",
        title=Words("复发七日内重启", "Opened again within seven days"),
        asks=Words(
            "复发须在结案后七日内并有证据, 否则另立新卷",
            "A recurrence opens the file again within seven calendar days of its closing, with "
            "evidence; later a new case begins",
        ),
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF,),
        check=_recurs_soon,
    ),
    Gate(
        id="L14",
        title=Words("理由代码", "A reason that can be counted"),
        asks=Words(
            "人工放弃线索须用政策包中的理由代码; 不予建案由受理员提出、值班长决定",
            "Whoever lets a lead go names a reason code of the pack; an intake clerk proposes what "
            "the duty chief declines",
        ),
        clause="鄂建〔2022〕1536: 防止选择性执法",
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF, Role.INTAKE),
        check=_reason_is_in_the_pack,
    ),
)
