"""A camera that goes away is come back to, in one media time, and its absence is on record."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

from hypothesis import given
from hypothesis import strategies as st

from detectors.frames import Break, Frame
from detectors.sources.cutting import Coding, Piece
from detectors.sources.source import (
    SizeChangedError,
    Source,
    SourceUnusableError,
    StalledError,
    TimeSource,
)
from detectors.sources.staying import LONGEST_WAIT_S, stay_connected
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.support.fake_sources import SIZE, FakeClock, FakeSource, Step, frame, hole

GONE = TemporarilyUnavailableError("gate-3: the camera ended the stream")
LARGE = FrameSize(width=8, height=6)


class Camera:
    """Answers calls one after another, each with a source or an error; then nobody is there."""

    def __init__(self, *answers: Sequence[Step] | Exception | FakeSource) -> None:
        self._answers = list(answers)
        self.calls = 0

    def call(self) -> Source:
        self.calls += 1
        if not self._answers:
            raise StopWatchingError
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, FakeSource) else FakeSource(answer)


class StopWatchingError(Exception):
    """The test has seen enough."""


def run(camera: Camera, clock: FakeClock, *, chance: float = 0.5) -> Source:
    return stay_connected(
        camera.call,
        name="gate-3",
        frame_size=SIZE,
        clock=clock,
        wait=clock.sleep,
        chance=lambda: chance,
    )


def seen(source: Source) -> list[Frame | Break]:
    told: list[Frame | Break] = []
    with source, suppress(StopWatchingError):
        told.extend(source.frames())  # keeps what came before the error
    return told


def watched(camera: Camera, clock: FakeClock) -> list[Frame | Break]:
    return seen(run(camera, clock))


def times(told: Sequence[Frame | Break]) -> list[float]:
    return [one.at.total_seconds() for one in told if isinstance(one, Frame)]


def breaks(told: Sequence[Frame | Break]) -> list[tuple[SignalKind, float, float]]:
    return [
        (one.kind, one.from_at.total_seconds(), one.until_at.total_seconds())
        for one in told
        if isinstance(one, Break)
    ]


def later(clock: FakeClock, seconds: float) -> Callable[[], None]:
    def go_on() -> None:
        clock.now_s += seconds

    return go_on


def test_one_media_time_goes_on_over_a_loss() -> None:
    clock = FakeClock()
    camera = Camera(
        [frame(0), later(clock, 1), frame(1, index=5), later(clock, 0.5), GONE],
        [frame(0), later(clock, 1), frame(1.1, index=3)],
    )

    told = watched(camera, clock)

    assert times(told) == [0, 1, 2, 3.1]
    assert breaks(told) == [
        (SignalKind.SOURCE_LOST, 1.5, 1.5),
        (SignalKind.SOURCE_LOST, 1, 2),
    ]
    assert [one.index for one in told if isinstance(one, Frame)] == [0, 5, 6, 9]


def test_a_loss_says_how_long_it_was_and_why() -> None:
    clock = FakeClock()
    camera = Camera([frame(0), GONE], [frame(0)])

    moment, stretch = (one for one in watched(camera, clock) if isinstance(one, Break))

    assert moment.text == "gate-3: the camera ended the stream"
    assert stretch.text == ("the camera was away for 0.5 s: gate-3: the camera ended the stream")


def test_a_camera_that_cannot_be_reached_for_long_is_one_loss() -> None:
    clock = FakeClock()
    camera = Camera([frame(0), GONE], GONE, GONE, [frame(0)])

    told = watched(camera, clock)

    assert breaks(told) == [
        (SignalKind.SOURCE_LOST, 0, 0),
        (SignalKind.SOURCE_LOST, 0, 3.5),
    ]
    assert times(told) == [0, 3.5]


def test_a_camera_that_is_away_at_the_start_is_lost_from_then_on() -> None:
    clock = FakeClock()
    source = run(Camera(GONE, [frame(0.2)]), clock)
    assert source.recorded_at is None

    told = seen(source)

    assert source.recorded_at is not None
    assert breaks(told) == [(SignalKind.SOURCE_LOST, 0, 0), (SignalKind.SOURCE_LOST, 0, 0.5)]
    assert times(told) == [0.5]


def test_a_stall_is_told_and_the_rest_is_a_loss_until_a_frame_comes() -> None:
    clock = FakeClock()
    stalled = StalledError("gate-3: the camera said nothing for too long")
    camera = Camera([frame(0), later(clock, 15), stalled], [frame(0)])

    told = watched(camera, clock)

    assert breaks(told) == [
        (SignalKind.STALLED, 0, 15),
        (SignalKind.SOURCE_LOST, 15, 15.5),
    ]


def test_a_stall_is_as_long_as_it_was_also_of_a_stream_that_is_ahead() -> None:
    clock = FakeClock()
    stalled = StalledError("gate-3: the camera said nothing for too long")
    camera = Camera([frame(0), frame(4), later(clock, 15), stalled])

    told = watched(camera, clock)

    assert breaks(told) == [(SignalKind.STALLED, 4, 19)]


def test_what_broke_in_a_new_connection_stands_in_the_time_of_the_run() -> None:
    clock = FakeClock()
    camera = Camera([frame(0), GONE], [hole(0, 0.3), frame(0.3), hole(0.3, 2), frame(2)])

    told = watched(camera, clock)

    assert times(told) == [0, 0.5, 2.2]
    assert breaks(told)[1:] == [
        (SignalKind.SOURCE_LOST, 0, 0.5),
        (SignalKind.DROPPED, 0.2, 0.5),
        (SignalKind.DROPPED, 0.5, 2.2),
    ]


def test_a_camera_whose_clock_ran_ahead_never_takes_media_time_back() -> None:
    clock = FakeClock()
    camera = Camera([frame(0), frame(30), GONE], [frame(0), frame(1)])

    told = watched(camera, clock)

    assert times(told) == [0, 30, 30.001, 31.001]


@pytest.mark.parametrize(
    ("held_s", "waits"),
    [
        pytest.param(0, [0.5, 1, 2, 4, 8, 16, 32, 60, 60], id="gives-up-at-once"),
        pytest.param(5, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], id="holds-five-seconds"),
    ],
)
def test_waits_grow_unless_the_connection_held_as_long(held_s: float, waits: list[float]) -> None:
    clock = FakeClock()
    camera = Camera(*([frame(0), later(clock, held_s), GONE] for _ in waits))

    watched(camera, clock)

    assert clock.slept == waits


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.4), (1.0, 0.6)])
def test_a_little_chance_keeps_cameras_from_being_called_at_once(
    chance: float, wait: float
) -> None:
    clock = FakeClock()

    seen(run(Camera([frame(0), GONE]), clock, chance=chance))

    assert clock.slept == pytest.approx([wait])


def test_a_camera_that_never_was_one_is_refused() -> None:
    camera = Camera(SourceUnusableError("gate-3: there is no picture in it"))

    with pytest.raises(SourceUnusableError, match="no picture in it"):
        list(run(camera, FakeClock()).frames())


def test_a_camera_that_has_worked_may_say_anything_while_it_starts_again() -> None:
    clock = FakeClock()
    camera = Camera([frame(0), GONE], SourceUnusableError("gate-3: 404 Not Found"), [frame(0)])

    told = watched(camera, clock)

    assert times(told) == [0, 1.5]


def test_another_size_is_a_loss_and_one_more_call() -> None:
    clock = FakeClock()
    changed = SizeChangedError("gate-3", expected=SIZE, got=LARGE)
    camera = Camera([frame(0), changed], [frame(0), frame(1)])

    told = watched(camera, clock)

    assert times(told) == [0, 0.5, 1.5]
    assert isinstance(told[1], Break)
    assert told[1].text == "gate-3: the picture changed its size: expected 4x3, got 8x6"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([FakeSource([], size=LARGE)], id="from-the-start"),
        pytest.param(
            [
                [frame(0), SizeChangedError("gate-3", expected=SIZE, got=LARGE)],
                FakeSource([], size=LARGE),
            ],
            id="changed-and-stayed",
        ),
        pytest.param(
            [
                [frame(0), GONE],
                FakeSource([], size=LARGE),
                FakeSource([], size=LARGE),
            ],
            id="came-back-as-another",
        ),
    ],
)
def test_a_size_that_stays_another_is_an_error(answers: list[Sequence[Step] | FakeSource]) -> None:
    with pytest.raises(SizeChangedError, match=r"gate-3: .* expected 4x3, got 8x6"):
        list(run(Camera(*answers), FakeClock()).frames())


def test_the_footage_of_all_connections_is_one() -> None:
    clock = FakeClock()
    first, second = FakeSource([frame(0), GONE]), FakeSource([frame(0), frame(1)])
    for source in (first, second):
        source.footage.add(a_piece(0))
    run_source = run(Camera(first, second), clock)

    seen(run_source)
    second.footage.add(a_piece(1))

    pieces = run_source.footage._between(timedelta(0), timedelta(9))
    assert [one.at.total_seconds() for one in pieces] == [0, 0.5, 1.5]


def test_every_connection_is_closed_before_the_next_call() -> None:
    first, second = FakeSource([frame(0), GONE]), FakeSource([frame(0)])

    watched(Camera(first, second), FakeClock())

    assert first.closed.is_set()
    assert second.closed.is_set()


def test_closing_ends_a_wait() -> None:
    camera = Camera(GONE)
    source = stay_connected(camera.call, name="gate-3", frame_size=SIZE, chance=lambda: 0.5)
    told = source.frames()
    next(told)

    source.close()

    assert list(told) == []
    assert camera.calls == 1


def test_closing_ends_the_connection() -> None:
    connection = FakeSource([frame(0), frame(1)])
    source = run(Camera(connection), FakeClock())
    told = source.frames()
    next(told)

    source.close()

    assert list(told) == []
    assert connection.closed.is_set()


def test_where_its_time_comes_from_is_told() -> None:
    snapshots = FakeSource([frame(0)])
    snapshots.time_source = TimeSource.CLOCK
    source = run(Camera(snapshots), FakeClock())
    before = source.time_source

    seen(source)

    assert before is TimeSource.STREAM_AND_CLOCK
    assert source.time_source is TimeSource.CLOCK


def a_piece(at_s: float) -> Piece:
    coding = Coding(codec="h264", parameters=b"", template=b"")
    return Piece(content=b"x", at=timedelta(seconds=at_s), is_key=True, coding=coding)


CONNECTIONS = st.lists(
    st.one_of(
        st.just(GONE),
        st.lists(st.tuples(st.integers(1, 300), st.integers(0, 300)), max_size=8),
    ),
    max_size=8,
)


@given(connections=CONNECTIONS)
def test_whenever_it_goes_and_comes_time_never_steps_back_and_stretches_touch_frames(
    connections: list[Exception | list[tuple[int, int]]],
) -> None:
    clock, given_frames = FakeClock(), 0
    answers: list[Sequence[Step] | Exception] = []
    for connection in connections:
        if isinstance(connection, Exception):
            answers.append(connection)
            continue
        given_frames += len(connection)
        stamps = (sum(step for step, _ in connection[:i]) / 10 for i in range(len(connection)))
        steps: list[Step] = []
        for stamp, (_, passes) in zip(stamps, connection, strict=True):
            steps += [frame(stamp), later(clock, passes / 10)]
        answers.append([*steps, GONE])

    told = watched(Camera(*answers), clock)

    assert len(times(told)) == given_frames
    assert all(sooner < after for sooner, after in pairwise(times(told)))
    edges = {0.0, *times(told)}
    for kind, from_s, until_s in breaks(told):
        assert kind is SignalKind.SOURCE_LOST
        assert from_s == until_s or {from_s, until_s} <= edges


def test_the_longest_wait_is_a_minute() -> None:
    assert LONGEST_WAIT_S == 60
