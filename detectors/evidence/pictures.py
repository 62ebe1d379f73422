"""Pictures as bytes: a camera's own JPEG where there is one, else coded at a stated quality."""

from typing import Final

import cv2

from detectors.frames import Frame, Picture
from schemas.errors import InvalidValueError

MEDIA_TYPE: Final = "image/jpeg"
ORIGINAL_QUALITY: Final = 95
COPY_QUALITY: Final = 90
_JPEG: Final = b"\xff\xd8\xff"


def original_of(frame: Frame) -> bytes:
    """The frame as evidence: to the byte as the source gave it, where it gave a JPEG."""
    given = getattr(frame.image, "jpeg", None)
    if isinstance(given, bytes) and given.startswith(_JPEG):
        return given
    return jpeg(frame.picture, quality=ORIGINAL_QUALITY)


def jpeg(picture: Picture, *, quality: int) -> bytes:
    """The same picture gives the same bytes, by one version of the library."""
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise InvalidValueError(
            expected="a picture that JPEG can hold", got=str(picture.shape), field="picture"
        )
    return content.tobytes()
