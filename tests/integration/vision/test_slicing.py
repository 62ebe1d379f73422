"""Small things are found in slices, and nothing is found twice or by halves."""

from collections.abc import Sequence

import pytest

pytest.importorskip("supervision", reason="needs the extra [vision]")

import numpy as np

from detectors.eyes.class_maps import ClassMap
from detectors.eyes.slicing import SlicedEyes, Slicing
from detectors.frames import Picture
from detectors.synthetic.rendering import render
from detectors.synthetic.stories import compose
from detectors.synthetic.truth import truth_at
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.ids import Sha256
from schemas.observation import Thing
from tests.support.eyes import map_of, open_eyes

WHITE = 255
Patch = tuple[int, int, int, int]


class ColourEyes:
    """Sees each patch of one brightness as a thing, but in a shrunk picture only a large one."""

    name, weights_digest, class_map_digest = "colours", Sha256("a" * 64), Sha256("b" * 64)
    image_size = 100

    def __init__(self, *, least_px: int = 10, kinds: dict[int, str] | None = None) -> None:
        self.looks: list[tuple[int, int]] = []
        self._least = least_px
        self._kinds = kinds or {WHITE: "person"}

    def find(self, pictures: Sequence[Picture]) -> list[tuple[Thing, ...]]:
        self.looks += [picture.shape[:2] for picture in pictures]
        return [tuple(self._things(picture)) for picture in pictures]

    def _things(self, picture: Picture) -> list[Thing]:
        shrunk = max(1.0, max(picture.shape[:2]) / self.image_size)
        things = []
        for value in sorted(set(np.unique(picture)) - {0}):
            ys, xs = np.nonzero(picture[..., 0] == value)
            box = BoxXYXY(x1=xs.min(), y1=ys.min(), x2=xs.max() + 1, y2=ys.max() + 1)
            if min(box.x2 - box.x1, box.y2 - box.y1) / shrunk >= self._least:
                kind = self._kinds.get(int(value), "person")
                sure = 0.5 + min(box.area, 4_000) / 10_000
                things.append(Thing(kind=kind, box=box, confidence=sure))
        return things


def a_map(*, agnostic: bool = True) -> ClassMap:
    return ClassMap(
        digests=frozenset({Sha256("a" * 64)}),
        image_size=320,
        confidence=0.25,
        classes={"person": "person", "car": "vehicle"},
        agnostic=agnostic,
    )


def with_patches(
    *patches: tuple[int, int, int, int], shape: tuple[int, int] = (200, 300)
) -> Picture:
    picture = np.zeros((*shape, 3), np.uint8)
    for number, (x1, y1, x2, y2) in enumerate(patches):
        picture[y1:y2, x1:x2] = WHITE - number
    return picture


def found(picture: Picture, eyes: ColourEyes, *, agnostic: bool = True) -> list[tuple[float, ...]]:
    sliced = SlicedEyes(eyes, Slicing(size=100, overlap=30), a_map(agnostic=agnostic))
    (things,) = sliced.find([picture])
    return sorted((one.box.x1, one.box.y1, one.box.x2, one.box.y2) for one in things)


def test_a_small_thing_is_found_in_a_slice_where_it_is() -> None:
    picture = with_patches((190, 120, 204, 138))

    assert ColourEyes().find([picture]) == [()]
    assert found(picture, ColourEyes()) == [(190, 120, 204, 138)]


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param((92, 20, 106, 40), id="cut-by-the-first-slice"),
        pytest.param((64, 20, 78, 40), id="in-the-overlap"),
        pytest.param((90, 90, 106, 106), id="where-four-slices-meet"),
        pytest.param((0, 50, 14, 70), id="at-the-left-of-the-frame"),
        pytest.param((286, 184, 300, 200), id="in-the-corner-of-the-frame"),
    ],
)
def test_a_thing_is_found_whole_and_once(patch: tuple[int, int, int, int]) -> None:
    assert found(with_patches(patch), ColourEyes()) == [patch]


def test_a_thing_larger_than_a_slice_is_found_once_by_the_look_at_the_whole() -> None:
    assert found(with_patches((20, 20, 280, 180)), ColourEyes()) == [(20, 20, 280, 180)]


def test_what_a_slice_cut_and_nothing_covers_is_kept_rather_than_lost() -> None:
    long_and_thin = (20, 60, 280, 74)

    parts = found(with_patches(long_and_thin), ColourEyes())

    assert parts
    assert all(20 <= x1 < x2 <= 280 for x1, _, x2, _ in parts)


def test_two_kinds_in_one_place_are_one_thing_or_two_by_setting() -> None:
    class Twice(ColourEyes):
        def _things(self, picture: Picture) -> list[Thing]:
            once = super()._things(picture)
            return once + [
                Thing(kind="vehicle", box=one.box, confidence=one.confidence / 2) for one in once
            ]

    picture = with_patches((190, 120, 204, 138))

    assert found(picture, Twice()) == [(190, 120, 204, 138)]
    assert found(picture, Twice(), agnostic=False) == [(190, 120, 204, 138)] * 2


def test_a_picture_no_larger_than_a_slice_is_looked_at_once() -> None:
    eyes = ColourEyes()

    found(with_patches((10, 10, 30, 30), shape=(100, 100)), eyes)

    assert eyes.looks == [(100, 100)]


def test_sliced_eyes_say_that_they_are() -> None:
    sliced = SlicedEyes(ColourEyes(), Slicing(size=100, overlap=30), a_map())

    assert sliced.name == "colours slices 100-30"
    assert (sliced.weights_digest, sliced.class_map_digest) == ("a" * 64, "b" * 64)
    assert sliced.image_size == 100


@pytest.mark.parametrize(
    ("size", "overlap", "why"),
    [
        pytest.param(16, 0, "size: expected 32 px or more", id="too-small"),
        pytest.param(320, 320, "overlap: expected 0 or more and less than the size", id="no-step"),
        pytest.param(320, -1, "overlap: expected 0 or more", id="gaps"),
    ],
)
def test_slices_that_can_not_be_are_refused(size: int, overlap: int, why: str) -> None:
    with pytest.raises(InvalidValueError, match=why):
        Slicing(size=size, overlap=overlap)


@pytest.mark.model
def test_small_drawn_people_are_found_that_a_look_at_the_whole_misses() -> None:
    scenes = [compose(seed=9_050 + number, story="quiet") for number in range(9)]
    drawn = [render(scene, 20.0) for scene in scenes]
    square = np.vstack([np.hstack(drawn[row : row + 3]) for row in (0, 3, 6)])
    people = [
        BoxXYXY(
            x1=seen.box.x1 + 640 * (number % 3),
            y1=seen.box.y1 + 360 * (number // 3),
            x2=seen.box.x2 + 640 * (number % 3),
            y2=seen.box.y2 + 360 * (number // 3),
        )
        for number, scene in enumerate(scenes)
        for seen in truth_at(scene, 20.0)
        if map_of().classes[seen.kind] == "person" and seen.visible > 0.9
    ]

    def seen_by(slicing: Slicing | None) -> int:
        (things,) = open_eyes(image_size=320, slicing=slicing).find([square])
        persons = [thing.box for thing in things if thing.kind == "person"]
        return sum(any(one.overlap(box) > 0.5 for box in persons) for one in people)

    whole, sliced = seen_by(None), seen_by(Slicing(size=640, overlap=120))

    assert len(people) >= 10
    assert whole <= len(people) // 4
    assert sliced >= len(people) * 3 // 4
