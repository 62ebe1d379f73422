"""The bounds of a stay against truths that hypothesis makes up, in whole milliseconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.dwell import MOST_STRETCHES, SEEN, Knowing, Stay, begun

FAST: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

STEP: Final = timedelta(seconds=2)
MS: Final = timedelta(milliseconds=1)
STEP_MS: Final = 2000

Span = tuple[int, int]


@dataclass(frozen=True)
class Truth:
    """When the thing was really there. An absence is longer than the longest step: a shorter one
    may begin and end between two sights, and nobody can notice it."""

    presence: Sequence[Span]

    def is_there(self, at: int) -> bool:
        return any(begins <= at < ends for begins, ends in self.presence)

    def within(self, since: timedelta, until: timedelta) -> timedelta:
        """How long of a stretch of time it was there."""
        first, last = since // MS, until // MS
        shared = (min(last, ends) - max(first, begins) for begins, ends in self.presence)
        return sum((length * MS for length in shared if length > 0), timedelta(0))

    def is_same_throughout(self, since: int, until: int) -> bool:
        edges = [edge for span in self.presence for edge in span]
        return not any(since < edge <= until for edge in edges)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    lengths = draw(st.lists(st.integers(1, 20_000), min_size=1, max_size=5))
    pauses = draw(
        st.lists(st.integers(STEP_MS + 1, 15_000), min_size=len(lengths), max_size=len(lengths))
    )
    edges = list(accumulate(x for pair in zip(pauses, lengths, strict=True) for x in pair))
    return Truth(list(zip(edges[::2], edges[1::2], strict=True)))


STEPS: Final = st.integers(1, 4000)
KINDS: Final = st.sampled_from(["search"] * 4 + ["compare"] * 3 + ["blind"])
GLANCES: Final = st.lists(st.tuples(STEPS, KINDS, st.booleans()), min_size=2, max_size=30)


def told_by(truth: Truth, glances: Sequence[tuple[int, str, bool]]) -> Iterator[Stay]:
    """What a stay knows after each glance, if an honest detector reports to it.

    A comparison is with the picture searched last, and sees every change since. A third of each
    glance says whether the tracker gives the thing another name.
    """
    at, searched, was_there = 0, 0, False
    clear: int | None = None
    stay: Stay | None = None
    for step, kind, is_renamed in glances:
        at += step
        knowing = Knowing.GAP
        if kind == "search":
            searched, was_there = at, truth.is_there(at)
            seen = Knowing.BRIDGED if is_renamed else Knowing.DETECTED
            knowing = seen if was_there else Knowing.HIDDEN
        elif kind == "compare" and truth.is_same_throughout(searched, at):
            knowing = Knowing.WATCHED if was_there else Knowing.HIDDEN
        if stay is None:
            if knowing in {Knowing.DETECTED, Knowing.BRIDGED}:
                before = None if clear is None else clear * MS
                stay = begun(at * MS, not_before=before)
            elif knowing is not Knowing.GAP:
                clear = at
        else:
            stay = stay.looked(at * MS, knowing, longest_step=STEP)
        if stay is not None:
            yield stay


@FAST
@given(truths(), GLANCES)
def test_the_truth_lies_between_the_bounds(
    truth: Truth, glances: Sequence[tuple[int, str, bool]]
) -> None:
    for stay in told_by(truth, glances):
        until = stay.looked_at if stay.gone_at is None else stay.gone_at

        assert stay.dwell.at_least <= truth.within(stay.first_seen, stay.last_seen)
        assert stay.dwell.at_most >= truth.within(stay.not_before, until)
        assert stay.not_before <= stay.first_seen <= stay.last_seen <= until


@FAST
@given(truths(), GLANCES, st.integers(0, 100_000))
def test_nothing_of_what_is_retracted_counts(
    truth: Truth, glances: Sequence[tuple[int, str, bool]], since_ms: int
) -> None:
    since = since_ms * MS
    for stay in told_by(truth, glances):
        kept = stay.retract(since)

        assert kept.dwell.at_least <= truth.within(stay.first_seen, max(since, stay.first_seen))
        assert kept.dwell.at_least <= stay.dwell.at_least
        assert kept.dwell.at_most >= truth.within(stay.not_before, min(since, stay.last_seen))
        assert kept.last_seen <= max(since, stay.first_seen)
        assert kept.retract(since) == kept
        assert all(each.knowing is Knowing.GAP for each in kept.stretches if each.ends > since)


@FAST
@given(st.integers(0, 5_000), st.integers(1, 30_000), st.integers(100, STEP_MS))
def test_with_regular_looks_the_error_is_a_frame_interval_at_most(
    later: int, lasts: int, interval: int
) -> None:
    comes = interval + 1 + later
    truth = Truth([(comes, comes + lasts)])
    looks = [(interval, "search", False)] * ((comes + lasts) // interval + 3)
    stays = list(told_by(truth, looks))

    for stay in stays:
        so_far = truth.within(timedelta(0), stay.last_seen)
        assert timedelta(0) <= so_far - stay.dwell.at_least < interval * MS
    if stays:
        bounds = stays[-1].dwell
        assert bounds.at_least <= lasts * MS <= bounds.at_most
        assert abs((bounds.at_least + bounds.at_most) / 2 - lasts * MS) <= interval * MS


@FAST
@given(truths(), GLANCES)
def test_stretches_touch_and_their_seen_ones_are_the_lower_bound(
    truth: Truth, glances: Sequence[tuple[int, str, bool]]
) -> None:
    for stay in told_by(truth, glances):
        seen = (each.length for each in stay.stretches if each.knowing in SEEN)

        assert stay.dwell.at_least == sum(seen, timedelta(0))
        assert all(a.ends == b.begins for a, b in pairwise(stay.stretches))
        assert all(a.knowing is not b.knowing for a, b in pairwise(stay.stretches))


@FAST
@given(truths(), GLANCES, st.integers(-(10**9), 10**9))
def test_another_clock_changes_no_length(
    truth: Truth, glances: Sequence[tuple[int, str, bool]], by_ms: int
) -> None:
    for stay in told_by(truth, glances):
        shifted = stay.shifted(by_ms * MS)

        assert shifted.dwell == stay.dwell
        assert shifted.shifted(-by_ms * MS) == stay


@FAST
@given(truths(), GLANCES)
def test_the_part_since_a_sight_claims_no_more_than_was_there_since(
    truth: Truth, glances: Sequence[tuple[int, str, bool]]
) -> None:
    sights: list[timedelta] = []
    for stay in told_by(truth, glances):
        if stay.last_seen == stay.looked_at:
            sights.append(stay.last_seen)
        for sight in sights:
            part = stay.since(sight)

            assert part.dwell.at_least <= truth.within(sight, part.last_seen)
            assert part.dwell.at_most == stay.dwell.at_most


def test_a_proof_of_very_many_stretches_is_kept_short_and_claims_no_more() -> None:
    stay, seen = begun(timedelta(0)), timedelta(0)
    for number in range(1, 4 * MOST_STRETCHES):
        knowing = Knowing.HIDDEN if number % 3 == 0 else Knowing.DETECTED
        stay = stay.looked(number * 100 * MS, knowing, longest_step=STEP)
        seen += 100 * MS if number % 3 == 2 else timedelta(0)

    assert len(stay.stretches) <= MOST_STRETCHES
    assert timedelta(0) < stay.dwell.at_least <= seen


@pytest.mark.parametrize(
    ("misses_ms", "at_least_ms"),
    [
        pytest.param([1000, 1200], 2000, id="what is mended counts"),
        pytest.param([], 2000, id="and where nothing was hidden nothing changes"),
    ],
)
def test_what_was_hidden_for_a_moment_can_be_mended(
    misses_ms: Sequence[int], at_least_ms: int
) -> None:
    stay = begun(timedelta(0))
    for at in range(200, 2001, 200):
        knowing = Knowing.HIDDEN if at in misses_ms else Knowing.DETECTED
        stay = stay.looked(at * MS, knowing, longest_step=STEP)

    mended = stay.mended(800 * MS)

    assert mended.dwell.at_least == at_least_ms * MS
    assert stay.mended(1800 * MS) == stay
