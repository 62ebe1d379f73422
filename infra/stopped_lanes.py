"""Lanes that a flood of dead letters stopped: they stay stopped until a person lets them go on.

worker ─► <data>/stopped/<lane>.json ─► supervisor, workers: not started
                    │                └► `stopped_lanes`: told as a trouble
                    └─ offsite dead resume ─► <data>/stopped/<lane>-<when>.resumed.json
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from schemas.errors import InvalidValueError, OffsiteError, RefusedError
from schemas.instants import instant_text, parse_instant
from schemas.lane import Lane
from schemas.person import PersonId
from schemas.trouble import Severity, Trouble
from streams.durable import write_whole

STOPPED: Final = "dead-letter flood"
KIND: Final = "lane-stopped"


class LaneStoppedError(OffsiteError):
    """The lane waits for a person: starting it again would park everything again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why and since when a lane stands."""

    lane: Lane
    reason: str
    since: datetime


def note_stopped(data: Path, lane: Lane, reason: object) -> None:
    """Keep that a lane stopped. Of several workers that stop at once, one is noted."""
    path = _path(data, lane)
    path.parent.mkdir(parents=True, exist_ok=True)
    since = datetime.now(UTC)
    content = {"lane": lane.value, "reason": str(reason), "since": instant_text(since)}
    write_whole(path, json.dumps(content).encode())
    structlog.get_logger().error("lane_stopped", lane=lane.value, why=STOPPED)


def why_stopped(data: Path, lane: Lane) -> Stop | None:
    """What stopped a lane, if it stands. A file that can't be read still holds the lane."""
    path = _path(data, lane)
    try:
        content = json.loads(path.read_bytes())
        reason, since = str(content["reason"]), parse_instant(content["since"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, InvalidValueError):
        reason, since = f"{path} can't be read", datetime.fromtimestamp(0, UTC)
    return Stop(lane=lane, reason=reason, since=since)


def require_not_stopped(data: Path, lane: Lane) -> None:
    """Pass only if nobody has to look first.

    Raises:
        LaneStoppedError: says what happened and what lets the lane go on.
    """
    stop = why_stopped(data, lane)
    if stop is not None:
        raise LaneStoppedError(
            f"the lane {lane} stands since {instant_text(stop.since)} ({STOPPED}): {stop.reason}"
        )


def stopped_lanes(data: Path) -> Sequence[Trouble]:
    """A trouble for each lane that stands."""
    stops = [stop for lane in Lane if (stop := why_stopped(data, lane)) is not None]
    return [
        Trouble(
            key=f"{KIND}:{stop.lane}",
            kind=KIND,
            severity=Severity.CRITICAL,
            sentence=f"lane {stop.lane} stopped by a {STOPPED}: {stop.reason}",
            since=stop.since,
        )
        for stop in stops
    ]


def resume_lane(data: Path, lane: Lane, *, by: PersonId, reason: str) -> Stop:
    """Let a lane go on; who did so and why stays beside it.

    Raises:
        RefusedError: it doesn't stand.
    """
    stop = why_stopped(data, lane)
    if stop is None:
        raise RefusedError(f"expected a lane that stands, got {lane}: it wasn't stopped")
    now = datetime.now(UTC)
    path = _path(data, lane)
    content = {
        "lane": lane.value,
        "stopped_because": stop.reason,
        "since": instant_text(stop.since),
        "resumed_at": instant_text(now),
        "resumed_by": by,
        "resumed_because": reason,
    }
    kept = path.with_name(f"{lane}-{now:%Y%m%dT%H%M%S%f}.resumed.json")
    write_whole(kept, json.dumps(content, ensure_ascii=False).encode())
    path.unlink(missing_ok=True)
    return stop


def _path(data: Path, lane: Lane) -> Path:
    return data / "stopped" / f"{lane}.json"
