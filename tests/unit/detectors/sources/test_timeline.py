"""Media time never steps back, and nothing that broke is kept quiet."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy", reason="needs the extra [vision]")

from detectors.frames import Break
from detectors.sources.timeline import HELD_BACK, Thinning, Timeline
from schemas.errors import InvalidValueError
from schemas.signal import SignalKind

STEP = timedelta(milliseconds=100)
BROKEN = "broken"


def tenths(amount: float) -> timedelta:
    return amount * STEP


def play(timeline: Timeline, stamps: Sequence[float | str | None]) -> list[float | Break | None]:
    """Media times in tenths of a second, and breaks, in the order they came."""
    told: list[float | Break | None] = []
    for stamp in stamps:
        if isinstance(stamp, str):
            timeline.broke()
            continue
        placement = timeline.place(None if stamp is None else tenths(stamp))
        told += placement.breaks
        told.append(None if placement.at is None else placement.at / STEP)
    return told


def dropped(from_at: float, until_at: float, *, text: str, frames: int) -> Break:
    return Break(
        kind=SignalKind.DROPPED,
        from_at=tenths(from_at),
        until_at=tenths(until_at),
        text=text,
        frames=frames,
    )


def test_the_first_frame_stands_at_zero_whatever_its_stamp() -> None:
    told = play(Timeline(step=STEP), [50, 51, 52.5])

    assert told == [0, 1, 2.5]


def test_a_frame_without_a_stamp_stands_one_step_after_the_one_before() -> None:
    told = play(Timeline(step=STEP), [None, None, 52, None])

    assert told == [0, 1, 2, 3]


def test_broken_frames_are_told_when_the_next_good_one_comes() -> None:
    told = play(Timeline(step=STEP), [0, 1, BROKEN, BROKEN, 4, 5])

    assert told == [0, 1, dropped(1, 4, text="broken frames: 2", frames=2), 4, 5]


def test_broken_frames_without_stamps_leave_room_for_themselves() -> None:
    told = play(Timeline(step=STEP), [None, BROKEN, BROKEN, None])

    assert told == [0, dropped(0, 3, text="broken frames: 2", frames=2), 3]


def test_a_decoder_that_holds_frames_back_shows_the_hole_later_than_the_fault() -> None:
    told = play(Timeline(step=STEP), [0, BROKEN, 1, 2, 4])

    assert told == [0, 1, 2, dropped(2, 4, text="broken frames: 1", frames=1), 4]


def test_broken_frames_that_leave_no_hole_are_told_all_the_same() -> None:
    told = play(Timeline(step=STEP), [0, BROKEN, *range(1, HELD_BACK + 2)])

    text = "broken frames: 1"
    assert told[-2:] == [dropped(0, HELD_BACK + 1, text=text, frames=1), HELD_BACK + 1]


def test_a_recording_that_begins_broken_keeps_its_time() -> None:
    told = play(Timeline(step=STEP, start=tenths(50)), [BROKEN, BROKEN, 52])

    assert told == [dropped(0, 2, text="broken frames: 2", frames=2), 2]


def test_frames_whose_time_steps_back_are_skipped_and_told() -> None:
    told = play(Timeline(step=STEP), [0, 1, 2, 0, 1, 3])

    stepped = Break(
        kind=SignalKind.CLOCK_STEPPED,
        from_at=tenths(2),
        until_at=tenths(3),
        text="the time stepped back; frames skipped: 2",
        frames=2,
    )
    assert told == [0, 1, 2, None, None, stepped, 3]


def test_a_clock_that_stays_behind_is_followed_after_two_seconds() -> None:
    told = play(Timeline(step=STEP), [100, 101, *range(22)])

    skipped, stepped, *after = told[2:21], told[21], *told[22:]
    assert skipped == [None] * 19
    assert isinstance(stepped, Break)
    assert stepped.kind is SignalKind.CLOCK_STEPPED
    assert stepped.frames == len(skipped)
    assert after == [21, 22, 23]


@pytest.mark.parametrize(
    ("step_s", "hole_s", "frames"),
    [
        pytest.param(0.1, 1.0, None, id="a-second"),
        pytest.param(0.1, 1.1, 10, id="more-than-a-second"),
        pytest.param(1.0, 5.0, None, id="time-lapse"),
        pytest.param(1.0, 6.0, 5, id="hole-in-a-time-lapse"),
    ],
)
def test_a_long_hole_is_told(step_s: float, hole_s: float, frames: int | None) -> None:
    timeline = Timeline(step=timedelta(seconds=step_s))
    timeline.place(timedelta(0))

    breaks = timeline.place(timedelta(seconds=hole_s)).breaks

    assert [one.frames for one in breaks] == ([] if frames is None else [frames])


def test_a_camera_that_is_slower_than_it_says_has_no_holes_once_it_is_known() -> None:
    timeline = Timeline(step=timedelta(milliseconds=40))
    told = [timeline.place(timedelta(seconds=1.5 * i)).breaks for i in range(30)]

    (hole,) = timeline.place(timedelta(seconds=1.5 * 40)).breaks

    assert [bool(breaks) for breaks in told] == [False] + [True] * 9 + [False] * 20
    assert hole.frames == 10


@pytest.mark.parametrize(
    ("expected", "frames"),
    [
        pytest.param(None, [], id="no-promise"),
        pytest.param(3, [], id="kept"),
        pytest.param(4, [], id="one-less"),
        pytest.param(5, [2], id="two-less"),
    ],
)
def test_fewer_frames_than_promised_are_told_at_the_end(
    expected: int | None, frames: list[int]
) -> None:
    timeline = Timeline(step=STEP)
    play(timeline, [0, 1, 2])

    breaks = timeline.end(expected=expected, duration=None)

    assert [one.frames for one in breaks] == frames


def test_frames_broken_at_the_very_end_are_told_once() -> None:
    timeline = Timeline(step=STEP)
    play(timeline, [0, 1, BROKEN, BROKEN, BROKEN])

    breaks = timeline.end(expected=5, duration=tenths(5))

    assert breaks == (dropped(1, 4, text="broken frames: 3", frames=3),)


def test_a_recording_without_one_good_frame_is_one_break() -> None:
    timeline = Timeline(step=STEP)
    play(timeline, [BROKEN, BROKEN])

    breaks = timeline.end(expected=2, duration=tenths(2))

    assert breaks == (dropped(0, 2, text="broken frames: 2", frames=2),)


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"expected a step above 0"):
        Timeline(step=timedelta(0))


def test_a_reason_for_broken_frames_is_told_once_for_all_of_them() -> None:
    timeline = Timeline(step=STEP)
    timeline.place(tenths(0))
    timeline.broke("b.jpg: cut off")
    timeline.broke("c.jpg: empty")

    (told,) = timeline.place(tenths(3)).breaks

    assert told.text == "broken frames: 2; the first: b.jpg: cut off"


def test_a_hole_says_why_no_frame_came() -> None:
    timeline = Timeline(step=STEP)
    timeline.place(tenths(0))
    timeline.lacked("the very same picture came again")

    (told,) = timeline.place(tenths(20)).breaks

    assert told.text == "no frames for 2.0 s: the very same picture came again"


def test_what_somebody_told_of_a_hole_is_not_told_again() -> None:
    timeline = Timeline(step=STEP)
    timeline.place(tenths(0))
    timeline.told(dropped(0, 150, text="stalled", frames=1))

    (rest,) = timeline.place(tenths(200)).breaks

    assert (rest.from_at, rest.until_at) == (tenths(150), tenths(200))


@pytest.mark.parametrize(
    ("stamps", "arrivals", "places"),
    [
        pytest.param([0, 1, 3600_0], [0, 1, 2], [0, 1, 2], id="an-hour-forward"),
        pytest.param([0, 1, 40], [0, 1, 2], [0, 1, 40], id="as-far-as-a-server-may-be-early"),
        pytest.param([0, 1, 600], [0, 1, 600], [0, 1, 600], id="really-a-minute-later"),
        pytest.param(range(100), [0] * 100, range(100), id="the-last-ten-seconds-at-once"),
        pytest.param([0, 1, 600], [0, 700, 701], [0, 1, 600], id="we-were-late-ourselves"),
    ],
)
def test_a_live_camera_whose_clock_is_set_forward_stays_in_our_time(
    stamps: Sequence[float], arrivals: Sequence[float], places: Sequence[float]
) -> None:
    timeline = Timeline(step=STEP)

    placed = [
        timeline.place(tenths(stamp), arrived=tenths(arrival)).at
        for stamp, arrival in zip(stamps, arrivals, strict=True)
    ]

    assert placed == [tenths(place) for place in places]


def test_a_clock_that_is_set_forward_is_told_and_followed() -> None:
    timeline = Timeline(step=STEP)
    timeline.place(tenths(0), arrived=tenths(0))

    leapt = timeline.place(tenths(36_001), arrived=tenths(1))
    after = timeline.place(tenths(36_002), arrived=tenths(2))

    (told,) = leapt.breaks
    assert told.kind is SignalKind.CLOCK_STEPPED
    assert told.text == "the time stepped forward by 3600.0 s"
    assert (after.at, after.breaks) == (tenths(2), ())


def test_a_camera_that_stamps_only_from_its_second_frame_on_is_foreseen_then() -> None:
    timeline = Timeline(step=STEP)
    timeline.place(None)
    before = timeline.foresee(tenths(73))

    timeline.place(tenths(71))

    assert before is None
    assert timeline.foresee(tenths(73)) == tenths(3)


def test_a_packet_stands_where_its_frame_will() -> None:
    timeline = Timeline(step=STEP)
    unknown = timeline.foresee(tenths(50)), timeline.foresee(None)

    timeline.place(tenths(50))

    assert unknown == (None, None)
    assert timeline.foresee(tenths(47)) == tenths(-3)
    assert timeline.foresee(None) == tenths(0)


STAMPS = st.one_of(
    st.none(),
    st.just(BROKEN),
    st.integers(-50, 50),
    st.integers(-100_000, 100_000),
)


RUNS = st.lists(st.tuples(st.integers(-300, 300), st.integers(1, 40)), max_size=5).map(
    lambda runs: [stamp for begin, length in runs for stamp in range(begin, begin + length)]
)
"""Clocks that are set anew, and then go on for a while."""


@given(
    stamps=st.one_of(st.lists(STAMPS, max_size=60), RUNS),
    start=st.one_of(st.none(), st.integers(-20, 20)),
)
def test_whatever_comes_time_never_steps_back_and_no_frame_is_invented_or_hushed_up(
    stamps: list[int | str | None], start: int | None
) -> None:
    timeline = Timeline(step=STEP, start=None if start is None else tenths(start))

    told = play(timeline, stamps)
    told += timeline.end(expected=None, duration=None)

    frames = [one for one in told if isinstance(one, float)]
    assert all(sooner < later for sooner, later in pairwise([-1, *frames]))
    assert len([one for one in told if not isinstance(one, Break)]) == good(stamps)
    assert lost(told, SignalKind.CLOCK_STEPPED) == told.count(None)
    assert lost_to(told, "broken") == stamps.count(BROKEN)
    require_stretches_before_their_frame(told)


@given(
    steps=st.lists(st.tuples(st.integers(-90, 90), st.integers(0, 90)), max_size=60),
)
def test_whatever_a_live_camera_says_and_whenever_it_comes_time_never_steps_back(
    steps: list[tuple[int, int]],
) -> None:
    timeline = Timeline(step=STEP)
    stamp = arrived = 0
    told: list[float | Break | None] = []

    for stamp_step, arrival_step in steps:
        stamp, arrived = stamp + stamp_step, arrived + arrival_step
        placement = timeline.place(tenths(stamp), arrived=tenths(arrived))
        told += placement.breaks
        told.append(None if placement.at is None else placement.at / STEP)
    told += timeline.end(expected=None, duration=None)

    frames = [one for one in told if isinstance(one, float)]
    assert all(sooner < later for sooner, later in pairwise([-1, *frames]))
    assert lost(told, SignalKind.CLOCK_STEPPED) == told.count(None)
    require_stretches_before_their_frame(told)


@given(
    tenths_apart=st.lists(st.integers(1, 40), max_size=80),
    fps=st.floats(0.1, 60, allow_nan=False),
)
def test_thinning_takes_at_most_one_frame_a_slot(tenths_apart: list[int], fps: float) -> None:
    thinning = Thinning(fps)
    times = list(accumulate(tenths_apart, initial=0))

    taken = [at for at in times if thinning.takes(tenths(at))]

    assert taken[0] == 0
    assert len(taken) <= times[-1] / 10 * fps + 1.01
    assert len(taken) == len({int((at / 10 + 0.0005) * fps) for at in times})


def good(stamps: Sequence[int | str | None]) -> int:
    return sum(stamp != BROKEN for stamp in stamps)


def lost(told: Sequence[float | Break | None], kind: SignalKind) -> int:
    return sum(one.frames or 0 for one in told if isinstance(one, Break) and one.kind is kind)


def lost_to(told: Sequence[float | Break | None], what: str) -> int:
    breaks = [one for one in told if isinstance(one, Break) and one.text.startswith(what)]
    return sum(one.frames or 0 for one in breaks)


def require_stretches_before_their_frame(told: Sequence[float | Break | None]) -> None:
    """A stretch is in media time, and over when the next frame comes."""
    for index, one in enumerate(told):
        if isinstance(one, Break):
            after = [other for other in told[index:] if isinstance(other, float)]
            assert timedelta(0) <= one.from_at
            assert not after or one.until_at / STEP <= after[0]
