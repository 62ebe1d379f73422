"""The door stands whatever is pushed at it: each thing that is too much has its own answer."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping

import pytest

from infra.api import body as reading
from schemas.lane import Lane
from schemas.wire.envelope import BATCH, STRUCTURED
from schemas.wire.writing import write_event
from tests.integration.door.conftest import Front, problem_in
from tests.support.builders import a_report, an_event

pytestmark = [pytest.mark.broker, pytest.mark.database]

EVENT = write_event(an_event(a_report()))


@pytest.fixture
def key(keys: Mapping[Lane, str]) -> str:
    return keys[Lane.GENERAL]


@pytest.mark.parametrize(
    ("body", "expected", "got"),
    [
        pytest.param(
            EVENT.replace(b'"id":', b'"x":' + b"[" * 40 + b"]" * 40 + b',"id":'),
            "at most 32 levels", "more levels", id="deep",
        ),
        pytest.param(
            EVENT.replace(b'"id":', b'"id":"other","id":'), "each name once", "'id' twice",
            id="a name twice",
        ),
        pytest.param(
            EVENT.replace(b'"id":', b'"x":' + b"9" * 100_000 + b',"id":'),
            "a JSON object", "", id="a number without end",
        ),
    ],
)  # fmt: skip
async def test_json_beyond_its_limits_is_refused_with_its_field(
    front: Front, key: str, body: bytes, expected: str, got: str
) -> None:
    answer = await front.push(body, key=key)

    problem = problem_in(answer)
    assert (answer.status_code, problem["field"]) == (400, "body")
    assert expected in problem["expected"]
    assert got in problem["got"]


async def test_a_deep_item_of_a_batch_takes_no_other_with_it(front: Front, key: str) -> None:
    deep = EVENT.replace(b'"id":', b'"x":' + b"[" * 40 + b"]" * 40 + b',"id":')

    answer = await front.push(b"[" + EVENT + b"," + deep + b"]", key=key, content_type=BATCH)

    assert [item["status"] for item in answer.json()["items"]] == [202, 400]


async def test_a_decompression_bomb_is_not_even_read(front: Front, key: str) -> None:
    bomb = gzip.compress(b"0" * 200_000_000, compresslevel=1)

    answer = await front.push(bomb[:1000], key=key, headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 415
    assert "expected identity, got gzip" in problem_in(answer)["detail"]


async def test_a_body_that_trickles_is_given_up_in_time(
    front: Front, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "RECEIVE_WITHIN_S", 0.05)

    async def trickle() -> AsyncIterator[bytes]:
        yield EVENT[:10]
        await asyncio.sleep(10)
        yield EVENT[10:]

    answer = await front.client.post(
        "/v1/events",
        content=trickle(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": STRUCTURED},
    )

    assert answer.status_code == 408
    assert problem_in(answer)["type"] == "urn:offsite:problem:too-slow"
    assert front.journal() == []


async def test_more_items_than_a_batch_may_have_are_refused_whole(front: Front, key: str) -> None:
    answer = await front.push(b"[" + b"{}," * 1000 + b"{}]", key=key, content_type=BATCH)

    assert answer.status_code == 400
    assert problem_in(answer)["expected"] == "at most 1000 events"
