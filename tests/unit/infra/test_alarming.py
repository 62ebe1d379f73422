"""Each trouble that lasts is told once, and once when it is over; a restart changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import orjson
import pytest
from pydantic import SecretStr

from infra.alarm_book import ALARMS_FILE, REMEMBERED, AlarmBook, read_book, write_book
from infra.alarm_channels import Webhook, signature
from infra.alarming import Alarms
from schemas.alarm import Alarm, AlarmState, Notice
from schemas.errors import InvalidValueError
from schemas.trouble import Severity, Trouble
from schemas.wire.alarms import write_notice
from schemas.wire.outgoing import AlarmV1
from tests.support.builders import NOON

STOPPED: Final = "partition-stopped:events.safety/2"
_IDS: Final = count(1)


def a_trouble(key: str = STOPPED, sentence: str = "nothing moves") -> Trouble:
    return Trouble(
        key=key,
        kind=key.partition(":")[0],
        severity=Severity.CRITICAL,
        sentence=sentence,
        since=NOON,
        touches="3 zero-tolerance cases wait",
    )


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Silent:
    """A channel that never acknowledges; what is for it is looked up in the book."""

    name = "silent"

    async def send(self, notice: Notice) -> None:
        raise AssertionError("nobody delivers here")


class Numbers:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.now: dict[str, int] = {}
        self.waiting = 0

    def raised(self, kind: str) -> None:
        self.begun.append(kind)

    def active(self, by_kind: Mapping[str, int]) -> None:
        self.now.update(by_kind)

    def pending(self, tellings: int) -> None:
        self.waiting = tellings


def some_alarms(folder: Path, numbers: Numbers | None = None) -> Alarms:
    return Alarms(
        file=folder / ALARMS_FILE,
        channels=[Silent()],
        new_id=lambda: f"a{next(_IDS)}",
        counts=numbers or Numbers(),
    )


def told(folder: Path) -> list[tuple[str, str]]:
    """What waits for the channel, from the disk."""
    pending = read_book(folder / ALARMS_FILE).pending
    return [(one.notice.alarm.trouble.key, one.notice.state.value) for one in pending]


async def seen(alarms: Alarms, at: Mapping[float, Sequence[Trouble]]) -> None:
    for seconds, troubles in at.items():
        await alarms.tell(troubles, after(seconds))


MISSED: Final = "probe-missed:safety"
WRONG: Final = [a_trouble()]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        pytest.param({0: WRONG, 4.9: WRONG}, [], id="not long enough"),
        pytest.param({0: WRONG, 5: WRONG}, [(STOPPED, "raised")], id="long enough"),
        pytest.param({0: WRONG, 3: [], 6: WRONG, 9: WRONG}, [], id="flapping"),
        pytest.param(
            {0: [a_trouble(MISSED)]}, [(MISSED, "raised")], id="a probe has waited already"
        ),
        pytest.param(
            {0: WRONG, 5: WRONG, 6: WRONG, 900: WRONG}, [(STOPPED, "raised")], id="told once"
        ),
        pytest.param(
            {0: WRONG, 5: WRONG, 6: [], 15.9: []}, [(STOPPED, "raised")], id="gone, not for long"
        ),
        pytest.param(
            {0: WRONG, 5: WRONG, 6: [], 10: WRONG, 12: [], 21: []},
            [(STOPPED, "raised")],
            id="gone and back",
        ),
        pytest.param(
            {0: WRONG, 5: WRONG, 6: [], 16: [], 30: []},
            [(STOPPED, "raised"), (STOPPED, "recovered")],
            id="over",
        ),
        pytest.param(
            {0: WRONG, 5: WRONG, 6: [], 16: [], 20: WRONG, 25: WRONG},
            [(STOPPED, "raised"), (STOPPED, "recovered"), (STOPPED, "raised")],
            id="and again",
        ),
        pytest.param(
            {0: WRONG, 5: [*WRONG, a_trouble("lag:x")], 10: [*WRONG, a_trouble("lag:x")]},
            [(STOPPED, "raised"), ("lag:x", "raised")],
            id="one beside another",
        ),
    ],
)
async def test_what_lasts_is_told_once_and_what_is_over_once(
    tmp_path: Path, course: Mapping[float, Sequence[Trouble]], expected: list[tuple[str, str]]
) -> None:
    await seen(some_alarms(tmp_path), course)

    assert told(tmp_path) == expected


async def test_while_not_all_were_asked_nothing_is_taken_for_over(tmp_path: Path) -> None:
    alarms = some_alarms(tmp_path)
    await seen(alarms, {0: WRONG, 5: WRONG})

    for seconds in (10, 30, 60):
        await alarms.tell([], after(seconds), is_whole=False)

    assert [alarm.trouble.key for alarm in alarms.raised] == [STOPPED]


async def test_a_restart_neither_repeats_nor_forgets(tmp_path: Path) -> None:
    await seen(some_alarms(tmp_path), {0: WRONG, 5: WRONG})
    (before,) = some_alarms(tmp_path).raised

    again = some_alarms(tmp_path)
    await seen(again, {7: WRONG, 60: WRONG})
    (still,) = again.raised
    await seen(some_alarms(tmp_path), {70: [], 80: []})

    assert still == before
    assert told(tmp_path) == [(STOPPED, "raised"), (STOPPED, "recovered")]
    (over,) = read_book(tmp_path / ALARMS_FILE).alarms
    assert (over.id, over.recovered_at) == (before.id, after(80))


async def test_a_full_disk_keeps_nobody_from_being_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("where a folder ought to be")
    alarms = some_alarms(tmp_path / "file")

    await seen(alarms, {0: WRONG, 5: WRONG})

    assert [alarm.trouble.key for alarm in alarms.raised] == [STOPPED]


async def test_alarms_are_counted_by_kind(tmp_path: Path) -> None:
    numbers = Numbers()
    alarms = some_alarms(tmp_path, numbers)

    await seen(alarms, {0: WRONG, 5: WRONG})
    now, waiting = dict(numbers.now), numbers.waiting
    await seen(alarms, {6: [], 16: []})

    assert (now, waiting) == ({"partition-stopped": 1}, 1)
    assert numbers.begun == ["partition-stopped"]
    assert (numbers.now, numbers.waiting) == ({"partition-stopped": 0}, 2)


async def test_a_channel_that_is_there_no_more_is_waited_for_no_more(tmp_path: Path) -> None:
    await seen(some_alarms(tmp_path), {0: WRONG, 5: WRONG})

    without = Alarms(file=tmp_path / ALARMS_FILE, channels=[], new_id=lambda: "x", counts=Numbers())
    await seen(without, {6: [], 16: []})

    assert told(tmp_path) == []


def an_alarm(number: int = 1) -> Alarm:
    return Alarm(id=f"a{number}", trouble=a_trouble(f"kind:{number}"), raised_at=NOON)


def test_a_telling_waits_for_each_channel_alone_and_in_order() -> None:
    first, second = a_trouble("kind:1"), a_trouble("kind:2")
    book = AlarmBook().begun(first, alarm_id="1", now=NOON, to=["kafka", "hook"])
    book = book.begun(second, alarm_id="2", now=NOON, to=["kafka", "hook"])
    notice = book.next_for("kafka")
    assert notice is not None

    book = book.told(notice, "kafka")

    assert [one.id if one else None for one in map(book.next_for, ("kafka", "hook"))] == [
        "2/raised",
        "1/raised",
    ]


def test_what_was_over_long_ago_is_forgotten_but_nothing_that_is_raised() -> None:
    book = AlarmBook(alarms=(an_alarm(0),))

    for number in range(1, REMEMBERED + 10):
        trouble = a_trouble(f"kind:{number}")
        book = book.begun(trouble, alarm_id=str(number), now=NOON, to=[])
        book = book.over(book.raised[trouble.key], now=after(20), to=[])

    assert len(book.alarms) == REMEMBERED + 1
    assert list(book.raised) == ["kind:0"]


def test_a_book_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    book = AlarmBook().begun(a_trouble(), alarm_id="1", now=NOON, to=["kafka"])
    book = book.over(book.raised[STOPPED], now=after(10), to=["kafka", "hook"])

    write_book(tmp_path / "book", book)

    assert read_book(tmp_path / "book") == book


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="bare"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b'{"alarms": [{"id": "x"}], "pending": []}', id="half an alarm"),
    ],
)
def test_a_spoilt_book_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "book").write_bytes(content)

    assert read_book(tmp_path / "book") == AlarmBook()


@pytest.mark.parametrize("state", AlarmState)
def test_an_alarm_leaves_as_its_schema_says(state: AlarmState) -> None:
    alarm = Alarm(id="a1", trouble=a_trouble(), raised_at=NOON, recovered_at=after(9))

    written = orjson.loads(write_notice(Notice(alarm=alarm, state=state)))

    read = AlarmV1.model_validate(written["data"])
    assert (written["id"], written["type"]) == (f"a1/{state}", "offsite.alarm.v1")
    assert read.at == (NOON if state is AlarmState.RAISED else after(9))
    assert written["data"].keys() == AlarmV1.model_fields.keys()


def test_a_signature_is_of_timestamp_and_body() -> None:
    """Known from `printf 1700000000.body | openssl dgst -sha256 -hmac secret`."""
    made = signature("secret", timestamp="1700000000", body=b"body")

    assert made == "sha256=42ac6f0448c1d9c3e1e82b9726248f58fef84afffcbad5188246e96070e0ea46"


@pytest.mark.parametrize("url", ["ftp://host/x", "no address", "http:///x"])
def test_a_wrong_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        Webhook(SecretStr(url), secret=None)

    assert url not in str(refused.value)


def test_the_name_of_a_webhook_gives_no_secret_away() -> None:
    hook = Webhook(SecretStr("https://chat.city/hook?token=s3cret"), secret=None)

    assert "s3cret" not in hook.name
    assert "chat" not in hook.name
