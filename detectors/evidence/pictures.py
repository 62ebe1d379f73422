"""Pictures as bytes: a source's own file where it gave one, else coded at a stated quality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import cv2

from detectors.frames import Frame, Picture
from schemas.errors import InvalidValueError

JPEG: Final = "image/jpeg"
ORIGINAL_QUALITY: Final = 95
COPY_QUALITY: Final = 90
_BEGINS: Final[Mapping[str, bytes]] = {JPEG: b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """The bytes of a picture file, and what it is."""

    content: bytes = field(repr=False)
    media_type: str = JPEG


def original_of(frame: Frame) -> PictureFile:
    """The frame as evidence: to the byte as the source gave it, where it gave single pictures."""
    came_as = getattr(frame.image, "came_as", None)
    if isinstance(came_as, bytes):
        for media_type, sign in _BEGINS.items():
            if came_as.startswith(sign):
                return PictureFile(content=came_as, media_type=media_type)
    return PictureFile(content=jpeg(frame.picture, quality=ORIGINAL_QUALITY))


def jpeg(picture: Picture, *, quality: int) -> bytes:
    """The same picture gives the same bytes, by one version of the library."""
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise InvalidValueError(
            expected="a picture that JPEG can hold", got=str(picture.shape), field="picture"
        )
    return content.tobytes()
