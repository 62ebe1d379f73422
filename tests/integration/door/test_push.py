"""What was pushed lies in Kafka to the byte, and the receipt says where."""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping
from threading import Event as Flag

import httpx
import psycopg
import pytest

from infra.cli.keys import add
from infra.deployment import find
from infra.settings import Settings
from schemas.events import Event
from schemas.ids import EventId
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.values import replace
from schemas.wire.envelope import BATCH, STRUCTURED, bytes_digest
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.journal import Entry
from streams.producing import Producer
from tests.integration.door.conftest import (
    SPEAKS_FOR,
    Broker,
    Front,
    address_in,
    opened,
    sources_of,
)
from tests.support.builders import (
    SOURCE,
    STALL,
    UNLISTED,
    a_place,
    a_report,
    a_signal,
    an_event,
    an_observation,
)
from tests.support.messages import in_binary_form

pytestmark = [pytest.mark.broker, pytest.mark.database]

FIRE_LANE = MatterKey("GB/T 47678.5-2026", "matter", "09012")


def oddly_spelled(event: Event) -> bytes:
    """The same event as no writer of ours would write it."""
    return b" \n" + write_event(event).replace(b'"specversion"', b'\t"specversion" ') + b"\r\n "


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


PushedBy = Callable[[Lane, Event], Awaitable[httpx.Response]]


@pytest.fixture
def pushed_by(front: Front, keys: Mapping[Lane, str]) -> PushedBy:
    """Pushes an event as the source that is registered for a lane."""

    async def push(lane: Lane, event: Event) -> httpx.Response:
        own = replace(event, id=EventId(SPEAKS_FOR[lane], event.id.id))
        return await front.push(write_event(own), key=keys[lane])

    return push


async def test_an_event_in_structured_form_lies_at_its_receipt_to_the_byte(
    front: Front, key: str, broker: Broker
) -> None:
    body = oddly_spelled(an_event(id="街-1"))

    answer = await front.push(body, key=key)

    receipt = answer.json()
    record = broker.at(receipt)
    assert (answer.status_code, receipt["id"], receipt["source"]) == (202, "街-1", SOURCE)
    assert record.value == body
    assert record.headers == {
        "content-type": STRUCTURED.encode(),
        "offsite-sha256": receipt["sha256"].encode(),
    }
    assert receipt["sha256"] == sha256(body)


async def test_an_event_in_binary_form_keeps_its_attributes_in_headers(
    front: Front, key: str, broker: Broker
) -> None:
    data, headers = in_binary_form(an_event(), ce_city=b"%E6%AD%A6%E6%B1%89")

    answer = await front.push(data, key=key, content_type=None, headers=dict(headers))

    receipt = answer.json()
    record = broker.at(receipt)
    assert answer.status_code == 202
    assert record.value == data
    assert record.headers == {**headers, "offsite-sha256": receipt["sha256"].encode()}
    assert receipt["sha256"] == bytes_digest(data, headers)


async def test_no_other_header_of_a_request_gets_into_kafka(
    front: Front, key: str, broker: Broker
) -> None:
    data, headers = in_binary_form(an_event())
    more = {"Cookie": "secret", "X-Forwarded-For": "10.0.0.7", "offsite-sha256": "0" * 64}

    answer = await front.push(data, key=key, content_type=None, headers={**headers, **more})

    kept = broker.at(answer.json()).headers
    assert set(kept) == {*headers, "offsite-sha256"}
    assert kept["offsite-sha256"] != b"0" * 64


async def test_each_item_of_a_batch_lies_at_its_own_receipt_to_the_byte(
    front: Front, key: str, broker: Broker
) -> None:
    items = [oddly_spelled(an_event(id=f"e-{n}")).strip() for n in range(20)]

    answer = await front.push(b"[ " + b" ,\n".join(items) + b" ]", key=key, content_type=BATCH)

    receipts = answer.json()["items"]
    assert answer.status_code == 202
    assert [receipt["status"] for receipt in receipts] == [202] * 20
    assert [receipt["id"] for receipt in receipts] == [f"e-{n}" for n in range(20)]
    assert [broker.at(receipt).value for receipt in receipts] == items
    assert {broker.at(receipt).headers["content-type"] for receipt in receipts} == {
        STRUCTURED.encode()
    }


async def test_an_empty_batch_is_taken(front: Front, key: str) -> None:
    answer = await front.push(b"[ ]", key=key, content_type=BATCH)

    assert (answer.status_code, answer.json()) == (202, {"items": []})
    assert front.journal() == []


async def test_a_batch_of_a_thousand_is_taken_whole(front: Front, key: str) -> None:
    body = b"[" + b",".join(write_event(an_event(id=f"e-{n}")) for n in range(1000)) + b"]"

    answer = await front.push(body, key=key, content_type=BATCH)

    assert answer.status_code == 202
    assert len({address_in(receipt) for receipt in answer.json()["items"]}) == 1000


@pytest.mark.parametrize(
    ("event", "registered", "topic"),
    [
        pytest.param(
            an_event(an_observation(matter=FIRE_LANE)), Lane.GENERAL, "events.safety",
            id="a-safety-matter",
        ),
        pytest.param(
            an_event(an_observation(matter=STALL)), Lane.SAFETY, "events.general",
            id="a-matter-known-as-harmless",
        ),
        pytest.param(
            an_event(a_report(matter=UNLISTED)), Lane.SAFETY, "events.safety",
            id="an-unknown-matter-of-a-safety-source",
        ),
        pytest.param(
            an_event(a_report(matter=UNLISTED)), Lane.GENERAL, "events.general",
            id="an-unknown-matter-of-a-general-source",
        ),
        pytest.param(
            an_event(a_report(matter=None)), Lane.SAFETY, "events.safety", id="no-matter-at-all"
        ),
        pytest.param(an_event(a_signal()), Lane.SAFETY, "events.safety", id="a-signal"),
    ],
)  # fmt: skip
async def test_an_event_goes_to_the_lane_that_is_its_own(
    pushed_by: PushedBy, event: Event, registered: Lane, topic: str
) -> None:
    answer = await pushed_by(registered, event)

    assert (answer.status_code, answer.json()["topic"]) == (202, topic)


@pytest.mark.parametrize(
    ("event", "kept_together_by"),
    [
        pytest.param(an_event(), b"place:jiefang-1", id="place"),
        pytest.param(an_event(a_signal()), b"camera:cam-07", id="camera"),
        pytest.param(
            an_event(a_report(place=a_place(id=None, grid_cell="4201"))), b"grid:4201", id="grid"
        ),
        pytest.param(an_event(a_report()), f"source:{SOURCE}".encode(), id="source"),
    ],
)
async def test_what_belongs_together_has_one_key(
    pushed_by: PushedBy, broker: Broker, event: Event, kept_together_by: bytes
) -> None:
    answer = await pushed_by(Lane.GENERAL, event)

    assert broker.at(answer.json()).key == kept_together_by


async def test_events_of_one_place_lie_in_one_partition_in_the_order_of_their_batch(
    front: Front, key: str
) -> None:
    body = b"[" + b",".join(write_event(an_event(id=f"e-{n}")) for n in range(100)) + b"]"

    answer = await front.push(body, key=key, content_type=BATCH)

    receipts = answer.json()["items"]
    offsets = [receipt["offset"] for receipt in receipts]
    assert len({receipt["partition"] for receipt in receipts}) == 1
    assert offsets == sorted(offsets)


async def test_the_first_batch_of_a_fresh_door_keeps_its_order_too(
    settings: Settings, broker: Broker, key: str
) -> None:
    body = b"[" + b",".join(write_event(an_event(id=f"e-{n}")) for n in range(100)) + b"]"
    fresh = Producer(Connection(bootstrap=broker.bootstrap))

    async with opened(settings, fresh) as front:
        answer = await front.push(body, key=key, content_type=BATCH)
    fresh.close()

    offsets = [receipt["offset"] for receipt in answer.json()["items"]]
    assert offsets == sorted(offsets)


async def test_the_same_event_pushed_twice_gets_two_receipts(front: Front, key: str) -> None:
    body = write_event(an_event())

    receipts = [(await front.push(body, key=key)).json() for _ in range(2)]

    assert len({address_in(receipt) for receipt in receipts}) == 2
    assert len({receipt["sha256"] for receipt in receipts}) == 1


async def test_the_journal_has_every_receipt(front: Front, key: str) -> None:
    data, headers = in_binary_form(an_event(id="binary"))
    batch = b"[" + write_event(an_event(id="a")) + b"," + write_event(an_event(id="b")) + b"]"
    receipts = [
        (await front.push(write_event(an_event()), key=key)).json(),
        (await front.push(data, key=key, content_type=None, headers=dict(headers))).json(),
        *(await front.push(batch, key=key, content_type=BATCH)).json()["items"],
    ]

    assert sorted(front.journal(), key=lambda entry: entry.address) == sorted(
        (Entry(address=address_in(receipt), digest=receipt["sha256"]) for receipt in receipts),
        key=lambda entry: entry.address,
    )


async def test_no_answer_leaves_before_the_journal_is_on_the_disk(
    front: Front, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await front.push(write_event(an_event(id="the-key-is-known-now")), key=key)
    begun, let_go, fsync = Flag(), Flag(), os.fsync

    def slow(descriptor: int) -> None:
        begun.set()
        assert let_go.wait(10)
        fsync(descriptor)

    monkeypatch.setattr("streams.journal.os.fsync", slow)
    pushing = asyncio.create_task(front.push(write_event(an_event()), key=key))
    assert await asyncio.to_thread(begun.wait, 10)
    done, _ = await asyncio.wait([pushing], timeout=0.1)
    assert not done
    let_go.set()

    assert (await pushing).status_code == 202


async def test_many_at_once_are_all_taken(front: Front, key: str) -> None:
    events = [
        an_event(replace(an_observation(), place=a_place(f"p-{n % 13}")), id=f"e-{n}")
        for n in range(200)
    ]

    answers = await asyncio.gather(*(front.push(write_event(each), key=key) for each in events))

    assert {answer.status_code for answer in answers} == {202}
    assert len(front.journal()) == 200


async def test_the_word_bearer_may_be_spelled_as_one_likes(front: Front, key: str) -> None:
    answer = await front.push(
        write_event(an_event()), key=None, headers={"Authorization": f"bearer  {key} "}
    )

    assert answer.status_code == 202


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/cloudevents+json; charset=utf-8", id="charset"),
        pytest.param('application/cloudevents+json;charset="UTF-8"', id="quoted-charset"),
        pytest.param("Application/CloudEvents+JSON", id="upper-case"),
    ],
)
async def test_a_content_type_may_be_spelled_as_one_likes(
    front: Front, key: str, content_type: str
) -> None:
    answer = await front.push(write_event(an_event()), key=key, content_type=content_type)

    assert answer.status_code == 202


async def test_a_door_counts_what_it_took_and_what_not(front: Front, key: str) -> None:
    await front.push(write_event(an_event()), key=key)
    await front.push(b"{}", key=key)
    await front.push(write_event(an_event(source="/other")), key=key)

    told = (await front.client.get("/metrics")).text

    assert 'offsite_door_accepted_total{topic="events.general"} 1.0' in told
    assert 'offsite_door_refused_total{reason="invalid-event",status="400"} 1.0' in told
    assert 'offsite_door_refused_total{reason="foreign-source",status="403"} 1.0' in told
    assert "offsite_stream_up 1.0" in told


async def test_a_key_made_while_the_door_is_open_is_good_at_once(
    front: Front, settings: Settings
) -> None:
    async with sources_of(settings) as sources:
        key = await add(sources, SOURCE, Lane.GENERAL)

    answer = await front.push(write_event(an_event()), key=key)

    assert answer.status_code == 202


async def test_a_door_that_closes_leaves_no_connection_behind(
    settings: Settings, broker: Broker, keys: Mapping[Lane, str]
) -> None:
    async with opened(settings, broker.producer) as front:
        await front.push(write_event(an_event()), key=keys[Lane.GENERAL])

    with psycopg.connect(find(settings).database.get_secret_value()) as connection:
        (left,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'offsite-door'"
        ).fetchone() or (None,)

    assert left == 0
