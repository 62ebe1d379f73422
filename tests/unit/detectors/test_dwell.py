from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.dwell import SEEN, Knowing, Stay, begun

STEP = timedelta(seconds=2)
D, W, H, G = Knowing.DETECTED, Knowing.WATCHED, Knowing.HIDDEN, Knowing.GAP


def a_stay(*looks: tuple[float, Knowing]) -> Stay:
    stay = begun(timedelta(0))
    for seconds, knowing in looks:
        stay = stay.looked(timedelta(seconds=seconds), knowing, longest_step=STEP)
    return stay


@pytest.mark.parametrize(
    ("looks", "at_least", "at_most"),
    [
        pytest.param([], 0, 0, id="a first sight alone is no stay"),
        pytest.param([(1, D), (2, D)], 2, 2, id="what was seen counts"),
        pytest.param([(1, D), (2, W), (3, W)], 3, 3, id="an unchanged picture counts as seen"),
        pytest.param([(1, D), (2, H), (3, D), (4, D)], 2, 4, id="what was hidden may have been"),
        pytest.param([(1, D), (9, D), (10, D)], 2, 10, id="a gap proves nothing"),
        pytest.param([(1, D), (2, H), (3, H)], 1, 2, id="it went before the look that missed it"),
        pytest.param([(1, D), (2, G), (3, G)], 1, 3, id="what nobody saw end may go on"),
        pytest.param([(2, D)], 2, 2, id="at the longest step it still counts"),
        pytest.param([(2.001, D)], 0, 2.001, id="over the longest step it does not"),
    ],
)
def test_a_stay_has_two_bounds(
    looks: list[tuple[float, Knowing]], at_least: float, at_most: float
) -> None:
    dwell = a_stay(*looks).dwell

    assert dwell.at_least == timedelta(seconds=at_least)
    assert dwell.at_most == timedelta(seconds=at_most)


def test_a_look_at_the_same_instant_changes_nothing() -> None:
    stay = a_stay((1, D))

    assert stay.looked(timedelta(seconds=1), H, longest_step=STEP) == stay


@given(st.lists(st.tuples(st.floats(0.1, 6), st.sampled_from([D, W, H])), min_size=1, max_size=40))
def test_stretches_touch_and_the_bounds_hold(steps: list[tuple[float, Knowing]]) -> None:
    at, looks = 0.0, []
    for step, knowing in steps:
        at += step
        looks.append((at, knowing))

    stay = a_stay(*looks)

    assert stay.stretches[0].begins == timedelta(0)
    assert all(a.ends == b.begins for a, b in zip(stay.stretches, stay.stretches[1:], strict=False))
    assert all(
        a.knowing is not b.knowing for a, b in zip(stay.stretches, stay.stretches[1:], strict=False)
    )
    seen = sum((s.length for s in stay.stretches if s.knowing in SEEN), timedelta(0))
    assert stay.dwell.at_least == seen <= stay.dwell.at_most
