"""Whether what a device recorded may prove anything: its basis, its papers, its review."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from handlers.decisions.device_papers import (
    assessment_fault,
    filing_fault,
    footing_fault,
    papers_fault,
)
from handlers.decisions.devices import is_for_public_security
from handlers.decisions.gates import integrity
from handlers.decisions.gates.evidence_set import (
    DeviceRecord,
    device_records,
    short,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, needs_human
from handlers.decisions.gates.missing import block_for, unsaid
from handlers.decisions.law.authority import Device, covers
from handlers.decisions.law.catalogue import Norm
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.ids import CameraId
from schemas.instants import CHINA
from schemas.person import Role
from schemas.words import Words

_HIGH: Final = frozenset({Norm.LAW, Norm.ADMINISTRATIVE_REGULATION})
_FOUR: Final = {
    "is_true": Words("真实", "true"),
    "is_clear": Words("清晰", "clear"),
    "is_complete": Words("完整", "complete"),
    "is_accurate": Words("准确", "accurate"),
}


def _pack_at(bench: Bench, day: date) -> Policy:
    """The pack in force on a day, as far as anybody kept it: papers are judged as they were."""
    if bench.then is None or bench.policy.valid_from <= day:
        return bench.policy
    return bench.then


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _every(bench: Bench, fault: Callable[[Bench, DeviceRecord], Words | None]) -> Finding:
    """Ask of each device's record that is relied on; tell all that is missing."""
    return block_for(
        Words(f"{short(record.digest)}: {found.zh}", f"{short(record.digest)}: {found.en}")
        for record in device_records(bench)
        if (found := fault(bench, record)) is not None
    )


def _device(bench: Bench, record: DeviceRecord) -> Device | None:
    """The camera's row on the day of capture; today's where nobody says when that was."""
    day = _day(record.captured_at or bench.command.at)
    return _pack_at(bench, day).authority.devices.get(record.camera)


def _has_device_basis(bench: Bench) -> Finding:
    return _every(bench, _basis_fault)


def _basis_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    """Asked of the pack of that day and of today's: a basis that was struck out is none."""
    case = bench.dossier.case
    day = _day(record.captured_at or bench.command.at)
    for policy in (_pack_at(bench, day), bench.policy):
        if not any(
            case is not None
            and case.matter in basis.matters
            and covers(basis.areas, bench.grid_cell)
            and basis.valid_from <= day <= basis.valid_until
            and basis.norm in _HIGH
            and basis.signed_by.strip()
            for basis in policy.authority.device_bases
        ):
            return Words(
                f"{day} 无法律、行政法规依据, 监控记录只能作为线索: 请排除并现场取证",
                f"no law or administrative regulation lets a device prove it on {day}, so the "
                "record is a lead only: exclude it and collect on site",
            )
    return None


def _device_is_reviewed(bench: Bench) -> Finding:
    return _every(bench, _papers_fault)


def _papers_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    if record.captured_at is None:
        return Words("未说明采集时间", "nobody has said when the device captured it")
    device = _device(bench, record)
    if device is None:
        return Words(
            f"设备 {record.camera} 未登记", f"camera {record.camera} isn't in the register"
        )
    return papers_fault(device, _day(record.captured_at))


def _record_is_reviewed(bench: Bench) -> Finding:
    return _every(bench, _review_fault)


def _review_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    review = _latest_review(bench, record.digest)
    if review is None:
        return Words("没有证据审核员的记录审核", "no record review by a record reviewer")
    missing = list(unsaid(review.details, _FOUR))
    if not missing:
        return None
    return Words(
        f"{review.person} 的记录审核未确认{'、'.join(words.zh for words in missing)}",
        f"the review by {review.person} doesn't say {', '.join(words.en for words in missing)}",
    )


def _latest_review(bench: Bench, digest: str) -> Taken | None:
    named = [
        taken
        for taken in bench.all(Act.REVIEW_RECORD)
        if digest in taken.details.listed("evidence")
    ]
    return named[-1] if named else None


def _purpose_fits(bench: Bench) -> Finding:
    """Public-security cameras and pure amenity: nobody has settled whether that is lawful."""
    if bench.matter is None or not bench.matter.is_amenity:
        return PASSED
    cameras = sorted(
        camera
        for camera, day in _feeding(bench)
        if is_for_public_security(camera, _pack_at(bench, day).authority)
    )
    if not cameras:
        return PASSED
    named = ", ".join(dict.fromkeys(cameras))
    return needs_human(
        f"{named} 为公共安全目的设置, 用于单纯市容事项: 法律尚无定论, 由法制审核员裁定",
        f"{named} was put up for public security and this is pure amenity: the law is unsettled, "
        "so a legal reviewer says whether it may be used here",
    )


def _feeding(bench: Bench) -> set[tuple[CameraId, date]]:
    """At opening what the case was seen by; later what the proposal relies on."""
    case = bench.dossier.case
    if bench.command.act is not Act.OPEN:
        return {
            (record.camera, _day(record.captured_at or bench.command.at))
            for record in device_records(bench)
        }
    feeding = {
        (each.camera, _day(each.occurred_at))
        for each in bench.dossier.seen
        if each.camera is not None
    }
    if case is not None and case.camera is not None:
        feeding.add((case.camera, _day(bench.dossier.occurred_at or case.opened_at)))
    return feeding


def _impact_is_assessed(bench: Bench) -> Finding:
    return _every(bench, _assessment_fault)


def _assessment_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    device = _device(bench, record)
    return None if device is None else assessment_fault(device)


def _may_hang_there(bench: Bench) -> Finding:
    return _every(bench, _footing_fault)


def _footing_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    device = _device(bench, record)
    return None if device is None else footing_fault(device)


def _is_filed(bench: Bench) -> Finding:
    return _every(bench, _filing_fault)


def _filing_fault(bench: Bench, record: DeviceRecord) -> Words | None:
    device = _device(bench, record)
    return None if device is None else filing_fault(device, _day(bench.command.at))


GATES: Final = (
    *integrity.GATES,
    Gate(
        id="P03",
        title=Words("设备依据", "right device basis"),
        asks=Words(
            "法律、行政法规是否允许用设备固定此类违法事实",
            "does a law or administrative regulation let a device prove this",
        ),
        clause="行政处罚法 41 ¶1",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.OFFICER),
        check=_has_device_basis,
    ),
    Gate(
        id="P04",
        title=Words("设备审核", "device reviewed"),
        asks=Words(
            "设备经法制和技术审核、标志明显、地点公布、在有效期内吗",
            "was the device reviewed twice, marked, published and valid at capture",
        ),
        clause="行政处罚法 41 ¶1; that a missing paper makes it no evidence is a strict reading, "
        "to be confirmed by the city",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.POLICY_EDITOR),
        check=_device_is_reviewed,
    ),
    Gate(
        id="P05",
        title=Words("记录审核", "record reviewed"),
        asks=Words(
            "记录经人审核为真实、清晰、完整、准确吗",
            "did a person find the record true, clear, complete and accurate",
        ),
        clause="行政处罚法 41 ¶2",
        certainty=Certainty.TEXT,
        supply=(Role.RECORD_REVIEWER,),
        check=_record_is_reviewed,
    ),
    Gate(
        id="D1",
        title=Words("采集目的", "purpose of the camera"),
        asks=Words(
            "公共安全摄像头能否用于单纯市容事项",
            "may a public-security camera feed a pure amenity matter (unsettled)",
        ),
        clause="个人信息保护法 26 (适用于市容事项尚无定论 unsettled law)",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER,),
        check=_purpose_fits,
    ),
    Gate(
        id="D3",
        title=Words("个人信息保护影响评估", "impact assessment"),
        asks=Words("启用前做过影响评估吗", "was the impact assessed before it was switched on"),
        clause="个人信息保护法 55, 56",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.POLICY_EDITOR),
        check=_impact_is_assessed,
    ),
    Gate(
        id="D4",
        title=Words("设置主体和场所", "who may install, and where"),
        asks=Words("设备可以设在这里吗", "may the device hang there, by plan and operator"),
        clause="国令799 7 – 9",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.POLICY_EDITOR),
        check=_may_hang_there,
    ),
    Gate(
        id="D5",
        title=Words("公安备案", "filing with the police"),
        asks=Words("投入使用30日内备案了吗", "was it filed with the police within 30 days of use"),
        clause="国令799 13, 14",
        certainty=Certainty.TEXT,
        supply=(Role.POLICY_EDITOR,),
        check=_is_filed,
    ),
)
