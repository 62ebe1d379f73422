"""The outbox leaves for Kafka: at least once, in order for each case, and none blocks another."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from schemas.errors import TemporarilyUnavailableError
from streams import relay as relay_module
from streams.relay import Lease, Posted, Relay, Waiting, waves
from tests.support.builders import NOON

AWAY = TemporarilyUnavailableError("the fake broker is away")


@dataclass(frozen=True)
class Row:
    id: int
    key: str
    topic: str = "disposition.soft"
    value: bytes = b"{}"
    created_at: datetime = NOON

    @property
    def letter_id(self) -> str:
        return f"{self.key}{self.id}"


def rows(names: str) -> list[Row]:
    """`a1 b2` is row 1 of case a and row 2 of case b."""
    return [Row(id=int(name[1:]), key=name[0]) for name in names.split()]


def told(cut: Sequence[Sequence[Waiting]]) -> list[str]:
    return [" ".join(row.letter_id for row in wave) for wave in cut]


@dataclass
class FakeOutbox:
    """Rows that wait until they are marked."""

    waiting: list[Row]
    shards: frozenset[int] = frozenset({0})
    away: int = 0
    marked: list[int] = field(default_factory=list)
    held: list[list[str]] = field(default_factory=list)
    leases: int = 0
    released: int = 0

    async def lease(self) -> frozenset[int]:
        self.leases += 1
        if self.away > 0:
            self.away -= 1
            raise TemporarilyUnavailableError("the fake store is away")
        return self.shards

    async def unsent(
        self, shards: Collection[int], *, held: Collection[str] = ()
    ) -> Sequence[Waiting]:
        self.held.append(sorted(held))
        return [row for row in self.waiting if row.key not in held]

    async def mark_sent(self, sent: Sequence[Posted]) -> None:
        ids = [posted.id for posted in sent]
        self.marked += ids
        self.waiting = [row for row in self.waiting if row.id not in ids]

    async def release(self) -> None:
        self.released += 1


class FakePost:
    """Keeps the order in which Kafka acknowledged; `fail` names rows that it doesn't take."""

    def __init__(self, *fail: str, error: Exception = AWAY) -> None:
        self.fail = set(fail)
        self.error = error
        self.tried: list[str] = []
        self.acknowledged: list[str] = []
        self.turns: dict[str, int] = {}

    async def __call__(self, waiting: Waiting) -> Posted:
        self.tried.append(waiting.letter_id)
        for _ in range(self.turns.get(waiting.letter_id, 0)):
            await asyncio.sleep(0)
        if waiting.letter_id in self.fail:
            raise self.error
        self.acknowledged.append(waiting.letter_id)
        return Posted(id=waiting.id, partition=0, offset=waiting.id)


class Clock:
    """Stands in for the loop's own clock: it moves only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock)
    return clock


@pytest.mark.parametrize(
    ("names", "cut"),
    [
        pytest.param("a1 b2 a3 a4 c5", ["a1 b2 c5", "a3", "a4"], id="as drawn"),
        pytest.param("a1 b2 c3", ["a1 b2 c3"], id="cases that don't meet leave at once"),
        pytest.param("a1 a2 a3", ["a1", "a2", "a3"], id="one case leaves one by one"),
        pytest.param("a1 a2 b3 b4", ["a1 b3", "a2 b4"], id="two cases side by side"),
        pytest.param("a1", ["a1"], id="one row"),
    ],
)
def test_a_wave_has_at_most_one_row_of_a_case(names: str, cut: list[str]) -> None:
    assert told(waves(rows(names))) == cut


def test_no_rows_make_no_wave() -> None:
    assert waves([]) == []


async def test_what_was_acknowledged_is_marked() -> None:
    outbox, post = FakeOutbox(rows("a1 b2 a3")), FakePost()

    carried = await Relay(outbox=outbox, post=post).carry_once()

    assert carried == 3
    assert sorted(outbox.marked) == [1, 2, 3]
    assert outbox.waiting == []


async def test_rows_of_a_case_leave_in_order_however_slow_the_first_is() -> None:
    outbox, post = FakeOutbox(rows("a1 b2 a3 b4 a5")), FakePost()
    post.turns = {"a1": 9, "a3": 3}

    await Relay(outbox=outbox, post=post).carry_once()

    assert [name for name in post.acknowledged if name[0] == "a"] == ["a1", "a3", "a5"]
    assert [name for name in post.acknowledged if name[0] == "b"] == ["b2", "b4"]


async def test_a_row_that_fails_holds_the_later_rows_of_its_case_and_no_others(
    clock: Clock,
) -> None:
    outbox, post = FakeOutbox(rows("a1 b2 a3 b4 c5")), FakePost("a1")

    carried = await Relay(outbox=outbox, post=post).carry_once()

    assert carried == 3
    assert "a3" not in post.tried
    assert sorted(outbox.marked) == [2, 4, 5]
    assert [row.letter_id for row in outbox.waiting] == ["a1", "a3"]


async def test_a_row_that_fails_in_the_middle_leaves_what_went_before_it_marked(
    clock: Clock,
) -> None:
    outbox, post = FakeOutbox(rows("a1 a2 a3")), FakePost("a2")

    await Relay(outbox=outbox, post=post).carry_once()

    assert outbox.marked == [1]
    assert post.tried == ["a1", "a2"]


@pytest.mark.parametrize(
    ("seconds", "tried_again"),
    [
        pytest.param(0.999, False, id="not within a second"),
        pytest.param(1.0, True, id="after a second"),
    ],
)
async def test_a_held_case_is_tried_again_after_a_while(
    clock: Clock, seconds: float, tried_again: bool
) -> None:
    outbox, post = FakeOutbox(rows("a1 b2")), FakePost("a1")
    relay = Relay(outbox=outbox, post=post)
    await relay.carry_once()
    post.fail.clear()

    clock.now += seconds
    carried = await relay.carry_once()

    assert (carried == 1) is tried_again
    assert outbox.held == [[], [] if tried_again else ["a"]]


async def test_a_held_case_leaves_in_order_afterwards(clock: Clock) -> None:
    outbox, post = FakeOutbox(rows("a1 a2 a3")), FakePost("a1")
    relay = Relay(outbox=outbox, post=post)
    await relay.carry_once()
    post.fail.clear()

    clock.now += 1
    await relay.carry_once()

    assert post.acknowledged == ["a1", "a2", "a3"]


async def test_a_fault_of_the_code_is_no_reason_to_wait() -> None:
    outbox, post = FakeOutbox(rows("a1 b2")), FakePost("a1", error=ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await Relay(outbox=outbox, post=post).carry_once()

    assert outbox.marked == []


async def test_without_a_lease_nothing_is_carried() -> None:
    outbox, post = FakeOutbox(rows("a1"), shards=frozenset()), FakePost()

    carried = await Relay(outbox=outbox, post=post).carry_once()

    assert carried == 0
    assert (post.tried, outbox.held) == ([], [])


async def test_nothing_waiting_marks_nothing() -> None:
    outbox = FakeOutbox([])

    carried = await Relay(outbox=outbox, post=FakePost()).carry_once()

    assert (carried, outbox.marked) == (0, [])


@pytest.mark.parametrize(
    ("seconds", "leases"),
    [pytest.param(2.999, 1, id="still good"), pytest.param(3.0, 2, id="time to renew")],
)
async def test_a_lease_is_renewed_every_three_seconds(
    clock: Clock, seconds: float, leases: int
) -> None:
    outbox = FakeOutbox([])
    relay = Relay(outbox=outbox, post=FakePost())
    await relay.carry_once()

    clock.now += seconds
    await relay.carry_once()

    assert outbox.leases == leases


async def test_a_shard_that_is_not_ours_any_more_is_left_alone(clock: Clock) -> None:
    outbox, post = FakeOutbox(rows("a1"), shards=frozenset({0})), FakePost("a1")
    relay = Relay(outbox=outbox, post=post)
    await relay.carry_once()
    outbox.shards = frozenset()
    post.fail.clear()

    clock.now += 3
    carried = await relay.carry_once()

    assert (carried, post.acknowledged) == (0, [])


class BusyOutbox(FakeOutbox):
    """Like the real one, whoever asks while another asks finds all rows locked, and gets none."""

    asking: bool = False

    async def lease(self) -> frozenset[int]:
        if self.asking:
            return frozenset()
        self.asking = True
        await asyncio.sleep(0)
        self.asking = False
        return await super().lease()


async def test_relays_side_by_side_share_their_lease() -> None:
    urgent, others, post = BusyOutbox(rows("a1")), BusyOutbox(rows("b2")), FakePost()
    lease = Lease(others)
    relays = [Relay(outbox=one, post=post, lease=lease) for one in (urgent, others)]

    carried = await asyncio.gather(*(relay.carry_once() for relay in relays))

    assert carried == [1, 1]
    assert (urgent.leases, others.leases) == (0, 1)


class Naps:
    """Stands in for sleeping: keeps how long it would have been, and stops after so many."""

    def __init__(self, *, at_most: int) -> None:
        self.seconds: list[float] = []
        self._at_most = at_most

    async def __call__(self, stop: asyncio.Event, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) >= self._at_most:
            stop.set()


async def test_a_store_that_is_away_is_waited_for_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    naps = Naps(at_most=10)
    monkeypatch.setattr(relay_module, "pause", naps)
    outbox = FakeOutbox([], away=9)

    await Relay(outbox=outbox, post=FakePost()).run(asyncio.Event())

    assert naps.seconds == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.025]


async def test_the_lease_is_given_back_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "pause", Naps(at_most=1))
    outbox, post = FakeOutbox(rows("a1 a2")), FakePost()

    await Relay(outbox=outbox, post=post).run(asyncio.Event())

    assert post.acknowledged == ["a1", "a2"]
    assert outbox.released == 1


async def test_a_relay_told_to_stop_before_it_began_carries_nothing() -> None:
    outbox, post, stop = FakeOutbox(rows("a1")), FakePost(), asyncio.Event()
    stop.set()

    await Relay(outbox=outbox, post=post).run(stop)

    assert (post.tried, outbox.released) == ([], 1)
