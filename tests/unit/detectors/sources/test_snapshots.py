"""A camera that is asked for its picture again and again."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import cv2
import numpy as np

from detectors.frames import Break, Frame
from detectors.sources.footage import Footage
from detectors.sources.snapshots import Snapshots
from detectors.sources.source import SizeChangedError, SourceUnusableError, TimeSource
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.support.fake_sources import FakeClock

SAME = "the very same picture came again"


def jpeg(grey: int, *, width: int = 32, height: int = 24) -> bytes:
    _, content = cv2.imencode(".jpg", np.full((height, width, 3), grey, np.uint8))
    return content.tobytes()


A, B = jpeg(60), jpeg(90)
NOT_FOUND = SourceUnusableError("http://cam/i.jpg: the camera answered 404 Not Found")
AWAY = TemporarilyUnavailableError("http://cam/i.jpg: no answer in time")


class Server:
    """Answers one by one; behind the last answer the test is over."""

    def __init__(
        self, answers: Sequence[bytes | Exception], clock: FakeClock, takes_s: float
    ) -> None:
        self._answers = list(answers)
        self._clock = clock
        self._takes_s = takes_s
        self.over: Callable[[], None] = lambda: None

    def fetch(self) -> bytes:
        self._clock.now_s += self._takes_s
        if not self._answers:
            self.over()
            raise AWAY
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def opened(
    answers: Sequence[bytes | Exception], *, clock: FakeClock, fps: float = 1, takes_s: float = 0
) -> Snapshots:
    server = Server(answers, clock, takes_s)
    source = Snapshots(
        server.fetch,
        name="http://cam/i.jpg",
        fps=fps,
        footage=Footage(),
        stalled_after=timedelta(seconds=15),
        clock=clock,
        wait=clock.sleep,
    )
    server.over = source.close
    return source


def watch(
    answers: Sequence[bytes | Exception], *, fps: float = 1, takes_s: float = 0
) -> tuple[list[float], list[Break]]:
    source = opened(answers, clock=FakeClock(), fps=fps, takes_s=takes_s)
    told = list(source.frames())
    frames = [one.at.total_seconds() for one in told if isinstance(one, Frame)]
    return frames, [one for one in told if isinstance(one, Break)]


def stretch(one: Break) -> tuple[SignalKind, float, float]:
    return one.kind, one.from_at.total_seconds(), one.until_at.total_seconds()


def test_every_new_picture_is_a_frame_at_the_time_it_came() -> None:
    frames, breaks = watch([A, B, A, B], fps=2)

    assert frames == [0, 0.5, 1.0, 1.5]
    assert breaks == []


def test_what_it_is_is_told_from_the_first_picture() -> None:
    source = opened([A], clock=FakeClock())

    assert source.is_live
    assert source.frame_size == FrameSize(width=32, height=24)
    assert source.time_source is TimeSource.CLOCK
    assert source.recorded_at is not None
    assert source.duration is None


def test_a_slow_camera_is_asked_when_it_is_free_again() -> None:
    frames, breaks = watch([A, B, A], fps=2, takes_s=0.7)

    assert frames == pytest.approx([0, 1.2, 2.2])
    assert breaks == []


def test_the_very_same_picture_is_no_new_frame_and_a_long_run_of_it_is_told() -> None:
    frames, (told,) = watch([A, *[A] * 7, B])

    assert frames == [0, 8]
    assert stretch(told) == (SignalKind.DROPPED, 0, 8)
    assert told.text == f"no frames for 8.0 s: {SAME}"


def test_a_picture_that_comes_twice_as_often_as_it_changes_is_no_fault() -> None:
    frames, breaks = watch([A, A, B, B, A, A])

    assert frames == [0, 2, 4]
    assert breaks == []


def test_a_picture_that_hangs_is_a_stall_told_while_it_lasts() -> None:
    frames, breaks = watch([A, *[A] * 89, B])

    assert frames == [0, 90]
    assert [stretch(one) for one in breaks] == [
        (SignalKind.STALLED, 0, 15),
        (SignalKind.STALLED, 15, 75),
        (SignalKind.DROPPED, 75, 90),
    ]
    assert breaks[1].text == f"no new picture for 75 s: {SAME}"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        pytest.param(NOT_FOUND, "the camera answered 404 Not Found", id="not-found"),
        pytest.param(AWAY, "no answer in time", id="no-answer"),
        pytest.param(A[: len(A) // 2], "it is cut off or damaged", id="half-a-picture"),
        pytest.param(b"<html>log in</html>", "neither a JPEG nor a PNG", id="a-page"),
    ],
)
def test_a_bad_answer_is_told_with_its_reason_and_the_next_good_one_counts(
    bad: bytes | Exception, why: str
) -> None:
    frames, (told,) = watch([A, bad, bad, B])

    assert frames == [0, 3]
    assert stretch(told) == (SignalKind.DROPPED, 0, 3)
    assert told.frames == 2
    assert why in told.text


def test_bad_answers_for_too_long_are_a_camera_that_is_away() -> None:
    with pytest.raises(TemporarilyUnavailableError, match=r"no picture for 15 s: .*404 Not Found"):
        watch([A, *[NOT_FOUND] * 30, B])


def test_one_good_answer_starts_patience_anew() -> None:
    frames, breaks = watch([A, *[AWAY] * 14, B, *[AWAY] * 14, A])

    assert frames == [0, 15, 30]
    assert [one.frames for one in breaks] == [14, 14]


def test_another_size_ends_it() -> None:
    with pytest.raises(SizeChangedError, match="expected 32x24, got 64x48"):
        watch([A, jpeg(60, width=64, height=48)])


@pytest.mark.parametrize(
    ("first", "error", "why"),
    [
        pytest.param(b"<html>", SourceUnusableError, "neither a JPEG nor a PNG", id="a-page"),
        pytest.param(NOT_FOUND, SourceUnusableError, "404", id="not-found"),
        pytest.param(AWAY, TemporarilyUnavailableError, "no answer in time", id="away"),
    ],
)
def test_without_a_first_picture_there_is_no_source(
    first: bytes | Exception, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        opened([first], clock=FakeClock())


def test_pictures_are_kept_as_they_came() -> None:
    source = opened([A, B], clock=FakeClock())

    list(source.frames())

    pieces = source.footage._between(timedelta(0), timedelta(9))
    assert [piece.content for piece in pieces] == [A, B]
