"""Opens what an address names: a video file, a folder of pictures, a camera, or snapshots."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer

from detectors.sources.addresses import (
    LIVE_SCHEMES,
    SNAPSHOT_SCHEMES,
    scheme_of,
)
from detectors.sources.fetching import Fetcher
from detectors.sources.folder import PictureFolder
from detectors.sources.footage import KEEP, Footage
from detectors.sources.hardware import Hardware, accelerator
from detectors.sources.snapshots import Snapshots
from detectors.sources.source import Source, SourceUnusableError
from detectors.sources.stream import Terms, VideoStream
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.source import without_credentials

STALLED_AFTER_S: Final = 15.0
"""A camera that gives no picture for so long has stalled."""

_ONLY_RECORDINGS: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,mjpeg,flv,asf,dhav",
}
"""A playlist would send us out into the network, or wait a hundred seconds for its next part."""

_LIVE: Final = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",  # nobody listens in, and sound can't hide that pictures stall
    "fpsprobesize": "0",  # guessing the rate keeps the first 2.1 s of 10 frames a second (measured)
}


def open_source(
    address: str,
    *,
    fps: float,
    timeout_s: float = STALLED_AFTER_S,
    keep: timedelta = KEEP,
    hardware: Hardware = Hardware.OFF,
) -> Source:
    """Open a file, a folder, a camera at rtsp://…, or pictures at http://… that change.

    RTSP goes over TCP, where no packet gets lost. A picture's address is asked `fps` times a
    second. The last `keep` stays in `footage`.

    Raises:
        SourceUnusableError: no such file, no video, or a scheme that nobody asked for.
        TemporarilyUnavailableError: the camera can't be reached, or says nothing in time.
    """
    if fps <= 0:
        raise InvalidValueError(expected="a number above 0", got=fps, field="fps")
    av.logging.set_level(av.logging.PANIC)
    scheme, footage = scheme_of(address), Footage(keep=keep)
    patience = timedelta(seconds=timeout_s)
    if scheme in SNAPSHOT_SCHEMES:
        fetcher = Fetcher(address, timeout_s=timeout_s)
        return Snapshots(
            fetcher.fetch, name=fetcher.name, fps=fps, footage=footage, stalled_after=patience
        )
    if not scheme and Path(address).is_dir():
        return PictureFolder(Path(address), name=address, fps=fps, footage=footage)
    is_live = scheme in LIVE_SCHEMES
    if is_live:
        container = _call(address, timeout_s=timeout_s, hardware=hardware)
    else:
        container = _read(address, hardware=hardware)
    name = without_credentials(address) if is_live else address
    terms = Terms(name=name, fps=fps, is_live=is_live, stalled_after=patience)
    return _stream(container, terms=terms, footage=footage)


def _read(address: str, *, hardware: Hardware) -> InputContainer:
    if scheme := scheme_of(address):
        raise SourceUnusableError(
            "expected a file, a folder, or an address that begins with rtsp:// or http://, "
            f"got {scheme}://…"
        )
    path = Path(address).absolute()
    if not path.is_file():
        raise SourceUnusableError(f"{address}: there is no such file")
    if not path.stat().st_size:
        raise SourceUnusableError(f"{address}: the file is empty")
    try:
        return _opened(str(path), options=_ONLY_RECORDINGS, timeout_s=None, hardware=hardware)
    except av.error.FFmpegError as error:
        text = f"{address}: this is no video that can be read: {error.strerror}"
        raise SourceUnusableError(text) from error


def _call(address: str, *, timeout_s: float, hardware: Hardware) -> InputContainer:
    try:
        return _opened(address, options=_LIVE, timeout_s=timeout_s, hardware=hardware)
    except av.error.FFmpegError as error:
        text = f"no picture from the camera within {timeout_s:g} s: {error.strerror}"
        text = f"{without_credentials(address)}: {text}"
        raise TemporarilyUnavailableError(text) from None  # its text holds the password


def _opened(
    address: str, *, options: dict[str, str], timeout_s: float | None, hardware: Hardware
) -> InputContainer:
    """In hardware where that is possible; a device that refuses is done without."""
    device = accelerator(hardware)
    container: InputContainer
    try:
        container = av.open(
            address,
            options=options,
            timeout=timeout_s,
            hwaccel=device,
            metadata_errors="replace",
        )
    except _REFUSED_BY_DEVICE:
        if device is None:
            raise
        container = av.open(address, options=options, timeout=timeout_s, metadata_errors="replace")
    return container


_REFUSED_BY_DEVICE: Final = (
    av.error.PermissionError,
    av.error.MemoryError,
    av.error.ExternalError,
    av.error.UndefinedError,
)


def _stream(container: InputContainer, *, terms: Terms, footage: Footage) -> Source:
    """Close what turns out to be unusable."""
    try:
        if not container.streams.video:
            raise SourceUnusableError(
                f"{terms.name}: there is no picture in it, only other streams"
            )
        _open_decoder(container, terms)
        return VideoStream(container, terms=terms, footage=footage)
    except InvalidValueError as error:
        container.close()
        raise SourceUnusableError(f"{terms.name}: the picture has no size: {error}") from error
    except SourceUnusableError:
        container.close()
        raise


def _open_decoder(container: InputContainer, terms: Terms) -> None:
    decoder = container.streams.video[0].codec_context
    if decoder is None:
        raise SourceUnusableError(f"{terms.name}: nothing here decodes its coding")
    if terms.is_live:  # many cameras, each on a thread of its own: more would be in the way
        decoder.thread_count = 1
    try:
        decoder.open(strict=False)
    except av.error.FFmpegError as error:
        raise SourceUnusableError(f"{terms.name}: it can't be decoded: {error.strerror}") from None
