"""Bystanders can't be told apart in a privacy copy: what made them recognisable isn't in it."""

import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

import cv2
import numpy as np

from detectors.evidence.pictures import COPY_QUALITY, jpeg
from detectors.evidence.privacy import head_of, plate_of, private_copy, uninvolved
from detectors.frames import Picture
from schemas.geometry import BoxXYXY
from schemas.manifest import Blurred
from schemas.observation import Thing
from tests.support.tellings import STALL, VENDOR, a_thing

WALKER = a_thing("person", 100, 100, 160, 260)
FACE = np.s_[100:148, 100:160]


def a_picture(seed: int = 1) -> Picture:
    """Noise: there is detail everywhere, down to the single pixel."""
    return np.random.default_rng(seed).integers(0, 256, (360, 640, 3), dtype=np.uint8)


def a_portrait() -> Picture:
    """Something with structure of every size, as a face has."""
    picture = np.full((360, 640, 3), 128, np.uint8)
    for radius in range(3, 40, 4):
        cv2.ellipse(picture, (130, 122), (radius, radius * 2), 0, 0, 360, (radius * 6,) * 3, 1)
    cv2.putText(picture, "AB1234", (102, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 255), 1)
    return picture


def detail(picture: Picture) -> np.ndarray:
    """What is left when everything larger than some pixels is taken away."""
    grey = picture.astype(np.float32).mean(axis=2)
    return grey - cv2.GaussianBlur(grey, (0, 0), sigmaX=2)


# --- what is hidden, and where


@pytest.mark.parametrize("kind", ["person", "wheelchair", "pram", "sweeper"])
def test_heads_are_hidden(kind: str) -> None:
    picture = a_picture()

    copy, blurred = private_copy(picture, [a_thing(kind, 100, 100, 160, 260)])

    assert not (copy[FACE] == picture[FACE]).all(axis=2).any()
    assert np.array_equal(copy[200:], picture[200:])
    assert blurred == Blurred(heads=1, plates=0)


@pytest.mark.parametrize("kind", ["vehicle", "motorcycle", "tricycle", "waste-truck-uncovered"])
def test_plates_are_hidden(kind: str) -> None:
    picture = a_picture()

    copy, blurred = private_copy(picture, [a_thing(kind, 100, 100, 300, 200)])

    assert not (copy[150:200, 100:300] == picture[150:200, 100:300]).all(axis=2).any()
    assert np.array_equal(copy[:139], picture[:139])
    assert blurred == Blurred(heads=0, plates=1)


@pytest.mark.parametrize("kind", ["stall", "goods", "umbrella", "rubbish", "left-thing"])
def test_things_without_head_or_plate_are_left_alone(kind: str) -> None:
    picture = a_picture()

    copy, blurred = private_copy(picture, [a_thing(kind, 100, 100, 300, 200)])

    assert np.array_equal(copy, picture)
    assert blurred == Blurred(heads=0, plates=0)


@pytest.mark.parametrize(
    ("box", "least"),
    [
        pytest.param((100, 100, 160, 260), (85, 84, 175, 148), id="standing"),
        pytest.param((100, 100, 200, 200), (75, 90, 225, 180), id="cut off at the chest"),
        pytest.param((100, 100, 220, 180), (70, 92, 250, 180), id="from above: all of it"),
    ],
)
def test_a_head_is_looked_for_generously(
    box: tuple[int, int, int, int], least: tuple[int, int, int, int]
) -> None:
    found = head_of(a_thing("person", *box).box)

    assert (found.x1, found.y1, found.x2, found.y2) == least


def test_a_plate_is_in_the_lower_part() -> None:
    box = BoxXYXY(x1=100, y1=100, x2=300, y2=200)

    assert plate_of(box) == BoxXYXY(x1=100, y1=140, x2=300, y2=200)


@pytest.mark.parametrize(
    ("box", "hidden"),
    [
        pytest.param((-20, -30, 30, 60), 1, id="half outside"),
        pytest.param((620, 340, 640, 360), 1, id="in the corner"),
        pytest.param((0.2, 0.2, 0.6, 0.6), 1, id="within one pixel"),
        pytest.param((700, 100, 760, 260), 0, id="outside"),
        pytest.param((0, 0, 640, 360), 1, id="all of the picture"),
    ],
)
def test_any_box_will_do(box: tuple[float, float, float, float], hidden: int) -> None:
    copy, blurred = private_copy(a_picture(), [a_thing("person", *box)])

    assert copy.shape == (360, 640, 3)
    assert blurred.heads == hidden


def test_a_picture_of_one_pixel_will_do() -> None:
    copy, _ = private_copy(np.zeros((1, 1, 3), np.uint8), [a_thing("person", 0, 0, 1, 1)])

    assert copy.shape == (1, 1, 3)


def test_the_picture_itself_is_left_alone() -> None:
    picture = a_picture()

    private_copy(picture, [WALKER])

    assert np.array_equal(picture, a_picture())


# --- it can't be undone


def test_what_lies_within_a_cell_leaves_no_trace() -> None:
    """However the pixels of each cell are mixed, the copy is the same to the bit."""
    picture, mixed = a_picture(), a_picture()
    box = head_of(WALKER.box)
    top, left, cell = 84, 85, 16
    rng = np.random.default_rng(7)
    for y in range(top, int(box.y2), cell):
        for x in range(left, int(box.x2), cell):
            part = mixed[y : min(y + cell, int(box.y2)), x : min(x + cell, int(box.x2))]
            pixels = part.reshape(-1, 3)
            part[:] = rng.permutation(pixels).reshape(part.shape)

    copy, again = (private_copy(each, [WALKER])[0] for each in (picture, mixed))

    assert not np.array_equal(picture[FACE], mixed[FACE])
    assert np.array_equal(copy[FACE], again[FACE])


def test_fine_detail_is_gone() -> None:
    picture = a_portrait()

    copy, _ = private_copy(picture, [WALKER])

    before, after = detail(picture)[FACE], detail(copy)[FACE]
    assert after.var() < 0.01 * before.var()
    assert abs(np.corrcoef(before.ravel(), after.ravel())[0, 1]) < 0.1


def test_sharpening_does_not_bring_it_back() -> None:
    """From the JPEG as it is sent."""
    picture = a_portrait()
    copy, _ = private_copy(picture, [WALKER])
    content = np.frombuffer(jpeg(copy, quality=COPY_QUALITY), np.uint8)
    sent = cv2.imdecode(content, cv2.IMREAD_COLOR).astype(np.float32)
    sharpened = sent + 8 * (sent - cv2.GaussianBlur(sent, (0, 0), sigmaX=4))

    before, after = detail(picture)[FACE], detail(sharpened.clip(0, 255).astype(np.uint8))[FACE]

    assert abs(np.corrcoef(before.ravel(), after.ravel())[0, 1]) < 0.15


def test_a_far_head_is_a_single_colour() -> None:
    far = a_thing("person", 300, 100, 304, 112)

    copy, _ = private_copy(a_picture(), [far])

    assert len(np.unique(copy[99:103, 299:305].reshape(-1, 3), axis=0)) == 1


# --- who is a bystander


def named(things: tuple[Thing, ...]) -> list[str | None]:
    return [thing.track for thing in things]


def test_who_takes_part_is_known_by_its_track() -> None:
    moved = a_thing("person", 300, 150, 320, 210, track=VENDOR.track)
    walker = a_thing("person", 256, 150, 276, 210, track="9")

    assert named(uninvolved([STALL, moved, walker], [STALL, VENDOR])) == ["9"]


def test_without_tracks_who_takes_part_is_known_by_its_place() -> None:
    again = a_thing("person", 256, 151, 276, 211)
    beside = a_thing("person", 285, 150, 305, 210)

    others = uninvolved([again, beside], [VENDOR])

    assert others == (beside,)


def test_one_who_takes_part_accounts_for_one_only() -> None:
    near, nearer = a_thing("person", 258, 150, 278, 210), a_thing("person", 256, 150, 276, 210)

    assert uninvolved([near, nearer], [VENDOR]) == (near,)


def test_a_thing_of_another_kind_on_the_same_spot_is_a_bystander() -> None:
    rider = a_thing("person", 100, 100, 200, 200, track=None)
    tricycle = a_thing("tricycle", 100, 100, 200, 200, track=None)

    assert uninvolved([rider, tricycle], [tricycle]) == (rider,)


def test_a_known_track_does_not_account_for_a_second_thing() -> None:
    double = a_thing("person", 255, 150, 275, 210)

    assert uninvolved([VENDOR, double], [VENDOR]) == (double,)
