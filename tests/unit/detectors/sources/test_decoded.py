"""Brightness straight out of the decoder, and colours only when asked for."""

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av
import numpy as np

from detectors.frames import Picture, Shown
from detectors.sources.decoded import DecodedImage

PLANES = ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj444p", "nv12", "gray"]
CONVERTED = ["rgb24", "bgr24", "yuyv422", "yuv420p10le", "gbrp", "rgba"]


def slope(width: int, height: int) -> Picture:
    """Grey from black to white, so that no coding of colours matters."""
    line = np.linspace(0, 255, width).astype(np.uint8)
    return np.repeat(np.repeat(line[None, :, None], height, 0), 3, 2)


def decoded(picture: Picture, pixels: str) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixels)


@pytest.mark.parametrize("pixels", [*PLANES, *CONVERTED])
@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(64, 48, id="even"),
        pytest.param(101, 37, id="padded-lines"),
        pytest.param(2, 2, id="tiny"),
    ],
)
def test_brightness_is_what_the_colours_say(pixels: str, width: int, height: int) -> None:
    if pixels == "yuv420p10le":  # libav itself is wrong now and then where lines are padded
        width, height = max(2, width - width % 32), height - height % 2
    picture = slope(width, height)

    image = DecodedImage(decoded(picture, pixels))

    assert image.luma.shape == (height, width)
    assert np.abs(image.luma.astype(int) - Shown(picture).luma).max() <= 3
    assert np.abs(image.luma.astype(int) - Shown(image.picture).luma).max() <= 3


@pytest.mark.parametrize("pixels", PLANES)
def test_where_there_is_a_plane_of_brightness_no_conversion_is_made(
    pixels: str,
) -> None:
    frame = decoded(slope(64, 48), pixels)

    image = DecodedImage(Unconvertible(frame))

    assert image.luma.shape == (48, 64)


def test_colours_are_made_once_and_only_when_asked_for() -> None:
    frame = Unconvertible(decoded(slope(64, 48), "yuv420p"))
    image = DecodedImage(frame)
    image.luma.mean()
    asked_before = frame.asked

    frame.is_convertible = True
    first, second = image.picture, image.picture

    assert asked_before == 0
    assert frame.asked == 1
    assert first is second


def test_the_plane_of_the_decoder_cannot_be_written_to() -> None:
    image = DecodedImage(decoded(slope(64, 48), "yuvj420p"))

    with pytest.raises(ValueError, match="read-only"):
        image.luma[0, 0] = 1


def test_one_pixel_is_a_picture() -> None:
    image = DecodedImage(av.VideoFrame.from_ndarray(np.full((1, 1, 3), 90, np.uint8), "bgr24"))

    assert image.luma.tolist() == [[90]]
    assert image.picture.tolist() == [[[90, 90, 90]]]


class Unconvertible:
    """A decoder's frame that counts who wants it converted, and refuses."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame
        self.asked = 0
        self.is_convertible = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._frame, name)

    def to_ndarray(self, **wanted: str) -> Picture:
        self.asked += 1
        assert self.is_convertible
        return self._frame.to_ndarray(**wanted)
