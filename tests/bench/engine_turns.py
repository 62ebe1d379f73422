"""Engines take turns over the same pictures, in one process: who sees how fast, and what."""

import gc
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from detectors.eyes.class_maps import find_class_map
from detectors.eyes.engines import Engine, Running
from detectors.eyes.fitting import fit
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.weights import digest_of
from detectors.frames import Frame, Picture
from detectors.sources.opening import open_source
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.stories import compose
from schemas.observation import Thing
from tests.bench.children import give, told
from tests.bench.processes import cost
from tests.bench.spread import spread

Answer = dict[str, Any]
SAME_PLACE: Final = 0.9
"""Overlap from which two engines mean the same box."""
THREADS: Final = (1, 2)
BATCHES: Final = (1, 2, 4, 8)
_WARMING: Final = 2
_LONGEST_PASS_S: Final = 5.0
"""Two threads of torch on a machine with other work wait for each other in a loop."""
_STREET: Final = (9_050, "market-street", 1.3)
"""Seed, story, seconds between pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """An engine as it may be run."""

    name: str
    engine: Engine
    is_exact: bool = False


KINDS: Final = (
    Kind(name="torch", engine=Engine.TORCH),
    Kind(name="onnx", engine=Engine.ONNX),
    Kind(name="openvino", engine=Engine.OPENVINO),
    Kind(name="openvino exact", engine=Engine.OPENVINO, is_exact=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at, with which weights."""

    name: str
    weights: Path
    pictures: Sequence[Picture]
    cache: Path

    def eyes(self, kind: Kind, size: int, *, threads: int = 1, at_once: int = 1) -> Eyes:
        """Warm ones: they have seen the first pictures."""
        eyes = load_eyes(
            self.weights,
            class_map=find_class_map(self.weights, digest_of(self.weights)),
            cache=self.cache,
            engine=kind.engine,
            image_size=size,
            running=Running(threads=threads, at_once=at_once, exact=kind.is_exact),
        )
        for picture in self.pictures[:_WARMING]:
            eyes.find([picture])
        return eyes


def drawn(many: int) -> list[Picture]:
    """Pictures of the drawn street, far enough apart to differ."""
    seed, story, step_s = _STREET
    renderer = Renderer(compose(seed=seed, story=story))
    return [renderer.frame(number * step_s) for number in range(many)]


def filmed(clip: Path, many: int) -> list[Picture]:
    """Pictures of a clip, spread over it."""
    with open_source(str(clip), fps=2) as source:
        pictures = [item.picture for item in source.frames() if isinstance(item, Frame)]
    return pictures[:: max(1, len(pictures) // many)][:many]


def by_turns(subject: Subject, size: int, rounds: int) -> Answer:
    """Each kind with each number of threads, in another order each round."""
    runs = {
        (kind.name, threads): subject.eyes(kind, size, threads=threads)
        for kind in KINDS
        for threads in THREADS
    }
    seen = {name: [eyes.find([one])[0] for one in subject.pictures] for name, eyes in runs.items()}
    figures: dict[tuple[str, int], list[tuple[float, float]]] = {name: [] for name in runs}
    for number in range(rounds):
        order = list(runs)
        turn = number % len(order)
        for name in order[turn:] + order[:turn]:
            figures[name].append(_pass(runs[name], subject.pictures))
    return {
        kind.name: {
            "fps": {str(n): _plain(figures[kind.name, n], 0) for n in THREADS},
            "cpu_ms": {str(n): _plain(figures[kind.name, n], 1) for n in THREADS},
            "agreement": agreement(seen["torch", 1], seen[kind.name, 1]),
        }
        for kind in KINDS
    }


def _pass(eyes: Eyes, pictures: Sequence[Picture]) -> tuple[float, float]:
    """Frames a second, and CPU milliseconds for one."""
    gc.collect()
    seen = 0
    began, cpu = time.perf_counter(), time.process_time()
    for picture in pictures:
        eyes.find([picture])
        seen += 1
        if time.perf_counter() - began > _LONGEST_PASS_S:
            break
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return seen / took, cpu / seen * 1e3


def _plain(figures: Sequence[tuple[float, float]], place: int) -> dict[str, float]:
    return spread([one[place] for one in figures]).plain()


def agreement(
    reference: Sequence[Sequence[Thing]], other: Sequence[Sequence[Thing]]
) -> dict[str, float]:
    """How many boxes of the reference the other has too, of the same kind, and how unlike sure."""
    apart: list[float] = []
    for theirs, ours in zip(reference, other, strict=True):
        left = list(ours)
        for thing in theirs:
            same = [one for one in left if _is_same(thing, one)]
            if same:
                match = max(same, key=lambda one: thing.box.overlap(one.box))
                left.remove(match)
                apart.append(abs(thing.confidence - match.confidence))
    return {
        "reference": sum(len(things) for things in reference),
        "own": sum(len(things) for things in other),
        "matched": len(apart),
        "confidence_apart_mean": round(sum(apart) / len(apart), 6) if apart else 0.0,
        "confidence_apart_most": round(max(apart, default=0.0), 6),
    }


def _is_same(one: Thing, other: Thing) -> bool:
    return one.kind == other.kind and one.box.overlap(other.box) >= SAME_PLACE


def cameras_at_once(subject: Subject, size: int, *, cameras: int, rounds: int) -> Answer:
    """Several cameras, each in a thread of its own, share the eyes of the default engine."""
    kind = KINDS[2]
    ways = {"1 thread, 1 at once": (1, 1), "2 threads, 1 at once": (2, 1)}
    ways |= {"1 thread, 2 at once": (1, 2)}
    eyes = {
        name: subject.eyes(kind, size, threads=threads, at_once=at_once)
        for name, (threads, at_once) in ways.items()
    }
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name in ways:
            figures[name].append(_together(eyes[name], subject.pictures, cameras))
    return {
        name: {"fps": _plain(each, 0), "cpu_ms": _plain(each, 1)} for name, each in figures.items()
    }


def _together(eyes: Eyes, pictures: Sequence[Picture], cameras: int) -> tuple[float, float]:
    def look() -> None:
        for picture in pictures:
            eyes.find([picture])

    threads = [threading.Thread(target=look) for _ in range(cameras)]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return cameras * len(pictures) / took, cpu / (cameras * len(pictures)) * 1e3


def batches(subject: Subject, size: int, rounds: int) -> Answer:
    """What a picture costs alone and with others, in the network itself; one thread."""
    fitted = [fit(one, size=size, fixed=None).apply(one) for one in subject.pictures]
    shaped = np.stack(fitted[: max(BATCHES)])
    answer: Answer = {}
    for kind in KINDS[1:]:
        network: Any = subject.eyes(kind, size)._network
        figures: dict[int, list[float]] = {many: [] for many in BATCHES}
        for _ in range(rounds + 1):
            for many in BATCHES:
                cpu = time.process_time()
                for _ in range(max(BATCHES) // many):
                    network.run(shaped[:many])
                figures[many].append((time.process_time() - cpu) / max(BATCHES) * 1e3)
        answer[kind.name] = {
            str(many): spread(each[1:]).plain()
            for many, each in figures.items()  # the first compiles
        }
    return answer


def main() -> None:
    """In a child: what one engine takes of the memory, from nothing to the last picture."""
    order, answer = told()
    kind = next(one for one in KINDS if one.name == order["kind"])
    subject = Subject(
        name="memory",
        weights=Path(order["weights"]),
        pictures=drawn(order["pictures"]),
        cache=Path(order["cache"]),
    )
    before = cost(os.getpid()).peak_mib
    eyes = subject.eyes(kind, order["size"])
    for picture in subject.pictures:
        eyes.find([picture])
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    give(
        {
            "before_mib": before,
            "peak_mib": cost(os.getpid()).peak_mib,
            "resident_mib": resident / 2**20,
        },
        answer,
    )


if __name__ == "__main__":
    main()
