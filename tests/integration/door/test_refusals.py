"""What a door doesn't take, and how it says so."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from infra.access.keys import make_key
from infra.settings import Settings
from schemas.events import Event
from schemas.lane import Lane
from schemas.wire.envelope import BATCH, STRUCTURED
from schemas.wire.writing import write_event
from tests.integration.door.conftest import (
    Broker,
    Front,
    made_keys,
    opened,
    problem_in,
    sources_of,
)
from tests.support.builders import a_place, a_probe, a_report, a_signal, an_event
from tests.support.messages import ABSENT, in_binary_form, in_structured_form, put

pytestmark = [
    pytest.mark.broker,
    pytest.mark.database,
    pytest.mark.asyncio(loop_scope="module"),
]

OBSERVED = an_event()
REPORTED = an_event(a_report(place=a_place()))
SIGNALLED = an_event(a_signal())
LIMIT = 1024 * 1024
DEEP = b'{"a":' * 50_000
BOM = b"\xef\xbb\xbf"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keys(shared_settings: Settings) -> Mapping[Lane, str]:
    return await made_keys(shared_settings)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(
    shared_settings: Settings, keys: Mapping[Lane, str], broker: Broker
) -> AsyncIterator[Front]:
    async with opened(shared_settings, broker.producer) as front:
        yield front


Refused = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def refused(front: Front, keys: Mapping[Lane, str]) -> Refused:
    """Pushes what must be refused with a status; answers the problem. Nothing is acknowledged."""

    async def refuse(
        status: int,
        body: bytes,
        headers: Sequence[tuple[str, str | bytes]] = (("Content-Type", STRUCTURED),),
    ) -> dict[str, Any]:
        before = front.journal()
        answer = await front.client.post(
            "/v1/events",
            content=body,
            headers=[("Authorization", f"Bearer {keys[Lane.GENERAL]}"), *headers],
        )
        assert answer.status_code == status, answer.text
        assert front.journal() == before
        return problem_in(answer)

    return refuse


@pytest.mark.parametrize(
    ("event", "field", "value", "expected", "got"),
    [
        (OBSERVED, "specversion", ABSENT, "text", "nothing"),
        (OBSERVED, "specversion", "0.3", '"1.0"', "0.3"),
        (OBSERVED, "id", ABSENT, "text", "nothing"),
        (OBSERVED, "id", "", "text of 1", "''"),
        (OBSERVED, "id", 7, "text", "int"),
        (OBSERVED, "id", "x" * 257, "1 … 256", "xxx"),
        (OBSERVED, "source", ABSENT, "text", "nothing"),
        (OBSERVED, "type", ABSENT, "text", "nothing"),
        (OBSERVED, "type", "offsite.observation.v2", "offsite.observation.v1", "v2"),
        (OBSERVED, "time", ABSENT, "text", "nothing"),
        (OBSERVED, "time", "2026-11-20T09:14:05", "with its zone", "2026-11-20T09:14:05"),
        (OBSERVED, "datacontenttype", "text/xml", "application/json", "text/xml"),
        (OBSERVED, "data", ABSENT, "a JSON object", "NoneType"),
        (OBSERVED, "data", [], "a JSON object", "list"),
        (OBSERVED, "data_base64", "e30=", "JSON in data", "data_base64"),
        (OBSERVED, "data.matter", ABSENT, "required", "nothing"),
        (OBSERVED, "data.matter.code", 9006, "string", "9006"),
        (OBSERVED, "data.camera", "a\x00b", "printable", "x00"),
        (OBSERVED, "data.zone.kind", "car-park", "'fire-lane'", "car-park"),
        (OBSERVED, "data.phase", "paused", "'began'", "paused"),
        (OBSERVED, "data.confidence", 1.1, "less than or equal to 1", "1.1"),
        (OBSERVED, "data.first_seen_at", "soon", "RFC 3339", "soon"),
        (OBSERVED, "data.evidence.0.sha256", "A" * 64, "pattern", "AAA"),
        (REPORTED, "data.reporter", "nobody", "'platform'", "nobody"),
        (REPORTED, "data.text", "x" * 4001, "at most 4000", "xxx"),
        (SIGNALLED, "data.kind", "bored", "'blind'", "bored"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_an_event_with_a_fault_names_its_field(
    refused: Refused, event: Event, field: str, value: object, expected: str, got: str
) -> None:
    problem = await refused(400, in_structured_form(event, put(field, value)))

    assert problem["field"] == field
    assert expected in problem["expected"]
    assert got in problem["got"]
    assert problem["type"] == "urn:offsite:problem:invalid-event"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", "a JSON object", id="nothing"),
        pytest.param(b"specversion=1.0", "a JSON object", id="a-form"),
        pytest.param(b"[]", "a JSON object", id="an-array"),
        pytest.param(b"null", "a JSON object", id="null"),
        pytest.param(BOM + write_event(OBSERVED), "a JSON object", id="byte-order-mark"),
        pytest.param(DEEP, "a JSON object", id="deep"),
        pytest.param(DEEP + b"1" + b"}" * 50_000, "a JSON object", id="deep-and-closed"),
        pytest.param(write_event(OBSERVED) + b"{}", "a JSON object", id="two-documents"),
        pytest.param(write_event(OBSERVED)[:-1], "a JSON object", id="cut-off"),
        pytest.param('{"id": "街"}'.encode("gb18030"), "a JSON object", id="gb18030"),
        pytest.param(b'{"id": NaN}', "a JSON object", id="not-a-number"),
    ],
)
async def test_what_is_no_json_object_is_refused(
    refused: Refused, body: bytes, expected: str
) -> None:
    problem = await refused(400, body)

    assert (problem["field"], problem["expected"]) == ("body", expected)
    assert problem["got"]


@pytest.mark.parametrize(
    ("changes", "body", "field"),
    [
        pytest.param({"ce_id": None}, None, "id", id="no-id"),
        pytest.param({"ce_specversion": None}, None, "specversion", id="no-specversion"),
        pytest.param({"ce_specversion": b"0.3"}, None, "specversion", id="another-version"),
        pytest.param({"ce_type": None}, None, "type", id="no-type"),
        pytest.param({"ce_time": None}, None, "time", id="no-time"),
        pytest.param({"ce_time": b"yesterday"}, None, "time", id="no-instant"),
        pytest.param({"ce_source": None}, None, "source", id="no-source"),
        pytest.param({"ce_id": b"%FF"}, None, "ce-id", id="no-utf-8"),
        pytest.param({"ce_id": b"a%0Ab"}, None, "id", id="a-line-break"),
        pytest.param(
            {"ce_datacontenttype": b"application/json"}, None, "ce-datacontenttype",
            id="content-type-twice-told",
        ),
        pytest.param({}, b"", "data", id="no-data"),
        pytest.param({}, b"[]", "data", id="an-array"),
        pytest.param({}, BOM + b"{}", "data", id="byte-order-mark"),
        pytest.param({}, DEEP, "data", id="deep"),
        pytest.param({}, b"{}", "data.matter", id="no-matter"),
    ],
)  # fmt: skip
async def test_an_event_in_binary_form_with_a_fault_names_its_field(
    refused: Refused, changes: Mapping[str, bytes | None], body: bytes | None, field: str
) -> None:
    data, headers = in_binary_form(OBSERVED, **changes)

    problem = await refused(400, data if body is None else body, headers=list(headers.items()))

    assert problem["field"] == field
    assert problem["expected"]
    assert problem["got"]


@pytest.mark.parametrize("name", ["ce-id", "ce-source", "ce-city", "content-type"])
async def test_a_header_that_comes_twice_is_refused(refused: Refused, name: str) -> None:
    data, headers = in_binary_form(OBSERVED, ce_city=b"wuhan")
    twice = [*headers.items(), (name.upper(), headers[name])]

    problem = await refused(400, data, headers=twice)

    assert (problem["field"], problem["expected"], problem["got"]) == (
        name,
        "the header once",
        "twice",
    )


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="empty"),
        pytest.param("Bearer", id="no-key"),
        pytest.param("Bearer secret", id="another-form"),
        pytest.param("Basic b2ZrOng=", id="basic"),
        pytest.param(make_key()[0], id="no-scheme"),
        pytest.param(f"Bearer {make_key()[0]}", id="unknown"),
    ],
)
async def test_who_shows_no_known_key_stays_outside(
    front: Front, authorization: str | None
) -> None:
    shown = {} if authorization is None else {"Authorization": authorization}

    answer = await front.push(write_event(OBSERVED), key=None, headers=shown)

    assert answer.status_code == problem_in(answer)["status"] == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="offsite"'


async def test_a_wrong_secret_is_told_apart_from_an_unknown_key_by_nobody(
    front: Front, keys: Mapping[Lane, str]
) -> None:
    known = keys[Lane.GENERAL]
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")

    answers = [problem_in(await front.push(b"", key=key)) for key in (wrong, make_key()[0])]

    wrong_id, unknown_id = (answer["detail"].split()[1] for answer in answers)
    assert answers[0]["detail"].replace(wrong_id, unknown_id) == answers[1]["detail"]
    assert known.rsplit("_", 1)[1][:8] not in answers[0]["detail"]


async def test_a_revoked_key_is_not_good_any_more(
    front: Front, shared_settings: Settings, keys: Mapping[Lane, str]
) -> None:
    key = keys[Lane.SAFETY]
    brigade = write_event(an_event(a_report(), source="/fire/brigade"))
    before = await front.push(brigade, key=key)
    async with sources_of(shared_settings) as sources:
        await sources.revoke(key.split("_")[1])
    await front.push(b"", key=make_key()[0])  # unknown: the door looks at once

    after = await front.push(brigade, key=key)

    assert before.status_code == 202
    assert problem_in(after)["status"] == 401


async def test_only_the_prober_sends_probes(refused: Refused) -> None:
    problem = await refused(403, write_event(an_event(a_probe())))

    assert "only urn:offsite:probe sends probes" in problem["detail"]


async def test_a_key_speaks_for_its_own_source_only(refused: Refused) -> None:
    problem = await refused(403, write_event(an_event(source="/cameras/cam-08")))

    assert problem["type"] == "urn:offsite:problem:foreign-source"
    assert "/cameras/cam-07" in problem["detail"]
    assert "/cameras/cam-08" in problem["detail"]


async def test_too_large_a_body_is_refused_by_its_told_length(refused: Refused) -> None:
    problem = await refused(413, b"x" * (LIMIT + 1))

    assert f"at most {LIMIT} bytes, got {LIMIT + 1}" in problem["detail"]


async def test_too_large_a_body_is_refused_without_a_told_length(
    front: Front, keys: Mapping[Lane, str]
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    answer = await front.client.post(
        "/v1/events",
        content=endless(),
        headers={"Authorization": f"Bearer {keys[Lane.GENERAL]}", "Content-Type": STRUCTURED},
    )

    assert problem_in(answer)["status"] == 413
    assert sent <= LIMIT + 2 * 65536


async def test_a_body_just_within_the_limit_is_read(refused: Refused) -> None:
    problem = await refused(400, b" " * LIMIT)

    assert problem["field"] == "body"


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        pytest.param({"Content-Type": "application/json"}, "Content-Type", id="plain-json"),
        pytest.param({"Content-Type": "text/xml"}, "text/xml", id="xml"),
        pytest.param({}, "got nothing", id="none"),
        pytest.param({"Content-Type": "text/xml", "ce-id": "1"}, "text/xml", id="binary-xml"),
        pytest.param({"Content-Type": f"{STRUCTURED}; charset=gb18030"}, "gb18030", id="charset"),
        pytest.param(
            {"Content-Type": f"{BATCH}; charset=utf-16"}, "utf-16", id="charset-of-a-batch"
        ),
        pytest.param(
            {"Content-Type": f"{STRUCTURED}; v=1; charset=gbk"}, "gbk", id="charset-after-another"
        ),
        pytest.param({"Content-Type": STRUCTURED, "Content-Encoding": "gzip"}, "gzip", id="gzip"),
        pytest.param(
            {"Content-Type": STRUCTURED, "Content-Encoding": "br, gzip"}, "br, gzip", id="two"
        ),
    ],
)
async def test_what_the_door_cant_read_is_refused(
    refused: Refused, headers: Mapping[str, str], named: str
) -> None:
    problem = await refused(415, write_event(OBSERVED), headers=list(headers.items()))

    assert named in problem["detail"]


async def test_each_item_of_a_batch_has_its_own_answer(
    front: Front, keys: Mapping[Lane, str]
) -> None:
    items = [
        in_structured_form(an_event(id="fine")),
        in_structured_form(an_event(id="foreign", source="/other")),
        in_structured_form(an_event(id="faulty"), put("data.camera", 7)),
        b'"no object"',
        b"NaN",
        b"1" * 5000,
        in_structured_form(an_event(id="fine-too")),
    ]

    answer = await front.push(
        b"[" + b",".join(items) + b"]", key=keys[Lane.GENERAL], content_type=BATCH
    )

    answers = answer.json()["items"]
    assert answer.status_code == 207
    assert [each["status"] for each in answers] == [202, 403, 400, 400, 400, 400, 202]
    assert [each.get("field") for each in answers[2:6]] == ["data.camera", "body", "body", "body"]
    assert [entry.address.offset for entry in front.journal()][-2:] == [
        answers[0]["offset"],
        answers[6]["offset"],
    ]


@pytest.mark.parametrize(
    ("body", "field", "expected"),
    [
        pytest.param(
            b"[" + b",".join([write_event(OBSERVED)] * 1001) + b"]", "batch",
            "at most 1000 events", id="too-many",
        ),
        pytest.param(write_event(OBSERVED), "body", "a JSON array", id="no-array"),
        pytest.param(b"", "body", "a JSON array", id="nothing"),
        pytest.param(BOM + b"[]", "body", "a JSON array", id="byte-order-mark"),
        pytest.param(
            b"[" + write_event(OBSERVED) + b",]", "body", "a JSON value", id="trailing-comma"
        ),
        pytest.param(b"[" * 50_000, "body", "a JSON value", id="deep"),
        pytest.param(b'["\xff"]', "body", "UTF-8", id="no-utf-8"),
    ],
)  # fmt: skip
async def test_a_batch_that_cant_be_cut_is_refused_whole(
    refused: Refused, body: bytes, field: str, expected: str
) -> None:
    problem = await refused(400, body, headers=[("Content-Type", BATCH)])

    assert (problem["field"], problem["expected"]) == (field, expected)


async def test_a_key_that_pushes_more_than_its_share_is_told_when_to_come_again(
    shared_settings: Settings, keys: Mapping[Lane, str], broker: Broker, tmp_path: Path
) -> None:
    slow = shared_settings.model_copy(update={"data": tmp_path, "events_per_second_per_key": 0.25})
    async with opened(slow, broker.producer) as front:
        body = b"[" + write_event(OBSERVED) + b"]"
        taken = await front.push(body, key=keys[Lane.GENERAL], content_type=BATCH)
        answers = [
            await front.push(body, key=keys[Lane.GENERAL], content_type=content_type)
            for content_type in (BATCH, STRUCTURED)
        ]
        counted = (await front.client.get("/metrics")).text

    assert taken.status_code == 202
    assert [problem_in(answer)["status"] for answer in answers] == [429, 429]
    assert {answer.headers["retry-after"] for answer in answers} == {"4"}
    assert 'offsite_door_refused_total{reason="too-many",status="429"} 2.0' in counted


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/v1/nothing", 404, id="no-such-path"),
        pytest.param("GET", "/redoc", 404, id="no-stock-page"),
        pytest.param("GET", "/v1/events", 405, id="get"),
        pytest.param("POST", "/healthz", 405, id="post"),
    ],
)
async def test_a_wrong_way_is_told_as_a_problem_too(
    front: Front, method: str, path: str, status: int
) -> None:
    answer = await front.client.request(method, path)

    assert answer.status_code == problem_in(answer)["status"] == status
    assert f"{method} {path}" in answer.json()["detail"]


async def test_a_wrong_method_is_told_the_right_one(front: Front) -> None:
    answer = await front.client.get("/v1/events")

    assert answer.headers["allow"] == "POST"
