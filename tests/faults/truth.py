"""What is sent, and what must become of it: known before anything is sent, from a seed alone.

A kind of event fixes its outcome; a place fixes how many sightings its only case must have. Nothing
here depends on the order in which messages arrive, for faults change it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

SOURCE: Final = "/faults/platform"
CAMERA: Final = "cam-faults"
CAMERA_SOURCE: Final = f"/cameras/{CAMERA}"
STALL: Final = {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": "09006"}
FIRE_LANE: Final = {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": "09012"}
UNLISTED: Final = {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": "99999"}
ZERO_TOLERANCE: Final = "zero-tolerance"
SOFT: Final = "soft"
BEGAN: Final = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

SIGHTED: Final = frozenset({"opened", "extended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Bytes to push, and how often. A conflict waits until the first bytes are acknowledged."""

    id: str
    body: bytes
    times: int = 1
    conflict: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Place:
    """What its one case must look like in the end."""

    queue: str
    sightings: int = 0
    last_seen_at: datetime = BEGAN


@dataclass(slots=True, kw_only=True)
class Truth:
    """What a round must come to, by (source, id) and by place key."""

    outcomes: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    conflicts: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """The queue of the case that a conflict opens too, where it may concern safety."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a round sends."""

    truth: Truth
    pushed: Sequence[Send]
    by_camera: Sequence[Send]
    poison: Sequence[bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Shares of a hundred; the rest are soft sightings sent once."""

    safety: int = 20
    camera: int = 8
    duplicated: int = 6
    conflicting: int = 4
    unlisted: int = 4
    signals: int = 3
    poison: int = 3
    times: int = 10


class Planner:
    """Writes the plan of one round. Mutable: it counts as it writes."""

    def __init__(self, name: str, dice: Random, mix: Mix) -> None:
        self._name: Final = name
        self._dice: Final = dice
        self._mix: Final = mix
        self._truth = Truth()
        self._pushed: list[Send] = []
        self._by_camera: list[Send] = []
        self._poison: list[bytes | None] = []

    def plan(self, events: int) -> Plan:
        kinds = self._kinds()
        for number in range(events):
            next_kind = self._dice.choice(kinds)
            next_kind(f"{self._name}-{number:07d}")
        self._dice.shuffle(self._pushed)
        return Plan(
            truth=self._truth,
            pushed=self._pushed,
            by_camera=self._by_camera,
            poison=self._poison,
        )

    def _kinds(self) -> Sequence[Any]:
        mix = self._mix
        shares = (
            (self._safety, mix.safety),
            (self._camera, mix.camera),
            (self._duplicated, mix.duplicated),
            (self._conflicting, mix.conflicting),
            (self._unlisted, mix.unlisted),
            (self._signal, mix.signals),
            (self._poisoned, mix.poison),
        )
        kinds = [kind for kind, share in shares for _ in range(share)]
        return kinds + [self._soft] * (100 - len(kinds))

    def _soft(self, name: str) -> None:
        self._pushed.append(Send(id=name, body=self._sighting(name, STALL, SOFT)))

    def _safety(self, name: str) -> None:
        self._pushed.append(Send(id=name, body=self._sighting(name, FIRE_LANE, ZERO_TOLERANCE)))

    def _duplicated(self, name: str) -> None:
        matter, queue = self._dice.choice([(STALL, SOFT), (FIRE_LANE, ZERO_TOLERANCE)])
        body = self._sighting(name, matter, queue)
        self._pushed.append(Send(id=name, body=body, times=self._mix.times))

    def _conflicting(self, name: str) -> None:
        matter, queue = self._dice.choice([(STALL, SOFT), (FIRE_LANE, ZERO_TOLERANCE)])
        body = self._sighting(name, matter, queue)
        other = body.replace(b"as first told", b"as told anew")
        self._truth.conflicts[SOURCE, name] = queue if queue == ZERO_TOLERANCE else None
        self._pushed.append(Send(id=name, body=body, conflict=other))

    def _unlisted(self, name: str) -> None:
        data = _report(UNLISTED, f"{self._name}-unlisted-{name}")
        self._truth.outcomes[SOURCE, name] = frozenset({"triage"})
        body = _event(name, SOURCE, "offsite.report.v1", self._some_time(), data)
        self._pushed.append(Send(id=name, body=body))

    def _signal(self, name: str) -> None:
        at = self._some_time()
        data = {
            "camera": CAMERA,
            "kind": "blind",
            "from_at": _text(at - timedelta(minutes=1)),
            "until_at": _text(at),
            "text": "dark",
            "frames": None,
        }
        self._truth.outcomes[CAMERA_SOURCE, name] = frozenset({"signal-recorded"})
        body = _event(name, CAMERA_SOURCE, "offsite.signal.v1", at, data)
        self._by_camera.append(Send(id=name, body=body))

    def _camera(self, name: str) -> None:
        body = self._sighting(name, FIRE_LANE, ZERO_TOLERANCE, source=CAMERA_SOURCE)
        self._by_camera.append(Send(id=name, body=body))

    def _poisoned(self, name: str) -> None:
        self._poison.append(self._dice.choice(list(poisons(name))))

    def _sighting(
        self, name: str, matter: dict[str, str], queue: str, source: str = SOURCE
    ) -> bytes:
        place = f"{self._name}-{queue}-{self._dice.randrange(max(1, self._known() // 3))}"
        at = self._some_time()
        case = self._truth.places.setdefault(f"place:{place}", Place(queue=queue))
        case.sightings += 1
        case.last_seen_at = max(case.last_seen_at, at)
        self._truth.outcomes[source, name] = SIGHTED
        return _event(name, source, "offsite.report.v1", at, _report(matter, place))

    def _known(self) -> int:
        return len(self._truth.outcomes) + 3

    def _some_time(self) -> datetime:
        """Out of order, as from many senders."""
        return BEGAN + timedelta(milliseconds=self._dice.randrange(1, 3_600_000))


def poisons(name: str) -> Iterator[bytes | None]:
    """Every form of what no reader understands, as another producer may put it into a topic."""
    yield None
    yield b""
    yield b"\x00\xff\xfe not text"
    yield b"{"
    yield b"[]"
    yield b'"only text"'
    yield b"1" * 5000
    yield b"[" * 20_000
    yield b'{"a":' * 5_000
    yield "中文，不是事件".encode("gb18030")
    yield json.dumps({"specversion": "1.0", "id": name}).encode()
    whole = json.loads(_event(name, SOURCE, "offsite.report.v1", BEGAN, _report(STALL, "p")))
    changes: tuple[dict[str, Any], ...] = (
        {"specversion": "0.3"},
        {"type": "offsite.report.v99"},
        {"type": "somebody.else.v1"},
        {"time": "yesterday"},
        {"time": "2026-11-20T04:00:00"},
        {"id": ""},
        {"id": "x" * 300},
        {"source": None},
        {"source": "a\u0000b"},
        {"data": None},
        {"data": []},
        {"data": {"reporter": "nobody we know"}},
        {"datacontenttype": "text/xml"},
    )
    for change in changes:
        yield json.dumps(whole | change).encode()
    yield json.dumps(whole).encode()[:-40]


def _report(matter: dict[str, str], place: str) -> dict[str, Any]:
    return {
        "reporter": "platform",
        "text": "as first told",
        "matter": matter,
        "place": {
            "id": place,
            "grid_cell": None,
            "address": None,
            "longitude": None,
            "latitude": None,
        },
        "camera": None,
        "upstream_number": None,
        "evidence": [],
    }


def _event(name: str, source: str, kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": name,
            "source": source,
            "type": kind,
            "time": _text(at),
            "datacontenttype": "application/json",
            "data": data,
        }
    ).encode()


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
