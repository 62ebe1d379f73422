"""Finds out whether this machine can decode video in hardware."""

from enum import StrEnum
from functools import cache
from typing import Final

import av
from av.codec.hwaccel import HWAccel, hwdevices_available

_TRIED_WITH: Final = "h264"
"""What nearly every camera sends; a device that can't do this is of no use here."""


class Hardware(StrEnum):
    """Whether to decode in hardware."""

    AUTO = "auto"
    OFF = "off"


def accelerator(hardware: Hardware) -> HWAccel | None:
    """What to open a source with; nothing where there is no device, or nobody wants it.

    A stream that the device can't decode is decoded in software, without a word.
    """
    device = _device() if hardware is Hardware.AUTO else None
    return None if device is None else HWAccel(device, allow_software_fallback=True)


@cache
def _device() -> str | None:
    """The first kind that can be opened; libav lists all that it was built for."""
    for kind in hwdevices_available():
        try:
            decoder = av.CodecContext.create(_TRIED_WITH, "r", hwaccel=HWAccel(kind))
        except av.error.FFmpegError:
            continue
        if decoder.is_hwaccel:
            return str(kind)
    return None
