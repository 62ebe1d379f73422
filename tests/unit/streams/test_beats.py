"""A process says that it lives; a store that is away holds nobody up."""

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from schemas.errors import TemporarilyUnavailableError
from streams.beats import Beat, RelayBeat, keep_beating, stop_beating


@dataclass
class FakeBeats:
    """Away for the first so many beats."""

    away_for: int = 0
    asked: int = 0
    said: list[Beat] = field(default_factory=list)
    has_left: bool = False

    async def beat(self, said: Beat) -> None:
        self.asked += 1
        if self.asked <= self.away_for:
            raise TemporarilyUnavailableError("database: away")
        self.said.append(said)

    async def leave(self) -> None:
        self.has_left = True


@dataclass
class Turns:
    """Lets a loop turn so many times, and then never again."""

    left: int
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, _: float) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()
            await asyncio.Event().wait()


def a_beat() -> RelayBeat:
    return RelayBeat(carried=3, held=0, shards=64, last_carried_at=None)


async def beaten(beats: FakeBeats, turns: int) -> None:
    times = Turns(turns)
    beating = asyncio.create_task(keep_beating(beats, a_beat, sleep=times.sleep))
    await times.done.wait()
    await stop_beating(beating)


async def test_each_turn_is_a_beat_and_the_end_a_farewell() -> None:
    beats = FakeBeats()

    await beaten(beats, 3)

    assert beats.said == [a_beat()] * 3
    assert beats.has_left


async def test_a_store_that_is_away_is_told_once_and_tried_again() -> None:
    beats = FakeBeats(away_for=3)

    with capture_logs() as told:
        await beaten(beats, 5)

    assert len(beats.said) == 2
    assert [one["event"] for one in told] == ["beats_put_off"]


async def test_a_beat_that_is_wrong_is_not_hidden() -> None:
    def broken() -> Beat:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keep_beating(FakeBeats(), broken)
