"""`python -m tests.bench.engines`: the table by which the default engine was chosen.

Torch, ONNX Runtime and OpenVINO by turns in one process, at three sizes, on the drawn street
with the shipped weights and on a real clip with public ones.

--quick     fewer pictures and rounds
--out DIR   where engines.json goes [bench-out]
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from infra.composition import SAMPLE_WEIGHTS
from tests.bench import machine
from tests.bench.children import child
from tests.bench.engine_turns import (
    BATCHES,
    KINDS,
    THREADS,
    Answer,
    Subject,
    batches,
    by_turns,
    cameras_at_once,
    drawn,
    filmed,
)
from tests.bench.tables import tell_rows
from tests.support.shared_data import FOLDER, WEIGHTS

SIZES: Final = (320, 416, 640)
CAMERAS: Final = 4
_CLIP: Final = FOLDER / "video" / "campus_people_parked_vans_480x360.avi"
_WITHIN_S: Final = 300.0


def measure(console: Console, *, is_quick: bool) -> Answer:
    """All of it, told as it comes."""
    pictures, rounds = (8, 2) if is_quick else (24, 6)
    with tempfile.TemporaryDirectory(prefix="offsite-engines-") as name:
        folder = Path(name)
        answer: Answer = {"pictures": pictures, "rounds": rounds, "subjects": {}}
        for subject in _subjects(console, folder, pictures):
            sizes = {str(size): by_turns(subject, size, rounds) for size in SIZES}
            answer["subjects"][subject.name] = {"sizes": sizes}
            _tell_turns(console, subject.name, sizes)
            together = cameras_at_once(subject, SIZES[0], cameras=CAMERAS, rounds=rounds)
            answer["subjects"][subject.name]["cameras_at_once"] = together
            _tell_together(console, subject.name, together)
            many = {str(size): batches(subject, size, rounds) for size in (SIZES[0], SIZES[-1])}
            answer["subjects"][subject.name]["batches_cpu_ms"] = many
            _tell_batches(console, subject.name, many)
        answer["memory"] = _memory(folder, pictures)
        _tell_memory(console, answer["memory"])
    return answer


def _subjects(console: Console, folder: Path, pictures: int) -> Iterator[Subject]:
    yield Subject(
        name="drawn street, shipped weights",
        weights=SAMPLE_WEIGHTS,
        pictures=drawn(pictures),
        cache=folder / "eyes",
    )
    if not (_CLIP.is_file() and WEIGHTS.is_file()):
        console.print(f"engines: no real clip, for {FOLDER} has none", highlight=False)
        return
    yield Subject(
        name="real campus, yolo11n",
        weights=WEIGHTS,
        pictures=filmed(_CLIP, pictures),
        cache=folder / "eyes",
    )


def _memory(folder: Path, pictures: int) -> Answer:
    """A process an engine: in one, nobody could tell who took what."""
    answer: Answer = {}
    for kind in KINDS:
        order = {
            "kind": kind.name,
            "weights": str(SAMPLE_WEIGHTS),
            "cache": str(folder / "eyes"),
            "pictures": pictures,
            "size": SIZES[0],
        }
        name = f"memory-{kind.name.replace(' ', '-')}"
        with child("tests.bench.engine_turns", order, folder=folder, name=name) as looking:
            answer[kind.name] = looking.answer(within_s=_WITHIN_S)
    return answer


def _tell_turns(console: Console, subject: str, sizes: Answer) -> None:
    columns = ("size, engine", *(f"frames/s, {n} thr." for n in THREADS))
    columns += tuple(f"CPU ms, {n} thr." for n in THREADS)
    columns += ("boxes as torch (own)", "confidence apart")
    rows = []
    for size, kinds in sizes.items():
        for name, figures in kinds.items():
            told = figures["agreement"]
            rows.append(
                (
                    f"{size} {name}",
                    *(_span(figures["fps"][str(n)]) for n in THREADS),
                    *(_span(figures["cpu_ms"][str(n)]) for n in THREADS),
                    f"{told['matched']}/{told['reference']} ({told['own']})",
                    f"{told['confidence_apart_mean']:.4f}, {told['confidence_apart_most']:.4f}",
                )
            )
    tell_rows(console, f"Engines by turns: {subject}", columns, rows)


def _tell_together(console: Console, subject: str, together: Answer) -> None:
    rows = [(way, _span(each["fps"]), _span(each["cpu_ms"])) for way, each in together.items()]
    title = f"{CAMERAS} cameras share OpenVINO at {SIZES[0]}: {subject}"
    tell_rows(console, title, ("", "frames/s of all", "CPU ms a frame"), rows)


def _tell_batches(console: Console, subject: str, sizes: Answer) -> None:
    rows = [
        (f"{size} {name}", *(_span(each[str(many)]) for many in BATCHES))
        for size, kinds in sizes.items()
        for name, each in kinds.items()
    ]
    title = f"CPU ms a picture in a batch, the network alone, 1 thread: {subject}"
    tell_rows(console, title, ("pictures at once", *(str(many) for many in BATCHES)), rows)


def _tell_memory(console: Console, memory: Answer) -> None:
    rows = [
        (name, *(f"{each[key]:.0f}" for key in ("before_mib", "peak_mib", "resident_mib")))
        for name, each in memory.items()
    ]
    tell_rows(console, "Memory of a process, MiB", ("", "before", "peak", "at the end"), rows)


def _span(told: dict[str, float]) -> str:
    return f"{told['median']:.1f} ({told['least']:.1f}…{told['most']:.1f})"


def main() -> int:
    """Measure, tell, write down."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engines", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    wanted = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 130)
    told: Answer = {"machine": machine.machine(), "quick": wanted.quick}
    told["engines"] = measure(console, is_quick=wanted.quick)
    wanted.out.mkdir(parents=True, exist_ok=True)
    path = wanted.out / "engines.json"
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    console.print(str(path), highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
