"""A camera worker's messages reach Kafka in order, however long it is away and whoever dies."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Flag

import orjson
import pytest
from pydantic import SecretStr

from infra import spooling
from infra.deployment import find
from infra.settings import Settings
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import Address
from schemas.values import replace
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.intake import DIGEST_HEADER
from streams.journal import Entry, Journal, read_journals
from streams.logs import Logs
from streams.producing import Outgoing, Receipt
from streams.provisioning import make_topics
from streams.spool import Spool, SpoolingPublisher
from streams.topics import wanted_topics
from tests.support.builders import (
    BLOCKED_EXIT,
    CAMERA,
    NOON,
    a_policy,
    a_signal,
    an_event,
    an_observation,
)

PLENTY = 10 * 1024 * 1024
SOON_S = 10.0


class Broker:
    """A Kafka in memory that can be away, and that can lose an acknowledgement on its way."""

    def __init__(self, *, fails: int = 0, loses_answers: int = 0) -> None:
        self.taken: list[Outgoing] = []
        self.fails = fails
        self.loses_answers = loses_answers
        self.is_away = Flag()
        self.tried = Flag()

    def publish(self, record: Outgoing) -> Receipt:
        self.tried.set()
        if self.fails > 0 or self.is_away.is_set():
            self.fails -= 1
            raise TemporarilyUnavailableError("Kafka is away")
        self.taken.append(record)
        if self.loses_answers > 0:
            self.loses_answers -= 1
            raise TemporarilyUnavailableError("no acknowledgement in time")
        address = Address(record.topic, 0, len(self.taken) - 1)
        return Receipt(topic=record.topic, address=address)

    @property
    def ids(self) -> list[str]:
        return [orjson.loads(record.value)["id"] for record in self.taken]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal", name="camera", started_at=NOON)
    yield journal
    journal.close()


Start = Callable[[Broker], SpoolingPublisher]


@pytest.fixture
def start(folder: Path, journal: Journal) -> Iterator[Start]:
    """What a camera worker does when it starts."""
    started: list[SpoolingPublisher] = []

    def start_one(broker: Broker) -> SpoolingPublisher:
        spool = Spool(folder, limit_bytes=PLENTY)
        publisher = SpoolingPublisher(spool, producer=broker, journal=journal, policy=a_policy())
        started.append(publisher)
        return publisher

    yield start_one
    for publisher in started:
        publisher.close(within_s=0)


def leave_behind(start: Start, *events: Event) -> None:
    """What a process that ended had not yet brought to Kafka."""
    broker = Broker()
    broker.is_away.set()
    dying = start(broker)
    for event in events:
        dying.publish(event)
    assert dying.close(within_s=0) == len(events)


def events(*names: str) -> list[Event]:
    return [an_event(id=name) for name in names]


def test_messages_arrive_in_the_order_in_which_they_were_said(start: Start) -> None:
    broker = Broker()
    publisher = start(broker)

    for number in range(50):
        publisher.publish(an_event(id=f"e-{number}"))

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == [f"e-{number}" for number in range(50)]


def test_a_message_lies_in_kafka_as_it_was_written(start: Start) -> None:
    broker, event = Broker(), an_event()
    publisher = start(broker)

    publisher.publish(event)
    publisher.close(within_s=SOON_S)

    (record,) = broker.taken
    digest = hashlib.sha256(write_event(event)).hexdigest()
    assert record.value == write_event(event)
    assert dict(record.headers)[DIGEST_HEADER] == digest.encode()
    assert (record.topic, record.key) == ("events.general", "place:jiefang-1")


@pytest.mark.parametrize(
    ("event", "topic"),
    [
        pytest.param(an_event(an_observation(matter=BLOCKED_EXIT)), "events.safety", id="safety"),
        pytest.param(an_event(an_observation()), "events.general", id="no-safety"),
        pytest.param(an_event(a_signal()), "events.general", id="signal"),
    ],
)
def test_a_message_goes_to_its_lane(start: Start, event: Event, topic: str) -> None:
    broker = Broker()
    publisher = start(broker)

    publisher.publish(event)
    publisher.close(within_s=SOON_S)

    assert [record.topic for record in broker.taken] == [topic]


def test_nothing_is_lost_or_overtaken_while_kafka_is_away_for_a_while(start: Start) -> None:
    broker = Broker(fails=2)
    publisher = start(broker)

    for event in events("a", "b", "c"):
        publisher.publish(event)

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == ["a", "b", "c"]


def test_a_message_whose_acknowledgement_got_lost_is_sent_again_before_the_next(
    start: Start,
) -> None:
    broker = Broker(loses_answers=1)
    publisher = start(broker)

    for event in events("a", "b"):
        publisher.publish(event)
    publisher.close(within_s=SOON_S)

    assert broker.ids == ["a", "a", "b"]
    assert broker.taken[0] == broker.taken[1]


def test_saying_something_waits_for_no_broker(start: Start) -> None:
    broker = Broker()
    broker.is_away.set()
    publisher = start(broker)

    publisher.publish(an_event())

    assert broker.tried.wait(SOON_S)
    assert broker.taken == []
    assert publisher.close(within_s=0) == 1


def test_a_full_spool_says_so_and_keeps_what_it_has(folder: Path) -> None:
    value = write_event(an_event())
    spool = Spool(folder, limit_bytes=2 * len(value))
    spool.put(value)
    spool.put(value)

    with pytest.raises(TemporarilyUnavailableError, match=r"holds 2 messages.*is Kafka away"):
        spool.put(b"x")

    assert len(spool) == len(Spool(folder, limit_bytes=PLENTY)) == 2


def test_a_full_spool_has_room_again_when_something_has_arrived(folder: Path) -> None:
    spool = Spool(folder, limit_bytes=10)
    spool.put(b"x" * 10)
    oldest = spool.oldest(Flag(), within_s=0)
    assert oldest is not None

    spool.remove(oldest)
    spool.put(b"y" * 10)

    assert len(spool) == 1


def test_what_a_dead_process_left_counts_against_the_limit(folder: Path) -> None:
    Spool(folder, limit_bytes=10).put(b"x" * 10)

    with pytest.raises(TemporarilyUnavailableError):
        Spool(folder, limit_bytes=10).put(b"y")


def test_a_disk_that_is_away_is_told(folder: Path) -> None:
    spool = Spool(folder, limit_bytes=PLENTY)
    shutil.rmtree(folder)

    with pytest.raises(TemporarilyUnavailableError, match="can't be written"):
        spool.put(b"x")

    assert len(spool) == 0


def test_what_a_dead_process_left_goes_first(folder: Path, start: Start) -> None:
    broker = Broker()
    leave_behind(start, *events("a", "b"))
    publisher = start(broker)

    publisher.publish(an_event(id="c"))

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == ["a", "b", "c"]


def test_a_half_written_file_of_a_dead_process_was_never_said(folder: Path, start: Start) -> None:
    broker = Broker()
    folder.mkdir()
    (folder / "000000000000.new").write_bytes(b'{"half')

    publisher = start(broker)
    publisher.publish(an_event(id="a"))

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00" * 100, id="zeros"),
        pytest.param(b'{"specversion": "1.0"}', id="says-too-little"),
    ],
)
def test_a_file_that_nobody_can_read_is_set_aside_and_stops_no_other(
    folder: Path, start: Start, content: bytes
) -> None:
    broker = Broker()
    leave_behind(start, *events("a", "b", "c"))
    (folder / "000000000001.json").write_bytes(content)

    publisher = start(broker)

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == ["a", "c"]
    assert [path.name for path in folder.iterdir()] == ["000000000001.unreadable"]
    assert (folder / "000000000001.unreadable").read_bytes() == content


def test_a_file_set_aside_is_never_written_over(folder: Path, start: Start) -> None:
    for content in (b"one", b"two"):
        leave_behind(start, *events("a"))
        (waiting,) = folder.glob("*.json")
        waiting.write_bytes(content)
        start(Broker()).close(within_s=SOON_S)

    kept = {path.read_bytes() for path in folder.glob("*.unreadable")}
    assert kept == {b"one", b"two"}


def test_a_file_that_somebody_took_away_stops_no_other(folder: Path, start: Start) -> None:
    broker = Broker()
    broker.is_away.set()
    publisher = start(broker)
    for event in events("a", "b"):
        publisher.publish(event)
    assert broker.tried.wait(SOON_S)

    (folder / "000000000000.json").unlink()
    broker.is_away.clear()

    assert publisher.close(within_s=SOON_S) == 0
    assert broker.ids == ["b"]


def test_the_journal_has_what_was_acknowledged_and_nothing_else(
    folder: Path, start: Start, tmp_path: Path
) -> None:
    broker = Broker(loses_answers=1)
    leave_behind(start, *events("a", "b"))
    assert list(read_journals(tmp_path / "journal")) == []

    start(broker).close(within_s=SOON_S)

    digests = [hashlib.sha256(record.value).hexdigest() for record in broker.taken]
    noted = [(entry.address.offset, entry.digest) for entry in read_journals(tmp_path / "journal")]
    assert broker.ids == ["a", "a", "b"]
    assert noted == [(1, digests[1]), (2, digests[2])]


def test_a_message_that_the_journal_couldnt_note_is_sent_again(
    folder: Path, start: Start, tmp_path: Path
) -> None:
    broker = Broker()
    (tmp_path / "journal").rmdir()
    publisher = start(broker)
    publisher.publish(an_event(id="a"))
    assert broker.tried.wait(SOON_S)
    (tmp_path / "journal").mkdir()

    assert publisher.close(within_s=SOON_S) == 0

    assert set(broker.ids) == {"a"}
    (noted,) = read_journals(tmp_path / "journal")
    assert noted.address.offset == len(broker.taken) - 1


@pytest.mark.broker
def test_a_camera_workers_messages_lie_in_a_real_kafka_in_order(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    connection = Connection(bootstrap=kafka_bootstrap)
    make_topics(connection, wanted_topics(partitions=4, replication=1))
    nowhere = SecretStr("postgresql://nobody@127.0.0.1:1/none")
    settings = Settings(data=tmp_path, kafka=kafka_bootstrap, database=nowhere)
    deployment = find(settings)
    said = [
        an_event(replace(an_observation(), sequence=number), id=f"e-{number}")
        for number in range(30)
    ]

    with spooling.camera_publishers(settings, deployment, [CAMERA], drain_within_s=SOON_S) as (
        publisher,
    ):
        for event in said:
            publisher.publish(event)

    noted = list(read_journals(deployment.journals))
    first, last = noted[0].address, noted[-1].address
    with Logs(connection) as logs:
        lying = logs.read(
            "events.general", first.log, first=first.offset, end=last.offset + 1
        ).messages
    assert list((tmp_path / "spool" / CAMERA).iterdir()) == []
    assert [message.value for message in lying] == [write_event(event) for event in said]
    assert noted == [
        Entry(address=message.address, digest=message.headers[DIGEST_HEADER].decode())
        for message in lying
    ]
