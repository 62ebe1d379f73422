"""From the front door to the dispatchers' queue: how long, at which rate, on a whole deployment."""

import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from infra.cli.asking import with_engine
from infra.cli.keys import add
from infra.running import Running, running
from infra.settings import Settings
from infra.store.sources import Sources
from schemas.lane import Lane
from schemas.workfile import Queue
from streams.topics import DISPOSITIONS
from tests.bench.children import Child, child
from tests.bench.processes import Cost, cost, family_cost
from tests.bench.reports import SOURCE
from tests.bench.spread import percentile
from tests.bench.tables import tell_rows
from tests.support.services import why_no_kafka, why_no_postgres

AIM_MS: Final = 250.0
_READY_WITHIN_S: Final = 30.0
_LONGER_S: Final = 60.0
"""So long after the planned end a stage may go on."""
_WARM_UP: Final = "warm-up"
_PARTS: Final = ("planned → in Kafka", "in Kafka → decided", "decided → in the queue")

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch at one rate. `batch`: events a request; one in so many is about safety."""

    name: str
    rate: int
    seconds: float
    batch: int = 1
    safety_one_in: int = 4
    queues: tuple[Queue, ...] = tuple(Queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where the stages play."""

    house: Running
    settings: Settings
    key: str
    folder: Path


def stages(*, is_quick: bool) -> tuple[Stage, ...]:
    """The last one asks for more than two cores can do: how it fails is also an answer."""
    seconds = 6.0 if is_quick else 20.0
    return (
        Stage(name=_WARM_UP, rate=200, seconds=4.0 if is_quick else 10.0),
        Stage(name="200/s, one by one", rate=200, seconds=seconds),
        Stage(name="1,000/s, batches of 25", rate=1000, seconds=seconds, batch=25),
        Stage(name="1,000/s, one by one", rate=1000, seconds=seconds),
    )


def measure(console: Console, *, is_quick: bool) -> Answer:
    """Everything that a city would run, on this one machine, and the sender beside it."""
    if reason := why_no_kafka() or why_no_postgres():
        console.print(f"latency: left out: {reason}", markup=False)
        return {"left_out": reason}
    with a_stand() as stand:
        measured = [play(console, stand, stage) for stage in stages(is_quick=is_quick)]
        costs = _costs(stand.house)
    told = {
        "aim_p99_ms": AIM_MS,
        "stages": [one for one in measured if one["name"] != _WARM_UP],
        "memory_mib": {name: round(each.peak_mib, 1) for name, each in costs.items()},
    }
    _tell(console, told)
    return told


@contextmanager
def a_stand(**more: Any) -> Iterator[Stand]:
    """A whole deployment on this machine, and a key to its door. `more` are further settings."""
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as name:
        folder = Path(name)
        settings = Settings(
            data=folder / "data", policy="base", port=0, kafka=None, database=None, cameras=None,
            **more,
        )  # fmt: skip
        with running(
            settings, tell=lambda _: None, on_event=lambda _: None, stop=threading.Event()
        ) as house:
            key = with_engine(
                house.deployment, lambda engine: add(Sources(engine), SOURCE, Lane.GENERAL)
            )
            yield Stand(house=house, settings=settings, key=key, folder=folder)


def _orders(stand: Stand, stage: Stage, ready: Path) -> tuple[Answer, Answer]:
    """What the watcher and the pusher are told."""
    prefix = _prefix(stage)
    watching = {
        "bootstrap": stand.house.deployment.kafka,
        "topics": [DISPOSITIONS[queue] for queue in stage.queues],
        "partitions": stand.settings.partitions,
        "prefix": prefix,
        "ready": str(ready),
        "pusher_answer": str(stand.folder / f"push-{prefix}.json"),
    }
    pushing = {
        "door": stand.house.deployment.api,
        "key": stand.key,
        "prefix": prefix,
        "events": _events(stage),
        "rate": stage.rate,
        "batch": stage.batch,
        "safety_one_in": stage.safety_one_in,
    }
    return watching, pushing


def _prefix(stage: Stage) -> str:
    return "-".join(["bench", *re.findall(r"\w+", stage.name)])


def _events(stage: Stage) -> int:
    return int(stage.rate * stage.seconds)


def play(console: Console, stand: Stand, stage: Stage) -> Answer:
    """Send a stage's events, and tell what came of them."""
    prefix, events = _prefix(stage), _events(stage)
    ready = stand.folder / f"{prefix}.ready"
    watching, pushing = _orders(stand, stage, ready)
    with child(
        "tests.bench.watcher", watching, folder=stand.folder, name=f"watch-{prefix}"
    ) as watcher:
        _while(stand.house, lambda: not ready.exists(), watcher, within_s=_READY_WITHIN_S)
        before = _costs(stand.house)
        with child(
            "tests.bench.pusher", pushing, folder=stand.folder, name=f"push-{prefix}"
        ) as pusher:
            within = stage.seconds + _LONGER_S
            _while(stand.house, lambda: not pusher.has_ended(), pusher, within_s=within)
            pushed = pusher.answer(within_s=1)
        _while(stand.house, lambda: not watcher.has_ended(), watcher, within_s=within)
        seen = watcher.answer(within_s=1)
        after = _costs(stand.house)
    told = _summed(stage, pushed, seen)
    told["cpu_us_per_event"] = {
        name: round((after[name].cpu_s - before[name].cpu_s) / events * 1e6) for name in after
    } | {"sender and reader": round((pushed["cpu_s"] + seen["cpu_s"]) / events * 1e6)}
    told["cores"] = sum(told["cpu_us_per_event"].values()) * told["achieved_rate"] / 1e6
    console.print(
        f"  latency, {stage.name}: {told['accepted']:,} accepted, {told['seen']:,} seen, "
        f"p50 {told['ms']['p50']:.0f} ms, p99 {told['ms']['p99']:.0f} ms",
        highlight=False,
    )
    return told


def _while(house: Running, goes_on: Callable[[], bool], one: Child, *, within_s: float) -> None:
    """Watch over the deployment meanwhile."""
    until = time.monotonic() + within_s
    house.run_while(lambda: goes_on() and time.monotonic() < until, threading.Event())
    if goes_on():
        raise TimeoutError(f"not ready within {within_s:.0f} s\n{one}")


def _summed(stage: Stage, pushed: Answer, seen: Answer) -> Answer:
    planned = pushed["began"]
    ways = [
        (planned + int(number) / stage.rate, *instants)
        for number, instants in seen["cases"].items()
    ]
    parts = zip(*([b - a for a, b in pairwise(way)] for way in ways), strict=True)
    return {
        "name": stage.name,
        "planned_rate": stage.rate,
        "achieved_rate": round(pushed["rate"], 1),
        "sent": pushed["sent"],
        "accepted": pushed["accepted"],
        "statuses": pushed["statuses"],
        "seen": len(ways),
        "ms": _points([(way[-1] - way[0]) * 1e3 for way in ways]),
        "answered_ms": _points(pushed["answered_ms"]),
        "sender_late_ms": _points(pushed["late_ms"]),
        "parts_ms": {
            name: _points([each * 1e3 for each in part])
            for name, part in zip(_PARTS, parts, strict=True)
        },
    }


def _points(figures: Sequence[float]) -> Mapping[str, float]:
    ordered = sorted(figures)
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(ordered, share), 1) for name, share in named.items()}


def _costs(house: Running) -> dict[str, Cost]:
    return {
        status.name: family_cost(status.pid) if status.name == "database" else cost(status.pid)
        for status in house.statuses()
        if status.pid is not None
    }


def _tell(console: Console, told: Answer) -> None:
    measured = told["stages"]
    heads = ("", *(each["name"] for each in measured))
    rows = [
        (
            "sent / accepted / seen",
            *(f"{e['sent']} / {e['accepted']} / {e['seen']}" for e in measured),
        ),
        ("achieved rate, events/s", *(f"{each['achieved_rate']:,.0f}" for each in measured)),
    ]
    points = ("p50", "p95", "p99", "max")
    for title, key in (("door → queue", "ms"), ("door's answer", "answered_ms")):
        rows += [(f"{title}, {p}, ms", *(f"{e[key][p]:.0f}" for e in measured)) for p in points]
    rows += [
        (f"{part}, {p}, ms", *(f"{e['parts_ms'][part][p]:.0f}" for e in measured))
        for part in _PARTS
        for p in ("p50", "p99")
    ]
    rows.append(("sender late, p99, ms", *(f"{e['sender_late_ms']['p99']:.0f}" for e in measured)))
    rows += [
        (f"CPU µs/event: {name}", *(f"{e['cpu_us_per_event'].get(name, 0)}" for e in measured))
        for name in measured[0]["cpu_us_per_event"]
    ]
    rows.append(("all together, cores", *(f"{each['cores']:.1f}" for each in measured)))
    tell_rows(console, f"From the door to the queue (aim: p99 < {AIM_MS:.0f} ms)", heads, rows)
