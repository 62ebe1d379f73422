"""A broker that forgot is told from one that repeats itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from handlers.ports import Settled
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Partition, Sha256
from streams import patience
from streams.decoding import Message, received
from streams.forgetting import BrokerForgotError, require_kept, require_same
from streams.logs import LogRange
from tests.support.builders import LOG, a_shard, an_address


def a_message(offset: int, value: bytes) -> Message:
    return Message(
        address=an_address(offset), appended_at=datetime(2026, 1, 1, tzinfo=UTC), value=value,
        headers={},
    )  # fmt: skip


class Store:
    """Knows what was decided; away for the first so many questions."""

    def __init__(self, *decided: Message, away: int = 0) -> None:
        self.known = {each.address.offset: received(each).input for each in decided}
        self.away = away
        self.asked: list[Sequence[int]] = []

    async def __call__(self, log: Partition, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        assert log == LOG
        self.asked.append(offsets)
        if len(self.asked) <= self.away:
            raise TemporarilyUnavailableError("away")
        return {offset: self.known[offset] for offset in offsets if offset in self.known}


class _Settled:
    def __init__(self, message: Message) -> None:
        self.facts: Any = received(message)


def settled(*messages: Message) -> Sequence[Settled]:
    return cast("Sequence[Settled]", [_Settled(each) for each in messages])


@pytest.mark.parametrize("end", [7, 8], ids=["at the end", "before the end"])
def test_what_was_decided_may_be_all_that_the_broker_has(end: int) -> None:
    require_kept(LogRange(log=LOG, topic="events.general", start=0, end=end), decided_to=7)


def test_a_broker_that_ends_below_what_was_decided_forgot() -> None:
    with pytest.raises(BrokerForgotError, match=r"decided to 40, .* ends at 10: it forgot 30"):
        require_kept(LogRange(log=LOG, topic="events.general", start=0, end=10), decided_to=40)


async def test_a_repeat_of_what_was_decided_is_no_trouble() -> None:
    old, new = a_message(3, b"old"), a_message(4, b"new")
    store = Store(old)

    await require_same(a_shard(), [old, new], settled(new), digests_of=store)

    assert store.asked == [[3]]


async def test_nobody_is_asked_where_nothing_was_passed_over() -> None:
    new = a_message(4, b"new")
    store = Store()

    await require_same(a_shard(), [new], settled(new), digests_of=store)

    assert store.asked == []


async def test_other_bytes_at_a_decided_offset_stop_the_lane() -> None:
    store = Store(a_message(3, b"before"))

    with pytest.raises(BrokerForgotError, match="lies at offset 3"):
        await require_same(a_shard(), [a_message(3, b"after")], [], digests_of=store)


async def test_what_was_recorded_as_a_void_is_left_to_conservation() -> None:
    await require_same(a_shard(), [a_message(3, b"said void")], [], digests_of=Store())


async def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.0)
    old = a_message(3, b"old")
    store = Store(old, away=2)

    await require_same(a_shard(), [old], [], digests_of=store)

    assert len(store.asked) == 3
