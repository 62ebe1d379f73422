"""Does the sum come out, and does the command that says so tell the truth?"""

import pytest

from schemas.ids import Address
from streams.journal import Entry
from streams.topics import EVENTS
from tests.integration.commands.conftest import House, lines, offsite, seen
from tests.support.builders import (
    a_digest,
)

pytestmark = [pytest.mark.broker, pytest.mark.database]


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
        "condition": None,
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
