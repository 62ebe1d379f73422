"""What a door told its senders is on the disk before they hear of it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

from schemas.errors import TemporarilyUnavailableError
from streams.journal import Entry, Journal, read_journals
from tests.support.builders import NOON, a_digest, an_address

HOUSE = Path(__file__).parents[2]


def an_entry(offset: int = 0) -> Entry:
    return Entry(address=an_address(offset), digest=a_digest(f"said {offset}"))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, name="door", started_at=NOON)
    yield journal
    journal.close()


def the_file(folder: Path) -> Path:
    (file,) = folder.glob("*.jsonl")
    return file


def test_a_noted_entry_can_be_read_at_once(journal: Journal, tmp_path: Path) -> None:
    journal.note_now(an_entry(0))
    journal.note_now(an_entry(1))

    assert list(read_journals(tmp_path)) == [an_entry(0), an_entry(1)]


async def test_an_entry_may_be_noted_without_blocking(journal: Journal, tmp_path: Path) -> None:
    await asyncio.gather(*(journal.note(an_entry(offset)) for offset in range(50)))

    assert list(read_journals(tmp_path)) == [an_entry(offset) for offset in range(50)]


def test_a_folder_without_journals_has_no_entries(tmp_path: Path) -> None:
    assert list(read_journals(tmp_path)) == []


def test_a_journal_that_noted_nothing_leaves_no_file(journal: Journal, tmp_path: Path) -> None:
    journal.close()

    assert list(tmp_path.iterdir()) == []


def test_journals_of_several_doors_are_read_together(tmp_path: Path) -> None:
    for offset, name in enumerate(["door", "camera"]):
        journal = Journal(tmp_path, name=name, started_at=NOON)
        journal.note_now(an_entry(offset))
        journal.close()

    assert {entry.address.offset for entry in read_journals(tmp_path)} == {0, 1}


def test_many_threads_lose_nothing(journal: Journal, tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=16) as threads:
        list(threads.map(lambda offset: journal.note_now(an_entry(offset)), range(400)))

    noted = sorted(entry.address.offset for entry in read_journals(tmp_path))
    assert noted == list(range(400))


@pytest.mark.parametrize(
    "torn",
    [
        pytest.param(b'{"topic_id": "topic-one", "par', id="half an entry"),
        pytest.param(b"{", id="a single byte"),
        pytest.param('{"topic_id": "解'.encode()[:-1], id="half a character"),
        pytest.param(b"\x00" * 64, id="a block that was never written"),
        pytest.param(b'{"topic_id": "topic-one"}', id="an object that says too little"),
        pytest.param(b"[1, 2]", id="no object"),
        pytest.param(b"12", id="a number"),
    ],
)
def test_a_torn_line_takes_no_other_with_it(journal: Journal, tmp_path: Path, torn: bytes) -> None:
    journal.note_now(an_entry(0))
    with the_file(tmp_path).open("ab") as file:
        file.write(torn)

    journal.note_now(an_entry(1))

    assert list(read_journals(tmp_path)) == [an_entry(0), an_entry(1)]


def test_a_torn_last_line_was_never_acknowledged(journal: Journal, tmp_path: Path) -> None:
    journal.note_now(an_entry(0))
    journal.note_now(an_entry(1))
    file = the_file(tmp_path)

    file.write_bytes(file.read_bytes()[:-20])

    assert list(read_journals(tmp_path)) == [an_entry(0)]


def test_a_disk_that_is_away_is_told_and_later_entries_are_kept(
    journal: Journal, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(TemporarilyUnavailableError, match="can't be written"):
        journal.note_now(an_entry(0))

    tmp_path.mkdir()
    journal.note_now(an_entry(1))

    assert list(read_journals(tmp_path)) == [an_entry(1)]


class SlowDisk:
    """An fsync that ends only when it is let go, and is counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = Event()
        self.let_go = Event()
        self.count = 0
        self._fsync = os.fsync
        monkeypatch.setattr("streams.journal.os.fsync", self)

    def __call__(self, descriptor: int) -> None:
        self.count += 1
        self.begun.set()
        assert self.let_go.wait(10)
        self._fsync(descriptor)


def test_nobody_is_told_before_the_disk_has_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    told = Event()

    def note() -> None:
        journal.note_now(an_entry(0))
        told.set()

    thread = Thread(target=note)
    thread.start()
    assert disk.begun.wait(10)
    assert not told.wait(0.05)
    disk.let_go.set()
    thread.join(10)

    assert told.is_set()


async def test_those_who_wait_together_share_one_fsync(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)

    first = asyncio.create_task(journal.note(an_entry(0)))
    await asyncio.to_thread(disk.begun.wait, 10)
    others = [asyncio.create_task(journal.note(an_entry(offset))) for offset in range(1, 40)]
    await asyncio.sleep(0)
    disk.let_go.set()
    await asyncio.gather(first, *others)

    assert disk.count == 3  # the new file and its folder, then all the others at once
    assert len(list(read_journals(tmp_path))) == 40


async def test_closing_writes_what_waits(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    notes = [asyncio.create_task(journal.note(an_entry(offset))) for offset in range(3)]
    await asyncio.to_thread(disk.begun.wait, 10)

    closing = asyncio.create_task(asyncio.to_thread(journal.close))
    disk.let_go.set()
    await asyncio.gather(closing, *notes)

    assert len(list(read_journals(tmp_path))) == 3


def test_closing_twice_does_no_harm(journal: Journal) -> None:
    journal.note_now(an_entry())

    journal.close()
    journal.close()


async def test_a_note_after_closing_is_refused(journal: Journal) -> None:
    journal.close()

    with pytest.raises(TemporarilyUnavailableError):
        async with asyncio.timeout(0.2):
            await journal.note(an_entry())


DOOR = """
import sys
from pathlib import Path
from streams.journal import Journal
from tests.integration.test_journal import an_entry
from tests.support.builders import NOON

journal = Journal(Path(sys.argv[1]), name="door", started_at=NOON)
for offset in range(10**6):
    journal.note_now(an_entry(offset))
    print(offset, flush=True)
"""


def test_a_door_that_is_killed_has_noted_all_that_it_told(tmp_path: Path) -> None:
    door = subprocess.Popen(
        [sys.executable, "-c", DOOR, str(tmp_path)], stdout=subprocess.PIPE, cwd=HOUSE
    )
    assert door.stdout is not None
    told = [int(door.stdout.readline()) for _ in range(20)]
    door.send_signal(signal.SIGKILL)
    told += [int(line) for line in door.stdout if line.endswith(b"\n")]
    door.stdout.close()
    door.wait(10)

    noted = [entry.address.offset for entry in read_journals(tmp_path)]

    assert noted[: len(told)] == told
    assert len(noted) - len(told) in {0, 1}
