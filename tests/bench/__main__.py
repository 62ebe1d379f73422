"""`python -m tests.bench`: measures what was promised, prints tables, writes them down.

--only workers|crowd|latency|flood|million|clocks|vision    one of the measurements
--quick                                 smaller and rougher, some minutes
--cases N                               how many instead of a million
--page                                  write docs/performance.md from the last run, and end
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console

from tests.bench import clocks, crowd, flood, latency, machine, memory, million, workers
from tests.bench.page import page
from tests.bench.vision import overhead

_MEASUREMENTS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "workers": workers.measure,
    "crowd": crowd.measure,
    "latency": latency.measure,
    "flood": flood.measure,
    "million": million.measure,
    "clocks": clocks.measure,
    "vision": overhead.measure,
}
PAGE: Final = Path("docs/performance.md")
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    """Measure what was asked for; end everything that was started, at Ctrl-C too."""
    wanted = _arguments()
    if wanted.page:
        told = json.loads((wanted.out / "bench.json").read_text("utf-8"))
        PAGE.write_text(page(told), "utf-8")
        return 0
    for number in _ENDINGS:
        signal.signal(number, _stop)
    console = Console(width=None if sys.stdout.isatty() else 110)
    began = time.monotonic()
    told: dict[str, Any] = {"machine": machine.machine(), "quick": wanted.quick}
    console.print(
        f"{told['machine']['cpu']}, {told['machine']['cores']} cores, load before the start "
        f"{told['machine']['load_before']}",
        highlight=False,
    )
    try:
        for name in [wanted.only] if wanted.only else list(_MEASUREMENTS):
            more = {"cases": wanted.cases} if name == "million" else {}
            told[name] = _MEASUREMENTS[name](console, is_quick=wanted.quick, **more)
            _write(wanted.out, told)
    except KeyboardInterrupt:
        console.print("Stopped before the end; what was measured is written down.")
        return 130
    memory.tell(console, told)
    told["seconds"] = round(time.monotonic() - began, 1)
    _write(wanted.out, told)
    console.print(f"{told['seconds']:.0f} s; {wanted.out / 'bench.json'}", highlight=False)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", choices=list(_MEASUREMENTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    return parser.parse_args()


def _write(out: Path, told: dict[str, Any]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, indent=2, ensure_ascii=False)
    (out / "bench.json").write_text(text + "\n", "utf-8")


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Once is enough: a second one would end the ending."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
