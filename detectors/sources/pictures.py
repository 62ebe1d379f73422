"""Decodes single pictures, JPEG and PNG: whole, or not at all."""

from datetime import timedelta
from typing import Final

import av

from detectors.sources.cutting import Coding, Piece
from schemas.errors import OffsiteError
from schemas.geometry import FrameSize

_BEGINS: Final = {"mjpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_MOST_PIXELS: Final = 64_000_000
"""A picture of a few kilobytes may claim to be a wall."""

_CODINGS: Final = {name: Coding(codec=name, parameters=b"", template=b"") for name in _BEGINS}


class BrokenPictureError(OffsiteError):
    """Bytes that are no picture, or only a part of one."""


def decode_picture(content: bytes) -> av.VideoFrame:
    """The picture, undistorted; colours wait until they are asked for.

    Raises:
        BrokenPictureError: it isn't whole. Half a picture is not shown as one.
    """
    decoder = av.CodecContext.create(_coding_of(content).codec, "r")
    decoder.thread_count = 1
    decoder.options = {"err_detect": "explode", "max_pixels": str(_MOST_PIXELS)}
    packet = av.Packet(len(content))  # with room behind, which libav may read
    packet.update(content)
    try:
        frames = decoder.decode(packet) or decoder.decode(None)
    except av.error.FFmpegError as error:
        raise BrokenPictureError(f"it is cut off or damaged: {error.strerror}") from error
    if not frames:
        raise BrokenPictureError("there is no picture in it")
    return frames[0]


def size_of(decoded: av.VideoFrame) -> FrameSize:
    """In pixels."""
    return FrameSize(width=decoded.width, height=decoded.height)


def whole_piece(content: bytes, *, at: timedelta) -> Piece:
    """A picture as footage keeps it: it needs no other to be decoded."""
    return Piece(content=content, at=at, is_key=True, coding=_coding_of(content))


def _coding_of(content: bytes) -> Coding:
    """By how it begins; a name or a header may say anything."""
    for name, sign in _BEGINS.items():
        if content.startswith(sign):
            return _CODINGS[name]
    raise BrokenPictureError("this is neither a JPEG nor a PNG")
