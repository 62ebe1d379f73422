"""What is wrong with a camera's papers, in words: reviews, marking, assessment, footing, filing."""

from datetime import date
from typing import Final

from handlers.decisions.law.authority import Check, Device, PlaceClass
from handlers.decisions.law.calendar import day_after
from schemas.limit import Calendar, Limit, Unit
from schemas.words import Words

FILED_WITHIN: Final = Limit(amount=30, unit=Unit.DAY, calendar=Calendar.CALENDAR)
"""国令799 14."""
_PLANNED: Final = frozenset({PlaceClass.PUBLIC_ROAD, PlaceClass.SQUARE})
"""Where only systems of the government's plan may hang; elsewhere whoever bears the duty."""


def papers_fault(device: Device, day: date) -> Words | None:
    """Why it proves nothing that it captured on that day (P04); a later review reaches no past."""
    if not device.valid_from <= day <= device.valid_until:
        return Words(
            f"设备 {device.camera} 有效期 {device.valid_from} 至 {device.valid_until}, "
            f"采集日 {day}",
            f"camera {device.camera} is valid {device.valid_from} … {device.valid_until}, "
            f"and captured it on {day}",
        )
    return (
        _review_fault(device, device.legal_review, Words("法制审核", "legal review"), day)
        or _review_fault(
            device, device.technical_review, Words("技术审核", "technical review"), day
        )
        or _reviewers_fault(device)
        or _publicity_fault(device)
    )


def _review_fault(device: Device, review: Check | None, kind: Words, day: date) -> Words | None:
    camera = device.camera
    if review is None:
        return Words(f"设备 {camera} 没有{kind.zh}", f"camera {camera} has no {kind.en}")
    if not review.passed:
        return Words(
            f"设备 {camera} 未通过{kind.zh} ({review.on})",
            f"camera {camera} failed its {kind.en} on {review.on}",
        )
    if review.on > day:
        return Words(
            f"设备 {camera} 的{kind.zh}在 {review.on}, 晚于采集日 {day}",
            f"the {kind.en} of camera {camera} is of {review.on}, after the capture on {day}",
        )
    return None


def _reviewers_fault(device: Device) -> Words | None:
    legal, technical = device.legal_review, device.technical_review
    if legal is None or technical is None or legal.by != technical.by:
        return None
    return Words(
        f"设备 {device.camera} 的两项审核须由不同人员进行, 均为 {legal.by}",
        f"two different reviewers of camera {device.camera}: both reviews are by {legal.by}",
    )


def _publicity_fault(device: Device) -> Words | None:
    if not device.is_marked:
        return Words(
            f"设备 {device.camera} 无明显标志", f"camera {device.camera} isn't marked conspicuously"
        )
    if not device.published.strip():
        return Words(
            f"设备 {device.camera} 的设置地点未公布",
            f"the site of camera {device.camera} isn't published",
        )
    return None


def assessment_fault(device: Device) -> Words | None:
    """Assessed before it was switched on, on that day at the latest (D3)."""
    assessed = device.impact_assessed_on
    if assessed is not None and assessed <= device.in_use_from:
        return None
    when = "没有评估" if assessed is None else f"{assessed} 才评估"
    said = "there is none" if assessed is None else f"it is of {assessed}"
    return Words(
        f"设备 {device.camera} 启用 ({device.in_use_from}) 前的影响评估: {when}",
        f"an impact assessment of camera {device.camera} before its use from "
        f"{device.in_use_from}: {said}",
    )


def forbidden_place_fault(device: Device) -> Words | None:
    """Whether any camera may hang there at all: 国令799 8."""
    if device.place_class is not PlaceClass.FORBIDDEN:
        return None
    return Words(
        f"设备 {device.camera} 设在禁止安装的场所",
        f"camera {device.camera} hangs where no camera may",
    )


def footing_fault(device: Device) -> Words | None:
    """Who put it up, by which plan, and whether any may hang there (D4)."""
    if forbidden := forbidden_place_fault(device):
        return forbidden
    if not device.operator.strip():
        return Words(
            f"设备 {device.camera} 的管理责任单位", f"who bears the duty for camera {device.camera}"
        )
    if device.place_class in _PLANNED and not device.plan.strip():
        return Words(
            f"设备 {device.camera} 的政府建设规划",
            f"the government's plan for camera {device.camera}",
        )
    return None


def filing_fault(device: Device, today: date) -> Words | None:
    """Filed with the county police in time; not filed yet is no fault while there is time (D5)."""
    last = day_after(FILED_WITHIN, device.in_use_from)
    if (device.filed_on or today) <= last:
        return None
    when = "未备案" if device.filed_on is None else f"{device.filed_on} 才备案"
    said = "not filed" if device.filed_on is None else f"filed on {device.filed_on}"
    return Words(
        f"设备 {device.camera} 须于 {last} 前向公安机关备案: {when}",
        f"camera {device.camera} had to be filed with the police by {last}: {said}",
    )
