"""Which pack a process decides by while another comes into force."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from handlers.decisions.policy import Policy
from schemas.ids import Address
from schemas.lane import Lane
from schemas.matter import MatterKey
from streams.decoding import Message
from streams.flood import FloodGuard
from streams.in_force import OnePack, PackInForce
from streams.intake import Door, Sender, structured
from streams.producing import Outgoing, Receipt
from streams.settling import Settler
from tests.support.builders import (
    BLOCKED_EXIT,
    SOURCE,
    STALL,
    CountingSalts,
    a_digest,
    a_matter_policy,
    a_policy,
    a_shard,
    an_event,
    an_observation,
)
from tests.support.fake_work import FakeWork
from tests.support.messages import in_structured_form

OLD = a_policy(digest=a_digest("old"))
NEW = a_policy(digest=a_digest("new"))


@dataclass
class Published:
    """Another pack comes into force at each look."""

    coming: list[Policy]
    current: Policy = OLD
    looks: int = 0

    async def refresh(self) -> None:
        self.looks += 1
        self.current = self.coming.pop(0)


def a_settler(work: FakeWork, pack: PackInForce) -> Settler:
    nobody: Any = None  # no gap is read again here
    return Settler(work=work, policy=pack, salts=CountingSalts(), logs=nobody, flood=FloodGuard())


def some_messages(*offsets: int) -> Sequence[Message]:
    shard = a_shard()
    return [
        Message(
            address=Address(shard.log.topic_id, shard.log.number, offset),
            appended_at=datetime(2026, 11, 20, tzinfo=UTC),
            value=in_structured_form(an_event(id=f"e-{offset}")),
            headers={},
        )
        for offset in offsets
    ]


async def test_each_batch_is_decided_under_the_pack_that_is_in_force_then() -> None:
    work, pack = FakeWork(), Published([OLD, NEW])
    settler = a_settler(work, pack)

    await settler.settle(a_shard(), some_messages(0, 1))
    await settler.settle(a_shard(), some_messages(2, 3))

    assert [each.policy for each in work.settled.values()] == [
        *[OLD.digest] * 2,
        *[NEW.digest] * 2,
    ]
    assert pack.looks == 2


async def test_one_pack_stays_from_beginning_to_end() -> None:
    work = FakeWork()
    settler = a_settler(work, OnePack(NEW))

    await settler.settle(a_shard(), some_messages(0))

    assert [each.policy for each in work.settled.values()] == [NEW.digest]


@dataclass
class Kept:
    """A journal that takes everything."""

    notes: list[Any] = field(default_factory=list)

    async def note(self, entry: Any) -> None:
        self.notes.append(entry)


async def test_a_door_sends_by_the_pack_that_is_in_force() -> None:
    sent: list[Outgoing] = []

    async def publish(outgoing: Outgoing) -> Receipt:
        sent.append(outgoing)
        return Receipt(topic=outgoing.topic, address=Address("t", 0, len(sent)))

    journal: Any = Kept()
    pack = Published([_where_it_is_danger(STALL)])
    door = Door(publish=publish, journal=journal, policy=pack)
    item = structured(in_structured_form(an_event(an_observation(matter=STALL))))
    sender = Sender(source=SOURCE, lane=Lane.GENERAL)

    await door.take(item, sender)
    await pack.refresh()
    await door.take(item, sender)

    assert [each.topic.rsplit(".", 1)[-1] for each in sent] == ["general", "safety"]


def _where_it_is_danger(key: MatterKey) -> Policy:
    dangerous = replace(OLD.matters[BLOCKED_EXIT], key=key)
    return a_policy(matters=[dangerous, a_matter_policy(BLOCKED_EXIT)])
