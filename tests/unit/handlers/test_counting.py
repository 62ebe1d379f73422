"""Bias and zeal are counted; money never is, and nobody is ranked."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from handlers.decisions.counting import TITLES, Acted, By, Counts, Decided, Measure, Tally
from schemas.act import Act, Method721, SubjectId
from schemas.person import PersonId
from tests.support.calendars import china

SINCE, UNTIL = china("2026-03-01 00:00"), china("2026-04-01 00:00")
NOON: Final = china("2026-03-10 12:00")
STALL: Final = "GB/T 47678.5-2026|matter|09006"


def acted(act: Act, person: str = "li", *, subject: str = "C1", **said: Any) -> Acted:
    at = said.pop("at", NOON)
    return Acted(
        subject=SubjectId(subject),
        act=act,
        person=PersonId(person),
        at=at,
        recorded_at=said.pop("recorded_at", at),
        is_done=said.pop("is_done", True),
        tag=said.pop("tag", Method721.MANAGE),
        **said,
    )


def refused(act: Act, rule: str, person: str = "li", **said: Any) -> Acted:
    return acted(act, person, is_done=False, tag=None, refused_by=rule, **said)


def counted(
    *acts: Acted, outcomes: Sequence[Decided] = (), by: By | None = None
) -> dict[tuple[str, str, str], int]:
    found = counts(*acts, outcomes=outcomes, by=by)
    return {(row.measure.value, row.what, row.key): row.count for row in found.rows}


def counts(*acts: Acted, outcomes: Sequence[Decided] = (), by: By | None = None) -> Counts:
    tally = Tally(since=SINCE, until=UNTIL, by=by)
    for each in acts:
        tally.follow(each)
    for became in outcomes:
        tally.add(became)
    return tally.counts()


@pytest.mark.parametrize(
    ("line", "measure", "what"),
    [
        pytest.param(
            acted(Act.DISCARD, code="duplicate"), "discards-by-hand", "duplicate", id="a discard"
        ),
        pytest.param(acted(Act.DECLINE, code="no-case"), "discards-by-hand", "no-case", id="no"),
        pytest.param(acted(Act.WITHDRAW), "discards-by-hand", "-", id="a code that was erased"),
        pytest.param(acted(Act.PERSUADE), "soft-measures", "persuade", id="persuading"),
        pytest.param(acted(Act.INTERVIEW), "soft-measures", "interview", id="guidance"),
        pytest.param(acted(Act.FILE), "filing", "filed", id="a filing"),
        pytest.param(acted(Act.NOT_FILE), "filing", "not-filed", id="no filing"),
        pytest.param(acted(Act.EXCUSE, ground="first"), "no-penalty", "first", id="excused"),
        pytest.param(refused(Act.FILE, "L16"), "blocked", "L16", id="a refusal"),
        pytest.param(
            refused(Act.CONSIDER, "A1"), "blocked-auxiliaries", "A1", id="an auxiliary stands apart"
        ),
        pytest.param(acted(Act.SERVE, tag=Method721.ENFORCE), "721", "enforce", id="a share"),
        pytest.param(acted(Act.SERVE), "acts", "serve", id="any act"),
    ],
)
def test_a_line_of_the_ledger_counts_for_its_measure(line: Acted, measure: str, what: str) -> None:
    assert counted(line)[measure, what, ""] == 1


def test_what_was_refused_is_no_act_and_has_no_share() -> None:
    found = counted(refused(Act.PERSUADE, "L12"))

    assert found == {("blocked", "L12", ""): 1}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(SINCE - timedelta(milliseconds=1), 0, id="just before the period"),
        pytest.param(SINCE, 1, id="at its beginning"),
        pytest.param(UNTIL - timedelta(milliseconds=1), 1, id="just before its end"),
        pytest.param(UNTIL, 0, id="at its end"),
    ],
)
def test_an_act_counts_when_it_was_done(at: datetime, expected: int) -> None:
    found = counted(acted(Act.FILE, at=at))

    assert found.get(("filing", "filed", ""), 0) == expected


@pytest.mark.parametrize(
    ("recorded_at", "late"),
    [
        pytest.param(UNTIL - timedelta(milliseconds=1), 0, id="on record within the period"),
        pytest.param(UNTIL, 1, id="on record only after it"),
    ],
)
def test_what_was_entered_after_the_period_is_told_apart(recorded_at: datetime, late: int) -> None:
    line = acted(Act.FILE, at=UNTIL - timedelta(hours=1), recorded_at=recorded_at)

    assert counts(line).entered_late == late


@pytest.mark.parametrize(
    ("by", "key"),
    [
        pytest.param(By.MATTER, STALL, id="matter"),
        pytest.param(By.PLACE, "jiefang-1", id="place"),
        pytest.param(By.OFFICER, "zhao", id="officer"),
        pytest.param(By.ROUTE, "soft", id="route"),
        pytest.param(By.REASON, "first", id="reason"),
        pytest.param(By.TAG, "service", id="tag"),
        pytest.param(By.ACT, "excuse", id="act"),
        pytest.param(By.RULE, "-", id="rule, and nothing refused it"),
    ],
)
def test_counts_are_broken_down(by: By, key: str) -> None:
    line = acted(
        Act.EXCUSE,
        "zhao",
        ground="first",
        tag=Method721.SERVICE,
        matter=STALL,
        place="jiefang-1",
        route="soft",
    )

    assert counted(line, by=by)["no-penalty", "first", key] == 1


def test_outcomes_of_machines_are_counted_beside_people() -> None:
    outcomes = [
        Decided(outcome="dismissed", times=3, rule="R11-lawful-here"),
        Decided(outcome="dismissed", times=2, rule="R06-too-unsure"),
    ]

    found = counted(outcomes=outcomes)
    by_rule = counted(outcomes=outcomes, by=By.RULE)
    by_officer = counted(outcomes=outcomes, by=By.OFFICER)

    assert found == {("outcomes", "dismissed", ""): 5}
    assert by_rule["outcomes", "dismissed", "R11-lawful-here"] == 3
    assert by_officer == {("outcomes", "dismissed", "-"): 5}


def test_shares_are_of_all_acts_of_their_key() -> None:
    service = [acted(Act.PERSUADE, tag=Method721.SERVICE) for _ in range(7)]
    manage = [acted(Act.DISPATCH), acted(Act.DISPATCH)]
    enforce = acted(Act.SERVE, tag=Method721.ENFORCE)

    found = counts(*service, *manage, enforce)

    shares = {row.what: row.permille for row in found.rows if row.measure is Measure.SHARES}
    assert shares == {"service": 700, "manage": 200, "enforce": 100}


def a_case_of(officer: str, subject: str, end: Acted) -> Iterator[Acted]:
    yield acted(Act.CONSIDER, officer, subject=subject, matter=STALL)
    yield acted(Act.PROPOSE, officer, subject=subject, matter=STALL, harm="minor", kind="fine")
    yield end


def test_ends_of_the_same_matter_and_harm_are_spread_over_officers() -> None:
    fine = acted(Act.DECIDE, "zhao", subject="C1", matter=STALL, harm="minor", kind="fine")
    warning = acted(
        Act.DECIDE, "zhao", subject="C2", matter=STALL, harm="minor", kind="formal-warning"
    )

    found = counts(*a_case_of("li", "C1", fine), *a_case_of("wang", "C2", warning))

    assert [(each.matter, each.harm, each.officer, dict(each.ends)) for each in found.spreads] == [
        (STALL, "minor", "li", {"fine": 1}),
        (STALL, "minor", "wang", {"formal-warning": 1}),
    ]


@pytest.mark.parametrize(
    ("end", "officer", "said"),
    [
        pytest.param(
            acted(Act.EXCUSE, "zhao", ground="first", proposed_by="wang"),
            "wang",
            "no-penalty/first",
            id="excused on another's proposal",
        ),
        pytest.param(acted(Act.NOT_FILE, "zhao", proposed_by="wang"), "wang", "not-filed", id="no"),
        pytest.param(
            acted(Act.DECIDE_ON_SPOT, "wang", kind="fine"), "wang", "fine/on-spot", id="on the spot"
        ),
        pytest.param(acted(Act.TERMINATE, "zhao"), "li", "terminated", id="terminated"),
    ],
)
def test_each_end_is_the_officers_who_proposed_it(end: Acted, officer: str, said: str) -> None:
    found = counts(acted(Act.CONSIDER, "li"), end)

    assert [(each.officer, dict(each.ends)) for each in found.spreads] == [(officer, {said: 1})]


def test_nobody_is_blamed_for_the_case_before() -> None:
    found = counts(acted(Act.PROPOSE, "li", subject="C1"), acted(Act.TERMINATE, subject="C2"))

    assert [each.officer for each in found.spreads] == ["-"]


def test_a_refused_proposal_proposes_nothing() -> None:
    found = counts(refused(Act.PROPOSE, "P04", "wang"), acted(Act.TERMINATE, "zhao"))

    assert [each.officer for each in found.spreads] == ["-"]


def test_rows_stand_by_name_and_never_by_number() -> None:
    lines = [acted(Act.PERSUADE, person) for person in ("wu", "li", "li", "wang", "wang", "wang")]

    found = counts(*lines, by=By.OFFICER)

    keys = [row.key for row in found.rows if row.measure is Measure.SOFT]
    assert keys == ["li", "wang", "wu"]


def test_every_measure_is_named_in_both_languages() -> None:
    assert set(TITLES) == set(Measure)
