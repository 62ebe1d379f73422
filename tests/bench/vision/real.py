"""Sees the real clips with the public weights: each event that an eye saw, and nothing else."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.bench.children import Child, child, give, told
from tests.bench.vision.pipeline import Job, known_rules
from tests.bench.vision.recordings import (
    WEIGHTS,
    Recording,
    Watched,
    recordings,
    why_none,
)
from tests.bench.vision.scoring import Score, score
from tests.bench.vision.seeing import Seen, see

_WITHIN_S: Final = 900.0

Answer = dict[str, Any]


def measure(*, is_quick: bool, on_seen: Callable[[Answer], None]) -> Answer:
    """A clip after the other, in a process of its own, for a leak of one must not reach us."""
    if reason := why_none():
        return {"left_out": reason}
    clips = []
    with tempfile.TemporaryDirectory(prefix="offsite-real-") as name:
        for number, recording in enumerate(recordings(is_quick=is_quick)):
            order = {"number": number, "is_quick": is_quick}
            with child(__name__, order, folder=Path(name), name=f"real-{number}") as seeing:
                clips.append(_answer(seeing, recording))
            on_seen(clips[-1])
    rows = [row for clip in clips for row in clip["zones"]]
    asked = [row for row in rows if "left_out" not in row]
    return {
        "weights": WEIGHTS.name,
        "clips": clips,
        "zones": len(asked),
        "right": (right := sum(row["is_right"] for row in asked)),
        "share_right": right / len(asked),
        "left_out_zones": [row for row in rows if "left_out" in row],
    }


def _answer(seeing: Child, recording: Recording) -> Answer:
    answer: Answer = seeing.answer(within_s=_WITHIN_S)
    return {"clip": Path(recording.file).name} | answer


def main() -> None:
    order, answer = told()
    recording = recordings(is_quick=order["is_quick"])[order["number"]]
    with tempfile.TemporaryDirectory(prefix="offsite-real-") as name:
        seen = see(
            Job(
                clip=recording.path,
                camera=recording.camera,
                weights=WEIGHTS,
                vault=Path(name),
                thresholds_s={one.zone: one.threshold_s for one in recording.watched},
            )
        )
    give(_told_of(recording, seen), answer)


def _told_of(recording: Recording, seen: Seen) -> Answer:
    return {
        **asdict(seen.counted),
        "zones": [_row(one, seen, border_s=recording.border_s) for one in recording.watched],
    }


def _row(watched: Watched, seen: Seen, *, border_s: float) -> Answer:
    """Whatever rule told something in a zone where nothing was is wrong."""
    row: Answer = {"zone": watched.zone, "rule": watched.rule, "threshold_s": watched.threshold_s}
    if watched.rule and watched.rule not in known_rules():
        return row | {"left_out": f"the rule book has no {watched.rule}"}
    here = [one for one in seen.told if one.zone == watched.zone and watched.rule in {"", one.rule}]
    found = score(watched.truth, here, border_s=border_s)
    return row | {
        "expected": len(found.hits) + len(found.missed),
        "told": len(here),
        "is_right": not (found.missed or found.false_alarms or found.duplicates),
        "events": _events(found),
    }


def _events(found: Score) -> list[Answer]:
    hits = [
        {"truth": asdict(one.truth), "told": asdict(one.told), "delay_s": one.delay_s}
        for one in found.hits
    ]
    return [
        *hits,
        *({"missed": asdict(one)} for one in found.missed),
        *({"false_alarm": asdict(one)} for one in found.false_alarms),
        *({"duplicate": asdict(one)} for one in found.duplicates),
    ]


if __name__ == "__main__":
    os.nice(5)
    main()
