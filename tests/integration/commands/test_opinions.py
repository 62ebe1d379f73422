"""What the public says of us: on record, graded, answered, and reported in ten hours or late."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.halls import Hall, open_hall

pytestmark = pytest.mark.database

REPORT = ("--as", "song", "--receipt", "P-1", "--content", "what happened, and what we do")


@pytest.fixture
def hall(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    yield from open_hall(tmp_path, database, monkeypatch)


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def detection(known_at: str, *more: str) -> tuple[str, ...]:
    return (
        *("opinion", "add", "--as", "song", "--title", "A crew shouted at a vendor"),
        *("--link", "https://example.invalid/1", "--first-known-at", known_at, *more),
    )


def detected(hall: Hall, **span: float) -> str:
    said = hall.line(*detection(ago(**span)))
    return str(said["subject"])


def test_an_incident_is_put_on_record_with_its_ten_hours(hall: Hall) -> None:
    case = hall.sighted()

    said = hall.line(*detection(ago(minutes=30), "--case", case))
    shown = hall.line("opinion", "show", said["subject"])
    told = hall.offsite("opinion", "show", said["subject"]).stdout

    assert said["subject"].startswith("O26")
    assert (shown["state"], shown["case"], shown["grade"]) == ("detected", case, None)
    assert shown["links"] == ["https://example.invalid/1"]
    assert shown["clock"]["kind"] == "opinion-report"
    assert "09:29 left" in told


def test_the_ten_hours_run_from_first_knowledge_and_not_from_grading(hall: Hall) -> None:
    incident = detected(hall, hours=9)
    before = hall.line("opinion", "show", incident)["clock"]

    hall.line("opinion", "grade", incident, "major", "--as", "song", "--reason", "widely shared")
    after = hall.line("opinion", "show", incident)

    assert (after["state"], after["grade"]) == ("graded", "major")
    assert (after["clock"]["due_at"], after["clock"]["state"]) == (before["due_at"], "running")


def test_the_same_command_makes_the_same_incident(hall: Hall) -> None:
    words = detection(ago(minutes=30), "--command-id", "one")

    first, again = hall.line(*words), hall.line(*words)

    assert again == first
    assert len(hall.lines("opinion", "ls")) == 1


def test_a_report_in_the_tenth_hour_is_in_time(hall: Hall) -> None:
    incident = detected(hall, minutes=587)
    hall.keep_clocks()

    told = hall.offsite("opinion", "report", incident, *REPORT).stdout

    assert "in time, with 00:12 left" in told


@pytest.mark.parametrize(
    ("told_of_it", "said"),
    [
        pytest.param(True, "a breach is on record", id="the keeper told of it"),
        pytest.param(False, "the clock shows it", id="no keeper ran"),
    ],
)
def test_a_report_after_ten_hours_is_late(hall: Hall, told_of_it: bool, said: str) -> None:
    incident = detected(hall, minutes=605)
    if told_of_it:
        hall.keep_clocks()

    told = hall.offsite("opinion", "report", incident, *REPORT).stdout
    entries = hall.lines("case", "timeline", incident)

    assert "LATE by 00:05" in told
    assert said in told
    assert [each["is_late"] for each in entries if each["kind"] == "stopped"] == [True]
    firings = [each["firing"] for each in entries if each["kind"] == "clock"]
    assert ("breach" in firings) is told_of_it


def test_an_answer_needs_somebody_elses_approval(hall: Hall) -> None:
    incident = detected(hall, minutes=30)
    answer = (
        *("opinion", "answer", incident, "--as", "song", "--verified-facts", "he did shout"),
        *("--statement", "we are sorry", "--spokesperson", "the bureau"),
    )

    own = hall.offsite(*answer, "--approved-by", "song", code=2).stderr
    done = hall.line(*answer, "--approved-by", "zhao")

    assert "N02" in own
    assert done["event"] == "OpinionAnswered"


def test_a_major_incident_is_not_closed_before_its_report(hall: Hall) -> None:
    incident = detected(hall, minutes=30)
    hall.line("opinion", "grade", incident, "major", "--as", "song", "--reason", "widely shared")
    close = ("opinion", "close", incident, "--as", "song", "--reason", "over")

    early = hall.offsite(*close, "--was-answered", code=2).stderr
    hall.line("opinion", "report", incident, *REPORT)
    unanswered = hall.line(*close, code=2)
    hall.line(
        *("opinion", "answer", incident, "--as", "song", "--verified-facts", "he did shout"),
        *("--statement", "we are sorry", "--spokesperson", "x", "--approved-by", "zhao"),
    )
    done = hall.line(*close, "--was-answered")

    assert "N03" in early
    assert unanswered["refusals"][0]["rule"] == "N03"
    assert done["opinion"] == "closed"
    assert hall.lines("opinion", "ls") == []
    assert [each["id"] for each in hall.lines("opinion", "ls", "--all")] == [incident]


def test_incidents_are_listed_that_are_known_of_longest_first(hall: Hall) -> None:
    later, earlier = detected(hall, hours=1), detected(hall, hours=2)

    listed = hall.lines("opinion", "ls")
    told = hall.offsite("opinion", "ls").stdout

    assert [each["id"] for each in listed] == [earlier, later]
    assert "detected 已发现" in told


def test_a_case_is_no_incident(hall: Hall) -> None:
    told = hall.offsite("opinion", "show", hall.sighted(), code=2).stderr

    assert "expected the id of an incident" in told


def test_nobody_grades_whom_that_is_no_duty_of(hall: Hall) -> None:
    incident = detected(hall, minutes=30)

    words = ("opinion", "grade", incident, "ordinary", "--as", "li", "--reason", "nobody saw it")
    told = hall.offsite(*words, code=2).stderr

    assert "K06-not-your-duty" in told


def test_an_instant_without_its_zone_is_the_callers_mistake(hall: Hall) -> None:
    told = hall.offsite(*detection("2026-11-24 10:00:00"), code=2).stderr

    assert "--first-known-at" in told
