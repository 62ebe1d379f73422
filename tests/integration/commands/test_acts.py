"""What people type: acts on a case, what is missing, what happened, why, and what is counted."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.builders import an_observation
from tests.support.halls import FRAME, RECORD, Hall, a_stall_at, in_two_hours, open_hall

pytestmark = pytest.mark.database

TWO = ("second=wang", "showed_papers=yes")
FINE = ("kind=fine", "fine_fen=40 yuan", "harm=minor")
FILING = ("reason=not corrected", "number=2026-1", "harm_fen=100")


@pytest.fixture
def hall(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    yield from open_hall(tmp_path, database, monkeypatch)


def lines_of_acts(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM acts").fetchone()
    assert row is not None
    return int(row[0])


def to_the_order(hall: Hall) -> str:
    case = hall.sighted()
    hall.fixed(case)
    hall.considered(case)
    hall.act(case, "persuade", "li", "content=please move", "result=stays")
    hall.act(
        *(case, "order-correction", "li", *TWO),
        *("content=clear the pavement", f"until={in_two_hours()}"),
    )
    return case


def to_the_proposal(hall: Hall) -> str:
    case = to_the_order(hall)
    hall.act(case, "recheck", "li", "is_corrected=no", f"evidence={FRAME}")
    hall.act(case, "file", "zhao", *FILING)
    hall.act(case, "assign-officers", "zhao", "first=li", "second=wang")
    hall.act(
        *(case, "collect", "li", *TWO, "form=site-record", f"evidence={RECORD}"),
        *("how=on the spot", "medium=paper", "on_site=yes", "original_complete=yes"),
    )
    hall.act(
        *(case, "tell", "li", "facts=a stall", "channel=in person", "where_to_look=the page"),
    )
    hall.act(
        *(case, "propose", "li", *FINE, f"relies_on={RECORD}", "facts=a stall"),
        *("basis=城市市容和环境卫生管理条例 14, 36", "facts_clear=yes"),
    )
    return case


# --- acting


def test_an_act_is_done_and_said_to_programs(hall: Hall) -> None:
    case = hall.sighted()

    said = hall.act(case, "open", "yang")

    assert (said["answer"], said["event"]) == ("done", "WorkFileOpened")
    assert said["case"]["state"] == "opened"
    assert (said["taken"]["person"], said["taken"]["role"]) == ("yang", "intake")


def test_an_act_is_done_and_said_to_people(hall: Hall) -> None:
    case = hall.sighted()

    said = hall.offsite("case", "act", case, "open", "--as", "yang").stdout

    assert "done: open 案卷建立 open the work file" in said
    assert "受理员 intake clerk" in said
    assert "clock 派遣时限 dispatch runs until" in said


def test_a_refusal_tells_rule_clause_mark_what_is_missing_and_who_has_it(hall: Hall) -> None:
    case = hall.sighted()
    hall.fixed(case)
    hall.considered(case)
    words = ("case", "act", case, "file", "--as", "zhao")
    said = ("--set", "reason=at once", "--set", "number=2026-1", "--set", "harm_fen=0")

    told = hall.offsite(*words, *said, code=2).stderr

    assert "L16  行政处罚法 28, 33" in told
    assert "设计建议, 须由本市确认" in told
    assert "责令改正在先, 或再次违法, 或有损失" in told
    assert "an order to correct before it" in told
    assert "from: 执法人员 officer" in told
    assert "see docs/gates/L16.md" in told


def test_a_refusal_is_said_to_programs_with_its_exit_code(hall: Hall) -> None:
    case = hall.sighted()

    said = hall.act(case, "open", "wu", code=2)

    (refusal,) = said["refusals"]
    assert (said["answer"], refusal["rule"]) == ("refused", "A1")
    assert refusal["supply"] == ["duty-chief", "intake"]


@pytest.mark.parametrize("act", [pytest.param((), id="none"), pytest.param(("fly",), id="wrong")])
def test_without_an_act_those_that_are_possible_are_listed(hall: Hall, act: tuple[str]) -> None:
    case = hall.sighted()

    told = hall.offsite("case", "act", case, *act, "--as", "yang", code=2).stderr

    assert "open 案卷建立 open the work file" in told
    assert "close" not in told
    assert "expected an act that is possible now" in told


def test_an_act_of_another_life_is_none_of_a_case(hall: Hall) -> None:
    told = hall.offsite("case", "act", hall.sighted(), "publish-pack", "--as", "cao", code=2).stderr

    assert "got publish-pack" in told


def test_an_act_that_is_not_possible_yet_is_refused_and_on_record(hall: Hall) -> None:
    case = hall.sighted()

    told = hall.offsite("case", "act", case, "close", "--as", "guo", code=2).stderr

    assert "K05-no-such-step" in told
    assert "possible now" in told
    assert hall.lines("case", "timeline", case)[-1]["rules"] == ["K05-no-such-step"]


def test_nobody_acts_namelessly(hall: Hall) -> None:
    told = hall.offsite("case", "act", hall.sighted(), "open", code=2).stderr

    assert "--as: expected who acts" in told


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        pytest.param("nothing", "--set: expected name=value", id="no value"),
        pytest.param("harm_fen=much", "harm_fen: expected a whole number", id="no number"),
        pytest.param("harm_fen=1.999 yuan", "two decimals", id="a fraction of a fen"),
        pytest.param("is_continuing=maybe", "expected yes or no", id="no flag"),
        pytest.param("ended_at=yesterday", "ended_at: expected an instant", id="no instant"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_field(hall: Hall, pair: str, said: str) -> None:
    case = hall.sighted()

    told = hall.offsite("case", "act", case, "file", "--as", "zhao", "--set", pair, code=2).stderr

    assert said in told


@pytest.mark.parametrize(
    ("words", "field"),
    [
        pytest.param(("--set", "reason=\x1b[2Jnothing to see"), "details.reason", id="a text"),
        pytest.param(("--command-id", "one\ntwo"), "command id", id="an id"),
    ],
)
def test_what_would_hide_on_a_screen_is_refused(
    hall: Hall, words: tuple[str, str], field: str
) -> None:
    case = hall.sighted()

    told = hall.offsite("case", "act", case, "lift", "--as", "hu", *words, code=2).stderr

    assert f"{field}: expected" in told
    assert "\x1b" not in told


def test_values_are_read_by_the_kind_of_their_field(hall: Hall, tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"a picture")
    case = hall.sighted()
    hall.fixed(case)

    said = hall.act(
        *(case, "consider", "li", "party=licence", "party_kind=citizen", "age=41"),
        *("no_capacity=否", f"evidence=@{picture},{FRAME}", f"evidence={RECORD}"),
    )

    fields = said["taken"]["details"]["fields"]
    assert fields["age"] == 41
    assert fields["no_capacity"] is False
    assert fields["evidence"] == [hashlib.sha256(b"a picture").hexdigest(), FRAME, RECORD]


def test_a_file_that_is_not_there_is_the_callers_mistake(hall: Hall) -> None:
    words = ("case", "act", hall.sighted(), "consider", "--as", "li")

    told = hall.offsite(*words, "--set", "evidence=@/nowhere/picture.jpg", code=2).stderr

    assert "evidence: expected a file to digest" in told


def test_money_may_be_said_in_yuan_and_a_comma_in_a_sentence_parts_nothing(hall: Hall) -> None:
    case = to_the_proposal(hall)

    (sheet,) = hall.lines("penalty", "show", case)
    hall.act(
        *(case, "notify", "li", *TWO, "kind=fine", "fine_fen=40元", "facts=a stall"),
        *("reasons=not corrected", "basis=14, 36", "told_defence=yes", "signed=yes"),
    )
    said = hall.act(case, "defend", "he", "points=it was full, and late", "points=a,b")

    assert sheet["proposal"]["fine_fen"] == 4000
    assert said["taken"]["details"]["fields"]["points"] == ["it was full, and late", "a", "b"]


def test_details_may_come_as_json_and_a_field_may_be_said_over_it(
    hall: Hall, tmp_path: Path
) -> None:
    first, second = hall.sighted("a"), hall.sighted("b")
    for case in (first, second):
        hall.act(case, "open", "yang")
    file = tmp_path / "details.json"
    file.write_text(json.dumps({"unit": "crew-1"}))
    words = ("dispatch", "--as", "lin", "--json-details")

    from_file = hall.line("case", "act", first, *words, str(file), "--set", "unit=crew-2")
    from_stdin = hall.offsite("case", "act", second, *words, "-", given='{"unit": "crew-1"}')

    assert from_file["taken"]["details"]["fields"] == {"unit": "crew-2"}
    assert "done: dispatch" in from_stdin.stdout


@pytest.mark.parametrize(
    "content", [pytest.param("[]", id="a list"), pytest.param("{", id="no JSON")]
)
def test_details_that_are_no_object_are_refused(hall: Hall, content: str) -> None:
    words = ("case", "act", hall.sighted(), "open", "--as", "yang", "--json-details", "-")

    told = hall.offsite(*words, given=content, code=2).stderr

    assert "--json-details: expected" in told


def test_the_second_officer_has_an_option_of_their_own(hall: Hall) -> None:
    case = hall.sighted()
    hall.fixed(case)
    hall.considered(case)
    words = ("case", "act", case, "order-correction", "--as", "li", "--second", "wang")
    pairs = ("showed_papers=yes", "content=clear it", f"until={in_two_hours()}")

    said = hall.line(*words, *(word for pair in pairs for word in ("--set", pair)))

    assert said["taken"]["details"]["fields"]["second"] == "wang"


def test_a_command_that_comes_again_gets_its_first_answer(hall: Hall, database: str) -> None:
    case = hall.sighted()
    words = ("case", "act", case, "open", "--as", "yang", "--command-id", "one")

    first = hall.line(*words)
    again = hall.line(*words)
    told = hall.offsite(*words).stdout

    assert again == first
    assert "it was done before" in told
    assert lines_of_acts(database) == 3  # two for the pack


def test_a_refused_command_that_comes_again_is_refused_again(hall: Hall, database: str) -> None:
    case = hall.sighted()
    words = ("case", "act", case, "close", "--as", "guo", "--command-id", "one")

    first = hall.line(*words, code=2)
    hall.act(case, "open", "yang")
    again = hall.line(*words, code=2)

    assert again == first
    assert lines_of_acts(database) == 4


def test_an_id_that_stood_for_another_command_is_refused(hall: Hall) -> None:
    case = hall.sighted()
    hall.line("case", "act", case, "open", "--as", "yang", "--command-id", "one")

    words = ("case", "act", case, "dispatch", "--as", "lin", "--set", "unit=c")
    told = hall.offsite(*words, "--command-id", "one", code=2).stderr

    assert "K01-command-id" in told


def test_a_stale_version_is_refused(hall: Hall) -> None:
    case = hall.sighted()
    hall.act(case, "open", "yang")

    said = hall.line(
        *("case", "act", case, "dispatch", "--as", "lin", "--set", "unit=c", "--expect", "0"),
        code=2,
    )

    assert [each["rule"] for each in said["refusals"]] == ["K04-stale-version"]


def test_an_act_may_be_entered_some_hours_after_it_was_done(hall: Hall) -> None:
    case = hall.sighted()

    at = "2020-01-01T00:00:00Z"
    said = hall.line("case", "act", case, "open", "--as", "yang", "--at", at, code=2)

    assert [each["rule"] for each in said["refusals"]] == ["K08-time"]


# --- what is possible


def test_rows_that_are_possible_are_listed_with_their_forms_and_gates(hall: Hall) -> None:
    case = hall.sighted()

    rows = {row["act"]: row for row in hall.lines("case", "acts", case)}

    assert "close" not in rows
    assert rows["open"]["who"] == ["duty-chief", "intake"]
    assert rows["open"]["gates"] == [
        {"id": "L05", "page": "docs/gates/L05.md"},
        {"id": "D1", "page": "docs/gates/D1.md"},
    ]
    assert rows["open"]["missing"] is None
    (danger, reason) = rows["lift"]["fields"]
    assert (danger["name"], danger["kind"]) == ("danger", "choice")
    assert "fire-lane" in danger["choices"]
    assert reason["is_optional"] is False


def test_what_is_missing_for_a_person_is_told_and_nothing_is_recorded(
    hall: Hall, database: str
) -> None:
    case = hall.sighted()
    hall.fixed(case)
    hall.considered(case)
    before = lines_of_acts(database)

    head = {row["act"]: row for row in hall.lines("case", "acts", case, "--as", "zhao")}
    helper = {row["act"]: row for row in hall.lines("case", "acts", case, "--as", "wu")}
    told = hall.offsite("case", "acts", case, "--as", "zhao").stdout

    assert [each["rule"] for each in head["file"]["missing"]] == ["L16"]
    assert head["file"]["missing"][0]["asks_of_form"] == ["harm_fen"]
    assert [each["rule"] for each in helper["file"]["missing"]] == ["A1"]
    assert helper["persuade"]["missing"] == []
    assert "--set harm_fen=<fen>" in told
    assert lines_of_acts(database) == before


# --- what happened, and why


def test_a_timeline_tells_sightings_acts_refusals_clocks_and_letters(hall: Hall) -> None:
    case = hall.sighted()
    hall.act(case, "open", "wu", code=2)
    hall.act(case, "open", "yang")

    entries = hall.lines("case", "timeline", case)
    told = hall.offsite("case", "timeline", case).stdout

    kinds = [entry["kind"] for entry in entries]
    assert kinds == [
        *("outcome", "started", "letter", "refused", "done", "stopped", "started", "letter"),
    ]
    assert [entry["recorded_at"] for entry in entries] == sorted(
        entry["recorded_at"] for entry in entries
    )
    assert entries[0]["rules"] == ["R07-by-the-pack"]
    assert (entries[3]["person"], entries[3]["rules"]) == ("wu", ["A1"])
    assert (entries[4]["person"], entries[4]["role"]) == ("yang", "intake")
    assert (entries[5]["what"], entries[5]["is_late"]) == ("take", False)
    assert entries[6]["what"] == "dispatch"
    assert "refused by A1" in told
    assert "open 案卷建立 open the work file, yang (受理员 intake clerk)" in told


def test_a_paused_clock_is_told_with_what_was_left(hall: Hall) -> None:
    case = hall.sighted()
    hall.fixed(case)
    hall.act(case, "suspend", "guo", "asked_by=hu", f"until={in_two_hours()}", "reason=rain")
    hall.act(case, "resume", "guo", "reason=it is dry")

    entries = [each for each in hall.lines("case", "timeline", case) if "what" in each]

    disposal = [each["kind"] for each in entries if each["what"] == "disposal"]
    assert disposal == ["started", "paused", "resumed"]


def test_why_says_pack_rule_clause_and_mark(hall: Hall) -> None:
    case = hall.sighted()

    said = hall.line("case", "why", case)
    told = hall.offsite("case", "why", case).stdout

    by_label = {line["label"]["en"]: line for line in said["lines"]}
    assert "proposed by xie, published by cao" in by_label["decided under"]["text"]["en"]
    assert by_label["by rule R07-by-the-pack"]["certainty"] == "statute text"
    assert "no designated place" in by_label["tested: lawful here?"]["text"]["en"]
    assert "处罚权" in told
    assert "设计建议, 须由本市确认" in told


def test_why_says_what_stands_between_the_case_and_its_next_steps(hall: Hall) -> None:
    case = hall.sighted()
    hall.fixed(case)
    hall.considered(case)

    said = hall.line("case", "why", case)

    ahead = {each["act"]: each for each in said["next"]}
    assert [each["rule"] for each in ahead["file"]["missing"]] == ["L16"]
    assert ahead["persuade"]["missing"] == []
    assert "looked up: is it the first?" in {line["label"]["en"] for line in said["lines"]}


def test_why_says_that_a_device_is_out_of_status(hall: Hall) -> None:
    case = hall.decided(an_observation(place=a_stall_at("market-lane")))

    lines = hall.line("case", "why", case)["lines"]

    told = [line["text"]["en"] for line in lines if line["label"]["en"] == "camera"]
    assert len(told) == 1
    assert "is out of status: " in told[0]
    assert "not in the register of devices" in told[0]
    assert "by rule R09-device-out-of-status" in {line["label"]["en"] for line in lines}


@pytest.mark.parametrize("words", [("why",), ("timeline",), ("acts",), ("act",), ("show",)])
def test_a_case_that_is_none_is_the_callers_mistake(hall: Hall, words: tuple[str]) -> None:
    told = hall.offsite("case", *words, "C000000-NOBODY", code=2).stderr

    assert "C000000-NOBODY" in told


def test_a_case_is_shown_with_acts_clocks_and_to_whom_it_went(hall: Hall) -> None:
    case = hall.sighted()
    candidate = hall.offsite("case", "show", case).stdout
    hall.fixed(case)
    hall.act(
        *(case, "transfer", "zhao", "receiver=market supervision", "reason=their power"),
        f"evidence={FRAME}",
    )

    shown = hall.line("case", "show", case)
    told = hall.offsite("case", "show", case).stdout

    assert "a machine's word" in candidate
    assert "a machine's word" not in told
    assert "transferring 移送中" in told
    assert "sent to" in told
    assert [each["act"] for each in shown["taken"]] == ["open", "dispatch", "accept", "transfer"]
    assert shown["sent_to"] == "market supervision"
    assert {clock["kind"] for clock in shown["clocks"]} >= {"take", "transfer-receipt"}


# --- the penalty case


def test_a_penalty_case_stands_on_one_sheet(hall: Hall) -> None:
    case = to_the_proposal(hall)

    sheet = hall.line("penalty", "show", case)
    told = hall.offsite("penalty", "show", case).stdout
    (listed,) = hall.lines("penalty", "ls", "--state", "investigating")

    assert listed["case"] == case
    assert (sheet["state"], sheet["party"], sheet["officers"]) == (
        *("investigating", "****2345", ["li", "wang"]),
    )
    assert "licence-12345" not in told
    (exhibit,) = sheet["evidence"]
    assert (exhibit["digest"], exhibit["collected_by"]) == (RECORD, ["li", "wang"])
    assert sheet["band"]["least_fen"] == 2000
    assert sheet["band"]["certainty"]
    ahead = {each["act"]: each for each in sheet["next"]}
    assert "notify" in ahead
    assert "clock 办案期限(90日)" in told


def test_a_penalty_case_that_nobody_began_is_empty(hall: Hall) -> None:
    sheet = hall.line("penalty", "show", hall.sighted())

    assert (sheet["state"], sheet["decision"], sheet["evidence"]) == ("not-considered", None, [])
    assert hall.lines("penalty", "ls") == []


# --- counts


def test_counts_tell_what_was_refused_and_let_go(hall: Hall) -> None:
    discarded, case = hall.sighted("a"), hall.sighted("b")
    hall.act(discarded, "discard", "yang", "code=duplicate", "reason=the same as before")
    hall.act(case, "open", "wu", code=2)
    hall.fixed(case)
    hall.considered(case)
    hall.act(case, "persuade", "wu", "content=please move", "result=moved")

    counted = hall.line("counts")
    by_rule = hall.offsite("counts", "--by", "rule").stdout

    found = {(row["measure"], row["what"]): row["count"] for row in counted["counts"]}
    assert found["discards-by-hand", "duplicate"] == 1
    assert found["blocked-auxiliaries", "A1"] == 1
    assert found["soft-measures", "persuade"] == 1
    assert found["outcomes", "opened"] == 2
    assert counted["ledger_lines"] == 9
    assert "A1" in by_rule


@pytest.mark.parametrize(
    ("by", "key"),
    [
        pytest.param("matter", "GB/T 47678.5-2026|matter|09006", id="matter"),
        pytest.param("place", "market-lane", id="place"),
        pytest.param("officer", "li", id="officer"),
        pytest.param("route", "soft", id="route"),
        pytest.param("tag", "service", id="tag"),
        pytest.param("act", "persuade", id="act"),
    ],
)
def test_counts_are_broken_down(hall: Hall, by: str, key: str) -> None:
    to_the_order(hall)

    counted = hall.line("counts", "--by", by)

    soft = [row for row in counted["counts"] if row["measure"] == "soft-measures"]
    assert [(row["key"], row["what"], row["count"]) for row in soft] == [(key, "persuade", 1)]


@pytest.mark.parametrize(
    ("by", "key"),
    [
        pytest.param("rule", "R07-by-the-pack", id="rule"),
        pytest.param("reason", "R07-by-the-pack", id="reason"),
        pytest.param("matter", "GB/T 47678.5-2026|matter|09006", id="matter"),
        pytest.param("place", "market-lane", id="place"),
        pytest.param("route", "soft", id="route"),
        pytest.param("officer", "-", id="officer: no person decided"),
    ],
)
def test_outcomes_are_broken_down_too(hall: Hall, by: str, key: str) -> None:
    hall.sighted()

    counted = hall.line("counts", "--by", by)

    rows = [row for row in counted["counts"] if row["measure"] == "outcomes"]
    assert [(row["key"], row["what"], row["count"]) for row in rows] == [(key, "opened", 1)]


def test_a_period_counts_only_what_was_done_in_it(hall: Hall) -> None:
    to_the_order(hall)

    before = hall.line("counts", "--until", "2020-01-01T00:00:00Z")
    done = hall.offsite(
        "counts", "--since", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z", code=2
    )

    assert (before["counts"], before["evenness"]) == ([], [])
    assert "--until: expected after" in done.stderr


def test_evenness_spreads_ends_over_officers(hall: Hall) -> None:
    case = to_the_order(hall)
    hall.act(case, "corrected", "li", "proof=a picture")
    hall.act(case, "recheck", "li", "is_corrected=yes", f"evidence={FRAME}")
    hall.act(
        *(case, "excuse", "zhao", "ground=first", "proposed_by=li", "harm_fen=0"),
        *("cooperated=yes", "education=the rules were explained"),
    )

    counted = hall.line("counts")

    (spread,) = counted["evenness"]
    assert (spread["officer"], spread["ends"]) == ("li", {"no-penalty/first": 1})
    no_penalty: list[Any] = [row for row in counted["counts"] if row["measure"] == "no-penalty"]
    assert [(row["what"], row["count"]) for row in no_penalty] == [("first", 1)]


# --- packs


def test_the_pack_in_force_says_who_stands_behind_it(hall: Hall) -> None:
    said = hall.line("policy", "in-force")
    told = hall.offsite("policy", "in-force").stdout

    assert (said["name"], said["is_published"]) == ("suizhou-example", True)
    assert (said["proposed_by"], said["published_by"]) == ("xie", "cao")
    assert "proposed by xie, published by cao" in told


def test_a_pack_is_published_by_its_digest_and_by_another_person(hall: Hall) -> None:
    proposed = hall.line("policy", "propose", "base", "--as", "xie", "--reason", "the base")
    digest = proposed["subject"].removeprefix("pack:")
    where = ("--where", "https://city.example")

    own = hall.line("policy", "publish", digest[:12], "--as", "xie", *where, code=2)
    done = hall.line("policy", "publish", digest[:12], "--as", "cao", *where)

    assert own["refusals"][0]["rule"] == "K06-not-your-duty"
    assert done["answer"] == "done"


def test_a_pack_that_nobody_proposed_cannot_be_published(hall: Hall) -> None:
    told = hall.offsite("policy", "publish", "demo", "--as", "cao", "--where", "x", code=2).stderr

    assert "expected the name or digest of a proposed pack, got demo" in told
