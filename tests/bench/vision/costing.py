"""Sees recordings on one core and counts what they cost. Its own process.

`count`: one camera as fast as it goes. `crew`: many at once in real time. `memory`: one in real
time, with a look at the process's memory every few seconds.
"""

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.bench.children import give, told
from tests.bench.processes import resident_mib
from tests.bench.spread import percentile
from tests.bench.vision import loads
from tests.bench.vision.metering import WARM_S, Meter
from tests.bench.vision.pinning import take_core
from tests.bench.vision.pipeline import Listener, run_cameras

_CREW_WARM_S: Final = 6.0
_LOOK_EVERY_S: Final = 5.0

Answer = dict[str, Any]


class Lateness(Listener):
    """How long after its own instant a frame has gone its way, against the best one."""

    def __init__(self, cameras: int, until_s: float) -> None:
        self._offsets: list[list[float]] = [[] for _ in range(cameras)]
        self._until_s = until_s
        self._cpu_s: list[float] = []
        self._wall: list[float] = []

    def frame(self, camera: int, media_s: float, searched: int) -> None:
        now = time.monotonic()
        self._offsets[camera].append(now - media_s)
        if camera == 0 and media_s >= _CREW_WARM_S:
            self._wall.append(now)
            self._cpu_s.append(time.process_time())

    def is_over(self, camera: int) -> bool:
        seen = self._offsets[camera]
        return bool(seen) and time.monotonic() - min(seen) > self._until_s

    def answer(self) -> Answer:
        late = sorted(
            one - min(each)
            for each in self._offsets
            for one in each[round(_CREW_WARM_S * loads.STREAM_FPS) :]
        )
        spent, took = self._cpu_s[-1] - self._cpu_s[0], self._wall[-1] - self._wall[0]
        return {
            "frames": len(late),
            "late_s": {
                name: round(percentile(late, share), 3)
                for name, share in {"p50": 0.5, "p99": 0.99, "most": 1.0}.items()
            },
            "core_used": round(spent / took, 3),
        }


class Memory(Listener):
    """What the process takes, every few seconds of the wall's clock."""

    def __init__(self, lasts_s: float, progress: Path) -> None:
        self._began = time.monotonic()
        self._lasts_s = lasts_s
        self._progress = progress
        self._samples: list[tuple[float, float]] = []
        self._searched = self._messages = self._frames = 0

    def frame(self, camera: int, media_s: float, searched: int) -> None:
        self._frames += 1
        self._searched = searched
        at = time.monotonic() - self._began
        if not self._samples or at - self._samples[-1][0] >= _LOOK_EVERY_S:
            self._samples.append((round(at, 2), round(resident_mib(os.getpid()), 3)))
            self._progress.write_text(str(round(at)))

    def message(self, camera: int, media_s: float, event: object) -> None:
        self._messages += 1

    def is_over(self, camera: int) -> bool:
        return time.monotonic() - self._began > self._lasts_s

    def answer(self) -> Answer:
        return {
            "samples": self._samples,
            "frames": self._frames,
            "searched": self._searched,
            "messages": self._messages,
        }


def main() -> None:
    order, answer = told()
    take_core(order["core"])
    errands: dict[str, Callable[[Answer], Answer]] = {
        "count": _count,
        "crew": _crew,
        "memory": _memory,
    }
    give(errands[order["errand"]](order), answer)


def _count(order: Answer) -> Answer:
    rounds = []
    for number in range(order["rounds"]):
        meter = Meter(from_s=order.get("from_s", WARM_S))
        job = loads.job(
            loads.Load(order["load"]), Path(order["clip"]), Path(order["vault"]) / str(number)
        )
        (counted,) = run_cameras([job], meter)
        rounds.append(meter.answer())
    return {"rounds": rounds, "counted": asdict(counted)}


def _crew(order: Answer) -> Answer:
    cameras = order["cameras"]
    listener = Lateness(cameras, order["seconds"])
    jobs = [
        loads.job(
            loads.Load(order["load"]),
            Path(order["clip"]),
            Path(order["vault"]),
            number=number,
            in_real_time=True,
        )
        for number in range(cameras)
    ]
    run_cameras(jobs, listener)
    return listener.answer() | {"cameras": cameras, "mib": resident_mib(os.getpid())}


def _memory(order: Answer) -> Answer:
    listener = Memory(order["seconds"], Path(order["progress"]))
    job = loads.job(
        loads.Load(order["load"]), Path(order["clip"]), Path(order["vault"]), in_real_time=True
    )
    run_cameras([job], listener)
    return listener.answer()


if __name__ == "__main__":
    main()
