"""Health reports for tests: all is well, but for what a test says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.health.report import (
    CameraHealth,
    HealthReport,
    PartitionHealth,
    ProcessHealth,
)
from infra.store.beats import Heard
from infra.store.health import CameraSeen, Numbers
from infra.store.lag_samples import Kept
from schemas.ids import CameraId, Partition
from schemas.lane import Lane
from streams.beats import Beat, DoorBeat, RelayBeat, WorkerBeat
from streams.verdicts import Sample, Verdict

NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_report(**known: Any) -> HealthReport:
    well = {"taken_at": NOW, "broker": "test", "is_trial": False, "numbers": numbers()}
    return HealthReport(**{**well, **known})


def numbers(**known: Any) -> Numbers:
    well = {"backlog": 0, "oldest_unsent_at": None, "parked": 0, "outcomes_last_minute": 60}
    return Numbers(**{**well, **known})


def a_partition(
    verdict: Verdict = Verdict.OK,
    *,
    waited_s: float = 0,
    topic: str = "events.general",
    number: int = 2,
    **known: Any,
) -> PartitionHealth:
    well = {
        "group": "offsite-general",
        "log": Partition(f"id-of-{topic}", number),
        "end": 100,
        "decided": 100 if verdict is Verdict.OK else 60,
        "is_seen": True,
        "leader": 1,
        "still_since": ago(waited_s),
    }
    return PartitionHealth(
        topic=topic,
        partition=number,
        verdict=verdict,
        lag_age=timedelta(seconds=waited_s),
        **{**well, **known},
    )


def a_camera(*, heard_s_ago: float = 10, **known: Any) -> CameraHealth:
    seen = CameraSeen(
        camera=CameraId("cam-07"),
        last_event_at=ago(heard_s_ago),
        last_received_at=ago(heard_s_ago),
        messages=3,
    )
    return CameraHealth(**{"seen": seen, "last_looked_at": ago(heard_s_ago), **known})


def heard(said: Beat, *, beat_s_ago: float = 1, **known: Any) -> Heard:
    well = {
        "owner": "here-1",
        "started_at": ago(3600),
        "beat_at": ago(beat_s_ago),
        "pool_size": 3,
        "pool_taken": 1,
        "full_beats": 0,
    }
    return Heard(said=said, **{**well, **known})


def a_process(
    said: Beat, *, is_alive: bool = True, is_missed: bool = False, **known: Any
) -> ProcessHealth:
    return ProcessHealth(heard=heard(said, **known), is_alive=is_alive, is_missed=is_missed)


def a_worker(**known: Any) -> WorkerBeat:
    well = {
        "lane": Lane.GENERAL,
        "generation": 1,
        "rebalances": 1,
        "assigned": (0, 1, 2, 3),
        "batch": 5,
        "settled": 50,
        "last_commit_at": ago(3),
    }
    return WorkerBeat(**{**well, **known})


def a_door(**known: Any) -> DoorBeat:
    return DoorBeat(
        **{"accepted": 90, "accepted_per_s": 1.0, "in_flight": 0, "journal_fault": "", **known}
    )


def a_relay() -> RelayBeat:
    return RelayBeat(carried=1, held=0, shards=64, last_carried_at=None)


def kept(
    log: Partition, seconds_ago: float, *, leader: int | None = 1, end: int = 9, decided: int = 9
) -> Kept:
    return Kept(
        log=log,
        topic="events.general",
        sample=Sample(at=ago(seconds_ago), end=end, decided=decided),
        leader=leader,
        replicas=frozenset({1, 2, 3}),
    )


def without_numbers(report: HealthReport) -> HealthReport:
    """As when the database is away."""
    return replace(report, numbers=None)
