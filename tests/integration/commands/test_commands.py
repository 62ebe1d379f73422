"""What each command says, to people and to programs, and when a part is away."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from infra.store.sources import Sources
from tests.integration.commands.conftest import (
    EVER,
    FIRE_LANE,
    House,
    lines,
    offsite,
    seen,
    told_by_health,
)

pytestmark = [pytest.mark.broker, pytest.mark.database]


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

    history = shown["history"]
    assert shown.items() >= case.items()
    assert (shown["taken"], shown["sent_to"]) == ([], None)
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

    told = told_by_health()

    (mine,) = (
        each
        for each in told["partitions"]
        if (each["topic"], each["partition"]) == ("events.general", here.partition)
    )
    (camera,) = told["cameras"]
    assert mine["lag"] == 2
    assert (mine["end"], mine["decided"]) == (here.offset + 1, here.offset - 1)
    assert (mine["group"], mine["verdict"], mine["is_seen"]) == ("offsite-general", "ok", True)
    assert 0 < mine["lag_seconds"] < 60
    assert (mine["leader"], mine["in_sync"], mine["owner"]) == (1, [1], None)
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
