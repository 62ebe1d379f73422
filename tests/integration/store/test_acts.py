"""People's acts on the real tables: what is found again, projected, sealed, and can be erased."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from handlers import acts
from handlers.acts import ActTransaction, Told
from handlers.decisions.act_records import answer_bytes, read_act_facts
from handlers.decisions.dossier import Dossier
from handlers.decisions.judging import Packs as JudgedBy
from handlers.decisions.judging import judge
from infra.store.act_work import act_shard
from infra.store.timelines import MomentKind
from schemas.act import Act, Command, CommandId, SubjectId
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import CaseId
from schemas.penalty import PenaltyState
from schemas.person import PersonId
from schemas.values import replace
from schemas.workfile import CaseState, Site
from tests.support.benches import SEEN_AT, some_details
from tests.support.builders import (
    BLOCKED_EXIT,
    STALL,
    CountingSalts,
)
from tests.support.cities import a_city
from tests.support.courses import PARTY, TO_THE_STREET, WHOLE_CASE, step
from tests.support.fake_acts import FakeShelf
from tests.support.offices import At, Office, opened, walk

pytestmark = pytest.mark.database


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with opened(database) as office:
        yield office


async def test_what_a_camera_saw_is_in_the_dossier(office: Office) -> None:
    subject = await office.sighted(times=3)

    dossier = await office.found(subject)

    assert dossier.case is not None
    assert dossier.case.sightings == 3
    assert dossier.opened_under == a_city().digest
    assert dossier.occurred_at == SEEN_AT
    assert [seen.received_at for seen in dossier.seen] == [
        SEEN_AT + timedelta(seconds=n) for n in range(3)
    ]
    assert {seen.camera for seen in dossier.seen} == {dossier.case.camera}
    assert [clock.kind for clock in dossier.clocks] == ["take"]


async def test_of_many_sightings_the_first_and_the_latest_are_looked_at(office: Office) -> None:
    first = await office.sighted(times=1)
    office.bureau.wait(hours=1)
    for _ in range(2):
        office.bureau.wait(minutes=1)
        await office.sighted(times=300)

    dossier = await office.found(first)

    assert dossier.occurred_at == SEEN_AT
    assert len(dossier.seen) == 500
    assert dossier.seen[-1].received_at == office.bureau.now + timedelta(seconds=299)


async def test_a_case_goes_all_the_way_and_is_found_as_it_was_left_at_each_step(
    office: Office,
) -> None:
    subject = await office.sighted()

    for walked in WHOLE_CASE:
        told = await office.take(subject, walked)
        assert told.is_done, (walked.act, told.said)
        assert _in_order(await office.found(subject)) == _in_order(office.bureau.dossiers[subject])

    rows = await office.all("SELECT state, fine_fen, ground, found_at = at FROM penalty_cases")
    assert rows == [("closed", 10_000, None, False)]
    reports = await office.chains_of()
    assert [fault for report in reports.values() for fault in report.faults] == []
    assert reports[act_shard(subject)].lines == len(WHOLE_CASE)


def _in_order(dossier: Dossier) -> Dossier:
    """The store tells clocks by kind and number, a bureau in the order in which they began."""
    return replace(dossier, clocks=tuple(sorted(dossier.clocks, key=lambda clock: clock.id)))


async def test_every_act_of_a_whole_case_is_judged_again_to_the_same_bytes(office: Office) -> None:
    subject = await office.sighted()
    await walk(office, subject, WHOLE_CASE)

    kept = await office.all("SELECT facts, answer FROM acts ORDER BY number")

    packs = JudgedBy(now=a_city(), then=a_city())
    for laid_down, answered in kept:
        facts = read_act_facts(laid_down)
        assert answer_bytes(facts, judge(facts, packs)) == answered


async def test_each_act_carries_its_tag_and_its_event(office: Office) -> None:
    subject = await office.sighted()
    await walk(office, subject, WHOLE_CASE)

    rows = await office.all("SELECT act, tag, event FROM acts ORDER BY number")

    tags = {act: (tag, event) for act, tag, event in rows}
    assert tags["open"] == ("manage", "WorkFileOpened")
    assert tags["persuade"] == ("service", "SoftMeasureTaken")
    assert tags["decide"] == ("enforce", "PenaltyDecided")


EXCUSED = (
    *TO_THE_STREET,
    step(Act.CONSIDER, "li", evidence=["0" * 64], **PARTY),
    step(Act.PERSUADE, "li", content="c", result="r"),
    step(
        Act.ORDER_CORRECTION, "li", second="wang", showed_papers=True, content="c",
        until="in two days",
    ),
    step(Act.RECHECK, "li", is_corrected=True, evidence=["0" * 64]),
    step(
        Act.EXCUSE, "zhao", ground="first", proposed_by="li", harm_fen=0, cooperated=True,
        education="told",
    ),
)  # fmt: skip


async def prior(office: Office, subject: SubjectId, party: str = PARTY["party"]) -> list[Any]:
    async with office.work.begin(subject) as transaction:
        dossier = await transaction.dossier(subject)
        assert dossier is not None
        return list(await transaction.prior(dossier, party))


async def test_what_was_found_against_a_party_is_found_from_its_other_cases(
    office: Office,
) -> None:
    one, two = await office.sighted("here"), await office.sighted("there")
    await walk(office, one, EXCUSED)

    (found,) = await prior(office, two)

    assert (found.case, found.ended, found.ground) == (one, PenaltyState.NO_PENALTY, "first")
    assert found.matter == STALL
    assert found.at == office.bureau.dossiers[one].taken[-1].at
    assert await prior(office, one) == []
    assert await prior(office, two, "another party") == []


async def test_a_case_that_found_nothing_yet_is_held_against_nobody(office: Office) -> None:
    one, two = await office.sighted("here"), await office.sighted("there")
    await walk(office, one, EXCUSED[:-1])

    assert await prior(office, two) == []


async def test_a_finding_of_another_matter_does_not_count(office: Office) -> None:
    one = await office.sighted("here")
    two = await office.sighted("there", matter=BLOCKED_EXIT)
    await walk(office, one, EXCUSED)

    assert await prior(office, two) == []


async def test_a_later_complaint_does_not_make_a_finding_younger(office: Office) -> None:
    one, two = await office.sighted("here"), await office.sighted("there")
    await walk(office, one, EXCUSED)
    found_at = office.bureau.dossiers[one].taken[-1].at
    await walk(office, one, [step(Act.COMPLAIN, "he", {"days": 30}, content="too mild")])

    (found,) = await prior(office, two)

    assert found.at == found_at


async def test_a_party_stands_in_the_projection_as_a_digest_only(office: Office) -> None:
    one = await office.sighted()
    await walk(office, one, EXCUSED)

    ((text,),) = await office.all("SELECT penalty_cases::text FROM penalty_cases")

    assert PARTY["party"] not in text
    assert "91421300" not in text


async def test_a_sighting_after_people_acted_changes_only_what_was_seen(office: Office) -> None:
    subject = await office.sighted()
    await walk(office, subject, TO_THE_STREET)
    before = (await office.found(subject)).case

    again = await office.sighted()

    after = (await office.found(subject)).case
    assert before is not None
    assert after == replace(
        before, version=before.version + 1, sightings=2, last_seen_at=after and after.last_seen_at
    )
    assert again == subject
    assert after is not None
    assert (after.state, after.acts) == (CaseState.HANDLING, 3)


def a_lift(subject: SubjectId, at: datetime) -> Command:
    return Command(
        id=CommandId(f"lift {subject}"),
        subject=subject,
        expected=0,
        act=Act.LIFT,
        person=PersonId("guo"),
        at=at,
        details=some_details({"danger": "fire-lane", "reason": "stands on it"}),
    )


@dataclass(frozen=True)
class _Slow:
    """Looks whether the site is free, and then thinks for a while."""

    work: At
    looked: asyncio.Event
    may_go_on: asyncio.Event

    @asynccontextmanager
    async def begin(self, subject: SubjectId) -> AsyncIterator[ActTransaction]:
        async with self.work.begin(subject) as transaction:
            look = transaction.is_open

            async def slowly(site: Site, *, besides: SubjectId) -> bool:
                is_open = await look(site, besides=besides)
                self.looked.set()
                await self.may_go_on.wait()
                return is_open

            transaction.is_open = slowly  # type: ignore[method-assign]
            yield transaction


async def test_of_two_cases_lifted_at_one_place_at_once_the_later_is_told_to_come_again(
    office: Office,
) -> None:
    one, two = await office.sighted("here"), await office.sighted("there")
    assert act_shard(one) != act_shard(two)
    await office.do(f"""UPDATE work_files SET site = NULL, place_key = 'place:here',
        place = (SELECT place FROM work_files WHERE case_id = '{one}') WHERE case_id = '{two}'""")
    slow = _Slow(At(office.work, office.bureau.now), asyncio.Event(), asyncio.Event())
    giving = asyncio.create_task(
        acts.act(
            a_lift(one, office.bureau.now),
            work=slow,
            shelf=FakeShelf(a_city()),
            salts=CountingSalts(),
        )
    )
    await slow.looked.wait()
    first = await office.give(a_lift(two, office.bureau.now))
    slow.may_go_on.set()

    with pytest.raises(TemporarilyUnavailableError):
        await giving
    again = await office.give(a_lift(one, office.bureau.now))

    assert (first.is_done, again.is_done) == (True, True)
    sites = [(await office.found(each)).case for each in (one, two)]
    assert [case is not None and case.site is None for case in sites] == [True, False]


async def test_one_command_id_on_two_subjects_at_once_is_recorded_once(office: Office) -> None:
    subjects = [await office.sighted(f"p-{n}") for n in range(4)]
    assert len({act_shard(subject) for subject in subjects}) > 1
    commands = [
        Command(
            id=CommandId("the-same"),
            subject=subject,
            expected=0,
            act=Act.OPEN,
            person=PersonId("yang"),
            at=office.bureau.now,
        )
        for subject in subjects
    ]

    told = await asyncio.gather(
        *(office.give(command) for command in commands), return_exceptions=True
    )

    assert sum(isinstance(each, Told) for each in told) == 1
    assert {type(each).__name__ for each in told} <= {
        "Told", "TemporarilyUnavailableError", "RefusedError"
    }  # fmt: skip
    assert await office.all("SELECT count(*) FROM acts") == [(1,)]


TAMPERING = [
    pytest.param("UPDATE acts SET person = 'wu'", "its person is not", id="who"),
    pytest.param('UPDATE acts SET details = \'{"reason": "x"}\'', "its details", id="what"),
    pytest.param("UPDATE acts SET answer = facts", "its decision is not", id="answer"),
    pytest.param("UPDATE acts SET facts = facts || ' '", "its facts is not", id="facts"),
    pytest.param("UPDATE acts SET subject = 'C'", "its subject is not", id="subject"),
    pytest.param("UPDATE acts SET sealed_facts = hash", "its hash is not", id="seal"),
    pytest.param("DELETE FROM acts", "the ledger ends otherwise", id="gone"),
    pytest.param(
        "UPDATE acts SET is_done = false, version = NULL, event = NULL, tag = NULL,"
        " refused_by = 'A1'",
        "its is_done",
        id="undone",
    ),
]


@pytest.mark.parametrize(("statement", "fault"), TAMPERING)
async def test_an_act_that_was_changed_afterwards_is_found_out(
    office: Office, statement: str, fault: str
) -> None:
    subject = await office.sighted()
    await walk(office, subject, TO_THE_STREET[:1])

    await office.do(statement)

    faults = (await office.chains_of())[act_shard(subject)].faults
    assert any(fault in each.what for each in faults), faults


async def test_a_chain_holds_when_acts_were_erased_by_law(office: Office) -> None:
    subject = await office.sighted()
    await walk(office, subject, TO_THE_STREET)

    await office.do(
        "UPDATE acts SET details = NULL, facts = NULL, answer = NULL, salt = NULL,"
        " erased_at = now(), erased_because = 'art. 47' WHERE act = 'open'"
    )

    report = (await office.chains_of())[act_shard(subject)]
    assert (report.faults, report.erased) == ((), 1)
    assert [taken.act for taken in (await office.found(subject)).taken] == [
        "open", "dispatch", "accept"
    ]  # fmt: skip


@pytest.mark.parametrize("kept", ["details", "facts", "answer", "salt"])
async def test_an_act_is_erased_whole_or_not_at_all(office: Office, kept: str) -> None:
    subject = await office.sighted()
    await walk(office, subject, TO_THE_STREET[:1])
    gone = [f"{name} = NULL" for name in ("details", "facts", "answer", "salt") if name != kept]

    with pytest.raises(psycopg.errors.CheckViolation):
        await office.do(
            f"UPDATE acts SET {', '.join(gone)}, erased_at = now(), erased_because = 'law'"
        )


async def test_a_timeline_tells_sightings_acts_refusals_and_clocks_in_order(
    office: Office,
) -> None:
    subject = await office.sighted(times=2)
    await office.give(
        Command(
            id=CommandId("refused"),
            subject=subject,
            expected=0,
            act=Act.OPEN,
            person=PersonId("wu"),
            at=office.bureau.now,
        )
    )
    await walk(office, subject, TO_THE_STREET[:1])
    await office.do(
        "INSERT INTO clock_firings (subject, kind, number, index, firing, at, role, shard, line)"
        f" VALUES ('{subject}', 'take', 1, 0, 'breach', now(), 'duty-chief', 0, 0)"
    )

    moments = await office.timelines.of(subject)

    told = sorted((moment.kind.value, moment.what, moment.person) for moment in moments)
    assert told == [
        ("clock", "take", None),
        ("done", "open", "yang"),
        ("outcome", "extended", None),
        ("outcome", "opened", None),
        ("refused", "open", "wu"),
    ]
    done = next(moment for moment in moments if moment.kind is MomentKind.DONE)
    assert done.said["event"] == "WorkFileOpened"
    assert [m.recorded_at for m in moments] == sorted(m.recorded_at for m in moments)


async def test_another_case_is_seen_without_being_locked(office: Office) -> None:
    one, two = await office.sighted("here"), await office.sighted("there")

    async with office.work.begin(one) as first, office.work.begin(two) as second:
        await second.dossier(two)
        seen = await first.case(CaseId(two))
        nobody = await first.case(CaseId("C261120-ZZZZZZZZZZZZ"))

    assert seen is not None
    assert seen.id == two
    assert nobody is None
