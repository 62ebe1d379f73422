"""A decoded picture whose colours are made only when somebody asks for them."""

from functools import cached_property
from typing import Final

import av
import cv2
import numpy as np

from detectors.frames import Luma, Picture

_FULL_RANGE: Final = 2
"""How libav says that 0 is black and 255 is white."""

_BLACK: Final = 16
_WHITE: Final = 235
"""Elsewhere video keeps its brightness between these (ITU-R BT.601)."""

_STRETCHED: Final = (
    ((np.arange(256) - _BLACK) * (255 / (_WHITE - _BLACK))).round().clip(0, 255).astype(np.uint8)
)


class DecodedImage:
    """Holds the decoder's frame: half the bytes of a picture in colours.

    `luma` is the frame's own plane of brightness, stretched to 0 … 255 where the video keeps
    less, so that every source has the same black and white. `came_as` is the file that it was
    decoded from, where the source gives pictures one by one: evidence keeps it to the byte.
    """

    def __init__(self, decoded: av.VideoFrame, *, came_as: bytes | None = None) -> None:
        self._decoded: Final = decoded
        self.came_as: Final = came_as

    @cached_property
    def picture(self) -> Picture:
        """Blue-green-red; made once."""
        picture: Picture = self._decoded.to_ndarray(format="bgr24")
        return picture

    @cached_property
    def luma(self) -> Luma:
        """Without a look at the colours, where there is a plane for it."""
        if not _has_luma_plane(self._decoded.format):
            grey: Luma = self._decoded.to_ndarray(format="gray")
            return grey
        plane = _first_plane(self._decoded)
        if _is_full_range(self._decoded):
            return plane
        stretched: Luma = np.empty(plane.shape, np.uint8)
        cv2.LUT(plane, _STRETCHED, stretched)
        return stretched


def _has_luma_plane(pixels: av.VideoFormat) -> bool:
    """Whether the first plane is brightness, a byte a pixel."""
    if pixels.is_rgb or pixels.has_palette or pixels.is_bit_stream or pixels.is_bayer:
        return False
    first = [one for one in pixels.components if one.plane == 0]
    return len(first) == 1 and first[0].bits == 8


def _is_full_range(decoded: av.VideoFrame) -> bool:
    """Grey is always; "yuvj" is the old word for it."""
    name: str = decoded.format.name
    return bool(decoded.color_range == _FULL_RANGE) or name == "gray" or name.startswith("yuvj")


def _first_plane(decoded: av.VideoFrame) -> Luma:
    """A view: lines may be longer than the picture is wide, or stand bottom up."""
    plane = decoded.planes[0]
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, abs(plane.line_size))
    view = lines[:, : plane.width]
    view.flags.writeable = False
    return view if plane.line_size > 0 else view[::-1]
