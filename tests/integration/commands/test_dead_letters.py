"""Dead letters in a person's hands: looked at, sent again once, or let go."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import orjson
import pytest

from infra.store.dead_letter_tables import ActKind
from infra.store.dead_letters import DeadLetters
from infra.store.people import People
from schemas.ids import Address, EventId
from schemas.lane import Lane
from schemas.person import Person, PersonId, Role
from schemas.wire.envelope import bytes_digest
from schemas.wire.writing import write_event
from streams.intake import Accepted
from streams.journal import Entry
from streams.logs import Logs
from streams.producing import Outgoing, Receipt
from streams.redriving import REDRIVE_OF
from streams.topics import EVENTS
from tests.integration.commands.conftest import House, lines, offsite, seen
from tests.support.builders import a_place, a_report, an_event
from tests.support.messages import in_binary_form

pytestmark = [pytest.mark.broker, pytest.mark.database]

TOPIC = EVENTS[Lane.GENERAL]
WHY = ("--reason", "the reader is mended", "--as", "wang")
NO_JSON = b"\xff\x1b[2Jno JSON"


@pytest.fixture(autouse=True)
def wang(house: House) -> None:
    person = Person(id=PersonId("wang"), name="Wang", unit="ops", roles=frozenset({Role.CLERK}))
    house.with_engine(lambda engine: People(engine).keep(person, by="test"))


def sent(house: House, value: bytes, *headers: tuple[str, bytes]) -> Accepted:
    """Somebody who doesn't come through a door; the journal notes it as if they had."""
    record = Outgoing(topic=TOPIC, key="somebody", value=value, headers=headers)
    receipt = asyncio.run(house.producer.apublish(record))
    digest = bytes_digest(value, dict(headers))
    house.journal.note_now(Entry(address=receipt.address, digest=digest))
    return Accepted(id=EventId("nobody", "knows"), digest=digest, receipt=receipt)


def parked(house: House, value: bytes = NO_JSON, *headers: tuple[str, bytes]) -> Address:
    accepted = sent(house, value, *headers)
    house.decide([accepted])
    return accepted.receipt.address


def decide_at(house: House, old: Address, text: str) -> Address:
    """What the workers do with what was sent again. What lies between is void here."""
    new = address_of(text)
    first = old.offset + 1 if new.log == old.log else 0
    assert new.offset >= first
    with_gap = Accepted(
        id=EventId("nobody", "knows"),
        digest=bytes_digest(b"", {}),
        receipt=Receipt(topic=TOPIC, address=new),
    )
    house.decide([with_gap])
    return new


def address_of(text: str) -> Address:
    topic_id, partition, offset = text.split("/")
    return Address(topic_id, int(partition), int(offset))


def states(address: Address) -> Sequence[str]:
    return [each["state"] for each in lines("dead", "ls") if each["address"] == str(address)]


def test_what_was_parked_is_listed_with_its_reason_and_shown_with_its_bytes(house: House) -> None:
    address = parked(house)

    (listed,) = lines("dead", "ls")
    (shown,) = lines("dead", "show", str(address))
    told = offsite("dead", "show", str(address)).stdout

    assert (listed["address"], listed["state"], listed["bytes"]) == (
        str(address),
        "waiting",
        len(NO_JSON),
    )
    assert listed["reason"].startswith("body: expected a JSON object")
    assert (listed["source"], listed["type"]) == (None, None)
    assert shown["text"] == "\\xff\\x1b[2Jno JSON"
    assert "\x1b[2J" not in told


def test_who_speaks_of_what_is_told_where_the_envelope_can_be_opened(house: House) -> None:
    content = orjson.loads(write_event(an_event(a_report())))
    address = parked(house, orjson.dumps({**content, "type": "offsite.report.v9"}))

    (listed,) = lines("dead", "ls", "--reason", "v9")

    assert listed["address"] == str(address)
    assert (listed["source"], listed["type"]) == (content["source"], "offsite.report.v9")
    assert lines("dead", "ls", "--reason", "nothing of the kind") == []
    assert lines("dead", "ls", "--since", "2990-01-01T00:00:00Z") == []


def test_a_redrive_carries_the_same_bytes_and_headers_to_a_new_address(house: House) -> None:
    value, headers = in_binary_form(an_event(a_report(place=a_place("same"))), ce_type=b"strange")
    old = parked(house, value, *headers.items(), ("x-trace", b"1"), ("x-trace", b"2"))

    (done,) = lines("dead", "redrive", str(old), *WHY)

    new = address_of(done["new"])
    with Logs(house.deployment.connection) as logs:
        before = logs.kept_at(TOPIC, old.log, old.offset)
        after = logs.kept_at(TOPIC, new.log, new.offset)
    assert before is not None
    assert after is not None
    assert (after.value, after.key) == (before.value, before.key)
    assert list(after.headers) == [*before.headers, (REDRIVE_OF, str(old).encode())]
    assert bytes_digest(after.value, after.message_headers) == bytes_digest(value, headers)


def test_a_second_redrive_answers_the_first_and_publishes_nothing(house: House) -> None:
    old = parked(house)
    (first,) = lines("dead", "redrive", str(old), *WHY)
    with Logs(house.deployment.connection) as logs:
        ends = {found.log: found.end for found in logs.ranges([TOPIC])}

        (second,) = lines("dead", "redrive", str(old), "--reason", "again", "--as", "wang")

        assert {found.log: found.end for found in logs.ranges([TOPIC])} == ends
    assert (second["new"], second["is_new"]) == (first["new"], False)
    assert first["is_new"] is True
    (act,) = [each["act"] for each in lines("dead", "ls")]
    assert (act["by"], act["because"]) == ("wang", "the reader is mended")


def test_what_is_parked_again_is_linked_both_ways_and_the_first_outcome_stands(
    house: House,
) -> None:
    old = parked(house)
    (done,) = lines("dead", "redrive", str(old), *WHY)
    new = decide_at(house, old, done["new"])

    (was,) = lines("dead", "show", str(old))
    (now,) = lines("dead", "show", str(new))

    assert (was["redriven_to"], was["became"], was["outcome"]) == (str(new), "parked", "parked")
    assert was["state"] == f"redriven at {new}: parked again"
    assert (now["redrive_of"], now["state"]) == (str(old), "waiting")
    assert house.sum_of(new).difference == 0
    assert house.sum_of(new).is_fine


def test_one_that_was_killed_after_the_broker_had_it_is_under_way_and_gets_finished(
    house: House,
) -> None:
    old = parked(house)

    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_redrive", str(old), "wang"],
        env=os.environ,
        capture_output=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    (state,) = states(old)
    assert state.startswith("under way since ")
    (done,) = lines("dead", "redrive", str(old), *WHY)
    assert done["is_new"] is True
    (state,) = states(old)
    assert state.startswith(f"redriven at {done['new']}")


def test_a_dropped_one_says_why_and_is_not_sent_again(house: House) -> None:
    address = parked(house)

    offsite("dead", "drop", str(address), "--reason", "a scanner's noise", "--as", "wang")

    assert states(address) == ["dropped because a scanner's noise"]
    refused = offsite("dead", "redrive", str(address), *WHY, code=2)
    assert "wang let it go (a scanner's noise)" in refused.output
    assert house.with_engine(lambda engine: DeadLetters(engine).waiting()) == 0


def test_one_that_was_sent_again_is_not_dropped(house: House) -> None:
    address = parked(house)
    offsite("dead", "redrive", str(address), *WHY)

    refused = offsite("dead", "drop", str(address), "--reason", "too late", "--as", "wang", code=2)

    assert "it was sent again by wang" in refused.output


def test_an_id_conflict_can_only_be_dropped(house: House) -> None:
    accepted = house.accept(seen("same", place="one"), seen("same", place="other"))
    house.decide(accepted)
    conflicts = [each for each in lines("dead", "ls") if each["outcome"] == "id-conflict"]
    address = conflicts[0]["address"]

    refused = offsite("dead", "redrive", address, *WHY, code=2)
    offsite("dead", "drop", address, "--reason", "asked the source", "--as", "wang")

    assert "its source must send it under a new id" in refused.output
    assert states(address_of(address)) == ["dropped because asked the source"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("nowhere/0/0", *WHY), "nowhere/0/0: none there", id="not parked"),
        pytest.param(("nowhere", *WHY), "expected topic id/partition/offset", id="no address"),
        pytest.param(("a/0/0", "--reason", "x", "--as", "li"), "got li: unknown", id="a stranger"),
        pytest.param(("a/0/0", "--reason", " ", "--as", "wang"), "expected why", id="no reason"),
    ],
)
def test_what_can_not_be_sent_again_says_why(house: House, words: Sequence[str], told: str) -> None:
    assert told in offsite("dead", "redrive", *words, code=2).output


def test_what_the_broker_has_no_more_must_be_sent_by_its_source(house: House) -> None:
    (accepted,) = house.accept(seen("e-1"))
    address = parked(house)
    with_other_bytes = f"UPDATE outcomes SET input = '\\x{'00' * 32}' WHERE outcome = 'parked'"

    async def forge(engine) -> None:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(with_other_bytes)

    house.with_engine(forge)

    refused = offsite("dead", "redrive", str(address), *WHY, code=2)

    assert "the broker has it no more" in refused.output
    assert accepted.receipt.address != address
    assert states(address) == ["waiting"]


def test_somebody_who_comes_while_another_acts_is_told_so(house: House) -> None:
    address = parked(house)

    async def hold(engine) -> None:
        async with DeadLetters(engine).alone(address):
            refused = await asyncio.to_thread(
                offsite, "dead", "redrive", str(address), *WHY, code=2
            )
            assert "somebody acts on it just now" in refused.output

    house.with_engine(hold)
    assert states(address) == ["waiting"]


def test_the_first_decision_stands(house: House) -> None:
    address = parked(house)

    async def decide(engine) -> tuple[ActKind, ActKind]:
        letters = DeadLetters(engine)
        who = PersonId("wang")
        first = await letters.begin(address, ActKind.DROP, by=who, reason="noise")
        second = await letters.begin(address, ActKind.REDRIVE, by=who, reason="else")
        return first.kind, second.kind

    assert house.with_engine(decide) == (ActKind.DROP, ActKind.DROP)


def test_what_is_refused_of_one_holds_up_no_other(house: House) -> None:
    first, second = parked(house), parked(house)

    done = offsite("dead", "redrive", str(first), "nowhere/0/0", str(second), *WHY, code=2)

    assert "nowhere/0/0: none there" in done.output
    assert [state[:11] for state in (*states(first), *states(second))] == ["redriven at"] * 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_the_database_knows_is_told_while_kafka_is_away(
    house: House, request: pytest.FixtureRequest
) -> None:
    address = parked(house)
    request.getfixturevalue("without_kafka")

    done = offsite("dead", "show", str(address))

    assert "without their bytes" in done.output
    assert "body: expected a JSON object" in done.output
