"""A thing that somebody left is found; what was taken, lit, or is somebody, is not."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.background import LEFT_THING, Background
from detectors.frames import Luma
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from tests.support.streets import (
    HEIGHT,
    WIDTH,
    Ground,
    a_frame,
    ground,
    noisy,
    shifted,
    street,
)

BAG = BoxXYXY(x1=150, y1=150, x2=170, y2=168)
FPS = 5


def a_person(x: float, y: float = 170, *, kind: str = "person", height: float = 70) -> Thing:
    """Who stands there, by the feet."""
    box = BoxXYXY(x1=x - height / 6, y1=y - height, x2=x + height / 6, y2=y)
    return Thing(kind=kind, box=box, confidence=0.9)


class Film:
    """Draws seconds of a street, and shows them with who is known to be there."""

    def __init__(self, scene: Ground | None = None) -> None:
        self.scene = street() * 0.6 + 40 if scene is None else scene
        self.bare = self.scene.copy()
        self.background = Background()
        self.told: list[tuple[Thing, ...]] = []
        self.at = 0.0

    def run(
        self,
        seconds: float,
        *,
        people: Sequence[Thing] = (),
        seen: Sequence[Thing] | None = None,
        light: Callable[[Ground], Ground] = lambda picture: picture,
        shake: float = 0.0,
    ) -> tuple[Thing, ...]:
        """The last answer. `seen` is whom the detector finds of the people, by default all."""
        known = people if seen is None else seen
        dice = np.random.default_rng(round(self.at * 1000))
        for _ in range(round(seconds * FPS)):
            picture = self.with_people(people)
            if shake:
                picture = shifted(picture, *dice.normal(0, shake, 2))
            luma: Luma = noisy(light(picture), 2, seed=round(self.at * 1000))
            self.told.append(self.background.see(a_frame(luma, self.at), people_and_vehicles=known))
            self.at += 1 / FPS
        return self.told[-1]

    def with_people(self, people: Sequence[Thing]) -> Ground:
        picture = self.scene.copy()
        for number, person in enumerate(people):
            box = person.box
            rows = slice(max(0, int(box.y1)), int(box.y2))
            columns = slice(max(0, int(box.x1)), int(box.x2))
            picture[rows, columns] = 5 + 8 * number
        return picture

    def put(self, box: BoxXYXY, *, grey: float = 40) -> None:
        """A thing with a lid and a body."""
        rows, columns = slice(int(box.y1), int(box.y2)), slice(int(box.x1), int(box.x2))
        self.scene[rows, columns] = grey
        self.scene[rows.start : rows.start + 5, columns] = grey + 12

    def take(self, box: BoxXYXY) -> None:
        rows, columns = slice(int(box.y1), int(box.y2)), slice(int(box.x1), int(box.x2))
        self.scene[rows, columns] = self.bare[rows, columns]


def a_film_of_a_left_bag(*, scene: Ground | None = None, grey: float = 40) -> Film:
    """Empty for eight seconds; somebody comes, puts it down, and goes."""
    film = Film(scene)
    film.run(8)
    film.run(2, people=[a_person(140)])
    film.put(BAG, grey=grey)
    film.run(2, people=[a_person(138)])
    film.run(1, people=[a_person(90)])
    return film


@pytest.mark.parametrize("grey", [40, 70, 190], ids=["black", "grey", "white"])
@pytest.mark.parametrize(
    "scene", [lambda: ground(110), lambda: street() * 0.6 + 40], ids=["plain", "street"]
)
def test_a_bag_that_is_left_is_found_where_it_stands(
    scene: Callable[[], Ground], grey: float
) -> None:
    film = a_film_of_a_left_bag(scene=scene(), grey=grey)

    (found,) = film.run(6)

    assert found.kind == LEFT_THING
    assert found.box.overlap(BAG) > 0.6
    assert found.confidence > 0.6


def test_it_is_told_once_nobody_is_beside_it_and_not_before() -> None:
    film = Film()
    film.run(8)
    film.put(BAG)

    beside = film.run(8, people=[a_person(140)])
    gone = film.run(2)

    assert beside == ()
    assert len(gone) == 1


def test_it_has_one_name_for_as_long_as_it_stands() -> None:
    film = a_film_of_a_left_bag()
    film.run(20)
    film.run(2, people=[a_person(158, 175)])

    film.run(60)

    names = {thing.track for told in film.told for thing in told}
    assert names == {"left-1"}
    assert len(film.told[-1]) == 1


def test_hidden_by_a_passer_by_it_is_not_told_and_after_him_it_is() -> None:
    film = a_film_of_a_left_bag()
    film.run(6)

    hidden = film.run(1, people=[a_person(160, 175)])
    after = film.run(1)

    assert (len(hidden), len(after)) == (0, 1)


def test_when_it_is_taken_away_nothing_is_left() -> None:
    film = a_film_of_a_left_bag()
    film.run(6)
    film.run(1, people=[a_person(160, 175)])
    film.take(BAG)

    told = film.run(10)

    assert told == ()


@pytest.mark.parametrize("leaver", ["person", "vehicle", "bicycle"])
def test_who_can_leave_things(leaver: str) -> None:
    film = Film()
    film.run(8)
    film.put(BAG)
    film.run(1, people=[a_person(140, kind=leaver)])

    assert len(film.run(6)) == 1


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([], id="nobody-at-all"),
        pytest.param([a_person(300)], id="somebody-far-away"),
        pytest.param([a_person(140, kind="dog")], id="a-dog"),
    ],
)
def test_what_appears_with_nobody_near_was_not_left(people: list[Thing]) -> None:
    film = Film()
    film.run(8)
    film.put(BAG)
    film.run(1, people=people)

    film.run(20)

    assert {len(told) for told in film.told} == {0}


def test_what_appeared_by_itself_is_scenery_after_a_minute() -> None:
    film = Film()
    film.run(8)
    film.put(BAG)
    film.run(70)

    film.take(BAG)
    film.run(1, people=[a_person(160, 175)])

    assert film.run(10) == ()


def test_a_thing_that_was_always_there_and_is_taken_is_not_left() -> None:
    film = Film()
    film.put(BAG)
    film.run(8)
    film.run(1, people=[a_person(160, 175)])
    film.take(BAG)

    film.run(12)

    assert {len(told) for told in film.told} == {0}


def test_who_stands_still_is_no_thing() -> None:
    film = Film()
    film.run(8)

    film.run(20, people=[a_person(160)])
    film.run(4)

    assert {len(told) for told in film.told} == {0}


def test_a_detector_that_blinks_makes_nobody_a_thing() -> None:
    film = Film()
    film.run(8)
    stands = [a_person(160)]
    for _ in range(15):
        film.run(1, people=stands)
        film.run(0.2, people=stands, seen=[])

    assert {len(told) for told in film.told} == {0}


def test_a_vehicle_that_parks_is_no_thing_though_the_detector_loses_it() -> None:
    film = Film()
    film.run(8)
    van = Thing(kind="vehicle", box=BoxXYXY(x1=60, y1=90, x2=140, y2=150), confidence=0.9)
    film.run(10, people=[van])

    film.run(10, people=[van], seen=[])

    assert {len(told) for told in film.told} == {0}


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(lambda p: p * 1.25, id="lamps-on"),
        pytest.param(lambda p: p * 0.8 - 4, id="lamps-out"),
    ],
)
def test_light_that_changes_leaves_nothing_and_takes_nothing(
    light: Callable[[Ground], Ground],
) -> None:
    film = a_film_of_a_left_bag()
    film.run(6)

    told = film.run(12, people=[a_person(250)], light=light)

    assert [thing.track for thing in told] == ["left-1"]


def test_a_shadow_on_textured_ground_is_no_thing() -> None:
    dice = np.random.default_rng(3)
    tiles = np.kron(dice.normal(130, 22, (40, 54)), np.ones((6, 6)))[:HEIGHT, :WIDTH]
    film = Film(tiles.astype(np.float32))
    film.run(8)
    film.scene[120:180, 150:200] *= 0.6
    film.run(1, people=[a_person(140)])

    film.run(10)

    assert {len(told) for told in film.told} == {0}


def test_a_camera_that_trembles_and_drifts_sees_no_thing_but_the_left_one() -> None:
    film = Film()
    film.run(8, shake=1.0)
    film.put(BAG)
    film.run(2, people=[a_person(140)], shake=1.0)

    (found,) = film.run(8, shake=1.0)

    assert found.box.overlap(BAG) > 0.4


def test_a_person_in_view_while_the_scenery_is_learned_leaves_no_ghost() -> None:
    film = Film()
    film.run(10, people=[a_person(100)])

    film.run(3, people=[a_person(60)])
    film.run(12)

    assert {len(told) for told in film.told} == {0}


def test_what_was_learned_is_forgotten_when_told_so() -> None:
    film = a_film_of_a_left_bag()
    film.run(6)

    film.background.forget()

    assert film.run(8) == ()


@pytest.mark.parametrize("seconds", [0.0, 4.0], ids=["same-time", "back"])
def test_time_that_steps_back_begins_anew(seconds: float) -> None:
    film = a_film_of_a_left_bag()
    film.run(6)
    film.at = seconds

    assert film.run(1) == ()


def test_two_samples_a_second_are_looked_at_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[timedelta] = []
    background = Background()
    sample = background._sample

    def counted(frame):
        looked.append(frame.at)
        return sample(frame)

    monkeypatch.setattr(background, "_sample", counted)
    for index in range(100):
        background.see(a_frame(noisy(ground(), 2), index / 25), people_and_vehicles=())

    assert len(looked) == 8


def test_the_same_film_gives_the_same_things() -> None:
    first, second = a_film_of_a_left_bag(), a_film_of_a_left_bag()

    first.run(6)
    second.run(6)

    assert first.told == second.told


def test_boxes_lie_within_the_picture() -> None:
    film = Film()
    corner = BoxXYXY(x1=WIDTH - 18, y1=HEIGHT - 14, x2=WIDTH, y2=HEIGHT)
    film.run(8)
    film.put(corner)
    film.run(1, people=[a_person(WIDTH - 30, HEIGHT)])

    (found,) = film.run(6)

    assert found.box.x2 <= WIDTH
    assert found.box.y2 <= HEIGHT
