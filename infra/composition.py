"""Puts the parts together. Besides the CLI, only this module knows everybody."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

import detectors
from handlers.decisions.policy import Policy
from handlers.policies.pack import Files, pack_from
from infra.access.keyring import Grant, Grants, Keyring
from infra.access.rate import TokenBuckets
from infra.acting import open_acting
from infra.api.acting import ActingParts
from infra.api.app import Life, build_api
from infra.api.connections import PatientProtocol
from infra.api.pushing import Pushing
from infra.api.watching import Watching
from infra.beating import beats_of
from infra.deployment import Deployment
from infra.health.gathering import Gathering, look_whole
from infra.metrics import (
    DoorMetrics,
    StreamMetrics,
    WorkerMetrics,
    serve_metrics,
)
from infra.opening import cameras_folder, engine, open_traces, policy, policy_files, statement_key
from infra.salting import fresh_salts
from infra.settings import Settings
from infra.signing import make_key
from infra.stopped_lanes import note_stopped, require_not_stopped
from infra.store.daily_statements import meet_cluster
from infra.store.migrating import migrate
from infra.store.packs import Packs
from infra.store.reading import Reading
from infra.store.shelf import PolicyInForce, PostgresShelf
from infra.store.sources import Sources
from infra.store.work import PostgresWork
from schemas.ids import Partition, Sha256
from schemas.lane import Lane
from streams.beats import keep_beating
from streams.flood import FloodGuard, Limits
from streams.forgetting import DigestsOf
from streams.intake import Door
from streams.journal import Journal
from streams.lane_worker import LaneWorker
from streams.logs import Logs
from streams.producing import Producer
from streams.provisioning import make_topics
from streams.settling import Settler
from streams.topics import EVENTS, Topic, topic_of, wanted_topics

RULE_BOOK: Final = Path(detectors.__file__).parent / "rulebooks" / "base.toml"
"""What cameras look for unless told otherwise."""

SAMPLE_WEIGHTS: Final = Path(detectors.__file__).parent / "models" / "street.pt"
"""The model of the sample street; a city brings its own."""


def topics(settings: Settings) -> tuple[Topic, ...]:
    """The topics that this deployment ought to have."""
    return wanted_topics(partitions=settings.partitions, replication=settings.replication)


def prepare(settings: Settings, deployment: Deployment) -> None:
    """Bring the database's tables and Kafka's topics to what this version needs. Blocks.

    Raises:
        InvalidValueError: the policy pack is broken; nothing was touched.
        RefusedError: the pack's name and version stood for another text that was used.
        TemporarilyUnavailableError: a part is away.
    """
    pack = policy(settings)
    migrate(deployment.database.get_secret_value())
    make_topics(deployment.connection, topics(settings))
    asyncio.run(_note(deployment, pack, policy_files(settings)[0]))
    make_key(statement_key(settings))


async def _note(deployment: Deployment, pack: Policy, files: Files) -> None:
    """Keep the pack that decides, so that an auditor has it years later; note the cluster."""
    with Logs(deployment.connection) as logs:
        cluster = logs.cluster_id()
    store = engine(deployment, application="offsite-prepare", connections=1)
    try:
        await Packs(store).keep(pack, files)
        await meet_cluster(store, cluster)
    finally:
        await store.dispose()


def lane_worker(settings: Settings, deployment: Deployment, lane: Lane) -> LaneWorker:
    """All that a lane's worker is made of. Asks Kafka for the topic's identity: blocks.

    Raises:
        LaneStoppedError: a flood of dead letters stopped the lane, and nobody let it go on.
        TemporarilyUnavailableError: Kafka is away.
    """
    require_not_stopped(settings.data, lane)
    reach = deployment.connection
    logs = Logs(reach)
    # With its number, so that whoever sees a lock in `pg_stat_activity` knows which process.
    store = engine(deployment, application=f"offsite-worker-{lane}-{os.getpid()}")
    traces = open_traces(settings, f"offsite-worker-{lane}")
    work = PostgresWork(store, topic_of=topic_of, trace_of=traces.trace_of)
    standby = policy(settings)
    registry = CollectorRegistry()
    counts = WorkerMetrics(registry, lane)
    serve_metrics(registry, host=settings.host, port=settings.metrics_port)
    return LaneWorker(
        connection=reach,
        lane=lane,
        topic_id=logs.topic_ids([EVENTS[lane]])[EVENTS[lane]],
        settler=Settler(
            work=work,
            policy=_following(PostgresShelf(store, standby=standby, read=pack_from), standby),
            salts=fresh_salts(),
            logs=logs,
            flood=FloodGuard(
                _limits(settings),
                tell=partial(note_stopped, settings.data, lane),
                require_open=partial(require_not_stopped, settings.data, lane),
            ),
            counts=counts,
            traces=traces,
        ),
        work=work,
        logs=logs,
        batch_events=settings.batch_events,
        folder=settings.data / "faust" / lane,
        digests_of=_digests_of(Reading(store)),
        beats=beats_of(deployment, store),
    )


def _digests_of(reading: Reading) -> DigestsOf:
    async def digests(log: Partition, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        async with reading.snapshot() as seen:
            return await seen.logs.input_digests(log, offsets)

    return digests


def _limits(settings: Settings) -> Limits:
    return Limits(
        longest_run=settings.dead_letter_run_limit,
        most_permille=round(settings.dead_letter_ratio_limit * 1000),
    )


def _following(shelf: PostgresShelf, standby: Policy) -> PolicyInForce:
    """The pack of the settings, until two persons have published one."""
    return PolicyInForce(shelf, standby=standby, now=time.monotonic)


def serve_api(settings: Settings, deployment: Deployment) -> None:
    """Serve the front door until a signal ends it. Blocks."""
    producer = Producer(deployment.connection)
    journal = Journal(deployment.journals, name="door", started_at=datetime.now(UTC))
    try:
        uvicorn.run(
            api(settings, deployment, producer=producer, journal=journal),
            host=settings.host,
            port=settings.port,
            log_config=None,  # what uvicorn says goes where all goes
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=12,
            timeout_keep_alive=10,
            http=PatientProtocol,
            limit_concurrency=settings.connections_limit,
            h11_max_incomplete_event_size=64 * 1024,  # all headers of a request
        )
    finally:
        producer.close()
        journal.close()


def api(
    settings: Settings, deployment: Deployment, *, producer: Producer, journal: Journal
) -> FastAPI:
    """The HTTP application with all that stands behind it."""
    store = engine(deployment, application="offsite-door")
    registry = CollectorRegistry()
    people = open_acting(settings, deployment)
    keyring = _keyring(settings, store)
    buckets = TokenBuckets(settings.events_per_second_per_key, now=time.monotonic)
    in_force = _following(people.shelf, policy(settings))
    counts, beats = DoorMetrics(registry), beats_of(deployment, store)
    beating = partial(keep_beating, beats, lambda: counts.tally.look(journal.fault))
    gathers = Gathering(deployment, store, cameras=cameras_folder(settings))

    async def reach_kafka() -> None:
        await asyncio.to_thread(_reach_kafka, deployment)

    async def leave() -> None:
        await gathers.close()
        await people.close()
        await store.dispose()

    return build_api(
        Pushing(
            door=Door(
                publish=producer.apublish,
                journal=journal,
                policy=in_force,
                traces=open_traces(settings, "offsite-door"),
            ),
            keyring=keyring,
            buckets=buckets,
            metrics=counts,
            limit_bytes=settings.body_limit_bytes,
        ),
        ActingParts(acting=people, keyring=keyring, buckets=buckets),
        Watching(
            look=lambda: look_whole(gathers),
            reach_kafka=reach_kafka,
            registry=registry,
            metrics=StreamMetrics(registry),
        ),
        version=version("offsite-enforcement"),
        life=Life(loops=(keyring.keep_fresh, in_force.keep_fresh, beating), at_end=leave),
    )


def _keyring(settings: Settings, store: AsyncEngine) -> Keyring:
    file = settings.data / "door" / "keys.json"
    return Keyring(lambda: _grants(Sources(store)), file=file, now=time.monotonic)


def _reach_kafka(deployment: Deployment) -> None:
    with Logs(deployment.connection) as logs:
        logs.topic_ids(list(EVENTS.values()))


async def _grants(known: Sources) -> Grants:
    lanes = {source.uri: source.lane for source in await known.all()}
    return {
        key.id: Grant(digest=key.secret, source=key.source, lane=lanes[key.source])
        for key in await known.keys()
        if key.revoked_at is None
    }
