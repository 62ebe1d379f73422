"""Counts become shares with intervals, and what can't be said stays absent."""

import pytest

pytest.importorskip("scipy", reason="needs the extra [vision]")

from tests.bench.vision.grading import Counts, graded
from tests.bench.vision.scoring import Proof, Score, ToldEvent, TrueEvent, score


def a_clip(
    *, told_at_s: float | None = 15.2, at_least_s: float = 10.1, twice: bool = False
) -> Score:
    """One stay of 25 s over a threshold of 10, told or not."""
    truth = TrueEvent(rule="V01", zone="lane", begins_s=5, ends_s=30, threshold_s=10)
    if told_at_s is None:
        return score([truth], [])
    proof = Proof(at_s=told_at_s, at_least_s=at_least_s)
    told = ToldEvent(
        rule="V01", zone="lane", begins_s=5, ends_s=30, told_at_s=told_at_s, proofs=(proof,)
    )
    return score([truth], [told, told] if twice else [told])


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1", "told_per_hit"),
    [
        pytest.param((8, 0, 0, 0), 1, 1, 1, 1, id="all right"),
        pytest.param((8, 2, 0, 0), 1, 0.8, 16 / 18, 1, id="two missed"),
        pytest.param((8, 0, 2, 0), 0.8, 1, 16 / 18, 1, id="two out of nothing"),
        pytest.param((8, 0, 0, 2), 0.8, 1, 16 / 18, 1.25, id="two told twice"),
        pytest.param((0, 3, 0, 0), None, 0, 0, None, id="nothing told"),
        pytest.param((0, 0, 3, 0), 0, None, 0, None, id="nothing to tell"),
        pytest.param((0, 0, 0, 0), None, None, None, None, id="nothing at all"),
    ],
)
def test_shares_of_counts(
    counts: tuple[int, int, int, int],
    precision: float | None,
    recall: float | None,
    f1: float | None,
    told_per_hit: float | None,
) -> None:
    names = ("hits", "missed", "false_alarms", "duplicates")
    one = Counts(**dict(zip(names, counts, strict=True)))

    assert (one.precision, one.recall, one.f1, one.told_per_hit) == (
        precision,
        recall,
        pytest.approx(f1),
        told_per_hit,
    )


def test_clips_are_graded_together() -> None:
    found = graded([a_clip(), a_clip(told_at_s=16.0), a_clip(told_at_s=None), a_clip(twice=True)])

    assert (found["hits"], found["missed"], found["duplicates"]) == (3, 1, 1)
    assert found["recall"]["value"] == 0.75
    assert found["recall"]["low"] < 0.75 < found["recall"]["high"]
    assert found["told_per_hit"]["value"] == pytest.approx(4 / 3, abs=1e-4)
    assert found["delay_s"]["all"] == [0.2, 0.2, 1.0]
    assert found["delay_s"]["p95"]["value"] == 1.0


@pytest.mark.parametrize(
    ("at_least_s", "overstated", "worst"),
    [
        pytest.param(10.1, 0, 0, id="less than there was"),
        pytest.param(10.25, 0, 0, id="within what the truth is known to"),
        pytest.param(10.3, 1, 0.1, id="more than there was"),
    ],
)
def test_an_overstated_dwell_is_counted_with_the_worst(
    at_least_s: float, overstated: int, worst: float
) -> None:
    found = graded([a_clip(), a_clip(at_least_s=at_least_s)])["dwell_error_s"]

    assert (found["overstated"], found["overstated_worst_s"]) == (overstated, worst)
    assert found["messages"] == 2


def test_where_nothing_happened_nothing_is_claimed() -> None:
    found = graded([Score()])

    assert found["f1"] is None
    assert found["delay_s"] is None
    assert found["dwell_error_s"] is None
