"""Keys, shares, and what a door remembers of its keys when the database is away."""

import asyncio
import json
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from infra.access.keyring import Grant, Grants, Keyring
from infra.access.keys import PresentedKey, make_key, person_behind, read_key
from infra.access.rate import TokenBuckets
from schemas.errors import TemporarilyUnavailableError
from schemas.lane import Lane
from tests.support.builders import SOURCE, a_digest


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Database:
    """Grants to be fetched, or none while it is away."""

    def __init__(self, grants: Grants) -> None:
        self.grants = grants
        self.fault: Exception | None = None
        self.asked = 0

    async def fetch(self) -> Grants:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.grants


def a_grant(key: PresentedKey, *, source: str = SOURCE, lane: Lane = Lane.GENERAL) -> Grant:
    return Grant(digest=key.digest, source=source, lane=lane)


def a_key() -> PresentedKey:
    return make_key()[1]


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def lane_in(file: Path, key: PresentedKey) -> str:
    return json.loads(file.read_text())[key.id]["lane"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known() -> PresentedKey:
    return a_key()


@pytest.fixture
def database(known: PresentedKey) -> Database:
    return Database({known.id: a_grant(known)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "door" / "keys.json"


Opened = Callable[[], Keyring]


@pytest.fixture
def opened(database: Database, file: Path, clock: Clock) -> Opened:
    """A door's keyring, as each start of the door makes it anew."""
    return lambda: Keyring(database.fetch, file=file, now=clock, sleep=clock.sleep)


def test_a_made_key_reads_as_what_is_kept_of_it() -> None:
    text, kept = make_key()

    assert read_key(text) == kept


def test_what_is_kept_of_a_key_doesnt_hold_its_secret() -> None:
    text, kept = make_key()

    secret = text.rsplit("_", 1)[1]
    assert secret not in repr(kept)
    assert len(secret) == 48


def test_no_key_is_made_twice() -> None:
    assert len({make_key()[0] for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("ofk", id="only-the-mark"),
        pytest.param("ofk_abc", id="no-secret"),
        pytest.param("ofk__secret", id="empty-id"),
        pytest.param("ofk_abc_", id="empty-secret"),
        pytest.param("ofk_abc_secret_more", id="four-parts"),
        pytest.param("key_abc_secret", id="another-mark"),
        pytest.param("OFK_abc_secret", id="upper-case-mark"),
        pytest.param(" ofk_abc_secret", id="a-blank-first"),
    ],
)
def test_text_of_another_form_is_no_key(text: str) -> None:
    assert read_key(text) is None


def test_a_secret_in_another_script_is_read_as_well() -> None:
    assert read_key("ofk_abc_街道") is not None


def test_a_bucket_gives_two_seconds_worth_at_once_and_then_no_more(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)

    waits = [buckets.take("a", 1) for _ in range(21)]

    assert waits[:20] == [0.0] * 20
    assert waits[20] == pytest.approx(0.1)


def test_a_bucket_fills_up_as_time_goes_by(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)
    buckets.take("a", 20)
    clock.seconds += 0.5

    assert buckets.take("a", 5) == 0.0
    assert buckets.take("a", 1) == pytest.approx(0.1)


def test_a_bucket_never_holds_more_than_two_seconds_worth(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)
    buckets.take("a", 20)
    clock.seconds += 3600

    assert buckets.take("a", 20) == 0.0
    assert buckets.take("a", 1) > 0


def test_being_refused_costs_nothing(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)
    buckets.take("a", 15)
    for _ in range(100):
        buckets.take("a", 10)

    assert buckets.take("a", 5) == 0.0


def test_coming_again_after_the_told_time_is_enough(clock: Clock) -> None:
    buckets = TokenBuckets(3, now=clock)
    buckets.take("a", 6)
    clock.seconds += buckets.take("a", 4) + 1e-9

    assert buckets.take("a", 4) == 0.0


def test_each_key_has_a_bucket_of_its_own(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)
    buckets.take("a", 20)

    assert buckets.take("b", 20) == 0.0


def test_more_than_a_bucket_holds_is_granted_when_full_and_owed_afterwards(clock: Clock) -> None:
    buckets = TokenBuckets(10, now=clock)

    granted = buckets.take("a", 100)
    wait = buckets.take("a", 1)

    assert granted == 0.0
    assert wait == pytest.approx(8.1)


async def test_a_key_of_the_database_is_good(opened: Opened, known: PresentedKey) -> None:
    assert await opened().check(known) == a_grant(known)


async def test_a_key_with_a_wrong_secret_is_not_good(opened: Opened, known: PresentedKey) -> None:
    wrong = PresentedKey(id=known.id, digest=a_digest("a guess"))

    assert await opened().check(wrong) is None


async def test_guessing_the_secret_of_a_known_key_asks_no_database(
    opened: Opened, known: PresentedKey, database: Database, clock: Clock
) -> None:
    keyring = opened()
    await keyring.check(known)
    for guess in range(10):
        clock.seconds += 10
        await keyring.check(PresentedKey(id=known.id, digest=a_digest(f"guess {guess}")))

    assert database.asked == 1


async def test_unknown_keys_ask_the_database_once_a_second_at_most(
    opened: Opened, database: Database, clock: Clock
) -> None:
    keyring, began = opened(), clock()
    for _ in range(40):
        await keyring.check(a_key())

    assert database.asked == 40
    assert clock() - began >= 39


async def test_strangers_who_come_together_share_one_question(
    opened: Opened, database: Database
) -> None:
    keyring = opened()

    await asyncio.gather(*(keyring.check(a_key()) for _ in range(40)))

    assert database.asked <= 2


async def test_a_key_that_was_made_just_now_is_good_at_once(
    opened: Opened, database: Database
) -> None:
    keyring, fresh = opened(), a_key()
    await keyring.check(a_key())
    database.grants = {**database.grants, fresh.id: a_grant(fresh)}

    assert await keyring.check(fresh) == a_grant(fresh)


async def test_who_comes_while_a_door_looks_for_its_first_time_waits_for_no_second_look(
    opened: Opened, known: PresentedKey, database: Database
) -> None:
    keyring = opened()

    found = await asyncio.gather(*(keyring.check(known) for _ in range(3)))

    assert found == [a_grant(known)] * 3
    assert database.asked == 1


async def test_a_revoked_key_is_forgotten_at_the_next_look(
    opened: Opened, known: PresentedKey, database: Database, clock: Clock
) -> None:
    keyring = opened()
    await keyring.check(known)
    database.grants = {}
    clock.seconds += 1.0
    await keyring.check(a_key())

    assert await keyring.check(known) is None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(TemporarilyUnavailableError("database: away"), id="away"),
        pytest.param(TimeoutError(), id="silent"),
    ],
)
async def test_a_dead_database_leaves_known_keys_good(
    file: Path, known: PresentedKey, database: Database, fault: Exception
) -> None:
    keyring = Keyring(database.fetch, file=file, now=count(0, 10).__next__)
    await keyring.check(known)
    database.fault = fault
    with pytest.raises(TemporarilyUnavailableError, match="the database is away"):
        await keyring.check(a_key())

    assert database.asked == 2
    assert await keyring.check(known) == a_grant(known)


async def test_a_door_that_starts_without_its_database_knows_the_keys_of_before(
    opened: Opened, known: PresentedKey, database: Database
) -> None:
    await opened().check(known)
    database.fault = TemporarilyUnavailableError("database: away")

    assert await opened().check(known) == a_grant(known)


async def test_what_is_remembered_is_for_the_owners_eyes_only(
    opened: Opened, known: PresentedKey, file: Path
) -> None:
    await opened().check(known)

    assert mode_of(file) == 0o600


async def test_what_is_remembered_holds_every_lane(
    opened: Opened, database: Database, known: PresentedKey, file: Path
) -> None:
    database.grants = {known.id: a_grant(known, lane=Lane.SAFETY)}
    await opened().check(known)
    database.fault = TemporarilyUnavailableError("database: away")

    found = await opened().check(known)

    assert found == a_grant(known, lane=Lane.SAFETY)
    assert lane_in(file, known) == "safety"


async def test_a_full_disk_stops_neither_the_door_nor_the_next_look(
    opened: Opened, known: PresentedKey, database: Database, file: Path
) -> None:
    keyring = opened()
    file.parent.write_text("a file where the folder ought to be")

    assert await keyring.check(known) == a_grant(known)


async def test_what_could_not_be_written_is_written_at_the_next_look(
    opened: Opened, known: PresentedKey, clock: Clock, file: Path
) -> None:
    keyring = opened()
    file.parent.write_text("a file where the folder ought to be")
    await keyring.check(known)
    file.parent.unlink()
    clock.seconds += 1.0
    await keyring.check(a_key())

    assert lane_in(file, known) == "general"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a": 1}', '{"a": {"digest": "x"}}'])
async def test_a_damaged_file_is_as_none_and_is_written_anew(
    opened: Opened, known: PresentedKey, file: Path, damage: str
) -> None:
    file.parent.mkdir()
    file.write_text(damage)

    assert await opened().check(known) == a_grant(known)
    assert lane_in(file, known) == "general"


@pytest.mark.parametrize(
    ("source", "person"),
    [
        pytest.param("urn:offsite:person:li", "li", id="a person"),
        pytest.param("urn:offsite:person:", None, id="nobody"),
        pytest.param("/cameras/cam-07", None, id="a camera"),
        pytest.param("/urn:offsite:person:li", None, id="a path that looks like one"),
    ],
)
def test_a_key_says_whose_it_is(source: str, person: str | None) -> None:
    assert person_behind(source) == person
