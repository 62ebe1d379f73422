"""Who stood near a place when."""

from datetime import timedelta

import pytest

from detectors.company import Company
from schemas.geometry import BoxXYXY
from schemas.observation import Thing

BAG = BoxXYXY(x1=100, y1=80, x2=120, y2=100)


def a_thing(x: float, *, kind: str = "person", y: float = 100) -> Thing:
    """40 wide, 100 high, with its left foot at x."""
    box = BoxXYXY(x1=x, y1=y - 100, x2=x + 40, y2=y)
    return Thing(kind=kind, box=box, confidence=0.9)


def company(*seen: tuple[float, list[Thing]]) -> Company:
    met = Company(remember=timedelta(seconds=10))
    for at, things in seen:
        met.meet(things, timedelta(seconds=at))
    return met


@pytest.mark.parametrize(
    ("x", "near", "beside"),
    [
        pytest.param(95, True, True, id="over-it"),
        pytest.param(128, True, True, id="next-to-it"),
        pytest.param(160, True, False, id="an-arm-and-a-step-away"),
        pytest.param(180, False, False, id="far"),
    ],
)
def test_how_near_is_near_and_how_near_is_beside(x: float, near: bool, beside: bool) -> None:
    met = company((0, [a_thing(x)]))

    assert met.was_near(BAG, from_at=timedelta(0)) is near
    assert met.is_beside(BAG) is beside


@pytest.mark.parametrize(
    ("kind", "near"), [("person", True), ("vehicle", True), ("dog", False), ("stall", False)]
)
def test_only_who_can_leave_things_counts(kind: str, near: bool) -> None:
    met = company((0, [a_thing(100, kind=kind)]))

    assert met.was_near(BAG, from_at=timedelta(0)) is near
    assert met.covers(BAG)


def test_who_was_there_before_counts_only_from_the_asked_time_on() -> None:
    met = company((0, [a_thing(100)]), (5, []))

    assert met.was_near(BAG, from_at=timedelta(0))
    assert not met.was_near(BAG, from_at=timedelta(seconds=1))


def test_who_was_there_long_ago_is_forgotten() -> None:
    met = company((0, [a_thing(100)]), (11, []))

    assert not met.was_near(BAG, from_at=timedelta(0))


@pytest.mark.parametrize(("lost_for", "beside"), [(0.4, True), (0.6, False)])
def test_a_detector_may_blink(lost_for: float, beside: bool) -> None:
    met = company((0, [a_thing(100)]), (lost_for, []))

    assert met.is_beside(BAG) is beside


def test_somebody_is_himself_and_not_the_bag_at_his_feet() -> None:
    met = company((0, [a_thing(100)]))

    assert met.has(BoxXYXY(x1=102, y1=5, x2=141, y2=99))
    assert not met.has(BAG)
