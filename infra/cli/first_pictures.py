"""Takes a picture from a source, and draws zones on it; needs the `[vision]` extra."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from detectors.drawing.labels import Places
from detectors.drawing.zones import draw_zone_labels, draw_zones
from detectors.frames import Frame, Picture
from detectors.sources.opening import open_source
from detectors.sources.source import Source
from schemas.camera import Camera
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.source import SourceAddress

_FPS: Final = 5.0
_PATIENCE: Final = timedelta(seconds=10)
"""Cameras begin black, and decoders grey, until a whole picture has come."""
_LEAST_CONTRAST: Final = 6.0
"""Standard deviation of brightness, of 255. A lamp in a dark street gives more."""
_JPEG_QUALITY: Final = 92


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """A picture, and whether it shows anything at all."""

    picture: Picture
    is_blank: bool

    @property
    def frame(self) -> FrameSize:
        """Its size."""
        return FrameSize(width=self.picture.shape[1], height=self.picture.shape[0])


def take_picture(address: SourceAddress) -> Taken:
    """The first picture that shows something; of blank ones alone, the best within ten seconds.

    Raises:
        RefusedError: no such source, or no picture in it.
        TemporarilyUnavailableError: the camera can't be reached, or went before any picture.
    """
    best: Taken | None = None
    highest = -1.0
    with open_source(address.secret, fps=_FPS) as source:
        for frame in _first_frames(source):
            contrast = float(frame.luma.std())
            if contrast >= _LEAST_CONTRAST:
                return Taken(picture=frame.picture, is_blank=False)
            if contrast > highest:
                best, highest = Taken(picture=frame.picture, is_blank=True), contrast
    if best is None:
        raise RefusedError(f"{address}: no picture came from it")
    return best


def _first_frames(source: Source) -> Iterator[Frame]:
    """Those of the first seconds; a camera that goes away after one has shown what it could."""
    has_any = False
    try:
        for item in source.frames():
            if isinstance(item, Frame):
                has_any = True
                yield item
            if (item.at if isinstance(item, Frame) else item.until_at) >= _PATIENCE:
                return
    except TemporarilyUnavailableError:
        if not has_any:
            raise


def read_picture(path: Path) -> Taken:
    """A picture from the disk."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RefusedError(
            f"{path}: there is no such picture; `offsite camera add --force` takes one"
        ) from error
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise RefusedError(f"{path}: this is no picture that can be read")
    return Taken(picture=picture.astype(np.uint8), is_blank=float(picture.std()) < _LEAST_CONTRAST)


def with_zones(taken: Taken, camera: Camera) -> Picture:
    """A copy with the camera's zones and their names."""
    if taken.frame != camera.frame:
        raise RefusedError(
            f"camera {camera.id}: expected a picture of {camera.frame.width}x"
            f"{camera.frame.height}, in which its zones are drawn, got {taken.frame.width}x"
            f"{taken.frame.height}; `offsite camera add {camera.id} --force` draws them anew"
        )
    drawn = taken.picture.copy()
    draw_zones(drawn, camera.zones)
    draw_zone_labels(drawn, camera.zones, Places(drawn))
    return drawn


def jpeg_of(picture: Picture) -> bytes:
    """As a JPEG."""
    return encoded(picture, ".jpg")


def encoded(picture: Picture, suffix: str) -> bytes:
    """As what the suffix says."""
    quality = [] if suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, content = cv2.imencode(suffix.lower(), picture, quality)
    return content.tobytes()
