"""Does the sum come out, and do the commands that say so tell the truth?"""

import asyncio
import gc
import json
import logging
import shutil
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import Result
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from handlers.enforce import enforce
from handlers.policies.pack import SHIPPED
from handlers.ports import Batch, Shard, Void
from infra import composition
from infra.accounts import add_up_all
from infra.cli.main import app
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.store.packs import Packs
from infra.store.sources import Sources
from infra.store.work import PostgresWork
from schemas.events import Event
from schemas.ids import Address
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.conservation import Sum
from streams.decoding import received
from streams.intake import Accepted, Door, Sender, structured
from streams.journal import Entry, Journal
from streams.logs import Logs
from streams.producing import Producer
from streams.provisioning import make_topics
from streams.topics import EVENTS, topic_of, wanted_topics
from tests.support.builders import (
    SOURCE,
    STALL,
    CountingSalts,
    a_digest,
    a_place,
    an_event,
    an_observation,
)

pytestmark = [pytest.mark.broker, pytest.mark.database]

Answer = TypeVar("Answer")
FIRE_LANE = MatterKey("GB/T 47678.5-2026", "matter", "09012")
EVER = ("--since", "1990-01-01T00:00:00Z", "--until", "2990-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A deployment of real parts without processes: each step is taken when a test says so."""

    settings: Settings
    producer: Producer
    journal: Journal

    @property
    def deployment(self) -> Deployment:
        return find(self.settings)

    def accept(self, *events: Event) -> Sequence[Accepted]:
        """What the front door does."""
        door = Door(
            publish=self.producer.apublish,
            journal=self.journal,
            policy=composition.policy(self.settings),
        )
        sender = Sender(source=SOURCE, lane=Lane.GENERAL)

        async def take() -> Sequence[Accepted]:
            return [await door.take(structured(write_event(each)), sender) for each in events]

        return asyncio.run(take())

    def decide(self, accepted: Sequence[Accepted]) -> None:
        """What the workers do. What other tests left in these logs is void here."""
        receipts = sorted((each.receipt for each in accepted), key=lambda each: each.address)
        with Logs(self.deployment.connection) as logs:
            batches = [
                _batch(logs, topic, [receipt.address for receipt in group])
                for (topic, _), group in groupby(
                    receipts, key=lambda each: (each.topic, each.address.log)
                )
            ]

        async def settle(engine: AsyncEngine) -> None:
            policy = composition.policy(self.settings)
            await Packs(engine).keep(policy, composition.policy_files(self.settings)[0])
            work = PostgresWork(engine, topic_of=topic_of)
            for batch in batches:
                await enforce(batch, work=work, policy=policy, salts=CountingSalts())

        self.with_engine(settle)

    def sums(self) -> Sequence[Sum]:
        return self.with_engine(lambda engine: add_up_all(self.deployment, engine))

    def sum_of(self, address: Address) -> Sum:
        """Of the log that an address lies in."""
        (found,) = (each for each in self.sums() if each.shard.log == address.log)
        return found

    def with_engine(self, work: Callable[[AsyncEngine], Awaitable[Answer]]) -> Answer:
        async def within() -> Answer:
            engine = composition.engine(self.deployment, application="test", connections=1)
            try:
                return await work(engine)
            finally:
                await engine.dispose()

        return asyncio.run(within())


def _batch(logs: Logs, topic: str, addresses: Sequence[Address]) -> Batch:
    log, first, end = addresses[0].log, addresses[0].offset, addresses[-1].offset + 1
    stretch = logs.read(topic, log, first=first, end=end)
    lane = next(lane for lane, name in EVENTS.items() if name == topic)
    return Batch(
        shard=Shard(log=log, topic=topic, lane=lane),
        received=[received(message) for message in stretch.messages],
        voids=[Void(first=0, end=first, reason="other tests")] if first else [],
    )


@pytest.fixture(scope="module")
def producer(kafka_bootstrap: str) -> Iterator[Producer]:
    connection = Connection(bootstrap=kafka_bootstrap)
    make_topics(connection, wanted_topics(partitions=4, replication=1))
    producer = Producer(connection, linger_ms=0)
    yield producer
    producer.close()


@pytest.fixture
def house(
    kafka_bootstrap: str,
    database: str,
    producer: Producer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The commands mean it too."""
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", kafka_bootstrap)
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    journal = Journal(tmp_path / "journal", name="door", started_at=datetime.now(UTC))
    yield House(settings=Settings(), producer=producer, journal=journal)
    journal.close()


@pytest.fixture
def closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def offsite(*words: str, code: int = 0) -> Result:
    """A command as a person gives it."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, (done.output, done.exc_info)
    return done


def lines(*words: str, code: int = 0) -> list[dict[str, Any]]:
    """What a command tells programs."""
    return [json.loads(line) for line in offsite(*words, "--json", code=code).stdout.splitlines()]


def seen(id: str, *, place: str = "jiefang-1", matter: MatterKey = STALL) -> Event:  # noqa: A002
    return an_event(an_observation(place=a_place(place), matter=matter), id=id)


def test_what_was_accepted_and_decided_adds_up_to_nothing_missing(house: House) -> None:
    accepted = house.accept(*(seen(f"e-{number}") for number in range(7)))
    house.decide(accepted)

    found = house.sum_of(accepted[0].receipt.address)

    assert (found.outcomes, found.accepted, found.waiting) == (7, 7, 0)
    assert (found.difference, found.is_fine) == (0, True)


def test_what_is_not_decided_yet_waits_and_is_not_missing(house: House) -> None:
    accepted = house.accept(*(seen(f"e-{number}") for number in range(5)))
    house.decide(accepted[:2])

    found = house.sum_of(accepted[0].receipt.address)

    assert (found.outcomes, found.accepted, found.waiting) == (2, 5, 3)
    assert (found.difference, found.is_fine) == (0, True)


def test_a_log_of_which_nothing_is_decided_waits_whole(house: House) -> None:
    (accepted,) = house.accept(seen("e-1"))

    found = house.sum_of(accepted.receipt.address)

    assert (found.outcomes, found.expected - found.waiting) == (0, 0)
    assert (found.accepted, found.is_fine) == (1, True)


def test_every_partition_of_both_lanes_is_added_up(house: House) -> None:
    found = house.sums()

    assert {each.shard.topic for each in found} == set(EVENTS.values())
    assert all(each.difference == 0 for each in found)


def note(house: House, address: Address, said: str) -> None:
    house.journal.note_now(Entry(address=address, digest=a_digest(said)))


def test_an_acknowledged_message_beyond_the_brokers_end_is_lost(house: House) -> None:
    (accepted,) = house.accept(seen("e-1"))
    house.decide([accepted])
    here = accepted.receipt.address
    gone = Address(here.topic_id, here.partition, here.offset + 1000)
    note(house, gone, "forgotten")

    found = house.sum_of(here)

    assert [(loss.address, "beyond" in loss.why) for loss in found.losses] == [(gone, True)]
    assert (found.difference, found.is_fine) == (0, False)


def test_an_acknowledged_message_at_whose_address_another_lies_is_lost(house: House) -> None:
    (accepted,) = house.accept(seen("e-1"))
    house.decide([accepted])
    note(house, accepted.receipt.address, "other bytes")

    found = house.sum_of(accepted.receipt.address)

    assert [loss.why for loss in found.losses] == ["another message lies at its address"]
    assert not found.is_fine


def test_a_log_that_the_broker_lost_has_lost_what_was_acknowledged(house: House) -> None:
    gone = Address("a-topic-that-was", 0, 3)
    note(house, gone, "said")

    found = house.sum_of(gone)

    assert [loss.address for loss in found.losses] == [gone]


def test_conserve_says_in_one_line_that_nothing_is_missing(house: House) -> None:
    house.decide(house.accept(seen("e-1"), seen("e-2", place="b")))

    said = offsite("conserve").stdout

    assert "accepted 2 (journal)" in said
    assert "= 0   lost 0" in said


def test_conserve_tells_programs_each_range(house: House) -> None:
    accepted = house.accept(seen("e-1"))
    house.decide(accepted)
    here = accepted[0].receipt.address

    (told,) = lines("conserve")

    (mine,) = (
        each
        for each in told.pop("ranges")
        if (each["topic_id"], each["partition"]) == (here.topic_id, here.partition)
    )
    assert told.keys() == {
        "accepted", "difference", "expected", "losses", "outcomes", "voids", "waiting"
    }  # fmt: skip
    assert (told["accepted"], told["outcomes"], told["difference"]) == (1, 1, 0)
    assert mine == {
        "topic": "events.general",
        "topic_id": here.topic_id,
        "partition": here.partition,
        "from": 0,
        "to": here.offset + 1,
        "expected": 1,
        "outcomes": 1,
        "waiting": 0,
        "voids": here.offset,
        "difference": 0,
        "losses": [],
    }


def test_conserve_fails_and_names_the_address_where_something_is_lost(house: House) -> None:
    gone = Address("a-topic-that-was", 0, 3)
    note(house, gone, "said")

    said = offsite("conserve", code=1).stdout
    (told,) = lines("conserve", code=1)

    assert f"LOSS {gone}" in said
    assert told["losses"] == 1
    assert [loss["address"] for each in told["ranges"] for loss in each["losses"]] == [str(gone)]


def test_conserve_that_was_to_settle_fails_where_something_still_waits(house: House) -> None:
    house.accept(seen("e-1"))

    (told,) = lines("conserve", "--settle", "--within", "0.1", code=1)

    assert told["waiting"] >= 1
    assert told["difference"] == 0


READING = [
    pytest.param(("conserve",), id="conserve"),
    pytest.param(("queue", "ls"), id="queue"),
    pytest.param(("case", "show", "C261120-AAAAAAAAAAAA"), id="case"),
    pytest.param(("health",), id="health"),
    pytest.param(("key", "ls"), id="key-ls"),
    pytest.param(("key", "add", "/city/platform"), id="key-add"),
    pytest.param(("key", "revoke", "abc"), id="key-revoke"),
    pytest.param(("replay", *EVER), id="replay"),
]


@pytest.mark.parametrize("words", READING)
def test_a_command_says_when_the_database_is_away(
    house: House, closed_port: int, monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
) -> None:
    dsn = f"postgresql://offsite:hidden@127.0.0.1:{closed_port}/none"
    monkeypatch.setenv("OFFSITE_DATABASE", dsn)

    done = offsite(*words, code=3)

    assert done.stderr.startswith("offsite: database:")
    assert "hidden" not in done.output


@pytest.mark.parametrize("words", READING)
def test_a_command_says_when_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
) -> None:
    for name in ("OFFSITE_KAFKA", "OFFSITE_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))

    done = offsite(*words, code=2)

    assert "nothing runs in" in done.stderr
    assert "offsite up" in done.stderr


@pytest.mark.parametrize("words", READING)
def test_a_command_says_when_the_database_was_never_set_up(
    house: House, empty_database: str, monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
) -> None:
    monkeypatch.setenv("OFFSITE_DATABASE", empty_database)

    done = offsite(*words, code=2)

    assert "has no tables of ours" in done.stderr


@pytest.fixture
def without_kafka(
    house: House,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[str]:
    """The driver leaves its sockets lying; its log would keep them alive until a later test."""
    address = f"127.0.0.1:{closed_port}"
    monkeypatch.setenv("OFFSITE_KAFKA", address)
    with caplog.at_level(logging.CRITICAL, logger="kafka"):
        yield address
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_command_says_when_kafka_is_away(without_kafka: str) -> None:
    done = offsite("conserve", code=3)

    assert f"expected Kafka at {without_kafka}" in done.stderr


def test_a_queue_lists_its_open_cases_soonest_due_first(house: House) -> None:
    house.decide(
        house.accept(seen("a"), seen("b", place="b", matter=FIRE_LANE), seen("c", place="a"))
    )

    cases = lines("queue", "ls")
    only = lines("queue", "ls", "--queue", "zero-tolerance")

    assert [case["queue"] for case in cases] == ["zero-tolerance", "soft", "soft"]
    assert [case["due_at"] for case in cases] == sorted(case["due_at"] for case in cases)
    assert [case["place"]["id"] for case in only] == ["b"]
    assert only[0]["title"] == {"zh": "占用消防通道", "en": "Fire lane blocked"}
    assert only[0]["certainty"]


def test_an_empty_queue_says_so(house: House) -> None:
    assert lines("queue", "ls") == []
    assert "Open cases: none" in offsite("queue", "ls").stdout


def test_a_case_is_shown_with_everything_that_touched_it(house: House) -> None:
    accepted = house.accept(seen("a"), seen("b"))
    house.decide(accepted)
    (case,) = lines("queue", "ls")

    (shown,) = lines("case", "show", case["id"])

    history = shown.pop("history")
    assert shown == case
    assert (case["version"], case["sightings"]) == (2, 2)
    assert [step["outcome"] for step in history] == ["opened", "extended"]
    assert [step["address"] for step in history] == [str(each.receipt.address) for each in accepted]
    assert all(step["reasons"][0]["clause"] for step in history)
    assert all("with the source" in step["evidence"][0]["where"] for step in history)


def test_a_case_is_shown_to_people_with_its_reasons(house: House) -> None:
    house.decide(house.accept(seen("a", matter=FIRE_LANE)))
    (case,) = lines("queue", "ls")

    said = offsite("case", "show", case["id"]).stdout

    assert case["id"] in said
    assert "占用消防通道 Fire lane blocked" in said
    assert "because R02-safety-matter" in said


def test_a_case_that_is_none_is_the_callers_mistake(house: House) -> None:
    done = offsite("case", "show", "C261120-AAAAAAAAAAAA", code=2)

    assert "there is none" in done.stderr


def test_health_tells_lag_cameras_and_outbox(house: House) -> None:
    accepted = house.accept(seen("a"), seen("b"), seen("c"))
    house.decide(accepted[:1])
    here = accepted[-1].receipt.address

    (told,) = lines("health")

    (mine,) = (
        each
        for each in told["partitions"]
        if (each["topic"], each["partition"]) == ("events.general", here.partition)
    )
    (camera,) = told["cameras"]
    assert mine["lag"] == 2
    assert (mine["end"], mine["decided"]) == (here.offset + 1, here.offset - 1)
    assert (camera["camera"], camera["messages"]) == ("cam-07", 1)
    assert (told["outbox"]["backlog"], told["outcomes_last_minute"], told["parked"]) == (1, 1, 0)
    assert (told["is_trial"], told["broker"]) == (False, "your own Kafka")


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(house: House) -> None:
    (made,) = lines("key", "add", "/city/platform", "--lane", "safety")
    listed = lines("key", "ls")
    key_id, secret = made["key"].split("_")[1:]

    offsite("key", "revoke", key_id)
    offsite("key", "revoke", key_id)

    (revoked,) = lines("key", "ls")
    assert (made["source"], made["lane"]) == ("/city/platform", "safety")
    assert [(key["id"], key["source"], key["revoked_at"]) for key in listed] == [
        (key_id, "/city/platform", None)
    ]
    assert revoked["revoked_at"] is not None
    assert secret not in offsite("key", "ls").stdout
    assert house.with_engine(lambda engine: Sources(engine).key(key_id)) is None


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("key", "add", ""), id="no-source"),
        pytest.param(("key", "add", "a b"), id="a-blank"),
        pytest.param(("key", "add", "x" * 257), id="too-long"),
        pytest.param(("key", "add", "/a", "--lane", "fast"), id="no-such-lane"),
        pytest.param(("key", "revoke", "abc"), id="no-such-key"),
        pytest.param(("queue", "ls", "--queue", "hard"), id="no-such-queue"),
        pytest.param(("replay", "--since", "today", "--until", "now"), id="no-instants"),
        pytest.param(
            ("replay", "--since", "2026-11-20T00:00:00", "--until", "2026-11-21T00:00:00"),
            id="no-zone",
        ),
        pytest.param(("replay", *EVER, "--policy", "unheard-of"), id="no-such-pack"),
    ],
)
def test_a_callers_mistake_is_told_as_one(house: House, words: Sequence[str]) -> None:
    done = offsite(*words, code=2)

    assert done.stderr


def test_a_replay_without_another_policy_finds_every_decision_identical(house: House) -> None:
    accepted = house.accept(seen("a"), seen("b"), seen("c", matter=FIRE_LANE), seen("a"))
    house.decide(accepted)

    said = offsite("replay", *EVER).stdout
    told = lines("replay", *EVER)

    assert "4 identical, 0 different, 0 erased" in said
    assert {line["address"] for line in told} == {str(each.receipt.address) for each in accepted}
    assert all(line["identical"] and line["difference"] is None for line in told)
    assert {json.loads(line["decision"])["outcome"] for line in told} == {
        "opened", "extended", "repeat-of"
    }  # fmt: skip


def test_the_same_range_replayed_twice_is_the_same_bytes(house: House) -> None:
    house.decide(house.accept(*(seen(f"e-{n}", place=f"p-{n}") for n in range(9))))

    first, second = (offsite("replay", *EVER, "--json").stdout_bytes for _ in range(2))

    assert first == second
    assert first.count(b"\n") == 9


def test_a_replay_covers_the_range_that_was_asked_for_only(house: House) -> None:
    house.decide(house.accept(seen("a")))

    told = lines("replay", "--since", "1990-01-01T00:00:00Z", "--until", "1990-01-02T00:00:00Z")

    assert told == []


@pytest.fixture
def other_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Makes the shipped pack once more, as `other`, without samples, and of which rows differ."""

    def make(row: str, instead: str) -> None:
        for name in ("base", "other"):
            shutil.copytree(SHIPPED / "base", tmp_path / "policies" / name)
        for path in (tmp_path / "policies" / "other").glob("*.toml"):
            text = path.read_text().replace('name = "base"', 'name = "other"')
            text = text.replace("sample_one_in = 20", "sample_one_in = 1000000")
            path.write_text(text.replace(row, instead))
        monkeypatch.setenv("OFFSITE_POLICIES", str(tmp_path / "policies"))

    return make


@pytest.mark.parametrize(
    ("row", "instead", "field"),
    [
        pytest.param(
            "limit = { amount_min = 120,", "limit = { amount_min = 60,", "case.due_at", id="limit"
        ),
        pytest.param("dwell_s = 180\n", "dwell_s = 86400\n", "case", id="threshold"),
    ],
)
def test_a_replay_under_another_policy_names_the_field_that_differs(
    house: House, other_pack: Callable[[str, str], None], row: str, instead: str, field: str
) -> None:
    house.decide(house.accept(seen("a")))
    other_pack(row, instead)

    said = offsite("replay", *EVER, "--policy", "other", code=1).stdout
    (told,) = lines("replay", *EVER, "--policy", "other", code=1)

    assert told["difference"]["field"] == field
    assert told["difference"]["recorded"] != told["difference"]["replayed"]
    assert f"{field}: recorded" in said
    assert "0 identical, 1 different" in said


def test_a_replay_needs_no_pack_on_the_disk_but_the_one_that_was_kept(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    house.decide(house.accept(seen("a")))
    monkeypatch.setenv("OFFSITE_POLICIES", str(tmp_path / "nothing-here"))

    said = offsite("replay", *EVER).stdout

    assert "1 identical, 0 different" in said
