import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from detectors.clerk import ROOM, Clerk, Job
from detectors.recorded import Recorded
from detectors.remembering import read_remembered
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import CameraId
from tests.support.builders import an_event, an_observation


class Diary:
    """Publisher and memory that write down what happened, in order."""

    def __init__(self, *, fails: int = 0) -> None:
        self.lines: list[str] = []
        self._fails = fails

    def publish(self, event: Event) -> None:
        if self._fails:
            self._fails -= 1
            raise TemporarilyUnavailableError("the spool is full")
        self.lines.append(f"published {event.id.id}")

    def recall(self) -> bytes | None:
        return None

    def remember(self, content: bytes) -> None:
        remembered = read_remembered(content, name="a test's")
        names = ",".join(event.id.id for event in remembered.pending)
        known = remembered.recorded.known_at.total_seconds()
        self.lines.append(f"remembered {known:g} s with {names or 'nothing'}")


def a_message(name: str) -> Event:
    return an_event(replace(an_observation(), sequence=0), id=name)


def a_clerk(diary: Diary, *, stopped: bool = False) -> Clerk:
    return Clerk(publisher=diary, memory=diary, stopping=lambda: stopped, name="test")


def known_to(seconds: float) -> Recorded:
    return Recorded(
        camera=CameraId("cam"),
        starts_at=datetime(2026, 11, 1, tzinfo=UTC),
        known_at=timedelta(seconds=seconds),
        looked_at=None,
    )


def a_job(*names: str, state: Recorded | None = None) -> Job:
    return Job(events=lambda: [a_message(name) for name in names], state=state)


def test_what_is_told_is_remembered_with_its_messages_before_they_go() -> None:
    diary = Diary()
    clerk = a_clerk(diary)

    clerk.submit(a_job("a", "b", state=known_to(7)))
    clerk.submit(a_job("c"))
    clerk.close()

    assert diary.lines == ["remembered 7 s with a,b", "published a", "published b", "published c"]


def test_a_full_spool_is_waited_out_and_nothing_is_told_twice() -> None:
    diary = Diary(fails=2)
    clerk = a_clerk(diary)

    clerk.submit(a_job("a", "b"))
    clerk.close()

    assert diary.lines == ["published a", "published b"]
    assert clerk.trouble is None
    assert clerk.last_trouble() == "the spool is full"
    assert clerk.last_trouble() is None


def test_who_is_told_to_stop_while_nothing_can_be_kept_gives_up() -> None:
    clerk = a_clerk(Diary(fails=1000), stopped=True)
    clerk.submit(a_job("a"))

    with pytest.raises(TemporarilyUnavailableError, match="the spool is full"):
        clerk.close()


def test_what_breaks_its_thread_is_raised_to_the_watch() -> None:
    clerk = a_clerk(Diary())

    def broken() -> Sequence[Event]:
        raise ZeroDivisionError

    clerk.submit(Job(events=broken))

    with pytest.raises(ZeroDivisionError):
        clerk.close()
    with pytest.raises(ZeroDivisionError):
        clerk.submit(a_job("a"))


def test_it_is_full_when_the_room_is_taken_and_loses_nothing() -> None:
    diary, go = Diary(), threading.Event()
    clerk = a_clerk(diary)

    def slow() -> Sequence[Event]:
        go.wait(10)
        return []

    clerk.submit(Job(events=slow))
    for number in range(ROOM - 1):
        clerk.submit(a_job(str(number)))
    was_full = clerk.is_full
    go.set()
    clerk.close()

    assert was_full
    assert len(diary.lines) == ROOM - 1
