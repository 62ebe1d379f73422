"""What people do over HTTP: with their own keys, on real tables, judged by the one path."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from infra import opening
from infra.cli.keys import add
from infra.deployment import find
from infra.settings import Settings
from infra.store.people import People
from infra.store.rows import CASE_COLUMNS, case_row
from schemas.instants import instant_text
from schemas.lane import Lane
from schemas.person import PersonId, Role
from schemas.wire.writing import write_event
from schemas.workfile import CaseState, WorkFile
from tests.integration.door.conftest import Broker, Front, opened, problem_in, sources_of
from tests.support.benches import a_case, a_person, the_people
from tests.support.builders import SOURCE, an_event

pytestmark = [pytest.mark.broker, pytest.mark.database]

CASE = "C261120-AAAAAAAAAAAA"
ACTORS = ("yang", "lin", "guo", "wu", "song")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A door with the keys of people, and one of a source."""

    front: Front
    keys: Mapping[str, str]

    async def act(self, who: str, act: str, **changes: Any) -> httpx.Response:
        command = {
            "id": f"{who}-{act}",
            "subject": CASE,
            "expected": 0,
            "act": act,
            **changes,
        }
        return await self.send(who, {k: v for k, v in command.items() if v is not None})

    async def send(self, who: str, content: object, **headers: str) -> httpx.Response:
        return await self.front.client.post(
            "/v1/acts",
            json=content,
            headers={"Authorization": f"Bearer {self.keys[who]}", **headers},
        )

    async def look(self, who: str, path: str) -> httpx.Response:
        return await self.front.client.get(
            path, headers={"Authorization": f"Bearer {self.keys[who]}"}
        )


def keep(settings: Settings, *cases: WorkFile) -> None:
    assert settings.database is not None
    places = ", ".join(["%s"] * len(CASE_COLUMNS))
    statement = f"INSERT INTO work_files ({', '.join(CASE_COLUMNS)}) VALUES ({places})"
    with psycopg.connect(settings.database.get_secret_value()) as connection:
        for case in cases:
            connection.execute(statement, case_row(case))


@pytest.fixture
async def desk(settings: Settings, broker: Broker) -> AsyncIterator[Desk]:
    """Keys are made before the door opens: it asks for new ones at leisure."""
    keep(settings, a_case(CASE, state=CaseState.CANDIDATE, camera=None))
    store = opening.engine(find(settings), application="test", connections=1)
    for name in ACTORS:
        await People(store).keep(the_people()[PersonId(name)], by="test")
    await store.dispose()
    async with sources_of(settings) as sources:
        keys = {
            name: await add(sources, f"urn:offsite:person:{name}", Lane.GENERAL)
            for name in (*ACTORS, "stranger")
        }
        keys["platform"] = await add(sources, SOURCE, Lane.GENERAL)
    async with opened(settings, broker.producer) as front:
        yield Desk(front=front, keys=keys)


async def test_an_act_is_done_by_the_person_whose_key_it_is(desk: Desk) -> None:
    answer = await desk.act("yang", "open")

    told = answer.json()
    assert answer.status_code == 200, answer.text
    assert (told["answer"], told["event"], told["is_repeat"]) == ("done", "WorkFileOpened", False)
    assert (told["taken"]["person"], told["taken"]["role"]) == ("yang", "intake")
    assert told["case"]["state"] == "opened"
    assert told["address"].startswith("acts/")


async def test_the_same_act_again_gets_its_first_answer(desk: Desk) -> None:
    first = (await desk.act("yang", "open")).json()

    again = await desk.act("yang", "open")

    assert again.status_code == 200, again.text
    assert again.json() == {**first, "is_repeat": True}


async def test_an_act_that_says_when_it_was_done_may_be_repeated_only_as_it_was(
    desk: Desk,
) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    first = await desk.act("yang", "open", at=instant_text(at))

    again = await desk.act("yang", "open", at=instant_text(at))
    other = await desk.act("yang", "open", at=instant_text(at + timedelta(minutes=1)))

    assert first.json()["taken"]["at"] == instant_text(at)
    assert again.json()["is_repeat"]
    assert other.status_code == 409
    assert "K01" in problem_in(other)["detail"]


async def test_a_refused_act_says_what_is_missing_and_who_could_supply_it(desk: Desk) -> None:
    answer = await desk.act("wu", "open")

    problem = problem_in(answer)
    (refusal,) = problem["refusals"]
    assert answer.status_code == 409
    assert problem["type"] == "urn:offsite:problem:refused"
    assert refusal["rule"] == "A1"
    assert refusal["clause"]
    assert refusal["certainty"]
    assert set(refusal["missing"]) == {"zh", "en"}
    assert "intake" in refusal["supply"]


async def test_a_stale_act_is_refused_and_stays_refused(desk: Desk) -> None:
    await desk.act("yang", "open")

    answers = [await desk.act("guo", "open", expected=0) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert [problem_in(a)["refusals"][0]["rule"] for a in answers] == ["K04-stale-version"] * 2


async def test_a_person_whom_the_register_does_not_know_is_refused(desk: Desk) -> None:
    answer = await desk.act("stranger", "open")

    assert problem_in(answer)["refusals"][0]["rule"] == "K02-unknown-person"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"id": None}, "id", id="no-id"),
        pytest.param({"id": ""}, "id", id="empty-id"),
        pytest.param({"id": "a\x00b"}, "id", id="a-control-character"),
        pytest.param({"subject": None}, "subject", id="no-subject"),
        pytest.param({"subject": "x" * 257}, "subject", id="a-long-subject"),
        pytest.param({"subject": "pack:one"}, "sha256", id="a-pack-by-no-digest"),
        pytest.param({"expected": None}, "expected", id="no-version"),
        pytest.param({"expected": -1}, "expected", id="a-version-below-0"),
        pytest.param({"expected": "0"}, "expected", id="a-version-as-text"),
        pytest.param({"act": None}, "act", id="no-act"),
        pytest.param({"act": "wave"}, "act", id="an-unknown-act"),
        pytest.param({"role": "king"}, "role", id="an-unknown-role"),
        pytest.param({"at": "yesterday"}, "at", id="no-instant"),
        pytest.param({"at": "2026-11-20T09:14:05"}, "at", id="no-zone"),
        pytest.param({"person": "guo"}, "person", id="another-person"),
        pytest.param({"details": []}, "details", id="details-as-a-list"),
        pytest.param({"details": {"reason": "a\x00b"}}, "details.reason", id="a-zero-byte"),
        pytest.param({"details": {"fine_fen": 2**60}}, "details.fine_fen", id="a-vast-number"),
        pytest.param({"details": {"理由": "x"}}, "details", id="a-field-name-not-in-ascii"),
    ],
)
async def test_what_is_no_command_names_its_field(
    desk: Desk, changes: Mapping[str, Any], field: str
) -> None:
    answer = await desk.act("yang", **{"act": "open", **changes})

    problem = problem_in(answer)
    assert (answer.status_code, problem["field"]) == (400, field)
    assert problem["type"] == "urn:offsite:problem:invalid-command"
    assert problem["expected"]


@pytest.mark.parametrize(
    "details", [{"reason": 1.5}, {"reason": None}, {"reason": {"a": 1}}, {"reason": [1]}]
)
async def test_details_are_text_whole_numbers_flags_and_lists_of_text(
    desk: Desk, details: Mapping[str, Any]
) -> None:
    answer = await desk.act("yang", "discard", details=details)

    assert answer.status_code == 400
    assert problem_in(answer)["field"].startswith("details.reason")


async def test_a_body_that_is_no_json_or_too_long_or_of_another_type_is_refused(
    desk: Desk,
) -> None:
    shown = {"Authorization": f"Bearer {desk.keys['yang']}", "Content-Type": "application/json"}
    post = desk.front.client.post

    broken = await post("/v1/acts", content=b"{", headers=shown)
    long = await post("/v1/acts", content=b" " * (64 * 1024 + 1), headers=shown)
    form = await post("/v1/acts", content=b"a=b", headers={**shown, "Content-Type": "text/plain"})

    assert [each.status_code for each in (broken, long, form)] == [400, 413, 415]


async def test_a_key_of_a_source_does_not_act_or_look(desk: Desk) -> None:
    answers = [
        await desk.act("platform", "open"),
        await desk.look("platform", f"/v1/cases/{CASE}"),
        await desk.look("platform", f"/v1/cases/{CASE}/timeline"),
    ]

    problems = [problem_in(answer) for answer in answers]
    assert [problem["status"] for problem in problems] == [403] * 3
    assert {problem["type"] for problem in problems} == {"urn:offsite:problem:not-a-person"}
    assert "only a person acts" in problems[0]["detail"]


async def test_a_key_of_a_person_pushes_no_events(desk: Desk) -> None:
    event = an_event(source="urn:offsite:person:yang")

    answer = await desk.front.push(write_event(event), key=desk.keys["yang"])

    problem = problem_in(answer)
    assert (answer.status_code, problem["type"]) == (403, "urn:offsite:problem:not-a-source")
    assert desk.front.journal() == []


async def test_nobody_acts_without_a_key(desk: Desk) -> None:
    answer = await desk.front.client.post("/v1/acts", json={})

    assert problem_in(answer)["status"] == 401


async def test_a_case_says_its_version_and_what_may_be_done_next_by_whom(desk: Desk) -> None:
    await desk.act("yang", "open")

    told = (await desk.look("lin", f"/v1/cases/{CASE}")).json()

    acts = {each["act"]: each for each in told["acts"]}
    assert (told["version"], told["case"]["state"], told["penalty"]) == (
        1,
        "opened",
        "not-considered",
    )
    assert acts["dispatch"]["is_yours"]
    assert "dispatcher" in acts["dispatch"]["who"]
    assert not acts["lift"]["is_yours"]
    assert {field["name"] for field in acts["lift"]["fields"]} == {"danger", "reason"}
    assert "open" not in acts
    assert "detect-opinion" not in acts
    assert [clock["kind"] for clock in told["clocks"]] == ["dispatch"]


async def test_a_timeline_tells_what_was_done_and_what_was_refused(desk: Desk) -> None:
    await desk.act("wu", "open")
    await desk.act("yang", "open")

    told = (await desk.look("lin", f"/v1/cases/{CASE}/timeline")).json()

    assert [(m["kind"], m["what"], m["person"]) for m in told["moments"]] == [
        ("refused", "open", "wu"),
        ("done", "open", "yang"),
    ]
    assert told["moments"][0]["said"]["refusals"][0]["rule"] == "A1"


@pytest.mark.parametrize(
    "subject", ["C261120-ZZZZZZZZZZZZ", "O-none", "a%00b", "pack:one", f"pack:{'0' * 64}"]
)
async def test_nobody_knows_a_subject_that_is_not_there(desk: Desk, subject: str) -> None:
    answers = [
        await desk.look("lin", f"/v1/cases/{subject}"),
        await desk.look("lin", f"/v1/cases/{subject}/timeline"),
    ]

    assert [problem_in(answer)["status"] for answer in answers] == [404, 404]


async def test_an_incident_is_known_from_the_act_that_detects_it(desk: Desk) -> None:
    details = {
        "title": "围观执法视频",
        "first_known_at": instant_text(datetime.now(UTC) - timedelta(hours=2)),
        "links": ["https://example.invalid/1"],
    }

    answer = await desk.act("song", "detect-opinion", subject="O261120-1", details=details)

    looked = (await desk.look("song", "/v1/cases/O261120-1")).json()
    assert answer.status_code == 200, answer.text
    assert (looked["opinion"], looked["case"], looked["version"]) == ("detected", None, 1)


async def test_a_role_that_one_has_may_be_named_and_one_that_one_has_not_is_refused(
    desk: Desk, settings: Settings
) -> None:
    store = opening.engine(find(settings), application="test", connections=1)
    both = replace(a_person("yang", Role.INTAKE), roles=frozenset({Role.INTAKE, Role.DUTY_CHIEF}))
    await People(store).keep(both, by="test")
    await store.dispose()

    named = await desk.act("yang", "open", role="duty-chief")
    without = await desk.act("lin", "lift", expected=1, role="duty-chief")

    assert named.json()["taken"]["role"] == "duty-chief"
    assert problem_in(without)["refusals"][0]["rule"] == "K06-not-your-duty"


async def test_the_reference_describes_acting(desk: Desk) -> None:
    told = (await desk.front.client.get("/openapi.json")).json()

    post = told["paths"]["/v1/acts"]["post"]
    assert {"200", "400", "401", "403", "409", "503"} <= set(post["responses"])
    assert post["security"] == [{"key": []}]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    assert {"id", "subject", "expected", "act"} == set(schema["required"])
    assert {"/v1/cases/{subject}", "/v1/cases/{subject}/timeline"} <= set(told["paths"])
