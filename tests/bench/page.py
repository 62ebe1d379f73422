"""Writes `docs/performance.md` from what a run measured: figures by the run, reasons by us."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

Answer = Mapping[str, Any]

_HEAD: Final = """# Performance

Written by `python -m tests.bench --page` from what `make bench` measured in one run. Machines are
noisy: each figure is the median, and in brackets stand the least and the most of its rounds.
"""
_REASONS: Final = Path(__file__).with_name("reasons.md")
"""What bounds it, and why: no figure of this run stands in it."""


def page(told: Answer) -> str:
    """The page of one whole run."""
    parts = [
        _HEAD,
        _machine(told["machine"]),
        *_workers(told.get("workers", {})),
        *_crowd(told.get("crowd", {})),
        *_latency(told.get("latency", {})),
        *_flood(told.get("flood", {})),
        *_million(told.get("million", {})),
        _REASONS.read_text("utf-8"),
    ]
    return "\n".join(parts)


def _machine(told: Answer) -> str:
    return (
        f"Machine: {told['cpu']}, {told['cores']} cores, {told['memory_gib']} GiB; sender, broker, "
        "database and workers share them.\n"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _span(told: Answer, form: str = ",.0f") -> str:
    return f"{told['median']:{form}} ({told['least']:{form}} … {told['most']:{form}})"


def _workers(told: Answer) -> list[str]:
    if "measured" not in told:
        return []
    measured = told["measured"]
    rows = [
        ["bare Faust, messages/s", *(_span(one["bare_per_s"]) for one in measured)],
        ["our worker, durable outcomes/s", *(_span(one["ours_per_s"]) for one in measured)],
        [
            f"ratio, aim {told['aim_ratio']} or more",
            *(_span(one["ratio"], ".2f") for one in measured),
        ],
        *(
            [f"{name}, the same rows/s", *(_span(one["peers"][name]["per_s"]) for one in measured)]
            for name in measured[0]["peers"]
        ),
        *(
            [f"processor µs a message: {name}", *(f"{cost:.0f}" for cost in costs)]
            for name, costs in _costs(measured).items()
        ),
    ]
    heads = ["", *(f"{one['partitions']} partition(s)" for one in measured)]
    stages = [
        [name, f"{us['median']:.1f}"]
        for one in measured
        for name, us in one["us_per_event"].items()
    ]
    return [
        "## One worker\n",
        _table(heads, rows),
        "Where a message's time goes, µs by the clock, of one partition:\n",
        _table(["step", "µs"], stages),
    ]


def _costs(measured: Sequence[Answer]) -> Mapping[str, Sequence[float]]:
    ours = {
        name: [one["cpu_us_per_event"][name] for one in measured]
        for name in measured[0]["cpu_us_per_event"]
    }
    peers = {
        name: [one["peers"][name]["cpu_us_per_event"] for one in measured]
        for name in measured[0]["peers"]
    }
    return ours | peers


def _crowd(told: Answer) -> list[str]:
    if "ratio" not in told:
        return []
    rows = [
        ["one worker, outcomes/s", _span(told["one_per_s"])],
        ["two workers, outcomes/s", _span(told["two_per_s"])],
        [f"ratio, aim {told['aim_ratio']} as far as two cores allow", _span(told["ratio"], ".2f")],
    ]
    return ["## Two workers\n", _table(["", "figure"], rows)]


def _latency(told: Answer) -> list[str]:
    if "stages" not in told:
        return []
    stages = told["stages"]
    rows = [
        [f"door → queue, {point}, ms", *(f"{one['ms'][point]:.0f}" for one in stages)]
        for point in ("p50", "p95", "p99")
    ]
    return [
        f"## From the door to the queue (aim: p99 below {told['aim_p99_ms']:.0f} ms)\n",
        _table(["", *(one["name"] for one in stages)], rows),
    ]


def _flood(told: Answer) -> list[str]:
    if "flooded" not in told:
        return []
    rows = [
        [f"{point}, ms", *(f"{told[key]['ms'][point]:.0f}" for key in ("unloaded", "flooded"))]
        for point in ("p50", "p95", "p99", "max")
    ]
    return [
        f"## A danger beside {told['soft_messages']:,} soft messages\n",
        f"Aim: p99 at most {told['aim_ms']:.0f} ms.\n",
        _table(["door → queue", "no flood", "soft flood"], rows),
    ]


def _million(told: Answer) -> list[str]:
    if "us_per_event_by_tenth" not in told:
        return []
    tenths = told["us_per_event_by_tenth"]
    rows = [
        ["µs a case, by tenths", ", ".join(f"{cost:.0f}" for cost in tenths)],
        [f"last over first, aim {told['aim_ratio']} or less", f"{told['last_over_first']:.2f}"],
        ["worker's memory, most in the first half, MiB", f"{told['memory_first_half_mib']:.0f}"],
        ["worker's memory, most in the second half, MiB", f"{told['memory_second_half_mib']:.0f}"],
    ]
    return [
        f"## {told['messages']:,} cases, each at a place of its own\n",
        _table(["", "figure"], rows),
        _plot(told["memory_mib"]),
    ]


def _plot(points: Sequence[Sequence[float]], *, columns: int = 60, lines: int = 8) -> str:
    """Memory over cases, drawn in letters: a page needs no picture for a flat line."""
    top = max(mib for _, mib in points) * 1.1
    last = points[-1][0]
    grid = [[" "] * columns for _ in range(lines)]
    for cases, mib in points:
        column = min(columns - 1, int(cases / last * columns))
        grid[min(lines - 1, int((1 - mib / top) * lines))][column] = "•"
    drawn = "\n".join(
        f"{top * (1 - number / lines):6.0f} │{''.join(row)}" for number, row in enumerate(grid)
    )
    return f"Memory of the worker, MiB, over cases (0 … {last:,}):\n\n```text\n{drawn}\n```\n"
