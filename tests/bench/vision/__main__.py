"""`python -m tests.bench.vision`: measures what vision promised, writes JSON and a page with plots.

A whole run takes half an hour and writes docs/vision-results.md; a part of it or a quick one
writes its page beside the JSON, in --out.
"""

import argparse
import importlib
import importlib.util
import json
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tests.bench import machine
from tests.bench.tables import tell_rows
from tests.bench.vision.goals import goals

PARTS: Final = ("street", "real", "overhead", "cost", "engines", "memory")
_QUICK_PARTS: Final = tuple(part for part in PARTS if part != "engines")
"""Engines side by side take minutes, and change with the machine only."""

_NEEDED: Final = ("torch", "ultralytics", "av", "cv2", "scipy", "matplotlib")
_HOUSE: Final = Path(__file__).parents[3]
_NOTES: Final = Path(__file__).parent / "notes.toml"
_ENGINES: Final = "tests.bench.engines"
_SCENES: Final = {True: 6, False: 108}
_MINUTES: Final = {True: 2.0, False: 30.0}
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)

Answer = dict[str, Any]


def main() -> int:
    """Measure what was asked for; end everything that was started, at Ctrl-C too."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 120)
    if wanted.of is not None:
        return _tell(console, json.loads(wanted.of.read_bytes()), wanted)
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        console.print(f"left out: {', '.join(missing)} is not installed", markup=False)
        return 3
    for number in _ENDINGS:
        signal.signal(number, _stop)
    told: Answer = {"machine": machine.machine(), "quick": wanted.quick}
    began = time.monotonic()
    try:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[seen]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        ) as progress:
            _measure(told, wanted, _Shown(console, progress))
    except KeyboardInterrupt:
        console.print("Stopped before the end; what was measured is written down.")
        _write(told, wanted.out)
        return 130
    told["seconds"] = round(time.monotonic() - began, 1)
    _write(told, wanted.out)
    return _tell(console, told, wanted)


class _Shown:
    """How far each part is: a bar for who looks, a line for a log."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self.console = console
        self._progress = progress
        self._began = time.monotonic()
        self._tasks: dict[str, TaskID] = {}

    def expect(self, part: str, steps: float) -> None:
        self._tasks[part] = self._progress.add_task(part, total=steps, seen="")

    def step(self, part: str, what: str) -> None:
        self._progress.update(self._tasks[part], advance=1, seen=what)
        if not self.console.is_terminal:
            at = time.monotonic() - self._began
            self.console.print(f"{at:5.0f} s  {part}: {what}", highlight=False, markup=False)

    def reach(self, part: str, steps: float, what: str) -> None:
        self._progress.update(self._tasks[part], completed=steps, seen=what)


def _measure(told: Answer, wanted: argparse.Namespace, shown: _Shown) -> None:
    """Memory in the background, for it takes long and little; the rest by turns."""
    from tests.bench.vision import cost  # noqa: PLC0415 - only where there are eyes

    parts: dict[str, Callable[[Path], Answer]] = {
        "cost": lambda folder: _cost(folder, wanted, shown),
        "overhead": lambda _: _overhead(wanted, shown),
        "engines": lambda _: _engines(wanted, shown),
        "real": lambda _: _real(wanted, shown),
        "street": lambda _: _street(wanted, shown),
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offsite-vision-")))
        memory = None
        if "memory" in wanted.only:
            shown.expect("memory", 60 * wanted.minutes)
            memory = stack.enter_context(cost.remembering(folder, minutes=wanted.minutes))
        for name, measure in parts.items():
            if name in wanted.only:
                told[name] = measure(folder)
                _write(told, wanted.out)
        if memory is not None:
            _await(memory, shown)
            told["memory"] = memory.answer()


def _await(memory: Any, shown: _Shown) -> None:
    while not memory.has_ended():
        done = memory.seconds_done
        shown.reach("memory", done, f"{done / 60:.0f} of {memory.minutes:g} minutes")
        time.sleep(1)


def _street(wanted: argparse.Namespace, shown: _Shown) -> Answer:
    from tests.bench.vision import street  # noqa: PLC0415

    shown.expect("street", wanted.scenes)
    return street.measure(wanted.scenes, lambda one: shown.step("street", one.play.name))


def _real(wanted: argparse.Namespace, shown: _Shown) -> Answer:
    from tests.bench.vision import real, recordings  # noqa: PLC0415

    if recordings.why_none() is None:
        shown.expect("real", len(recordings.recordings(is_quick=wanted.quick)))
    return real.measure(
        is_quick=wanted.quick, on_seen=lambda clip: shown.step("real", clip["clip"])
    )


def _cost(folder: Path, wanted: argparse.Namespace, shown: _Shown) -> Answer:
    from tests.bench.vision import cost  # noqa: PLC0415

    shown.expect("cost", cost.ERRANDS)
    return cost.measure(
        folder, is_quick=wanted.quick, on_done=lambda name: shown.step("cost", name)
    )


def _overhead(wanted: argparse.Namespace, shown: _Shown) -> Answer:
    from tests.bench.vision import overhead  # noqa: PLC0415

    shown.expect("overhead", 1)
    answer = overhead.measure(shown.console, is_quick=wanted.quick)
    shown.step("overhead", "beside the bare model")
    return answer


def _engines(wanted: argparse.Namespace, shown: _Shown) -> Answer:
    if importlib.util.find_spec(_ENGINES) is None:
        return {"left_out": f"there is no {_ENGINES}"}
    shown.expect("engines", 1)
    answer: Answer = importlib.import_module(_ENGINES).measure(shown.console, is_quick=wanted.quick)
    shown.step("engines", "side by side")
    return answer


def _tell(console: Console, told: Answer, wanted: argparse.Namespace) -> int:
    from tests.bench.vision.page import write_page  # noqa: PLC0415

    rows = [(goal.words, goal.aim_told, goal.reached_told, goal.verdict) for goal in goals(told)]
    tell_rows(console, "Goals", ("promised", "aim", "reached", ""), rows)
    notes = tomllib.loads(_NOTES.read_text("utf-8"))["why"]
    page = write_page(told, wanted.page, notes=notes)
    console.print(f"{told.get('seconds', 0):.0f} s; {page}", highlight=False, markup=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.vision", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="rougher, within four minutes")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some of the parts [all]")
    parser.add_argument("--scenes", type=int, help="scenes of the street [108, quick 6]")
    parser.add_argument("--minutes", type=float, help="of looking at memory [30, quick 2]")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="where JSON goes")
    parser.add_argument("--page", type=Path, help="where the page goes [docs for a whole run]")
    parser.add_argument(
        "--of", type=Path, metavar="JSON", help="measure nothing: the page of these figures"
    )
    wanted = parser.parse_args()
    is_whole = not wanted.quick and wanted.only is None
    wanted.page = wanted.page or (_HOUSE / "docs" if is_whole else wanted.out)
    wanted.only = wanted.only or (_QUICK_PARTS if wanted.quick else PARTS)
    wanted.scenes = wanted.scenes or _SCENES[wanted.quick]
    wanted.minutes = wanted.minutes or _MINUTES[wanted.quick]
    return wanted


def _write(told: Answer, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    kept = told | {"goals": [goal.plain() for goal in goals(told)]}
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    (out / "vision.json").write_text(text + "\n", "utf-8")


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Once is enough: a second one would end the ending."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
