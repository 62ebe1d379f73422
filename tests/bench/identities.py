"""`python -m tests.bench.identities`: how often tracks take one for another, by exact truth.

The shipped weights look at drawn scenes that they were not trained on; a switch is when somebody
whom the truth knows goes on under another track. Ours beside Ultralytics' trackers as they come.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Protocol

import numpy as np
from rich.console import Console

from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Following, Tracks, Way
from detectors.eyes.weights import digest_of
from detectors.frames import Picture
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.scenes import Scene
from detectors.synthetic.stories import compose
from detectors.synthetic.truth import Seen, truth_at
from infra.composition import SAMPLE_WEIGHTS
from schemas.observation import Thing
from schemas.values import replace
from tests.bench.tables import tell_rows

STORIES: Final = ("market-street", "fire-lane", "quiet")
SEEDS: Final = (9_050, 9_051, 5_003, 5_004)
SECONDS: Final = 60
LOOKS_A_SECOND: Final = 5
EVERY: Final = (1, 3)
_CLEAR: Final = 0.4
"""Share of a thing that must show before a tracker is blamed."""
_SAME: Final = 0.5
_LIBRARYS: Final = {
    "track_high_thresh": 0.25,
    "track_low_thresh": 0.1,
    "new_track_thresh": 0.25,
    "track_buffer": 30,
    "match_thresh": 0.8,
    "fuse_score": True,
}


class Follows(Protocol):
    """Tracks, ours or another's."""

    def follow(
        self, things: Sequence[Thing], picture: Picture, *, at: timedelta
    ) -> tuple[Thing, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A picture of a scene, what the eyes found in it, and who is there."""

    at: timedelta
    picture: Picture
    found: tuple[Thing, ...]
    truth: Sequence[Seen]


@dataclass(slots=True, kw_only=True)
class Count:
    """What a way of following came to."""

    sights: int = 0
    nameless: int = 0
    switches: int = 0
    tracks: int = 0
    last: dict[str, str] = field(default_factory=dict)


class AsItComes:
    """ByteTrack of Ultralytics with the settings of its own file."""

    def __init__(self) -> None:
        from ultralytics.trackers import BYTETracker  # noqa: PLC0415 - quiet by now

        self._tracker = BYTETracker(SimpleNamespace(**_LIBRARYS))

    def follow(
        self, things: Sequence[Thing], picture: Picture, *, at: timedelta
    ) -> tuple[Thing, ...]:
        from ultralytics.engine.results import Boxes  # noqa: PLC0415 - quiet by now

        kinds = sorted({thing.kind for thing in things})
        rows = [
            (thing.box.x1, thing.box.y1, thing.box.x2, thing.box.y2, thing.confidence, number)
            for thing in things
            for number in [kinds.index(thing.kind)]
        ]
        boxes: Any = Boxes(np.array(rows, np.float32).reshape(-1, 6), picture.shape[:2])
        met = {int(row[-1]): str(int(row[4])) for row in self._tracker.update(boxes, picture)}
        return tuple(replace(one, track=met.get(place)) for place, one in enumerate(things))


WAYS: Final[dict[str, Callable[[], Follows]]] = {
    "ByteTrack as it comes": AsItComes,
    "ours, ByteTrack": Tracks,
    "ours, BoT-SORT": lambda: Tracks(Following(way=Way.BOTSORT)),
}


def main() -> int:
    """Look once, follow in every way, tell."""
    console = Console(width=None if sys.stdout.isatty() else 110)
    class_map = find_class_map(SAMPLE_WEIGHTS, digest_of(SAMPLE_WEIGHTS))
    counts = {(name, every): Count() for every in EVERY for name in WAYS}
    with tempfile.TemporaryDirectory(prefix="offsite-identities-") as folder:
        eyes = load_eyes(SAMPLE_WEIGHTS, class_map=class_map, cache=Path(folder))
        for story, seed in product(STORIES, SEEDS):
            looks = _looks(compose(seed=seed, story=story), eyes)
            for (name, every), count in counts.items():
                _follow(looks[::every], WAYS[name](), class_map.classes, count)
    rows = [
        (
            f"{name}, every {every}. picture" if every > 1 else name,
            str(count.switches),
            f"{count.nameless / count.sights:.1%}",
            str(count.tracks),
            str(count.sights),
        )
        for (name, every), count in counts.items()
    ]
    columns = ("", "switches", "without a track", "tracks", "sights")
    minutes = len(STORIES) * len(SEEDS) * SECONDS / 60
    tell_rows(console, f"Identities in {minutes:.0f} minutes of drawn street", columns, rows)
    return 0


def _looks(scene: Scene, eyes: Eyes) -> list[Look]:
    renderer = Renderer(scene)
    looks = []
    for number in range(SECONDS * LOOKS_A_SECOND):
        second = number / LOOKS_A_SECOND
        picture = renderer.frame(second)
        looks.append(
            Look(
                at=timedelta(seconds=second),
                picture=picture,
                found=eyes.find([picture])[0],
                truth=truth_at(scene, second),
            )
        )
    return looks


def _follow(
    looks: Sequence[Look], tracks: Follows, kind_of: Mapping[str, str], count: Count
) -> None:
    count.last = {}
    names: set[str] = set()
    for look in looks:
        told = tracks.follow(look.found, look.picture, at=look.at)
        for seen in look.truth:
            thing = _shown(seen, told, kind_of) if seen.visible >= _CLEAR else None
            if thing is None:
                continue
            count.sights += 1
            if thing.track is None:
                count.nameless += 1
                continue
            names.add(thing.track)
            count.switches += count.last.get(seen.identity, thing.track) != thing.track
            count.last[seen.identity] = thing.track
    count.tracks += len(names)


def _shown(seen: Seen, told: Sequence[Thing], kind_of: Mapping[str, str]) -> Thing | None:
    """The thing that is the one that the truth knows, if the eyes found it."""
    alike = [one for one in told if one.kind == kind_of.get(seen.kind)]
    best = max(alike, key=lambda one: one.box.overlap(seen.box), default=None)
    return best if best is not None and best.box.overlap(seen.box) >= _SAME else None


if __name__ == "__main__":
    sys.exit(main())
