"""Evidence goes when nothing keeps it, and never before; each with a line that stays."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.retention import Keeps
from handlers.deletions import DeletionLine
from infra.retaining import Retention, RetentionReport
from infra.store.deletions import Deletions, deleted_at, faults_of
from infra.store.engine import make_engine
from infra.store.work import driver_of
from infra.vault.disk import DiskVault, Kept
from schemas.act import Act, SubjectId
from schemas.errors import RefusedError
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import Sha256
from schemas.manifest import MEDIA_TYPE
from schemas.penalty import PenaltyState
from schemas.wire.manifests import manifest_bytes
from schemas.workfile import CaseState
from tests.support.benches import SEEN_AT
from tests.support.builders import a_digest
from tests.support.cities import a_city
from tests.support.courses import FRAME, PARTY, SITE_RECORD, TO_THE_STREET, WHOLE_CASE, step
from tests.support.manifests import a_manifest, an_item
from tests.support.offices import Office, opened, walk

pytestmark = pytest.mark.database

DAY: Final = timedelta(days=1)
LATER: Final = SEEN_AT + 400 * DAY
ENDS: Final = step(Act.WITHDRAW, code="not-a-violation", reason="opened in error")
HOLD: Final = step(Act.HOLD, reason="a lawsuit about it")
RELEASE: Final = step(Act.RELEASE_HOLD, reason="the lawsuit is over")


@dataclass
class Archive:
    """An office with a vault, and a run of retention at any time."""

    office: Office
    vault: DiskVault
    engine: AsyncEngine

    def keep(
        self, content: bytes = b"a frame", media_type: str = "image/jpeg", at: datetime = SEEN_AT
    ) -> Sha256:
        ref = self.vault.keep(
            content,
            media_type=media_type,
            kind=EvidenceKind.ORIGINAL_FRAME,
            media_time=timedelta(0),
        )
        self.age(ref.sha256, at)
        return ref.sha256

    def age(self, item: str, at: datetime) -> None:
        path = self.vault.find(item)
        assert path is not None
        os.utime(path, (at.timestamp(), at.timestamp()))

    def has(self, item: str) -> bool:
        return self.vault.find(item) is not None

    async def retain(
        self, now: datetime = LATER, *, deletes: bool = True, vault: DiskVault | None = None
    ) -> RetentionReport:
        run = Retention(self.engine, vault or self.vault, policy=a_city().digest)
        return await run.run(deletes=deletes, now=now)

    async def lines(self) -> list[DeletionLine]:
        async with self.engine.connect() as connection:
            return [line async for line in Deletions(connection).lines()]

    async def said(self) -> list[dict[str, Any]]:
        return [orjson.loads(line.content) for line in await self.lines()]


@pytest.fixture
async def archive(database: str, tmp_path: Path) -> AsyncIterator[Archive]:
    engine = make_engine(database, application="retention")
    async with opened(database) as office:
        await office.sighted("elsewhere", evidence=())
        yield Archive(office=office, vault=DiskVault(tmp_path / "vault"), engine=engine)
    await engine.dispose()


def kept(report: RetentionReport) -> dict[str, int]:
    return {keeps.value: amount.items for keeps, amount in report.kept.items()}


# --- nobody names it


@pytest.mark.parametrize(
    ("age", "stays"),
    [
        pytest.param(30 * DAY, True, id="on the thirtieth day"),
        pytest.param(31 * DAY + timedelta(hours=16), False, id="when thirty whole days are over"),
    ],
)
async def test_what_nobody_ever_told_of_is_kept_for_thirty_days(
    archive: Archive, age: timedelta, stays: bool
) -> None:
    item = archive.keep()

    report = await archive.retain(SEEN_AT + age)

    assert archive.has(item) is stays
    assert report.seen.items == 1
    assert (report.deleted.items, report.orphans) == ((0, 0) if stays else (1, 1))
    assert kept(report) == ({"term": 1} if stays else {})


async def test_beside_a_database_without_a_past_nothing_is_deleted(
    database: str, tmp_path: Path
) -> None:
    """Somebody named another's database: everything looks as if nobody had ever told of it."""
    engine, vault = make_engine(database, application="retention"), DiskVault(tmp_path)
    vault.keep(b"a", media_type="image/jpeg", kind=EvidenceKind.CLIP, media_time=timedelta(0))

    with pytest.raises(RefusedError, match="is it the one that the vault belongs to"):
        await Retention(engine, vault, policy=a_city().digest).run(
            deletes=True, now=datetime.now(UTC) + 400 * DAY
        )

    assert len(list(vault.kept())) == 1
    await engine.dispose()


async def test_an_empty_vault_is_no_fault(archive: Archive) -> None:
    report = await archive.retain()

    assert (report.seen.items, report.deleted.items) == (0, 0)


# --- a case names it


async def test_an_open_case_keeps_what_was_seen(archive: Archive) -> None:
    await archive.office.sighted()
    item = archive.keep()

    report = await archive.retain()

    assert archive.has(item)
    assert kept(report) == {"open-case": 1}


async def test_an_ended_case_lets_it_go_and_the_line_says_why(archive: Archive) -> None:
    case = await archive.office.sighted()
    await walk(archive.office, case, [ENDS])
    item = archive.keep()

    report = await archive.retain()

    assert not archive.has(item)
    assert (report.deleted.items, report.deleted.size_bytes, report.orphans) == (1, 7, 0)
    assert await archive.said() == [
        {
            "form": 1,
            "number": 0,
            "sha256": item,
            "media_type": "image/jpeg",
            "bytes": 7,
            "recorded_at": "2026-03-05T02:00:00.000Z",
            "last_day_of_term": "2026-04-04",
            "deleted_at": "2027-04-09T02:00:00.000Z",
            "clause": "国令799 17",
            "holders": [{"subject": case, "state": "withdrawn", "penalty": "not-considered"}],
            "policy": a_city().digest,
        }
    ]


async def test_a_hold_keeps_it_until_it_is_released(archive: Archive) -> None:
    case = await archive.office.sighted()
    await walk(archive.office, case, [ENDS, HOLD])
    item = archive.keep()

    held = await archive.retain()
    was_there = archive.has(item)
    await walk(archive.office, case, [RELEASE])
    released = await archive.retain()

    assert was_there
    assert kept(held) == {"legal-hold": 1}
    assert (released.deleted.items, archive.has(item)) == (1, False)


async def test_one_case_of_two_is_enough(archive: Archive) -> None:
    ended = await archive.office.sighted("jiefang-1")
    await walk(archive.office, ended, [ENDS])
    await archive.office.sighted("jiefang-2")
    item = archive.keep()

    report = await archive.retain()

    assert archive.has(item)
    assert kept(report) == {"open-case": 1}


async def test_a_late_message_begins_the_term_anew(archive: Archive) -> None:
    case = await archive.office.sighted()
    archive.office.bureau.wait(days=20)
    await archive.office.sighted()
    await walk(archive.office, case, [ENDS])
    item = archive.keep()

    early = await archive.retain(SEEN_AT + 40 * DAY)
    was_there = archive.has(item)
    await archive.retain(SEEN_AT + 52 * DAY)

    assert (was_there, kept(early)) == (True, {"term": 1})
    assert not archive.has(item)


async def test_a_penalty_case_keeps_it_while_it_is_open_and_in_its_archive(
    archive: Archive,
) -> None:
    case = await archive.office.sighted()
    relied_on = archive.keep(b"the record of the scene")
    not_named = archive.keep(b"something else that was seen")
    assert relied_on == SITE_RECORD

    await walk(archive.office, case, WHOLE_CASE[:-1])
    archive.age(relied_on, SEEN_AT)
    running = await archive.retain()
    await walk(archive.office, case, WHOLE_CASE[-1:])
    await _close(archive, case)
    archived = await archive.retain()

    assert kept(running)["open-penalty-case"] == 1
    assert (archive.has(relied_on), archive.has(not_named)) == (True, False)
    assert kept(archived) == {"archive": 1}


async def _close(archive: Archive, case: SubjectId) -> None:
    """The street is fixed: only the archive keeps it now."""
    dossier = await archive.office.found(case)
    assert dossier.penalty is PenaltyState.CLOSED
    assert dossier.case is not None
    await archive.office.do(
        f"UPDATE work_files SET state = '{CaseState.CLOSED.value}' WHERE case_id = '{case}'"
    )


async def test_a_pending_remedy_keeps_it(archive: Archive) -> None:
    case = await archive.office.sighted()
    await walk(archive.office, case, WHOLE_CASE)
    await walk(
        archive.office,
        case,
        [step(Act.FILE_REMEDY, way="litigation", number="1")],
    )
    await _close(archive, case)
    archive.keep(b"the record of the scene")

    report = await archive.retain()

    assert kept(report) == {"pending-remedy": 1, "archive": 1}


async def test_a_case_that_was_joined_to_an_open_one_keeps_it(archive: Archive) -> None:
    into = await archive.office.sighted("jiefang-1", evidence=())
    joined = await archive.office.sighted("jiefang-2")
    item = archive.keep()
    await walk(archive.office, joined, [step(Act.MERGE, into=into, reason="the same stall")])

    open_report = await archive.retain()
    was_there = archive.has(item)
    await walk(archive.office, into, [ENDS])
    await archive.retain()

    assert (was_there, kept(open_report)) == (True, {"open-case": 1})
    assert not archive.has(item)


async def test_what_only_an_act_of_another_case_names_is_kept_by_that_case(
    archive: Archive,
) -> None:
    seen_in = await archive.office.sighted("jiefang-1")
    await walk(archive.office, seen_in, [ENDS])
    named_in = await archive.office.sighted("jiefang-2", evidence=())
    item = archive.keep()
    await walk(archive.office, named_in, TO_THE_STREET)
    await walk(archive.office, named_in, [step(Act.CONSIDER, "li", evidence=[FRAME], **PARTY)])

    report = await archive.retain()

    assert archive.has(item)
    assert kept(report) == {"open-case": 1, "open-penalty-case": 1}


async def test_a_look_does_not_lengthen_the_term(archive: Archive) -> None:
    case = await archive.office.sighted()
    item = archive.keep()
    archive.office.bureau.wait(days=30)
    await walk(archive.office, case, [step(Act.VIEW, reason="is it a stall", items=[FRAME]), ENDS])

    await archive.retain(SEEN_AT + 35 * DAY)

    assert not archive.has(item)


# --- a manifest and what it names


def a_sealed(archive: Archive, *names: str) -> tuple[Sha256, ...]:
    """Items, and the manifest that names them: last."""
    items = tuple(archive.keep(name.encode()) for name in names)
    manifest = a_manifest(items=tuple(an_item(name) for name in names))
    return *items, archive.keep(manifest_bytes(manifest), MEDIA_TYPE)


async def test_an_archived_picture_keeps_its_manifest_and_not_the_clip(archive: Archive) -> None:
    picture, clip, manifest = a_sealed(archive, "a frame", "a clip")
    case = await archive.office.sighted(evidence=refs(picture, clip, manifest))
    await walk(archive.office, case, WHOLE_CASE)
    await _close(archive, case)

    report = await archive.retain()

    assert [archive.has(item) for item in (picture, clip, manifest)] == [True, False, True]
    assert kept(report) == {"archive": 2}


async def test_an_archived_manifest_keeps_all_that_it_names(archive: Archive) -> None:
    picture, clip, manifest = a_sealed(archive, "a picture", "a clip")
    case = await archive.office.sighted(evidence=refs(picture, clip, manifest))
    course = [
        step(each.act, each.person, each.wait, **{**each.details, "evidence": [manifest]})
        if each.act is Act.RECHECK
        else each
        for each in WHOLE_CASE
    ]
    await walk(archive.office, case, course)
    await _close(archive, case)

    report = await archive.retain()

    assert [archive.has(item) for item in (picture, clip, manifest)] == [True, True, True]
    assert kept(report) == {"archive": 3}


async def test_a_whole_seal_goes_together_where_nothing_keeps_it(archive: Archive) -> None:
    items = a_sealed(archive, "a picture", "a clip")
    case = await archive.office.sighted(evidence=refs(*items))
    await walk(archive.office, case, [ENDS])

    report = await archive.retain()

    assert report.deleted.items == 3
    assert not any(archive.has(item) for item in items)


async def test_a_broken_manifest_goes_like_any_other_item(archive: Archive) -> None:
    item = archive.keep(b"{", MEDIA_TYPE)

    await archive.retain()

    assert not archive.has(item)


def refs(*items: Sha256) -> tuple[EvidenceRef, ...]:
    return tuple(
        EvidenceRef(
            sha256=item, media_type="image/jpeg", size_bytes=1, kind=EvidenceKind.ORIGINAL_FRAME
        )
        for item in items
    )


# --- dry runs, killed runs, runs at once


async def test_a_dry_run_says_the_same_and_deletes_nothing(archive: Archive) -> None:
    ended = await archive.office.sighted("jiefang-1")
    await walk(archive.office, ended, [ENDS])
    item, orphan, young = (
        archive.keep(),
        archive.keep(b"never told"),
        archive.keep(b"of yesterday", at=LATER - DAY),
    )

    dry = await archive.retain(deletes=False)
    stayed = [archive.has(each) for each in (item, orphan, young)]
    written = await archive.lines()
    real = await archive.retain()

    assert stayed == [True, True, True]
    assert written == []
    assert dry == real
    assert (dry.deleted.items, dry.orphans, kept(dry)) == (2, 1, {"term": 1})


class KilledError(Exception):
    """The process is gone."""


class DyingVault(DiskVault):
    """Dies when it is to take something away."""

    def remove(self, item: Kept) -> bool:
        raise KilledError


async def test_what_a_killed_run_left_is_taken_away_by_the_line_that_it_wrote(
    archive: Archive, tmp_path: Path
) -> None:
    item = archive.keep()

    with pytest.raises(KilledError):
        await archive.retain(vault=DyingVault(tmp_path / "vault"))
    was_there = archive.has(item)
    report = await archive.retain(LATER + DAY)

    assert was_there
    assert not archive.has(item)
    assert (report.unfinished, report.deleted.items) == (1, 0)
    assert len(await archive.lines()) == 1


async def test_what_is_kept_anew_after_it_was_deleted_is_kept_for_its_own_term(
    archive: Archive,
) -> None:
    archive.keep()
    await archive.retain()
    item = archive.keep(at=LATER + DAY)

    soon = await archive.retain(LATER + 20 * DAY)
    was_there = archive.has(item)
    later = await archive.retain(LATER + 40 * DAY)

    assert (was_there, soon.unfinished) == (True, 0)
    assert (later.deleted.items, archive.has(item)) == (1, False)
    assert len(await archive.lines()) == 2


async def test_two_runs_at_once_write_one_line_each(archive: Archive) -> None:
    items = [archive.keep(f"item {n}".encode()) for n in range(20)]

    await asyncio.gather(archive.retain(), archive.retain())

    assert not any(archive.has(item) for item in items)
    assert sorted(each["sha256"] for each in await archive.said()) == sorted(items)


async def test_a_case_that_is_reopened_meanwhile_keeps_it(archive: Archive) -> None:
    """Judged again under the case's lock: who holds it first is heard first."""
    case = await archive.office.sighted()
    await walk(archive.office, case, [ENDS])
    item = archive.keep()
    async with await psycopg.AsyncConnection.connect(archive.office.dsn) as another:
        await another.execute(f"UPDATE work_files SET state = 'opened' WHERE case_id = '{case}'")
        running = asyncio.create_task(archive.retain())
        await _until_somebody_waits(archive)
        await another.commit()
    report = await running

    assert archive.has(item)
    assert kept(report) == {"open-case": 1}


async def _until_somebody_waits(archive: Archive) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(200):
        if (await archive.office.all(waiting))[0][0]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody waits for the case")


async def test_what_is_said_between_two_runs_is_heard_by_the_second(archive: Archive) -> None:
    await archive.retain(SEEN_AT)
    await archive.office.sighted(times=3)
    item = archive.keep()

    report = await archive.retain()

    assert archive.has(item)
    assert kept(report) == {"open-case": 1}


async def test_erased_facts_do_not_make_a_case_forget_its_evidence(archive: Archive) -> None:
    await archive.office.sighted()
    item = archive.keep()
    await archive.retain(SEEN_AT)
    await archive.office.do(
        "UPDATE decision_records SET facts = NULL, decision = NULL, salt = NULL,"
        " erased_at = now(), erased_because = 'law'"
    )

    await archive.retain()

    assert archive.has(item)


# --- the ledger


async def test_lines_hang_on_each_other(archive: Archive) -> None:
    for n in range(3):
        archive.keep(f"item {n}".encode())
        await archive.retain()

    lines = await archive.lines()

    assert [line.number for line in lines] == [0, 1, 2]
    before: DeletionLine | None = None
    for line in lines:
        assert faults_of(line, after=before) == []
        before = line


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        pytest.param(
            "UPDATE evidence_deletions SET content = replace(encode(content, 'escape'),"
            " '\"bytes\":6', '\"bytes\":7')::bytea WHERE number = 1",
            "its hash is not that of its content",
            id="another size",
        ),
        pytest.param(
            "DELETE FROM evidence_deletions WHERE number = 1",
            "line 1 is missing before it",
            id="a line taken out",
        ),
        pytest.param(
            "UPDATE evidence_deletions SET previous = '\\x00' WHERE number = 1",
            "does not hang on the line before it",
            id="hung elsewhere",
        ),
    ],
)
async def test_who_changes_a_line_against_the_database_s_will_is_found_out(
    archive: Archive, tampering: str, said: str
) -> None:
    for n in range(3):
        archive.keep(f"item {n}".encode())
    await archive.retain()

    with pytest.raises(psycopg.errors.RaiseException, match="a line that was written stays"):
        await archive.office.do(tampering)
    await archive.office.do("ALTER TABLE evidence_deletions DISABLE TRIGGER USER")
    await archive.office.do(tampering)

    lines = await archive.lines()
    faults = [
        fault
        for line, before in zip(lines, [None, *lines], strict=False)
        for fault in faults_of(line, after=before)
    ]
    assert said in faults


async def test_when_an_item_was_deleted_is_known(archive: Archive) -> None:
    item = archive.keep()
    await archive.retain()

    async with archive.engine.begin() as connection:
        known = await deleted_at(await driver_of(connection), [item, Sha256(a_digest("another"))])

    assert known == {item: LATER}


def test_every_reason_to_keep_has_a_test_here() -> None:
    text = Path(__file__).read_text("utf-8")

    assert [keeps for keeps in Keeps if f'"{keeps.value}"' not in text] == []
