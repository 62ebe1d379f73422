"""What a door says and still does while a part behind it is away."""

import asyncio
import gc
import logging
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest
from pydantic import SecretStr

from infra.access.keys import make_key
from infra.settings import Settings
from infra.store.migrating import migrate
from schemas.lane import Lane
from schemas.wire.envelope import BATCH
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.producing import Producer
from tests.integration.door.conftest import Broker, Front, made_keys, opened, problem_in
from tests.support import services
from tests.support.builders import an_event

pytestmark = [
    pytest.mark.broker,
    pytest.mark.database,
    # When the driver meets no broker, it leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PATIENCE_S = 8.0
BODY = write_event(an_event())


@pytest.fixture
def closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def lonely_producer(closed_port: int, caplog: pytest.LogCaptureFixture) -> Iterator[Producer]:
    """The driver leaves its sockets lying; its log would keep them alive until a later test."""
    producer = Producer(Connection(bootstrap=f"127.0.0.1:{closed_port}"))
    with caplog.at_level(logging.CRITICAL, logger="kafka"):
        yield producer
    producer.close()
    gc.collect()


@pytest.fixture
async def without_kafka(
    settings: Settings, keys: Mapping[Lane, str], closed_port: int, lonely_producer: Producer
) -> AsyncIterator[Front]:
    away = settings.model_copy(update={"kafka": f"127.0.0.1:{closed_port}"})
    async with opened(away, lonely_producer) as front:
        yield front


@pytest.fixture
async def without_database(
    settings: Settings, key: str, closed_port: int, broker: Broker
) -> AsyncIterator[Front]:
    """A door that starts anew after it has met its key, and finds its database away."""
    async with opened(settings, broker.producer) as before:
        assert (await before.push(BODY, key=key)).status_code == 202
    dsn = SecretStr(f"postgresql://nobody@127.0.0.1:{closed_port}/none")
    async with opened(settings.model_copy(update={"database": dsn}), broker.producer) as front:
        yield front


async def test_without_kafka_events_are_sent_back_in_time(without_kafka: Front, key: str) -> None:
    begun_at = time.monotonic()

    answers = await asyncio.gather(*(without_kafka.push(BODY, key=key) for _ in range(20)))

    assert time.monotonic() - begun_at < PATIENCE_S
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}
    assert problem_in(answers[0])["type"] == "urn:offsite:problem:unavailable"
    assert without_kafka.journal() == []


async def test_without_kafka_each_item_of_a_batch_is_to_be_sent_again(
    without_kafka: Front, key: str
) -> None:
    body = b"[" + BODY + b", {}, " + BODY + b"]"

    answer = await without_kafka.push(body, key=key, content_type=BATCH)

    assert [item["status"] for item in answer.json()["items"]] == [503, 400, 503]
    assert (answer.status_code, answer.headers["retry-after"]) == (207, "2")


async def test_without_kafka_a_door_is_alive_but_not_ready(without_kafka: Front) -> None:
    begun_at = time.monotonic()

    alive, ready, health, metrics = await asyncio.gather(
        *map(without_kafka.client.get, ("/healthz", "/readyz", "/v1/health", "/metrics"))
    )

    assert time.monotonic() - begun_at < PATIENCE_S
    assert (alive.status_code, ready.status_code, health.status_code) == (200, 503, 503)
    assert problem_in(ready)["detail"]
    assert problem_in(health)["detail"]
    assert "retry-after" in ready.headers
    assert (metrics.status_code, "offsite_stream_up 0.0" in metrics.text) == (200, True)


async def test_without_kafka_a_faulty_event_is_still_told_its_fault(
    without_kafka: Front, key: str
) -> None:
    answer = await without_kafka.push(b"{}", key=key)

    assert problem_in(answer)["status"] == 400


async def test_without_the_database_known_keys_still_push(
    without_database: Front, key: str
) -> None:
    answer = await without_database.push(BODY, key=key)

    assert answer.status_code == 202
    assert len(without_database.journal()) == 2


async def test_without_the_database_no_unknown_key_is_good(without_database: Front) -> None:
    answer = await without_database.push(BODY, key=make_key()[0])

    assert problem_in(answer)["status"] == 503  # nobody can say whether there is such a key


async def test_without_the_database_a_door_is_ready_but_the_stream_is_down(
    without_database: Front,
) -> None:
    ready = await without_database.client.get("/readyz")
    metrics = await without_database.client.get("/metrics")
    health = await without_database.client.get("/v1/health")

    assert (ready.status_code, health.status_code) == (200, 503)
    assert "offsite_stream_up 0.0" in metrics.text


async def test_a_database_that_dies_under_an_open_door_stops_no_known_key(
    settings: Settings, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("dying")
    dying = services.running_postgres(folder, settings={"fsync": "off"})
    dsn = await asyncio.to_thread(dying.__enter__)
    await asyncio.to_thread(migrate, dsn)
    own = settings.model_copy(update={"database": SecretStr(dsn)})
    key = (await made_keys(own))[Lane.GENERAL]

    async with opened(own, broker.producer) as front:
        before = await front.push(BODY, key=key)
        up = (await front.client.get("/metrics")).text
        await asyncio.to_thread(dying.__exit__, None, None, None)
        after = await front.push(BODY, key=key)
        down = (await front.client.get("/metrics")).text

    assert (before.status_code, after.status_code) == (202, 202)
    assert "offsite_stream_up 1.0" in up
    assert "offsite_stream_up 0.0" in down


async def test_what_the_journal_cant_keep_is_not_acknowledged(front: Front, key: str) -> None:
    shutil.rmtree(front.deployment.journals)

    answer = await front.push(BODY, key=key)

    assert problem_in(answer)["status"] == 503
    assert "journal" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_the_reference_needs_nothing_from_elsewhere(front: Front, path: str) -> None:
    page = await front.client.get(path)

    assert page.status_code == 200
    assert "/v1/events" in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert 'href="http' not in page.text
    assert "href=http" not in page.text
    assert "@import" not in page.text
    assert page.text.replace("http://127.0.0.1:8420", "").count("http://") == 0
    assert "https://" not in page.text


async def test_the_reference_names_every_answer_of_the_door(front: Front) -> None:
    described = (await front.client.get("/openapi.json")).json()

    answers = described["paths"]["/v1/events"]["post"]["responses"]
    assert {"202", "207", "400", "401", "403", "413", "415", "429", "503"} <= set(answers)
