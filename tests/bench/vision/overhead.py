"""Frames a second of the whole pipeline beside the bare model, by turns on the same clips."""

import importlib.util
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from tests.bench.children import child
from tests.bench.spread import spread
from tests.bench.tables import tell_rows

AIM_OVERHEAD: Final = 0.08
KINDS: Final = {
    "bare model": {"worker": False, "gate": False},
    "gate off": {"worker": True, "gate": False},
    "gate on": {"worker": True, "gate": True},
}
_CLIP_WITHIN_S: Final = 300.0
_NEEDED: Final = ("torch", "ultralytics", "av", "cv2")
_SHARED: Final = Path(__file__).parents[4] / "shared" / "data"
_VANS: Final = "campus_people_parked_vans_480x360.avi"
_VAN_BAY: Final = """
name = "Campus"
frame = [480, 360]

[[zone]]
id = "van-bay"
kind = "fire-lane"
outline = [[402, 20], [456, 20], [456, 68], [402, 68]]
place = { id = "campus/van-bay" }
"""

Answer = dict[str, Any]
Rounds = dict[str, list[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What is looked at, with which weights."""

    name: str
    path: Path
    weights: Path
    camera: str
    frames: int


def measure(console: Console, *, is_quick: bool) -> Answer:
    """A process a clip, in which the kinds take turns."""
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        console.print(f"vision: left out: {', '.join(missing)} is not installed", markup=False)
        return {"left_out": f"not installed: {', '.join(missing)}"}
    frames, rounds = (64, 1) if is_quick else (100, 4)
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as name:
        folder = Path(name)
        clips = _clips(console, folder, frames=frames)
        measured = [_summed(clip, _rounds(folder, clip, rounds)) for clip in clips]
    told = {
        "rounds": rounds,
        "aim_overhead": AIM_OVERHEAD,
        "worst": max(one["overhead_in_cpu_time"]["median"] for one in measured),
        "clips": measured,
    }
    _tell(console, told["clips"])
    return told


def _clips(console: Console, folder: Path, *, frames: int) -> list[Clip]:
    from detectors.synthetic.clips import write_clip  # noqa: PLC0415
    from infra.composition import SAMPLE_WEIGHTS  # noqa: PLC0415 - only where there are eyes
    from infra.sample.street import CLIP_FPS, SAMPLE_CAMERAS, camera_file  # noqa: PLC0415
    from tests.bench.vision.looking import FPS  # noqa: PLC0415

    camera = SAMPLE_CAMERAS[1]
    drawn = folder / "street.mp4"
    write_clip(camera.scene(), drawn, fps=CLIP_FPS, seconds=frames / FPS + 5)
    (folder / f"{camera.id}.toml").write_text(camera_file(camera), "utf-8")
    clips = [
        Clip(
            name="drawn street, shipped model at 320",
            path=drawn,
            weights=SAMPLE_WEIGHTS,
            camera=camera.id,
            frames=frames,
        )
    ]
    real, weights = _SHARED / "video" / _VANS, _SHARED / "weights" / "yolo11n_restored.pt"
    if not (real.is_file() and weights.is_file()):
        console.print(f"vision: no real clip, for {_SHARED} has none", highlight=False)
        return clips
    (folder / "campus.toml").write_text(_VAN_BAY, "utf-8")
    return [
        *clips,
        Clip(
            name="real campus, yolo11n at 640",
            path=real,
            weights=weights,
            camera="campus",
            frames=frames,
        ),
    ]


def _rounds(folder: Path, clip: Clip, rounds: int) -> Rounds:
    order = {
        "kinds": KINDS,
        "rounds": rounds,
        "clip": str(clip.path),
        "weights": str(clip.weights),
        "cameras": str(folder),
        "camera": clip.camera,
        "frames": clip.frames,
        "vault": str(folder / f"vault-{clip.camera}"),
    }
    with child(
        "tests.bench.vision.looking", order, folder=folder, name=f"look-{clip.camera}"
    ) as looking:
        by_number = looking.answer(within_s=_CLIP_WITHIN_S)["rounds"]
    return {kind: [one[kind] for one in by_number] for kind in KINDS}


def _summed(clip: Clip, rounds: Rounds) -> Answer:
    bare = rounds["bare model"]
    ours = {kind: rounds[kind] for kind in KINDS if kind != "bare model"}
    ratios = {
        kind: [mine["fps"] / its["fps"] for mine, its in zip(each, bare, strict=True)]
        for kind, each in ours.items()
    }
    return {
        "clip": clip.name,
        "frames": bare[-1]["frames"],
        "fps": _spreads(rounds, "fps"),
        "cpu_ms_per_frame": _spreads(rounds, "cpu_ms_per_frame"),
        "ratio": {kind: spread(each).plain() for kind, each in ratios.items()},
        "overhead": spread([1 - each for each in ratios["gate off"]]).plain(),
        "overhead_in_cpu_time": spread(
            [
                mine["cpu_ms_per_frame"] / its["cpu_ms_per_frame"] - 1
                for mine, its in zip(ours["gate off"], bare, strict=True)
            ]
        ).plain(),
        "searched": {kind: each[-1]["searched"] for kind, each in rounds.items()},
        "messages": {kind: each[-1]["messages"] for kind, each in ours.items()},
        "memory_mib": {
            kind: round(spread([one["peak_mib"] for one in each]).median, 1)
            for kind, each in rounds.items()
        },
    }


def _spreads(rounds: dict[str, list[Answer]], key: str) -> Answer:
    return {
        kind: spread([each[key] for each in each_of]).plain() for kind, each_of in rounds.items()
    }


def _tell(console: Console, clips: Sequence[Answer]) -> None:
    columns = ("", *KINDS)
    for told in clips:
        rows = [
            ("frames/s", *(_span(told["fps"][kind], ".1f") for kind in KINDS)),
            ("CPU ms/frame", *(_span(told["cpu_ms_per_frame"][kind], ".1f") for kind in KINDS)),
            ("of the bare model's", "1", *(_span(each, ".2f") for each in told["ratio"].values())),
            (
                "frames searched",
                *(f"{told['searched'][kind]} of {told['frames']}" for kind in KINDS),
            ),
            ("messages", "-", *(str(each) for each in told["messages"].values())),
        ]
        tell_rows(console, f"Pipeline beside the bare model: {told['clip']}", columns, rows)
        console.print(
            f"overhead with the gate off, in CPU time: "
            f"{_span(told['overhead_in_cpu_time'], '.1%')}, aim at most {AIM_OVERHEAD:.0%}; "
            f"frames/s lost: {_span(told['overhead'], '.1%')}",
            highlight=False,
        )


def _span(told: dict[str, float], form: str) -> str:
    return f"{told['median']:{form}} ({told['least']:{form}} … {told['most']:{form}})"
