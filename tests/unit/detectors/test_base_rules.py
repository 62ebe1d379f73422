"""The rules that we ship, each on a scene that it is about and on one that only looks like it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import pytest

from detectors.looks import NOT_COMPARED
from detectors.observing import Limits, Observer, Told
from detectors.posts import posts_of
from detectors.rulebook import BASE, read_rules
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.observation import Thing
from tests.support.posts import STARTS_AT, a_camera, a_thing, a_zone, every, s

RULES: Final = read_rules(BASE.read_text("utf-8"), name="base")
CAR: Final = (150.0, 62.0)
PERSON: Final = (26.0, 72.0)
STALL: Final = (92.0, 50.0)
PARASOL: Final = (112.0, 104.0)
CART: Final = (104.0, 74.0)
PILE: Final = (56.0, 36.0)

Scene = Callable[[float], list[Thing]]
"""What is there at a second."""


def standing(*things: Thing) -> Scene:
    return lambda _: list(things)


def crossing(kind: str, size: tuple[float, float], *, speed: float, track: str = "9") -> Scene:
    """Comes along at a speed, and again from the left once it has left."""

    def scene(at: float) -> list[Thing]:
        way = speed * at
        turn = int(way // 1100)
        return [a_thing(kind, 80 + way % 1100, 400, size=size, track=f"{track}/{turn}")]

    return scene


def together(*scenes: Scene) -> Scene:
    return lambda at: [thing for scene in scenes for thing in scene(at)]


def during(scene: Scene, since: float, until: float) -> Scene:
    return lambda at: scene(at) if since <= at < until else []


def one(kind: str, size: tuple[float, float], x: float = 400, *, track: str = "1") -> Thing:
    return a_thing(kind, x, 400, size=size, track=track)


def queue(count: int) -> Scene:
    people = [a_thing("person", 200 + 40 * i, 400, size=PERSON, track=str(i)) for i in range(count)]
    return standing(*people)


VENDOR: Final = one("person", PERSON, 470, track="2")
SMOKE: Final[Scene] = lambda at: [  # noqa: E731 - it grows
    a_thing("smoke", 400 + 5 * (at % 3), 400, size=(40 + 4 * at, 50 + 4 * at), track=None)
]


def told_of(kind: ZoneKind, scene: Scene, *, seconds: float = 30) -> Sequence[Told]:
    """All rules watch one zone; whatever the pack says, ten seconds are too long."""
    camera = a_camera(a_zone(kind=kind, road_side=None))
    posts = posts_of(camera, RULES, lambda _: timedelta(seconds=10), pack="test")
    observer = Observer(camera, posts, starts_at=STARTS_AT, limits=Limits())
    return [
        told
        for at in every(0.2, 0, seconds)
        for told in observer.look(at, scene(at / s(1)), NOT_COMPARED)
    ]


@pytest.mark.parametrize(
    ("rule", "zone", "scene"),
    [
        pytest.param("V01-vehicle-on-fire-lane", ZoneKind.FIRE_LANE, standing(one("vehicle", CAR)),
                     id="a car on the fire lane"),
        pytest.param("V02-street-vending", ZoneKind.NO_VENDING,
                     standing(one("stall", STALL), one("umbrella", PARASOL, track="3"), VENDOR),
                     id="a stall under its parasol, with its vendor"),
        pytest.param("V02-street-vending", ZoneKind.NO_VENDING,
                     standing(one("stall", STALL), one("tricycle", CART, 310, track="3"), VENDOR),
                     id="a stall with its cart is one matter"),
        pytest.param("V02-street-vending", ZoneKind.NO_VENDING,
                     standing(one("goods", PILE), a_thing("person", 440, 400, track="2")),
                     id="wares on the ground and who sells them"),
        pytest.param("V03-vehicle-on-pavement", ZoneKind.PAVEMENT, standing(one("vehicle", CAR)),
                     id="a car on the pavement"),
        pytest.param("V04-goods-outside-shop", ZoneKind.SHOP_FRONT,
                     standing(one("goods", PILE), one("goods", PILE, 460, track="2")),
                     id="two piles side by side are one matter"),
        pytest.param("V05-mobile-vending", ZoneKind.NO_VENDING,
                     standing(one("tricycle", CART), VENDOR), id="a cart and its vendor"),
        pytest.param("V06-goods-on-pavement", ZoneKind.PAVEMENT, standing(one("goods", PILE)),
                     id="crates in the way"),
        pytest.param("V07-vehicle-no-stopping", ZoneKind.NO_STOPPING,
                     standing(one("vehicle", CAR)), id="a car that may not stop"),
        pytest.param("V08-vehicle-on-blind-track", ZoneKind.BLIND_TRACK,
                     standing(one("bicycle", (64, 48))), id="a bicycle on the blind track"),
        pytest.param("V09-exit-blocked", ZoneKind.EXIT,
                     standing(one("goods", PILE), one("bicycle", (64, 48), 450, track="2")),
                     id="crates and a bicycle before the exit"),
        pytest.param("V10-rubbish-heap", ZoneKind.PAVEMENT, standing(one("rubbish", PILE)),
                     id="bags on the pavement"),
        pytest.param("V11-banner", ZoneKind.WALL, standing(one("banner", (200, 40))),
                     id="a banner on the wall"),
        pytest.param("V12-crowd", ZoneKind.WATCHED, queue(12), id="a dozen people"),
        pytest.param("V13-smoke-or-fire", ZoneKind.WATCHED, SMOKE, id="smoke that grows"),
        pytest.param("V13-smoke-or-fire", ZoneKind.FIRE_LANE, standing(one("flame", (30, 40))),
                     id="a flame"),
        pytest.param("V14-uncovered-waste-truck", ZoneKind.WATCHED,
                     crossing("waste-truck-uncovered", CAR, speed=36), id="a truck that passes"),
        pytest.param("V15-person-in-closed-zone", ZoneKind.CLOSED,
                     crossing("person", PERSON, speed=50), id="somebody walks about inside"),
        pytest.param("V16-thing-left-behind", ZoneKind.WATCHED,
                     together(standing(one("left-thing", (30, 30))),
                              during(standing(one("person", PERSON, 420)), 0, 4)),
                     id="a bag whose owner has gone"),
    ],
)  # fmt: skip
def test_a_rule_tells_once_what_it_is_about_and_no_other_rule_does(
    rule: str, zone: ZoneKind, scene: Scene
) -> None:
    told = told_of(zone, scene)

    assert [one.post.rule.id for one in told if one.sequence == 0] == [rule]
    assert told[0].reason.zh
    assert told[0].reason.en


@pytest.mark.parametrize(
    ("zone", "scene"),
    [
        pytest.param(ZoneKind.NO_VENDING, together(queue(6), standing(
            one("umbrella", PARASOL, 300, track="u"))), id="a bus queue, one under an umbrella"),
        pytest.param(ZoneKind.NO_VENDING, standing(one("stall", STALL)), id="a stall of nobody"),
        pytest.param(ZoneKind.NO_VENDING, crossing("tricycle", CART, speed=60),
                     id="a cart that is pushed by"),
        pytest.param(ZoneKind.NO_VENDING, together(
            crossing("tricycle", CART, speed=60), crossing("person", PERSON, speed=60, track="8")),
            id="with who pushes it"),
        pytest.param(ZoneKind.PAVEMENT, crossing("wheelchair", (40, 60), speed=30),
                     id="a wheelchair"),
        pytest.param(ZoneKind.PAVEMENT, standing(one("pram", (30, 40)), VENDOR), id="a pram"),
        pytest.param(ZoneKind.NO_STOPPING, during(standing(one("vehicle", CAR)), 3, 11),
                     id="a delivery within the time"),
        pytest.param(ZoneKind.FIRE_LANE, crossing("sweeper", CAR, speed=15), id="a sweeper"),
        pytest.param(ZoneKind.FIRE_LANE, crossing("vehicle", CAR, speed=40), id="slow traffic"),
        pytest.param(ZoneKind.WATCHED, queue(8), id="eight are no crowd"),
        pytest.param(ZoneKind.WATCHED, together(standing(one("left-thing", (30, 30))),
                                                standing(one("person", PERSON, 420))),
                     id="a bag whose owner stands by"),
        pytest.param(ZoneKind.EXIT, crossing("person", PERSON, speed=40), id="people go out"),
        pytest.param(ZoneKind.WALL, queue(12), id="people before a wall"),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_never_told(zone: ZoneKind, scene: Scene) -> None:
    assert told_of(zone, scene) == []


def test_smoke_and_blocked_exits_are_told_as_dangers() -> None:
    smoke = told_of(ZoneKind.WATCHED, SMOKE)
    blocked = told_of(ZoneKind.EXIT, standing(one("vehicle", CAR)))

    assert smoke[0].dangers == {Danger.FLAMES}
    assert blocked[0].dangers == {Danger.ESCAPE_ROUTE}


def test_a_reason_reads_like_a_sentence() -> None:
    told = told_of(
        ZoneKind.NO_VENDING,
        standing(one("stall", STALL), one("umbrella", PARASOL, track="3"), VENDOR),
    )

    assert told[0].reason.en == (
        "1 stall, 1 umbrella with 1 person beside, vending on bay where nobody may, "
        "for at least 10 s and at most 11 s, since 2026-11-01 16:00:00"
    )
    assert told[0].reason.zh == (
        "1个摊位、1把遮阳伞在禁止设摊的“bay”内经营，旁有1名人员，"
        "自2026年11月01日16:00:00起，至少10秒、至多11秒"
    )
