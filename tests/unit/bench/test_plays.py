"""Which scenes are played: every story in every condition, from seeds that nobody trained on."""

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

from detectors.synthetic.scenes import Condition
from detectors.synthetic.stories import (
    DEMO_SEEDS,
    SCORED,
    TRAINING_SEEDS,
    VALIDATION_SEEDS,
    compose,
)
from schemas.geometry import Point
from tests.bench.vision.street import plays
from tests.bench.vision.zoning import camera_of


def test_as_many_scenes_as_there_are_pairs_play_each_pair_once() -> None:
    pairs = len(SCORED) * len(Condition)

    played = {(play.story, play.condition) for play in plays(pairs)}

    assert len(played) == pairs


def test_a_few_scenes_have_every_condition() -> None:
    assert {play.condition for play in plays(len(Condition))} == set(Condition)


def test_no_scene_is_from_a_seed_that_was_used_before() -> None:
    seeds = [play.seed for play in plays(500)]

    assert len(set(seeds)) == 500
    assert not set(seeds) & {*TRAINING_SEEDS, *VALIDATION_SEEDS, *DEMO_SEEDS}


def test_zones_grow_with_the_picture() -> None:
    scene = compose(seed=20_000, story="still")

    camera = camera_of(scene, name="c", grown=2)

    assert (camera.frame.width, camera.frame.height) == (1280, 720)
    assert [zone.kind for zone in camera.zones] == [ground.kind for ground in scene.grounds]
    first = scene.grounds[0].outline.corners[0]
    assert camera.zones[0].outline.corners[0] == Point(2 * first.x, 2 * first.y)
