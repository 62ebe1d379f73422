"""Intervals and slopes against figures that are known from elsewhere."""

import pytest

from tests.bench.vision.statistics import bootstrap, robust_slope, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        pytest.param(10, 10, 0.7225, 1.0, id="all of ten"),
        pytest.param(0, 10, 0.0, 0.2775, id="none of ten"),
        pytest.param(95, 100, 0.8882, 0.9785, id="95 of 100"),
        pytest.param(1, 2, 0.0945, 0.9055, id="one of two"),
    ],
)
def test_the_interval_of_a_share(hits: int, of: int, low: float, high: float) -> None:
    found = wilson(hits, of)

    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) is None
    assert bootstrap([], lambda _: 1.0) is None
    assert bootstrap([1, 2], lambda _: None) is None


def test_clips_drawn_anew_give_the_spread_of_a_figure() -> None:
    clips = [0.0, 1.0] * 50

    found = bootstrap(clips, lambda drawn: sum(drawn) / len(drawn))

    assert found is not None
    assert 0.37 < found.low < 0.43
    assert 0.57 < found.high < 0.63
    assert found == bootstrap(clips, lambda drawn: sum(drawn) / len(drawn))


def test_a_slope_is_not_bent_by_outliers() -> None:
    points = [(float(x), 2.0 * x + 5) for x in range(20)]
    points[7] = (7.0, 900.0)

    found = robust_slope(points)

    assert found is not None
    assert found.each == pytest.approx(2)
    assert found.low <= 2 <= found.high


def test_noise_without_a_slope_has_zero_in_its_interval() -> None:
    points = [(float(x), float(x * 7919 % 13)) for x in range(60)]

    found = robust_slope(points)

    assert found is not None
    assert found.low < 0 < found.high


def test_one_instant_has_no_slope() -> None:
    assert robust_slope([]) is None
    assert robust_slope([(1.0, 5.0), (1.0, 6.0)]) is None
