"""Whether the body holds the power to punish, or has to transfer the case to who does."""

from typing import Final

from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for
from handlers.decisions.law.authority import Grant, GrantKind, covers
from schemas.certainty import Certainty
from schemas.instants import CHINA
from schemas.person import Role
from schemas.words import Words

PARKING: Final = "illegal_parking"
FIRE_LANE: Final = "fire_lane_blocked"
_EDITORS: Final = (Role.POLICY_EDITOR, Role.PUBLISHER)


def matter_and_area(bench: Bench) -> Words:
    """The matter and the area, as a person names them."""
    matter, cell = bench.matter, bench.grid_cell
    return Words(
        f"{'未归类事项' if matter is None else matter.title_zh} (网格 {cell or '未知'})",
        f"{'an unsorted matter' if matter is None else matter.title_en} (grid {cell or 'unknown'})",
    )


def granted(bench: Bench) -> Grant | None:
    """The power to punish this matter here on the day of the act."""
    return next((grant for grant in _grants(bench) if _grant_fault(bench, grant) is None), None)


def _grants(bench: Bench) -> tuple[Grant, ...]:
    case = bench.dossier.case
    return tuple(
        grant
        for grant in bench.policy.authority.grants
        if case is not None
        and case.matter in grant.matters
        and covers(grant.areas, bench.grid_cell)
    )


def _grant_fault(bench: Bench, grant: Grant) -> Words | None:
    day = bench.command.at.astimezone(CHINA).date()
    if not grant.valid_from <= day <= grant.valid_until:
        return Words(
            f"授权 {grant.id} 有效期 {grant.valid_from} 至 {grant.valid_until}, 行为日 {day}",
            f"grant {grant.id} is valid {grant.valid_from} … {grant.valid_until}, not on {day}",
        )
    if grant.kind is not GrantKind.OWN and not grant.published.strip():
        return Words(
            f"授权 {grant.id} ({grant.kind}) 未公布",
            f"grant {grant.id} ({grant.kind}) is published nowhere, so there is none",
        )
    return None


def _has_authority(bench: Bench) -> Finding:
    if granted(bench) is not None:
        return PASSED
    faults = [fault for grant in _grants(bench) if (fault := _grant_fault(bench, grant))]
    if faults:
        return block_for(faults)
    where = matter_and_area(bench)
    return block(f"对{where.zh}的处罚权", f"a power to punish {where.en}: nobody granted it to us")


def _is_parking_ours(bench: Bench) -> Finding:
    if bench.matter is None or bench.matter.name != PARKING or granted(bench) is not None:
        return PASSED
    return block(
        "机动车停放处罚权的划转授权; 没有授权的, 移送公安机关交通管理部门",
        "a grant of the power over parked cars; without one transfer it to the traffic police",
    )


def _is_fire_lane_ours(bench: Bench) -> Finding:
    if bench.matter is None or bench.matter.name != FIRE_LANE:
        return PASSED
    grant = granted(bench)
    if grant is not None and grant.published.strip():
        return PASSED
    return block(
        "消防通道处罚权的已公布授权; 没有授权的, 立即清除并移送消防救援机构",
        "a published grant over fire lanes; without one clear the lane and transfer it to the fire "
        "and rescue body",
    )


GATES: Final = (
    Gate(
        id="P02",
        title=Words("处罚权限", "authority"),
        asks=Words("本机关在此地有没有处罚权", "does the body hold this power for this place"),
        clause="行政处罚法 17 – 24",
        certainty=Certainty.TEXT,
        supply=_EDITORS,
        check=_has_authority,
    ),
    Gate(
        id="A5",
        title=Words("机动车停放", "parked cars"),
        asks=Words("停车处罚权是否已划转", "was the power over parked cars transferred to us"),
        clause="道路交通安全法 56, 93, 114",
        certainty=Certainty.TEXT,
        supply=_EDITORS,
        check=_is_parking_ours,
    ),
    Gate(
        id="A6",
        title=Words("消防通道", "fire lanes"),
        asks=Words("消防处罚权有没有公布的授权", "is a grant over fire lanes published"),
        clause="消防法 28, 60, 70",
        certainty=Certainty.TEXT,
        supply=_EDITORS,
        check=_is_fire_lane_ours,
    ),
)
