"""Writes the page of results: goals beside what was reached, then figures, pictures and method."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.vision.goals import goals

PAGE: Final = "vision-results.md"
_THREADS: Final = ("1", "2")

Answer = Mapping[str, Any]

_HEAD: Final = """\
# What the vision reached

Written by `make bench-vision`; change nothing here by hand. Why a goal was missed is said in
`tests/bench/vision/notes.toml`.
"""

_METHOD: Final = Path(__file__).parent / "method.md"


def write_page(told: Answer, folder: Path, *, notes: Mapping[str, str]) -> Path:
    """The page and its pictures, in `folder` and `folder/images`."""
    from tests.bench.vision.plots import draw  # noqa: PLC0415 - the text needs no matplotlib

    drawn = draw(told, folder / "images")
    path = folder / PAGE
    path.write_text(page_text(told, frozenset(one.name for one in drawn), notes=notes), "utf-8")
    return path


def page_text(told: Answer, pictures: frozenset[str], *, notes: Mapping[str, str]) -> str:
    """What wasn't measured has no section; `pictures` are the files that there are."""
    parts = [
        _HEAD,
        _machine(told),
        _goals(told, notes),
        _street(told.get("street") or {}, pictures),
        _real(told.get("real") or {}),
        _cost(told.get("cost") or {}, pictures),
        _overhead(told.get("overhead") or {}),
        _memory(told.get("memory") or {}, pictures),
        _engines(told.get("engines") or {}),
        _METHOD.read_text("utf-8"),
    ]
    return "\n".join(part for part in parts if part)


def _machine(told: Answer) -> str:
    here = told["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in here["libraries"].items())
    changed = " with changes" if here["changed_since_commit"] else ""
    quick = "**A quick run: rougher than the promises ask for.** " if told["quick"] else ""
    return (
        f"{quick}{here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB, load "
        f"{here['load_before']} before; {here['date']}, commit `{here['commit'][:12]}`{changed}; "
        f"{told.get('seconds', 0) / 60:.0f} minutes. Python {here['python']}; {libraries}.\n"
    )


def _goals(told: Answer, notes: Mapping[str, str]) -> str:
    rows = [
        (
            goal.words,
            goal.aim_told,
            goal.reached_told,
            f"**{goal.verdict}**",
            notes.get(goal.id, "") if goal.is_met is not True else "",
        )
        for goal in goals(told)
    ]
    return _section("Goals", _table(("promised", "aim", "reached", "", "why"), rows))


def _street(street: Answer, pictures: frozenset[str]) -> str:
    if not street:
        return ""
    heads = ("", "true", "told right", "missed", "false", "twice", "precision", "recall", "F1",
             "delay p50 / p95, s", "overstated", "more than it stood")  # fmt: skip
    rows = [("**all**", *_graded(street["all"]))]
    rows += [(name, *_graded(one)) for name, one in street["by_rule"].items()]
    rows += [(f"*{name}*", *_graded(one)) for name, one in street["by_condition"].items()]
    return _section(
        "The drawn street",
        f"{street['scenes']} scenes of {street['seconds_each']:.0f} s from seeds that no model has "
        f"seen, threshold {street['threshold_s']:.0f} s, {street['eyes']}. "
        f"{street['all']['short_stays_left_alone']} stays under the threshold were rightly left "
        f"alone; {street['searched']:,} of {street['frames']:,} frames were searched.\n",
        _table(heads, rows),
        *(_picture(name, pictures) for name in ("f1", "f1-grid", "delay", "dwell")),
    )


def _graded(one: Answer) -> Sequence[str]:
    delay, dwell = one["delay_s"], one["dwell_error_s"]
    return (
        str(one["hits"] + one["missed"]),
        *(str(one[name]) for name in ("hits", "missed", "false_alarms", "duplicates")),
        *(_with_interval(one[name]) for name in ("precision", "recall", "f1")),
        f"{delay['median']:.2f} / {delay['p95']['value']:.2f}" if delay else "–",
        *(_over(dwell, name) for name in ("overstated", "more_than_it_stood")),
    )


def _over(dwell: Answer | None, name: str) -> str:
    if dwell is None:
        return "–"
    worst = f", worst {dwell[f'{name}_worst_s']:.2f} s" if dwell[name] else ""
    return f"{dwell[name]} of {dwell['messages']}{worst}"


def _with_interval(figure: Answer | None) -> str:
    if figure is None:
        return "–"
    span = f" ({figure['low']:.2f} … {figure['high']:.2f})" if "low" in figure else ""
    return f"{figure['value']:.3f}{span}"


def _real(real: Answer) -> str:
    if not real:
        return ""
    if "left_out" in real:
        return _section("Real clips", f"Left out: {real['left_out']}.\n")
    rows = [row for clip in real["clips"] for row in _clip_rows(clip)]
    heads = ("clip", "zone", "threshold, s", "true", "told", "")
    return _section(
        "Real clips",
        f"Public weights ({real['clips'][0]['eyes']}), five frames a second; "
        f"{real['right']} of {real['zones']} zones right.\n",
        _table(heads, rows),
    )


def _clip_rows(clip: Answer) -> Iterable[Sequence[str]]:
    """Where the whole picture was a zone of every kind, one row stands for all."""
    whole = [row for row in clip["zones"] if row["zone"].startswith("whole-")]
    for row in clip["zones"]:
        if row in whole:
            continue
        if "left_out" in row:
            yield (clip["clip"], row["zone"], f"{row['threshold_s']:g}", "–", "–", row["left_out"])
        else:
            yield (clip["clip"], *_zone(row["zone"], [row]))
    if whole:
        yield (clip["clip"], *_zone(f"whole picture, as {len(whole)} kinds of zone", whole))


def _zone(name: str, rows: Sequence[Answer]) -> Sequence[str]:
    return (
        name,
        f"{rows[0]['threshold_s']:g}",
        str(sum(row["expected"] for row in rows)),
        str(sum(row["told"] for row in rows)),
        "right" if all(row["is_right"] for row in rows) else "**wrong**",
    )


def _cost(cost: Answer, pictures: frozenset[str]) -> str:
    if not cost:
        return ""
    heads = ("street", "CPU ms for a camera's second", "cameras a core", "model calls a minute",
             "frames not searched")  # fmt: skip
    rows = [
        (
            name,
            _span(one["cpu_ms_per_camera_s"], ".1f"),
            _span(one["cameras_per_core"], ".1f"),
            _span(one["calls_per_minute"], ".1f"),
            _span(one["share_not_searched"], ".1%"),
        )
        for name, one in cost["loads"].items()
    ]
    crews = [
        (
            name,
            str(one["cameras"]),
            f"{one['core_used']:.0%}",
            *(f"{one['late_s'][point]:.2f}" for point in ("p50", "p99", "most")),
            f"{one['mib'] / one['cameras']:.0f}",
        )
        for name, one in cost["crews"].items()
    ]
    crew_heads = ("really at once", "cameras", "of the core", "frames late, s: p50", "p99", "most",
                  "MiB a camera")  # fmt: skip
    return _section(
        "Cost",
        f"720p, {cost['stream_fps']} frames a second, {cost['loads']['still']['eyes']}.\n",
        _table(heads, rows),
        _table(crew_heads, crews),
        _picture("cost", pictures),
    )


def _overhead(overhead: Answer) -> str:
    if not overhead.get("clips"):
        return ""
    rows = [
        (
            one["clip"],
            *(_span(one["fps"][kind], ".1f") for kind in one["fps"]),
            _span(one["overhead"], ".1%"),
            _span(one["overhead_in_cpu_time"], ".1%"),
        )
        for one in overhead["clips"]
    ]
    kinds = [f"frames/s, {kind}" for kind in overhead["clips"][0]["fps"]]
    heads = ("clip", *kinds, "frames/s lost, gate off", "CPU time over the bare model's")
    return _section(
        "Beside the bare model",
        "On one core; the goal is held against CPU time, which neighbours change least.\n",
        _table(heads, rows),
    )


def _memory(memory: Answer, pictures: frozenset[str]) -> str:
    if not memory:
        return ""
    return _section(
        "Memory",
        f"{memory['minutes']:g} minutes of an eventful camera in real time: {memory['frames']:,} "
        f"frames, {memory['searched']:,} searched, {memory['messages']} messages; "
        f"{memory['mib_at_end']:.0f} MiB at the end.\n",
        _picture("memory", pictures),
    )


def _engines(engines: Answer) -> str:
    if "subjects" not in engines:
        return ""
    rows = [
        (
            subject,
            size,
            engine,
            *(_span(figures["fps"][threads], ".1f") for threads in _THREADS),
            _span(figures["cpu_ms"]["1"], ".1f"),
            f"{figures['agreement']['matched']:.0f} of {figures['agreement']['reference']:.0f}",
        )
        for subject, told in engines["subjects"].items()
        for size, kinds in told["sizes"].items()
        for engine, figures in kinds.items()
    ]
    heads = ("", "size", "engine", *(f"frames/s, {threads} thread(s)" for threads in _THREADS),
             "CPU ms a frame", "torch's boxes found")  # fmt: skip
    memory = [(name, f"{each['resident_mib']:.0f}") for name, each in engines["memory"].items()]
    return _section(
        "Engines side by side",
        _table(heads, rows),
        _table(("engine", "process, MiB"), memory),
    )


def _section(title: str, *parts: str) -> str:
    return "\n".join((f"## {title}\n", *(part for part in parts if part)))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _picture(name: str, pictures: frozenset[str]) -> str:
    file = f"vision-{name}.svg"
    return f"![{_SHOWS[name]}](images/{file})\n" if file in pictures else ""


_SHOWS: Final = {
    "f1": "F1 by matter and by condition, with intervals",
    "f1-grid": "F1 of each matter under each condition",
    "delay": "Share of events told by seconds past the threshold",
    "dwell": "Proved dwell less the truth",
    "cost": "Cameras a core for each street",
    "memory": "Resident memory over time",
}


def _span(told: Answer, form: str) -> str:
    if told["least"] == told["most"]:
        return f"{told['median']:{form}}"
    return f"{told['median']:{form}} ({told['least']:{form}} … {told['most']:{form}})"
