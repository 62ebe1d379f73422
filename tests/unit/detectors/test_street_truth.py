"""The drawn street's truth is exact: what a rule is about, where, and from when until when."""

from itertools import pairwise

import pytest

from detectors.synthetic.casting import PLAYED_S
from detectors.synthetic.places import FIRE_LANE, KERBSIDE, SITE, SQUARE, STREET
from detectors.synthetic.scenes import (
    FRAME,
    Actor,
    Condition,
    Ground,
    Keyframe,
    Kind,
    Light,
    Scene,
    extent,
)
from detectors.synthetic.screens import Screen, ScreenKind
from detectors.synthetic.shaking import shift_at
from detectors.synthetic.stories import SCORED, SCORED_S, compose
from detectors.synthetic.truth import Violation, stays, truth_at, violations
from detectors.synthetic.wrongs import CROWD, VEHICLES
from schemas.camera import ZoneKind
from schemas.geometry import Point

TWENTIETH = 0.05001
LANE = Point(480, 280)
OUTSIDE = Point(480, 340)


def an_actor(kind: Kind, *feet: tuple[float, Point], name: str = "one") -> Actor:
    path = tuple(Keyframe(at=at, foot=foot) for at, foot in feet)
    return Actor(identity=name, kind=kind, path=path, look=1)


def a_scene(*actors: Actor, grounds: tuple[Ground, ...] = STREET, shake_px: float = 0.0) -> Scene:
    return Scene(
        seed=3,
        story="made",
        frame=FRAME,
        light=Light(),
        grounds=grounds,
        actors=actors,
        shake_px=shake_px,
    )


def rules_of(scene: Scene, until: float = 30.0) -> list[str]:
    return [one.rule[:3] for one in violations(scene, until)]


def standing(kind: Kind, x: float, y: float, name: str = "one") -> Actor:
    return an_actor(kind, (0.0, Point(x, y)), (30.0, Point(x, y)), name=name)


def test_a_car_breaks_the_rule_from_when_it_stands_until_it_starts() -> None:
    scene = a_scene(an_actor(Kind.CAR, (1.0, OUTSIDE), (3.0, LANE), (17.5, LANE), (19.5, OUTSIDE)))

    (broken,) = violations(scene, 30.0)

    assert (broken.rule, broken.ground) == ("V01-vehicle-on-fire-lane", "fire lane")
    assert broken.identities == ("one",)
    assert broken.begins == pytest.approx(3.0, abs=TWENTIETH)
    assert broken.ends == pytest.approx(17.5, abs=TWENTIETH)
    assert broken.comes == pytest.approx(1.0 + 2.0 * 44 / 60, abs=TWENTIETH)
    assert broken.goes == pytest.approx(17.5 + 2.0 * 16 / 60, abs=TWENTIETH)


def test_a_car_that_only_drives_through_breaks_nothing() -> None:
    scene = a_scene(an_actor(Kind.CAR, (0.0, Point(0, 280)), (20.0, Point(640, 280))))

    assert violations(scene, 30.0) == []
    assert [stay.ground for stay in stays(scene, until=30.0)] == ["bus bay", "fire lane"]


def test_what_still_goes_on_ends_where_one_stops_looking() -> None:
    scene = a_scene(standing(Kind.CAR, 480, 280))

    (broken,) = violations(scene, 12.0)

    assert (broken.begins, broken.ends) == (0.0, 12.0)


@pytest.mark.parametrize(
    ("actors", "expected"),
    [
        pytest.param([standing(Kind.CAR, 150, 280)], ["V07"], id="car-in-bus-bay"),
        pytest.param([standing(Kind.BUS, 150, 280)], ["V07"], id="bus-is-a-vehicle"),
        pytest.param([standing(Kind.SWEEPER, 150, 280)], [], id="sweeper-is-none"),
        pytest.param([standing(Kind.VAN, 280, 200)], ["V03"], id="van-on-walkway"),
        pytest.param([standing(Kind.VAN, 480, 192)], ["V08"], id="van-on-blind-track"),
        pytest.param([standing(Kind.BICYCLE, 480, 192)], ["V08"], id="bicycle-on-blind-track"),
        pytest.param([standing(Kind.CAR, 560, 160)], ["V09"], id="car-before-exit"),
        pytest.param([standing(Kind.GOODS, 560, 160)], ["V09"], id="goods-before-exit"),
        pytest.param([standing(Kind.GOODS, 420, 160)], ["V04"], id="goods-before-shop"),
        pytest.param([standing(Kind.GOODS, 280, 200)], ["V06"], id="goods-on-walkway"),
        pytest.param([standing(Kind.RUBBISH, 280, 200)], ["V10"], id="rubbish-on-walkway"),
        pytest.param([standing(Kind.BANNER, 180, 118)], ["V11"], id="banner-on-wall"),
        pytest.param([standing(Kind.SMOKE, 100, 180)], ["V13"], id="smoke-on-square"),
        pytest.param([standing(Kind.SMOKE, 480, 280)], ["V13"], id="smoke-on-fire-lane"),
        pytest.param([standing(Kind.WHEELCHAIR, 100, 200)], [], id="wheelchair"),
        pytest.param([standing(Kind.PRAM, 280, 200)], [], id="pram"),
        pytest.param([standing(Kind.STALL, 100, 200)], [], id="stall-alone"),
        pytest.param([standing(Kind.TRICYCLE, 100, 200)], [], id="tricycle-alone"),
        pytest.param(
            [standing(Kind.STALL, 100, 200), standing(Kind.PERSON, 150, 196, "vendor")],
            ["V02"],
            id="stall-with-vendor",
        ),
        pytest.param(
            [standing(Kind.TRICYCLE, 100, 200), standing(Kind.PERSON, 150, 196, "vendor")],
            ["V05"],
            id="tricycle-with-vendor",
        ),
        pytest.param(
            [
                standing(Kind.TRICYCLE, 100, 200),
                standing(Kind.STALL, 160, 200, "stall"),
                standing(Kind.PERSON, 150, 196, "vendor"),
            ],
            ["V02"],
            id="a-stall's-cart-is-no-mobile-vendor",
        ),
        pytest.param(
            [standing(Kind.STALL, 60, 200), standing(Kind.PERSON, 400, 196, "far")],
            [],
            id="nobody-beside-the-stall",
        ),
        pytest.param(
            [
                standing(Kind.STALL, 100, 200),
                an_actor(Kind.PERSON, (0.0, Point(0, 196)), (30.0, Point(300, 196)), name="by"),
            ],
            [],
            id="a-passer-by-is-no-vendor",
        ),
        pytest.param(
            [standing(Kind.PERSON, 60 + 8 * i, 180, str(i)) for i in range(CROWD)],
            ["V12"],
            id="a-crowd",
        ),
        pytest.param(
            [standing(Kind.PERSON, 60 + 8 * i, 180, str(i)) for i in range(CROWD - 1)],
            [],
            id="one-short-of-a-crowd",
        ),
    ],
)
def test_what_breaks_which_rule(actors: list[Actor], expected: list[str]) -> None:
    assert rules_of(a_scene(*actors)) == expected


def test_in_a_closed_ground_walking_about_is_enough() -> None:
    walks = an_actor(Kind.PERSON, (0.0, Point(150, 145)), (10.0, Point(350, 145)))

    (broken,) = violations(a_scene(walks, grounds=(SITE,)), 30.0)

    assert broken.begins == pytest.approx(10 * (218 - 150) / 200, abs=TWENTIETH)
    assert broken.ends == pytest.approx(10.0, abs=TWENTIETH)


def test_two_cars_on_a_lane_are_two_violations_and_two_crates_are_one() -> None:
    cars = [standing(Kind.CAR, x, 280, f"car-{x}") for x in (400, 560)]
    crates = [standing(Kind.GOODS, x, 160, f"crate-{x}") for x in (400, 450)]

    found = violations(a_scene(*cars, *crates), 30.0)

    assert [one.identities for one in found] == [
        ("car-400",),
        ("car-560",),
        ("crate-400", "crate-450"),
    ]


def naive(scene: Scene, ground: Ground, until: float) -> list[tuple[str, float, float]]:
    """Vehicles that stand in a ground, found by looking twice a frame, without the paths."""
    found = []
    for actor in scene.actors:
        if actor.kind not in VEHICLES:
            continue
        times = [
            step / 100
            for step in range(int(until * 100))
            if (now := actor.foot_at(step / 100)) is not None
            and ground.outline.contains(now)
            and actor.foot_at(step / 100 + 0.005) == now
        ]
        breaks = [b for a, b in pairwise(times) if b - a > 0.015]
        begins = [*times[:1], *breaks]
        ends = [*(a for a, b in pairwise(times) if b - a > 0.015), *times[-1:]]
        found += [(actor.identity, *span) for span in zip(begins, ends, strict=True)]
    return sorted(found)


@pytest.mark.parametrize("seed", range(20_000, 20_003))
def test_violations_by_vehicles_are_what_brute_force_finds(seed: int) -> None:
    scene = compose(seed=seed, story="parked-everywhere")

    for rule, kind in (("V01", ZoneKind.FIRE_LANE), ("V07", ZoneKind.NO_STOPPING)):
        (ground,) = (one for one in scene.grounds if one.kind is kind)
        told = sorted(
            (one.identities[0], one.begins, one.ends)
            for one in violations(scene, SCORED_S)
            if one.rule.startswith(rule)
        )
        slow = naive(scene, ground, SCORED_S)
        assert [who for who, *_ in told] == [who for who, *_ in slow]
        for (_, *span), (_, *other) in zip(told, slow, strict=True):
            assert span == pytest.approx(other, abs=0.07)


LASTING = {
    "fixed-vendor": {"V02"},
    "mobile-vendor": {"V05"},
    "shop-goods": {"V04"},
    "pavement-goods": {"V06"},
    "car-on-fire-lane": {"V01"},
    "car-on-pavement": {"V03"},
    "car-no-stopping": {"V07"},
    "car-on-blind-track": {"V08"},
    "blocked-exit": {"V09"},
    "rubbish-heap": {"V10"},
    "wall-banner": {"V11"},
    "fence-banner": {"V11"},
    "gathering": {"V12"},
    "smoke": {"V13"},
    "trespasser": {"V15"},
    "market-day": {"V02", "V04", "V06"},
    "parked-everywhere": {"V01", "V07"},
    "decoys-only": set(),
}


def lasting(scene: Scene, seconds: float) -> list[Violation]:
    return [one for one in violations(scene, SCORED_S) if one.ends - one.begins >= seconds]


def test_every_scored_story_is_known_here() -> None:
    assert set(LASTING) == set(SCORED)


@pytest.mark.parametrize("story", SCORED)
def test_a_story_holds_its_offences_and_its_decoys_stay_short(story: str) -> None:
    scene = compose(seed=20_010, story=story)

    assert {one.rule[:3] for one in lasting(scene, 20.0)} == LASTING[story]
    assert {one.rule[:3] for one in lasting(scene, 6.5)} == LASTING[story]


@pytest.mark.parametrize("story", [*SCORED, "busy", "street-mix"])
def test_nobody_is_there_twice(story: str) -> None:
    for condition in (Condition.CROWD, Condition.OCCLUSION):
        cast = compose(seed=20_020, story=story, condition=condition).actors
        assert len(cast) == len({one.identity for one in cast})


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("story", ["market-day", "gathering"])
def test_a_condition_leaves_what_happens_as_it_is(story: str, condition: Condition) -> None:
    plain = compose(seed=20_020, story=story)
    scene = compose(seed=20_020, story=story, condition=condition)
    told = {one.identity: one.path for one in scene.actors}

    assert all(told[one.identity] == one.path for one in plain.actors)
    assert {one.rule for one in lasting(scene, 10)} == {one.rule for one in lasting(plain, 10)}


def test_decoys_stay_in_no_ground_for_ten_seconds_as_vehicles() -> None:
    for seed in range(20_030, 20_033):
        scene = compose(seed=seed, story="decoys-only")
        for stay in stays(scene, until=SCORED_S):
            assert stay.kind not in VEHICLES or stay.ends - stay.begins < 10


@pytest.mark.parametrize(("story", "rules"), [("still", set()), ("still-parked", {"V01"})])
def test_on_a_still_street_nothing_moves(story: str, rules: set[str]) -> None:
    scene = compose(seed=20_000, story=story)

    assert all(actor.stands_at(at) for actor in scene.actors for at in (0.0, 30.0, PLAYED_S))
    assert {one.rule[:3] for one in violations(scene, 60)} == rules


def test_on_a_busy_street_something_always_moves_in_a_zone_and_nobody_stays() -> None:
    scene = compose(seed=20_000, story="busy")

    for at in range(0, int(PLAYED_S), 31):
        assert any(
            ground.holds(actor, at) and not actor.stands_at(at)
            for actor in scene.actors
            for ground in scene.grounds
        )
    assert lasting(scene, 3.0) == []


def test_in_a_shaken_picture_boxes_are_where_the_picture_shows_them() -> None:
    calm = a_scene(standing(Kind.CAR, 300, 280))
    shaken = a_scene(standing(Kind.CAR, 300, 280), shake_px=8.0)

    (at_rest,) = truth_at(calm, 4.0)
    (seen,) = truth_at(shaken, 4.0)

    shift = shift_at(shaken, 4.0)
    assert (shift.x, shift.y) != (0.0, 0.0)
    assert seen.box.x1 == pytest.approx(at_rest.box.x1 + shift.x)
    assert seen.box.y2 == pytest.approx(at_rest.box.y2 + shift.y)
    assert violations(shaken, 10.0) == violations(calm, 10.0)


def test_a_shaken_camera_strays_no_further_than_its_measure_and_never_leaps() -> None:
    scene = a_scene(shake_px=6.0)

    shifts = [shift_at(scene, step / 25) for step in range(25 * 60)]

    assert all(abs(one.x) <= 6.0 and abs(one.y) <= 6.0 for one in shifts)
    assert max(abs(a.x - b.x) for a, b in pairwise(shifts)) > 1.0
    assert len({one.x for one in shifts}) > 1_000


def test_smoke_grows_from_its_foot_and_then_keeps_its_size() -> None:
    smoke = Actor(
        identity="smoke",
        kind=Kind.SMOKE,
        path=(Keyframe(at=2.0, foot=LANE), Keyframe(at=40.0, foot=LANE)),
        look=1,
        grows_s=10.0,
    )

    boxes = [extent(smoke, LANE, at) for at in (2.0, 7.0, 12.0, 30.0)]

    areas = [box.area for box in boxes]
    assert areas[0] < areas[1] < areas[2] == pytest.approx(areas[3])
    assert all(box.foot == LANE for box in boxes)


def test_a_screen_hides_and_a_parasol_hides_with_its_canopy_only() -> None:
    person = standing(Kind.PERSON, 100, 200)
    stall, parasol = standing(Kind.STALL, 300, 200), standing(Kind.UMBRELLA, 300, 201, "parasol")
    pillar = Screen(kind=ScreenKind.PILLAR, x=100, look=1)

    open_air = {one.identity: one.visible for one in truth_at(a_scene(stall, parasol), 1.0)}
    (hidden,) = truth_at(
        Scene(
            seed=1,
            story="made",
            frame=FRAME,
            light=Light(),
            grounds=(KERBSIDE, SQUARE, FIRE_LANE),
            actors=(person,),
            screens=(pillar,),
        ),
        1.0,
    )

    assert open_air["one"] > 0.9
    assert hidden.visible == 0.0
