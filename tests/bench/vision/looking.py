"""Runs over a clip: the bare model and the whole pipeline around it, by turns. Its own process.

All decode the clip and thin it in the same way; the clock starts when the model is warm.
"""

import gc
import os
from pathlib import Path
from typing import Any, Final

from detectors.frames import Frame
from detectors.sources.opening import open_source
from infra.cameras import read_camera
from tests.bench.children import give, told
from tests.bench.processes import cost, forget_peak
from tests.bench.vision.metering import Meter
from tests.bench.vision.pinning import take_core
from tests.bench.vision.pipeline import FPS, Job, bare_look, run_cameras

_CORE: Final = 0
_WARM_S: Final = 3.0

Answer = dict[str, Any]


def main() -> None:
    order, answer = told()
    take_core(_CORE)
    kinds = list(order["kinds"])
    rounds = []
    for number in range(order["rounds"]):
        turned = kinds[number % len(kinds) :] + kinds[: number % len(kinds)]
        rounds.append({kind: _run(order, kind, name=f"{kind}-{number}") for kind in turned})
    give({"rounds": rounds}, answer)


def _run(order: Answer, kind: str, *, name: str) -> Answer:
    meter = Meter(from_s=_WARM_S, until_s=_WARM_S + order["frames"] / FPS)
    how = order["kinds"][kind]
    gc.collect()
    forget_peak()
    if how["worker"]:
        run_cameras([_job(order, name, is_gated=how["gate"])], meter)
    else:
        _look_bare(order, meter)
    found = meter.answer()
    return {
        "frames": found["frames"],
        "searched": found["searched"],
        "messages": found["messages"],
        "fps": found["frames"] / found["wall_s"],
        "cpu_ms_per_frame": found["cpu_s"] / found["frames"] * 1e3,
        "peak_mib": cost(os.getpid()).peak_mib,
    }


def _look_bare(order: Answer, meter: Meter) -> None:
    look = bare_look(Path(order["weights"]))
    searched = 0
    with open_source(order["clip"], fps=FPS) as source:
        for item in source.frames():
            if isinstance(item, Frame):
                look(item)
                searched += 1
                meter.frame(0, item.at.total_seconds(), searched)
            if meter.is_over(0):
                return


def _job(order: Answer, name: str, *, is_gated: bool) -> Job:
    return Job(
        clip=Path(order["clip"]),
        camera=read_camera(Path(order["cameras"]), order["camera"]),
        weights=Path(order["weights"]),
        vault=Path(order["vault"]) / name,
        is_gated=is_gated,
    )


if __name__ == "__main__":
    main()
