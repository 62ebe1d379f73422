"""What cameras cost: model calls, cameras a core, the gate, a parked car, memory over time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.children import Child, child
from tests.bench.spread import spread
from tests.bench.vision.loads import STREAM_FPS, Load, repeat, write_load
from tests.bench.vision.statistics import Slope, robust_slope

AIM_STILL: Final = 30
AIM_BUSY: Final = 8
_PACKAGE: Final = "tests.bench.vision.costing"
_CORE: Final = 0
_MEMORY_CORE: Final = 1
_WITHIN_S: Final = 900.0
_CREW_S: Final = 25.0
_CREW_FILL: Final = 0.9
"""Cameras that together need a whole core would queue without end; a tenth is left free."""

_CREW_AT_MOST: Final = 60
"""More in one process would measure this machine's memory."""

_SETTLED_AFTER: Final = 1 / 6
"""The part of a run in which libraries still fill their caches: five minutes of thirty."""

_REPEATED_S: Final = 60.0

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How long and how often."""

    seconds: float
    parked_seconds: float
    rounds: int

    @staticmethod
    def of(*, is_quick: bool) -> "Sizes":
        if is_quick:
            return Sizes(seconds=40, parked_seconds=50, rounds=1)
        return Sizes(seconds=90, parked_seconds=135, rounds=3)


def measure(folder: Path, *, is_quick: bool, on_done: Callable[[str], None]) -> Answer:
    """One load after the other, each alone on its core."""
    sizes = Sizes.of(is_quick=is_quick)
    loads: dict[str, Answer] = {}
    for name, load, fps in _LOADS:
        clip = folder / f"{load}-{fps}.mp4"
        seconds = sizes.parked_seconds if load is Load.PARKED else sizes.seconds
        write_load(load, clip, seconds=seconds, fps=fps)
        order: Answer = {
            "errand": "count",
            "load": load,
            "clip": str(clip),
            "rounds": sizes.rounds,
        }
        loads[name] = _counted(_sent(folder, name, order))
        on_done(name)
    crews = {}
    for load in (Load.STILL, Load.BUSY):
        crews[load.value] = _crew(folder, load, loads[load.value])
        on_done(f"{load} crew")
    return {"stream_fps": STREAM_FPS, "loads": loads, "crews": crews}


_LOADS: Final = (
    ("still", Load.STILL, STREAM_FPS),
    ("normal", Load.NORMAL, STREAM_FPS),
    ("busy", Load.BUSY, STREAM_FPS),
    ("still, stream of 25 fps", Load.STILL, 25),
    ("parked", Load.PARKED, STREAM_FPS),
)
ERRANDS: Final = len(_LOADS) + 2


def _counted(answer: Answer) -> Answer:
    """Of the rounds: each figure with its spread."""
    rounds = answer["rounds"]
    each = [one["cpu_s"] / one["media_s"] for one in rounds]
    searched = [one["searched"] for one in rounds]
    minutes = rounds[0]["media_s"] / 60
    return {
        "media_s": round(rounds[0]["media_s"], 1),
        "frames": rounds[0]["frames"],
        "searched": searched,
        "eyes": answer["counted"]["eyes"],
        "cpu_ms_per_camera_s": spread([1e3 * one for one in each]).plain(),
        "cameras_per_core": spread([1 / one for one in each]).plain(),
        "calls_per_minute": spread([one / minutes for one in searched]).plain(),
        "calls_per_10_s": spread([one / minutes / 6 for one in searched]).plain(),
        "share_not_searched": spread(
            [1 - one["searched"] / one["frames"] for one in rounds]
        ).plain(),
    }


def _crew(folder: Path, load: Load, counted: Answer) -> Answer:
    """As many as one core is said to bear, less a tenth, really at once."""
    said = counted["cameras_per_core"]["median"]
    clip = folder / f"{load}-{STREAM_FPS}.mp4"
    order = {
        "errand": "crew",
        "load": load,
        "clip": str(clip),
        "cameras": max(1, min(_CREW_AT_MOST, int(_CREW_FILL * said))),
        "seconds": min(_CREW_S, counted["media_s"]),
    }
    return _sent(folder, f"crew-{load}", order)


def _sent(folder: Path, name: str, order: Mapping[str, Any]) -> Answer:
    plain = name.replace(", ", "-").replace(" ", "-")
    full = {"core": _CORE, "vault": str(folder / f"vault-{plain}"), **order}
    with child(_PACKAGE, full, folder=folder, name=plain) as one:
        answer: Answer = one.answer(within_s=_WITHIN_S)
    return answer


class Remembering:
    """A camera in real time beside everything else, whose memory is looked at."""

    def __init__(self, running: Child, progress: Path, minutes: float) -> None:
        self._running = running
        self._progress = progress
        self.minutes = minutes

    @property
    def seconds_done(self) -> float:
        return float(self._progress.read_text() or 0) if self._progress.exists() else 0.0

    def has_ended(self) -> bool:
        return self._running.has_ended()

    def answer(self) -> Answer:
        """Waits for its end."""
        told: Answer = self._running.answer(within_s=60 * self.minutes + _WITHIN_S)
        samples = [(at_s, mib) for at_s, mib in told["samples"]]
        settled = [
            (at_s / 3600, mib)
            for at_s, mib in samples
            if at_s >= 60 * self.minutes * _SETTLED_AFTER
        ]
        slope = robust_slope(settled)
        return told | {
            "minutes": self.minutes,
            "settled_after_s": round(60 * self.minutes * _SETTLED_AFTER),
            "mb_per_hour": None if slope is None else _in_mb(slope),
            "mib_at_end": samples[-1][1],
        }


def _in_mb(slope: Slope) -> dict[str, float]:
    """`/proc` counts in MiB; the promise is in MB."""
    each = {"value": slope.each, "low": slope.low, "high": slope.high}
    return {name: round(mib * 2**20 / 1e6, 3) for name, mib in each.items()}


@contextmanager
def remembering(folder: Path, *, minutes: float) -> Iterator[Remembering]:
    """On the core that the costs are not measured on."""
    once, whole = folder / "eventful.mp4", folder / "eventful-long.mp4"
    write_load(Load.EVENTFUL, once, seconds=_REPEATED_S)
    repeat(once, whole, times=int(minutes * 60 / _REPEATED_S) + 2)
    progress = folder / "memory.progress"
    order = {
        "errand": "memory",
        "load": Load.EVENTFUL,
        "core": _MEMORY_CORE,
        "clip": str(whole),
        "vault": str(folder / "vault-memory"),
        "seconds": 60 * minutes,
        "progress": str(progress),
    }
    with child(_PACKAGE, order, folder=folder, name="memory") as running:
        yield Remembering(running, progress, minutes)
