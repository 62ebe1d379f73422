"""Plays stories of the drawn street from seeds that no model has seen, and scores what was told."""

import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from detectors.synthetic.clips import write_clip
from detectors.synthetic.scenes import Condition, Scene
from detectors.synthetic.stories import BENCH_SEEDS, SCORED, SCORED_S, compose
from detectors.synthetic.truth import violations
from infra.composition import SAMPLE_WEIGHTS
from tests.bench.vision.grading import graded
from tests.bench.vision.pinning import one_thread
from tests.bench.vision.pipeline import THRESHOLD_S, Counted, Job
from tests.bench.vision.scoring import Score, TrueEvent, score
from tests.bench.vision.seeing import Seen, see
from tests.bench.vision.zoning import camera_of, zone_of

CLIP_FPS: Final = 8

PROCESSES: Final = 2
"""The cores of a small machine: figures don't hang on it, only how long they take."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A story under a condition, from a seed."""

    story: str
    condition: Condition
    seed: int

    @property
    def name(self) -> str:
        return f"{self.story}-{self.condition}-{self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of it."""

    play: Play
    score: Score
    counted: Counted


def plays(scenes: int) -> list[Play]:
    """Every story under every condition in time, and few scenes have many of both."""
    stories, conditions = len(SCORED), len(Condition)
    return [
        Play(
            story=SCORED[number % stories],
            condition=tuple(Condition)[(number + number // stories) % conditions],
            seed=BENCH_SEEDS[number],
        )
        for number in range(scenes)
    ]


def measure(scenes: int, on_played: Callable[[Played], None]) -> Answer:
    """Two processes, each draws and sees one scene after the other."""
    played = []
    for one in _all_played(plays(scenes)):
        played.append(one)
        on_played(one)
    played.sort(key=lambda one: one.play.name)
    return summed(played)


def _all_played(wanted: Sequence[Play]) -> Iterator[Played]:
    context = get_context("spawn")  # a fork would copy our threads' locks
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=one_thread) as pool:
        try:
            for future in as_completed([pool.submit(_played, play) for play in wanted]):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _played(play: Play) -> Played:
    """Not every error finds its way from one process into another; its text does."""
    try:
        return played(play)
    except Exception:  # noqa: BLE001 - the outermost of a process
        raise RuntimeError(f"{play.name}: {traceback.format_exc()}") from None


def played(play: Play) -> Played:
    """Draw it, see it, score it."""
    scene = compose(seed=play.seed, story=play.story, condition=play.condition)
    with tempfile.TemporaryDirectory(prefix="offsite-street-") as name:
        folder = Path(name)
        clip = folder / "street.mp4"
        write_clip(scene, clip, fps=CLIP_FPS, seconds=SCORED_S)
        seen = see(
            Job(
                clip=clip,
                camera=camera_of(scene, name=play.name),
                weights=SAMPLE_WEIGHTS,
                vault=folder / "vault",
            )
        )
    return Played(play=play, score=_scored(scene, seen), counted=seen.counted)


def _scored(scene: Scene, seen: Seen) -> Score:
    truth = [
        TrueEvent(
            rule=one.rule,
            zone=zone_of(one.ground),
            begins_s=one.begins,
            ends_s=one.ends,
            comes_s=one.comes,
            goes_s=one.goes,
            threshold_s=THRESHOLD_S,
        )
        for one in violations(scene, seen.counted.media_s)
    ]
    return score(truth, seen.told)


def summed(played: Sequence[Played]) -> Answer:
    """All, by rule, by condition, by both, and where it went wrong."""
    scores = [one.score for one in played]
    rules = sorted(
        {hit.truth.rule for one in scores for hit in one.hits}
        | {each.rule for one in scores for each in (*one.missed, *one.false_alarms)}
    )
    conditions = [name for name in Condition if any(one.play.condition is name for one in played)]
    return {
        "scenes": len(played),
        "seconds_each": SCORED_S,
        "threshold_s": THRESHOLD_S,
        "eyes": played[0].counted.eyes,
        "seeds": sorted({one.play.seed for one in played}),
        "frames": sum(one.counted.frames for one in played),
        "searched": sum(one.counted.searched for one in played),
        "all": graded(scores),
        "by_rule": {rule: graded([_of_rule(each, rule) for each in scores]) for rule in rules},
        "by_condition": {
            name: graded([one.score for one in played if one.play.condition is name])
            for name in conditions
        },
        "by_rule_and_condition": {
            rule: {
                name: graded(
                    [_of_rule(one.score, rule) for one in played if one.play.condition is name]
                )
                for name in conditions
            }
            for rule in rules
        },
        "faults": [_faults(one) for one in played if _is_faulty(one.score)],
    }


def _of_rule(one: Score, rule: str) -> Score:
    return one.only(lambda each: each.rule == rule)


def _is_faulty(one: Score) -> bool:
    return bool(one.missed or one.false_alarms or one.duplicates)


def _faults(one: Played) -> Answer:
    """Enough to play the scene again and look."""
    return {
        **asdict(one.play),
        "missed": [asdict(each) for each in one.score.missed],
        "false_alarms": [asdict(each) for each in one.score.false_alarms],
        "duplicates": [asdict(each) for each in one.score.duplicates],
    }
