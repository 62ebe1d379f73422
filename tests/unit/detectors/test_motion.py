"""The gate lets through what moved, and nothing that only flickers."""

import numpy as np
import pytest

from schemas.errors import InvalidValueError

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.frames import Picture
from detectors.motion import MotionGate

LONG = 10_000
GROUND = 120


def street(*, noise: float = 0.0, seed: int = 0, level: int = GROUND) -> Picture:
    dice = np.random.default_rng(seed)
    picture = dice.normal(level, noise, (360, 640, 3))
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def with_person(picture: Picture, *, x: int, y: int = 200, contrast: int = 20) -> Picture:
    """20 px high and 8 wide, darker than the ground."""
    seen = picture.copy()
    part = seen[y : y + 20, x : x + 8].astype(np.int16) - contrast
    seen[y : y + 20, x : x + 8] = np.clip(part, 0, 255)
    return seen


def test_the_first_picture_is_looked_at() -> None:
    gate = MotionGate(look_again_after=LONG)

    assert gate.changed(street())


def test_sensor_noise_is_no_motion() -> None:
    gate = MotionGate(look_again_after=LONG)
    gate.changed(street(noise=5, seed=0))

    looked = [gate.changed(street(noise=5, seed=seed)) for seed in range(1, 40)]

    assert not any(looked)


@pytest.mark.parametrize("shift", range(0, 8, 3), ids=lambda shift: f"{shift}-px-off-the-cells")
def test_a_small_person_who_comes_in_is_seen(shift: int) -> None:
    gate = MotionGate(look_again_after=LONG)
    gate.changed(street(noise=5, seed=1))

    assert gate.changed(with_person(street(noise=5, seed=2), x=300 + shift, y=200 + shift))


def test_a_person_who_walks_on_is_seen_and_one_who_stands_is_not() -> None:
    gate = MotionGate(look_again_after=LONG)
    gate.changed(with_person(street(), x=300))

    stands = gate.changed(with_person(street(), x=300))
    walks = gate.changed(with_person(street(), x=316))

    assert (stands, walks) == (False, True)


def test_a_slow_change_adds_up() -> None:
    gate = MotionGate(look_again_after=LONG)
    gate.changed(street(level=100))

    looked = [gate.changed(street(level=100 + step)) for step in range(1, 7)]

    assert looked == [False, False, False, False, True, False]


def test_stillness_is_looked_at_after_the_longest_allowed_time() -> None:
    gate = MotionGate(look_again_after=3)

    looked = [gate.changed(street()) for _ in range(8)]

    assert looked == [True, False, False, True, False, False, True, False]


def test_a_picture_of_another_size_is_looked_at() -> None:
    gate = MotionGate(look_again_after=LONG)
    gate.changed(street())

    assert gate.changed(street()[:180])


def test_a_stillness_of_no_frames_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"expected 1 or more frames, got 0"):
        MotionGate(look_again_after=0)
