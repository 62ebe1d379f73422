"""The same scene and second give the same picture, and each condition gives another."""

import hashlib

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.synthetic.rendering import Renderer, render
from detectors.synthetic.scenes import (
    FRAME,
    SIZES,
    Actor,
    Condition,
    Keyframe,
    Kind,
    Light,
    Scene,
    extent,
)
from detectors.synthetic.screens import Screen, ScreenKind
from detectors.synthetic.shaking import shift_at
from detectors.synthetic.sprites import sprite
from detectors.synthetic.stories import compose
from schemas.geometry import Point


@pytest.mark.parametrize(
    ("story", "digest"),
    [
        ("market-street", "2abe5196a75f3646"),
        ("fire-lane", "b2e6bed46640a2b5"),
        ("quiet", "e3f7342c0a0694ec"),
        ("training-mix", "b24cd891f3ff359e"),
    ],
)
def test_the_first_stories_are_cast_as_they_always_were(story: str, digest: str) -> None:
    """The demo, its pictures and the first model's card rest on them."""
    cast = [
        (one.identity, str(one.kind), [(k.at, k.foot.x, k.foot.y) for k in one.path], one.look)
        for one in compose(seed=9_000, story=story).actors
    ]

    assert hashlib.sha256(repr(cast).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize("condition", Condition)
def test_the_same_seed_story_and_condition_give_the_same_bytes(condition: Condition) -> None:
    scenes = [compose(seed=20_000, story="fixed-vendor", condition=condition) for _ in range(2)]
    walked = Renderer(scenes[0])
    walked.frame(3.0)

    assert scenes[0] == scenes[1]
    assert scenes[0].condition is condition
    assert walked.frame(21.4).tobytes() == render(scenes[1], 21.4).tobytes()


def test_each_condition_gives_another_picture() -> None:
    pictures = {
        render(compose(seed=20_000, story="fixed-vendor", condition=one), 21.4).tobytes()
        for one in Condition
    }

    assert len(pictures) == len(Condition)


def a_scene(*actors: Actor, condition: Condition = Condition.DAY, **changed: object) -> Scene:
    told = {"shake_px": 0.0, "screens": (), **changed}
    return Scene(
        seed=5,
        story="made",
        frame=FRAME,
        light=Light(noise=0.0),
        grounds=(),
        actors=actors,
        condition=condition,
        **told,  # type: ignore[arg-type]
    )


def standing(kind: Kind, foot: Point, **changed: object) -> Actor:
    path = (Keyframe(at=0.0, foot=foot), Keyframe(at=60.0, foot=foot))
    told = {"identity": "one", "look": 4, **changed}
    return Actor(kind=kind, path=path, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", Kind)
def test_a_thing_is_drawn_in_its_box_and_nowhere_else(kind: Kind) -> None:
    foot = Point(320.0, 300.0)
    thing = standing(kind, foot, look=2)  # grey smoke wouldn't show on the grey road
    empty = render(a_scene(), 30.0).astype(int)
    picture = render(a_scene(thing), 30.0).astype(int)
    box = extent(thing, foot, 30.0)

    changed = np.abs(picture - empty).max(axis=2) > 12

    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    shadow, width, height = 12, box.x2 - box.x1, box.y2 - box.y1
    assert box.y1 - 1.5 <= rows[0] <= box.y1 + 0.2 * height
    assert box.y2 - 0.25 * height <= rows[-1] <= box.y2 + shadow
    assert box.x1 - shadow <= columns[0] <= box.x1 + 0.3 * width
    assert box.x2 - 0.3 * width <= columns[-1] <= box.x2 + shadow


def test_every_kind_has_a_size_and_two_looks() -> None:
    for kind in Kind:
        looks = {sprite(kind, look, 0, heads_left=False).tobytes() for look in range(12)}
        assert len(looks) > 1
        width, height = SIZES[kind]
        assert sprite(kind, 1, 0, heads_left=True).shape == (3 * height, 3 * width, 4)


def test_letters_on_a_banner_are_never_mirrored() -> None:
    ways = [sprite(Kind.BANNER, 3, 0, heads_left=left).tobytes() for left in (True, False)]

    assert ways[0] == ways[1]


def test_one_sees_through_smoke_and_it_wavers() -> None:
    scene = a_scene(standing(Kind.SMOKE, Point(320.0, 300.0)))
    box = extent(scene.actors[0], Point(320.0, 300.0), 30.0)
    alpha = sprite(Kind.SMOKE, 4, 0, heads_left=False)[:, :, 3]

    frames = [render(scene, at)[round(box.y1) : round(box.y2)] for at in (30.0, 30.5)]

    assert 60 < alpha.max() < 240
    assert np.abs(frames[0].astype(int) - frames[1]).max() > 5


def test_rain_is_elsewhere_in_each_frame_and_by_day_a_still_street_is_still() -> None:
    moved = {}
    for condition in (Condition.DAY, Condition.RAIN):
        renderer = Renderer(a_scene(condition=condition))
        one, other = (renderer.frame(at).astype(int) for at in (10.0, 10.2))
        moved[condition] = (np.abs(one - other).max(axis=2) > 10).mean()

    assert moved[Condition.DAY] == 0.0
    assert 0.005 < moved[Condition.RAIN] < 0.3


def test_a_walker_s_umbrella_is_drawn_over_the_head() -> None:
    foot = Point(320.0, 300.0)
    dry = render(a_scene(standing(Kind.PERSON, foot)), 1.0).astype(int)
    held = render(a_scene(standing(Kind.PERSON, foot, holds_umbrella=True)), 1.0).astype(int)

    rows = np.flatnonzero((np.abs(dry - held).max(axis=2) > 12).any(axis=1))

    box = extent(standing(Kind.PERSON, foot), foot, 1.0)
    assert rows[0] < box.y1 < rows[-1] < box.y1 + 0.2 * (box.y2 - box.y1)


def test_dusk_is_darker_and_noisier() -> None:
    day, dusk = (
        render(compose(seed=20_003, story="still", condition=one), 1.0)
        for one in (Condition.DAY, Condition.DUSK)
    )

    assert dusk.mean() < 0.65 * day.mean()


def test_a_screen_covers_what_stands_behind() -> None:
    person = standing(Kind.PERSON, Point(200.0, 300.0))
    pillar = (Screen(kind=ScreenKind.PILLAR, x=200.0, look=2),)

    with_person = render(a_scene(person, screens=pillar), 1.0)[:, 186:214]
    without = render(a_scene(screens=pillar), 1.0)[:, 186:214]

    assert (with_person == without).all()


def test_a_shaken_picture_is_the_calm_one_shifted() -> None:
    scene = a_scene(standing(Kind.CAR, Point(320.0, 290.0)), shake_px=9.0)
    at = max((step / 10 for step in range(200)), key=lambda one: abs(shift_at(scene, one).x))
    shift = shift_at(scene, at)
    calm = render(a_scene(standing(Kind.CAR, Point(320.0, 290.0))), at).astype(int)
    shaken = render(scene, at).astype(int)

    def off_by(x: int, y: int) -> float:
        moved = np.roll(calm, (y, x), axis=(0, 1))
        return float(np.abs(moved - shaken)[20:-20, 20:-20].mean())

    assert abs(shift.x) > 3
    assert off_by(round(shift.x), round(shift.y)) < 0.5 * off_by(0, 0)
