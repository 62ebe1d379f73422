"""Draws what was measured: one plain picture a question, for the page of results."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Answer = Mapping[str, Any]

_INK: Final = "#1f3b63"
_PALE: Final = "#9db4d3"
_GOAL: Final = "#c8500a"
_GREY: Final = "#6b6b6b"
_WIDE: Final = 7.2
_STYLE: Final = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _GREY,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "svg.hashsalt": "offsite",
    "figure.dpi": 110,
}


_UNDATED: Final = {".svg": {"Date": None}, ".png": {}}
"""The same figures give the same file, whenever they are drawn."""


def draw(told: Answer, folder: Path, *, suffix: str = ".svg") -> list[Path]:
    """Every picture that there are figures for."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    with mpl.rc_context(_STYLE):
        for name, figure in _figures(told):
            path = folder / f"vision-{name}{suffix}"
            figure.savefig(path, bbox_inches="tight", metadata=_UNDATED[suffix])
            drawn.append(path)
    return drawn


def _figures(told: Answer) -> list[tuple[str, Figure]]:
    figures: list[tuple[str, Figure]] = []
    street, cost, memory = (told.get(key) or {} for key in ("street", "cost", "memory"))
    if street.get("by_rule"):
        figures.append(("f1", _f1(street)))
        figures.append(("f1-grid", _f1_grid(street)))
    if street.get("all", {}).get("delay_s"):
        figures.append(("delay", _delay(street["all"]["delay_s"])))
    if street.get("all", {}).get("dwell_error_s"):
        figures.append(("dwell", _dwell(street["all"]["dwell_error_s"])))
    if cost.get("loads"):
        figures.append(("cost", _cost(cost["loads"])))
    if memory.get("samples"):
        figures.append(("memory", _memory(memory)))
    return figures


def _blank(size: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots()


def _f1(street: Answer) -> Figure:
    """A dot with its interval for each matter and each condition, and for all."""
    rows = [("all", street["all"])]
    rows += [(name.replace("-", " ", 1), one) for name, one in street["by_rule"].items()]
    by_condition = list(street["by_condition"].items())
    heights = [len(rows), max(1, len(by_condition))]
    figure = Figure(figsize=(_WIDE, 0.34 * sum(heights) + 1.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    _dots(above, rows, "by matter")
    _dots(below, by_condition, "by condition")
    below.set_xlabel("F1 of events; bar: 95 % interval over scenes; dashed: the goal")
    return figure


def _dots(axes: Axes, rows: Sequence[tuple[str, Answer]], title: str) -> None:
    axes.set_title(title)
    axes.axvline(0.95, color=_GOAL, linewidth=1, linestyle="--")
    for place, (_, one) in enumerate(rows):
        found = one["f1"]
        if found is None:
            continue
        axes.plot(
            [found.get("low", found["value"]), found.get("high", found["value"])],
            [place, place],
            color=_PALE,
            linewidth=4,
            solid_capstyle="butt",
        )
        axes.plot(found["value"], place, "o", color=_INK, markersize=5)
    axes.set_yticks(
        range(len(rows)),
        [f"{name}  ({one['hits'] + one['missed']})" for name, one in rows],
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1.02)
    axes.tick_params(axis="y", length=0)


def _f1_grid(street: Answer) -> Figure:
    """Each matter under each condition, with how many true events stand behind it."""
    grid = street["by_rule_and_condition"]
    rules, conditions = list(grid), list(street["by_condition"])
    figure, axes = _blank((2.6 + 0.95 * len(conditions), 0.9 + 0.42 * len(rules)))
    short = [[_short_of_1(grid[rule].get(name)) for name in conditions] for rule in rules]
    axes.imshow(short, cmap="Oranges", vmin=0, vmax=1.6, aspect="auto")
    for row, rule in enumerate(rules):
        for column, name in enumerate(conditions):
            axes.text(
                column, row, _cell(grid[rule].get(name)), ha="center", va="center", fontsize=8.5
            )
    axes.set_xticks(range(len(conditions)), conditions)
    axes.set_yticks(range(len(rules)), [rule.replace("-", " ", 1) for rule in rules])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title("F1 (true events); –: nothing to tell, and nothing told")
    return figure


def _short_of_1(one: Answer | None) -> float:
    return 1 - one["f1"]["value"] if one and one["f1"] else float("nan")


def _cell(one: Answer | None) -> str:
    if not one or not one["f1"]:
        return "–"
    return f"{one['f1']['value']:.2f} ({one['hits'] + one['missed']})"


def _delay(delay: Answer) -> Figure:
    """The share that has been told by then."""
    figure, axes = _blank((_WIDE, 3))
    every = delay["all"]
    shares = [(number + 1) / len(every) for number in range(len(every))]
    axes.step([every[0], *every], [0, *shares], where="post", color=_INK)
    axes.axvline(2.0, color=_GOAL, linestyle="--", linewidth=1)
    axes.axhline(0.95, color=_GREY, linestyle=":", linewidth=1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("seconds past the threshold; dashed: the goal for 95 %")
    axes.set_ylabel("share of events told")
    return figure


def _dwell(dwell: Answer) -> Figure:
    """Left of zero is what nobody could prove, right of it what was never there."""
    figure, axes = _blank((_WIDE, 3))
    there, standing = dwell["beyond_being_there"], dwell["beyond_standing"]
    edges = _half_seconds(min(there), max(standing))
    axes.hist(there, bins=edges, color=_INK, label="the time it was in the zone: the promise")
    axes.hist(
        standing,
        bins=edges,
        histtype="step",
        color=_GOAL,
        linewidth=1.3,
        label="the time it stood still there",
    )
    axes.axvline(0, color=_GREY, linestyle="--", linewidth=1)
    axes.legend(frameon=False, loc="upper left", title="less", alignment="left")
    axes.set_xlabel("proved dwell at the first message, s; right of 0: more than there was")
    axes.set_ylabel("events")
    return figure


def _half_seconds(low: float, high: float) -> list[float]:
    return [number / 2 for number in range(math.floor(2 * low), math.ceil(2 * high) + 2)]


def _cost(loads: Answer) -> Figure:
    """Cameras a core, with the goals where there are some."""
    figure, axes = _blank((_WIDE, 0.5 * len(loads) + 1))
    names = list(loads)
    figures = [loads[name]["cameras_per_core"] for name in names]
    medians = [one["median"] for one in figures]
    axes.barh(range(len(names)), medians, color=_INK, height=0.55)
    for place, one in enumerate(figures):
        axes.plot([one["least"], one["most"]], [place, place], color=_PALE, linewidth=2)
        axes.text(one["most"] + 0.01 * max(medians), place, f" {one['median']:.1f}", va="center")
    for name, aim in (("still", 30), ("busy", 8)):
        place = names.index(name)
        axes.plot([aim, aim], [place - 0.4, place + 0.4], color=_GOAL, linewidth=2)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("cameras a core, 720p at 5 frames/s; orange: the goal; pale: spread of rounds")
    return figure


def _memory(memory: Answer) -> Figure:
    """What the process held, and the line through what came after it had settled."""
    figure, axes = _blank((_WIDE, 3))
    minutes = [at_s / 60 for at_s, _ in memory["samples"]]
    mib = [one for _, one in memory["samples"]]
    axes.plot(minutes, mib, color=_INK, linewidth=1.2)
    axes.axvline(memory["settled_after_s"] / 60, color=_GREY, linestyle=":", linewidth=1)
    slope = memory["mb_per_hour"]
    if slope is not None:
        axes.set_title(
            f"{slope['value']:+.2f} MB/h ({slope['low']:+.2f} … {slope['high']:+.2f}) "
            "right of the dotted line"
        )
    low, high = min(mib), max(mib)
    room = max(10.0, high - low)
    axes.set_ylim(low - 0.5 * room, high + 0.5 * room)
    axes.set_xlabel("minutes")
    axes.set_ylabel("resident memory, MiB")
    return figure
