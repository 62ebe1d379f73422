"""What flickers is learned, and who walks by does not pass for flicker."""

from collections.abc import Sequence

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.cells import Mask, shrink
from detectors.frames import Luma
from detectors.noise import Noise
from tests.support.streets import HEIGHT, WIDTH, ground, rain, still, street, with_thing

SHAPE = (HEIGHT // 8, WIDTH // 8)
ALL: Mask = np.ones(SHAPE, np.bool_)


def learned(pictures: Sequence[Luma]) -> Noise:
    noise = Noise(SHAPE, watched=ALL)
    for picture in pictures:
        noise.see(shrink(picture).windows)
    return noise


def walkers(count: int) -> list[Luma]:
    """Somebody walks up and down one side of the street, and a car drives past now and then."""
    pictures = []
    for index, picture in enumerate(still(street(), count)):
        x = (20 + 14 * index) % (WIDTH - 30)
        seen = with_thing(picture, x, 20, width=20, height=50, by=60)
        if index % 25 < 4:
            seen = with_thing(seen, 70 * (index % 25), 120, width=90, height=60, by=-60)
        pictures.append(seen)
    return pictures


@pytest.mark.parametrize("sigma", [2.0, 8.0, 20.0])
def test_sensor_noise_is_measured(sigma: float) -> None:
    noise = learned(still(ground(), 60, sigma=sigma))

    assert np.median(noise.sigma) == pytest.approx(sigma / 16, rel=0.5)


def test_a_still_picture_has_no_noise() -> None:
    noise = learned(still(ground(), 20, sigma=0))

    assert (noise.sigma.max(), noise.highest) == (0, 0)


def test_rain_has_high_spikes_everywhere_and_walkers_only_where_they_walk() -> None:
    wet, walked = learned(rain(street(), 80, streaks=30)), learned(walkers(80))

    assert wet.highest > 8
    assert walked.highest < 5


def test_a_step_is_no_spike() -> None:
    pictures = [*still(ground(100), 10, sigma=0), *still(ground(100), 10, sigma=0)]
    pictures[10:] = [with_thing(one, 100, 100, width=60, height=60) for one in pictures[10:]]

    assert learned(pictures).highest == 0


@pytest.mark.parametrize(
    ("share", "frames"),
    [
        pytest.param(0.0, 3, id="nothing-flickers"),
        pytest.param(0.1, 6, id="one-in-ten"),
        pytest.param(0.5, 15, id="every-other"),
    ],
)
def test_the_more_flickers_the_longer_something_must_last(share: float, frames: int) -> None:
    noise = Noise(SHAPE, watched=ALL)
    hits = np.zeros(SHAPE, np.bool_)
    hits.ravel()[: round(share * hits.size)] = True

    for _ in range(300):
        noise.see_hits(hits)

    assert noise.patience == frames
