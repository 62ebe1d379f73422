"""Danger first: it is never let go, never hidden in a soft case, and stopped before all else."""

from typing import Final

from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.lives.work_file import SAFETY
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.matter import parse_matter
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import ENDED, Queue, WorkFile

LEAST_REASON: Final = 8
"""Characters: a word is no reason for taking danger lightly."""


def is_dangerous(case: WorkFile | None) -> bool:
    """Whether a case waits in the danger queue, by its matter or because it was lifted."""
    return case is not None and case.queue is Queue.ZERO_TOLERANCE


def _danger_stays_danger(bench: Bench) -> Finding:
    act = bench.command.act
    if act is Act.MERGE:
        return _joins_rightly(bench)
    if not is_dangerous(bench.dossier.case):
        return PASSED
    if act is Act.DISCARD:
        return block(
            "零容忍线索不得不予采用: 建立案卷, 或由值班长不予建案",
            "a danger is never discarded: open it, or the duty chief declines it",
        )
    if act is Act.CLASSIFY and _is_sorted_softly(bench) and bench.role is not Role.DUTY_CHIEF:
        return block(
            "零容忍案卷归入非安全事项须由值班长进行",
            "the duty chief: a danger is being sorted into a matter that isn't one",
        )
    return PASSED


def _joins_rightly(bench: Bench) -> Finding:
    case, into = bench.dossier.case, bench.other
    named = bench.details.text("into")
    if into is None:
        return block(f"已有的案卷, 不是 {named}", f"a case that exists, not {named}")
    if case is None or into.id == case.id:
        return block("另一案卷: 不能并入自身", "another case: none is joined to itself")
    if into.state in ENDED:
        return block(
            f"未终结的案卷: {into.id} 为 {into.state}",
            f"a case that isn't over: {into.id} is {into.state}",
        )
    if is_dangerous(case) and bench.role is not Role.DUTY_CHIEF:
        return block("值班长并案: 零容忍案卷", "the duty chief: a danger is theirs to join")
    if is_dangerous(case) and not is_dangerous(into):
        return block(
            f"零容忍案卷只能并入零容忍案卷: {into.id} 不是",
            f"a case of the danger queue: danger never hides in a soft one, and {into.id} is soft",
        )
    return PASSED


def _is_sorted_softly(bench: Bench) -> bool:
    """A matter that the pack doesn't know leaves the queue as it is."""
    matter = bench.policy.matter(parse_matter(bench.details.text("matter")))
    return matter is not None and matter.queue is Queue.SOFT


def _lets_danger_go(bench: Bench) -> bool:
    match bench.command.act:
        case Act.DOWNGRADE:
            return True
        case Act.CLASSIFY:
            return is_dangerous(bench.dossier.case) and _is_sorted_softly(bench)
        case _:
            return is_dangerous(bench.dossier.case)


def _danger_is_downgraded_by_name(bench: Bench) -> Finding:
    case = bench.dossier.case
    if not _lets_danger_go(bench):
        return PASSED
    if bench.command.act is Act.DOWNGRADE:
        if bench.matter is None or bench.matter.is_safety:
            return block(
                "由柔性提升而来的案卷: 安全事项不得转为柔性",
                "a case that was lifted from soft: what the pack calls safety stays safety",
            )
        if not is_dangerous(case):
            return block("零容忍案卷: 本案已是柔性", "a case of the danger queue: it is soft")
    if bench.role not in {Role.DUTY_CHIEF, Role.HEAD}:
        return block("值班长或负责人本人", "the duty chief or the head, by name")
    if len(bench.details.text("reason").strip()) < LEAST_REASON:
        return block(
            f"不少于 {LEAST_REASON} 个字的理由", f"a reason of at least {LEAST_REASON} characters"
        )
    return PASSED


def _danger_was_stopped(bench: Bench) -> Finding:
    if not is_dangerous(bench.dossier.case):
        return PASSED
    if _number(bench.last(Act.CLEAR)) > _number(bench.last(Act.LIFT, Act.REOPEN)):
        return PASSED
    return block("先排除险情: 无立即清除记录", "stop the danger first: no clearing is on record")


def _number(taken: Taken | None) -> int:
    return 0 if taken is None else taken.number


GATES: Final = (
    Gate(
        id="L04",
        title=Words("险情不得被掩盖", "Danger stays danger"),
        asks=Words(
            "零容忍案卷不得不予采用, 不得并入柔性案卷; 并案、归入非安全事项须由值班长进行",
            "A danger is never discarded and never joined to a soft case; only the duty chief "
            "joins it to another danger, or sorts it into a matter that isn't one",
        ),
        clause=SAFETY,
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF,),
        check=_danger_stays_danger,
    ),
    Gate(
        id="L06",
        title=Words("降级须具名说明", "Downgraded by name, with a reason"),
        asks=Words(
            "只有由柔性提升的案卷可转回柔性; 转回、不予建案、作废均由值班长或负责人具名并说明理由",
            "Only what was lifted from soft comes back; a danger is downgraded, declined or "
            "withdrawn by the duty chief or the head, by name and with a reason",
        ),
        clause=SAFETY,
        certainty=Certainty.PROPOSAL,
        supply=(Role.DUTY_CHIEF, Role.HEAD),
        check=_danger_is_downgraded_by_name,
    ),
    Gate(
        id="L13",
        title=Words("先排除险情", "Stop the danger first"),
        asks=Words(
            "零容忍案卷在挂账、反馈、移送、回执、结案前须有立即清除记录",
            "Before a danger is suspended, reported done, transferred, receipted or closed, its "
            "clearing is on record",
        ),
        clause=f"{SAFETY}; 行政强制法 52",
        certainty=Certainty.PROPOSAL,
        supply=(Role.HANDLER, Role.OFFICER, Role.DUTY_CHIEF),
        check=_danger_was_stopped,
    ),
)
