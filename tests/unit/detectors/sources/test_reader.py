"""A thread a camera: the newest frame wins, what is lost is told, and closing ends it."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

from detectors.frames import Break, Frame
from detectors.sources.reader import End, Reader
from schemas.errors import TemporarilyUnavailableError
from schemas.signal import SignalKind
from tests.support.fake_sources import FakeClock, FakeSource, Step, frame, hole

SOON_S = 20.0
"""Nobody waits so long unless something is wrong."""

GONE = TemporarilyUnavailableError("gate-3: the camera ended the stream")


class Gate:
    """Holds the reading thread up until the test lets it go."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.opened.wait(SOON_S)


def times(told: Sequence[object]) -> list[float]:
    return [one.at.total_seconds() for one in told if isinstance(one, Frame)]


def lost(told: Sequence[object]) -> list[tuple[float, float, int | None]]:
    return [
        (one.from_at.total_seconds(), one.until_at.total_seconds(), one.frames)
        for one in told
        if isinstance(one, Break) and one.kind is SignalKind.DROPPED
    ]


def rest_of(reader: Reader, *, between: Callable[[], None] = lambda: None) -> list[object]:
    """All until the end, which is the last of them."""
    told: list[object] = []
    while not told or not isinstance(told[-1], End):
        between()
        item = reader.take(SOON_S)
        assert item is not None
        told.append(item)
    return told


def read_dry(steps: Sequence[Step], **wanted: FakeClock) -> Reader:
    """A reader of a live source whose thread is done before anybody takes anything."""
    reader = Reader(FakeSource(steps), **wanted)
    reader._thread.join(SOON_S)
    return reader


def test_a_recording_waits_for_its_reader_and_nothing_is_lost() -> None:
    source = FakeSource([frame(at) for at in range(50)], is_live=False)

    with Reader(source) as reader:
        told = rest_of(reader)

    assert times(told) == list(range(50))
    assert lost(told) == []
    assert told[-1] == End(error=None)


def test_of_a_camera_the_newest_frames_win_and_what_was_lost_is_told() -> None:
    reader = read_dry([frame(at) for at in range(10)])

    told = rest_of(reader)

    assert times(told) == [8, 9]
    assert lost(told) == [(0, 8, 8)]
    assert isinstance(told[0], Break)
    assert told[0].text == "the detector was too slow: frames thrown away: 8"


def test_losses_begin_at_the_last_frame_that_was_taken() -> None:
    gate = Gate()
    with Reader(FakeSource([frame(0), gate, *(frame(at) for at in range(1, 6))])) as reader:
        first = reader.take(SOON_S)
        gate.opened.set()
        reader._thread.join(SOON_S)
        told = rest_of(reader)

    assert isinstance(first, Frame)
    assert lost(told) == [(0, 4, 3)]
    assert times(told) == [4, 5]


def test_losses_are_told_at_most_once_a_second_and_none_is_forgotten() -> None:
    clock, told = FakeClock(), []
    gates = [Gate() for _ in range(8)]
    steps: list[Step] = []
    for turn, gate in enumerate(gates):
        steps += [frame(turn * 3 + at) for at in range(3)] + [gate]
    with Reader(FakeSource(steps), clock=clock) as reader:
        for gate in gates:
            assert gate.reached.wait(SOON_S)
            clock.now_s += 0.3
            while (item := reader.take(0)) is not None:
                told.append(item)
            gate.opened.set()
        told += rest_of(reader)

    assert sum(frames or 0 for *_, frames in lost(told)) == 8
    assert [frames for *_, frames in lost(told)] == [1, 4, 3]
    assert len(times(told)) == 16


def test_what_was_told_between_frames_is_never_thrown_away() -> None:
    steps = [frame(0), hole(0, 1), frame(1), hole(1, 2), frame(2), hole(2, 3), frame(3)]

    told = rest_of(read_dry(steps))

    holes = [one for one in told if isinstance(one, Break) and one.text.startswith("broken")]
    assert holes == [hole(0, 1), hole(1, 2), hole(2, 3)]


def test_what_ended_a_camera_is_told_after_its_last_frame() -> None:
    reader = read_dry([frame(0), GONE])

    told = rest_of(reader)

    assert times(told) == [0]
    assert told[-1] == End(error=GONE)
    assert reader.take(0) == End(error=GONE)


def test_a_fault_of_ours_is_told_too() -> None:
    fault = ZeroDivisionError("ours")

    assert rest_of(read_dry([fault])) == [End(error=fault)]


def test_nothing_in_time_is_nothing() -> None:
    gate = Gate()
    with Reader(FakeSource([gate])) as reader:
        taken = reader.take(0)
        gate.opened.set()

    assert taken is None


def test_how_far_behind_is_the_age_of_the_oldest_that_waits() -> None:
    clock = FakeClock()
    reader = read_dry([frame(0), frame(1)], clock=clock)
    clock.now_s += 3

    waiting = reader.behind
    rest_of(reader)

    assert waiting == timedelta(seconds=3)
    assert reader.behind == timedelta(0)


def test_a_recording_is_never_behind() -> None:
    clock, gate = FakeClock(), Gate()
    source = FakeSource([frame(0), gate], is_live=False)
    with Reader(source, clock=clock) as reader:
        assert gate.reached.wait(SOON_S)
        clock.now_s += 3
        behind = reader.behind
        gate.opened.set()

    assert behind == timedelta(0)


def test_a_slow_consumer_of_one_camera_holds_no_other_up() -> None:
    nobody_takes = FakeSource([frame(at) for at in range(100)])
    recording_nobody_takes = FakeSource([frame(at) for at in range(100)], is_live=False)
    quick = FakeSource([frame(at) for at in range(100)], is_live=False)

    with Reader(nobody_takes), Reader(recording_nobody_takes), Reader(quick) as reader:
        told = rest_of(reader)

    assert times(told) == list(range(100))


def test_one_bell_rings_for_several_readers() -> None:
    bell = threading.Semaphore(0)
    sources = [FakeSource([frame(0)]), FakeSource([frame(0), frame(1)])]

    readers = [Reader(source, ring=bell.release) for source in sources]

    for _ in range(5):  # three frames, two ends
        assert bell.acquire(timeout=SOON_S)
    for reader in readers:
        reader.close()


@pytest.mark.parametrize(
    ("steps", "is_live"),
    [
        pytest.param([frame(at) for at in range(100)], False, id="a-full-place"),
        pytest.param([frame(0)], True, id="over-already"),
        pytest.param([frame(0), GONE], True, id="gone-already"),
    ],
)
def test_closing_leaves_no_thread_and_closes_the_source(
    steps: Sequence[Step], is_live: bool
) -> None:
    source = FakeSource(steps, is_live=is_live)
    reader = Reader(source)
    reader.take(SOON_S)

    reader.close()
    reader.close()

    assert not reader._thread.is_alive()
    assert source.closed.is_set()


def test_several_can_be_stopped_before_the_first_is_waited_for() -> None:
    sources = [FakeSource([frame(at) for at in range(100)], is_live=False) for _ in range(3)]
    readers = [Reader(source) for source in sources]

    for reader in readers:
        reader.stop()
    for reader in readers:
        reader.close()

    assert all(source.closed.is_set() for source in sources)
    assert not any(reader._thread.is_alive() for reader in readers)


def test_closing_wakes_who_waits_for_a_frame() -> None:
    source = FakeSource([lambda: source.closed.wait(SOON_S) and None])
    reader = Reader(source)
    taken: list[object] = []
    waiting = threading.Thread(target=lambda: taken.append(reader.take(SOON_S)))
    waiting.start()

    reader.close()
    waiting.join(SOON_S)

    assert taken == [End(error=None)]
