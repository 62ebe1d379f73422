"""The health report for programs: what `offsite health --json` and the API answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from infra.health.process_troubles import name_of
from infra.health.report import (
    BrokerAway,
    CameraHealth,
    HealthReport,
    PartitionHealth,
    ProcessHealth,
)
from infra.health.troubles import troubles_of
from infra.store.touched import Touched
from schemas.instants import instant_text
from schemas.trouble import Trouble
from streams.beats import plain


def health_json(report: HealthReport) -> dict[str, object]:
    """The whole report. What nobody could tell is null."""
    return {
        "taken_at": instant_text(report.taken_at),
        "broker": report.broker,
        "is_trial": report.is_trial,
        **_numbers(report),
        "partitions": [_partition(each) for each in report.partitions],
        "cameras": [_camera(each) for each in report.cameras],
        "spools": {
            camera: {"messages": each.messages, "bytes": each.bytes}
            for camera, each in report.spools.items()
        },
        "processes": [_process(each) for each in report.processes],
        "brokers": {
            "alive": sorted(report.cluster.alive),
            "away": [_broker(each) for each in report.cluster.away],
        },
        "groups": [
            {
                "group": each.group,
                "topic": each.topic,
                "partition": each.partition,
                "end": each.end,
                "committed": each.committed,
                "lag": each.lag,
            }
            for each in report.cluster.groups
        ],
        "clocks": _clocks(report),
        "faults": [
            {"part": fault.part.value, "said": fault.said, "since": instant_text(fault.since)}
            for fault in report.faults
        ],
        "troubles": [trouble_json(each) for each in troubles_of(report)],
    }


def trouble_json(trouble: Trouble) -> dict[str, object]:
    """One thing that is wrong."""
    return {
        "key": trouble.key,
        "kind": trouble.kind,
        "severity": trouble.severity.value,
        "sentence": trouble.sentence,
        "touches": trouble.touches,
        "since": instant_text(trouble.since),
    }


def _numbers(report: HealthReport) -> Mapping[str, object]:
    numbers = report.numbers
    if numbers is None:
        return {
            "outcomes_last_minute": None,
            "parked": None,
            "parked_last_hour": None,
            "outbox": None,
        }
    return {
        "outcomes_last_minute": numbers.outcomes_last_minute,
        "parked": numbers.parked,
        "parked_last_hour": numbers.parked_last_hour,
        "outbox": {
            "backlog": numbers.backlog,
            "oldest_at": _instant(numbers.oldest_unsent_at),
            "cases": _touched(report.outbox),
        },
    }


def _partition(each: PartitionHealth) -> dict[str, object]:
    return {
        "topic": each.topic,
        "partition": each.partition,
        "group": each.group,
        "end": each.end,
        "decided": each.decided,
        "lag": each.lag,
        "lag_seconds": each.lag_age.total_seconds(),
        "verdict": each.verdict.value,
        "is_seen": each.is_seen,
        "per_second": round(each.rate, 1),
        "last_commit_at": _instant(each.last_commit_at),
        "rebalances": each.rebalances,
        "owner": each.owner,
        "leader": each.leader,
        "in_sync": sorted(each.in_sync),
        "replicas": sorted(each.replicas),
        "cases": _touched(each.touched),
    }


def _camera(each: CameraHealth) -> dict[str, object]:
    hour = each.hour
    return {
        "camera": each.camera,
        "last_event_at": instant_text(each.seen.last_event_at),
        "last_received_at": instant_text(each.seen.last_received_at),
        "messages": each.seen.messages,
        "last_looked_at": _instant(each.last_looked_at),
        "looked_seconds": None if hour is None else hour.looked.total_seconds(),
        "blind_seconds": None if hour is None else sum(_seconds(s) for s in hour.hidden.values()),
        "nobody_seconds": None if hour is None else hour.unaccounted.total_seconds(),
        "expected_seconds": None if each.expected is None else each.expected.total_seconds(),
        "hidden": None
        if each.hidden is None
        else {"kind": each.hidden.kind.value, "since": instant_text(each.hidden.since)},
        "cases": _touched(each.touched),
    }


def _process(each: ProcessHealth) -> dict[str, object]:
    heard = each.heard
    return {
        "part": name_of(heard.said),
        "owner": heard.owner,
        "is_alive": each.is_alive,
        "started_at": instant_text(heard.started_at),
        "beat_at": instant_text(heard.beat_at),
        "pool": {"size": heard.pool_size, "taken": heard.pool_taken},
        **plain(heard.said),
    }


def _broker(each: BrokerAway) -> dict[str, object]:
    return {
        "broker": each.broker,
        "led": sorted(each.led.values()),
        "leaderless": sorted(each.leaderless.values()),
        "since": instant_text(each.since),
        "cases": _touched(each.touched),
    }


def _clocks(report: HealthReport) -> dict[str, object] | None:
    clocks = report.clocks
    if clocks is None:
        return None
    return {
        "late": clocks.late,
        "keeper_at": _instant(clocks.keeper_at),
        "cases": _touched(clocks.touched),
    }


def _touched(touched: Touched | None) -> dict[str, int] | None:
    if touched is None:
        return None
    return {"zero_tolerance": touched.zero_tolerance, "soft": touched.soft}


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
