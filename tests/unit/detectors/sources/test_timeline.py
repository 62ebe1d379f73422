"""Media time never steps back, and nothing that broke is kept quiet."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

pytest.importorskip("numpy", reason="needs the extra [vision]")

from detectors.frames import Break
from detectors.sources.timeline import HELD_BACK, Timeline
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
