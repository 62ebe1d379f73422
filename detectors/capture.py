"""Opens recordings and cameras and gives their frames: nobody else touches a source."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
from av.container import InputContainer

from detectors.frames import Break, Frame, Picture, Shown
from detectors.timeline import Timeline
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.geometry import FrameSize

LIVE_SCHEMES: Final = ("rtsp", "rtsps")
_USUAL_RATE: Final = Fraction(25)
_HIGHEST_RATE: Final = 240
"""Above, a stated rate is a clock's tick (90,000), not frames a second."""

_ONLY_RECORDINGS: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,mjpeg,flv,asf,dhav",
}
"""A playlist would send us out into the network, or wait a hundred seconds for its next part."""

_UNREADABLE_IN_A_ROW: Final = 100
"""A file whose container gives nothing but errors is over."""


class SourceUnusableError(RefusedError):
    """A source that will not give frames however often it is tried."""


class Source:
    """An open recording or camera. Close it, or use it in `with`; its frames come once."""

    def __init__(self, container: InputContainer, *, name: str, fps: float, is_live: bool) -> None:
        self._container = container
        self._stream = container.streams.video[0]
        self._name = name
        self._fps = fps
        self.is_live = is_live
        # AVI keeps no presentation times: with B-frames libav's guess runs 1, 4, 3, 5, 2.
        # The time of decoding is right there, one constant delay later.
        self._shows_as_decoded: bool = container.format.name == "avi"
        self.frame_size = FrameSize(
            width=self._stream.codec_context.width, height=self._stream.codec_context.height
        )
        self.expected_frames: int | None = self._stream.frames or None
        self.duration: timedelta | None = None if is_live else _duration(container, self._stream)
        self.recorded_at: datetime | None = _recorded_at(container.metadata)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """May be repeated."""
        self._container.close()

    def frames(self) -> Iterator[Frame | Break]:
        """Frames of at most `fps` a second of media time, and every break where it ends.

        Blocks while a camera is silent, up to the timeout.

        Raises:
            SourceUnusableError: the picture changed its size; no zone holds any more.
            TemporarilyUnavailableError: a camera went away. A file just ends.
        """
        timeline = Timeline(step=_step(self._stream), start=self._start())
        next_slot = 0
        for index, decoded in enumerate(self._decoded(timeline)):
            placement = timeline.place(self._stamp(decoded))
            yield from placement.breaks
            if placement.at is None:
                continue
            slot = self._slot(placement.at)
            if slot >= next_slot:
                next_slot = slot + 1
                yield Frame(index=index, at=placement.at, image=Shown(self._picture(decoded)))
        yield from timeline.end(expected=self.expected_frames, duration=self.duration)
        if self.is_live:
            raise TemporarilyUnavailableError(f"{self._name}: the camera ended the stream")

    def _slot(self, at: timedelta) -> int:
        """Which of the `fps` slots of a second; half a millisecond forgives rounding."""
        return int((at.total_seconds() + 0.0005) * self._fps)

    def _decoded(self, timeline: Timeline) -> Iterator[av.VideoFrame]:
        """Whole frames; the broken ones are told to the timeline."""
        for packet in self._packets(timeline):
            try:
                decoded = packet.decode()
            except (av.error.InvalidDataError, av.error.UndefinedError):
                timeline.broke()
                continue
            for frame in decoded:
                if frame.is_corrupt:
                    timeline.broke()
                else:
                    yield frame

    def _packets(self, timeline: Timeline) -> Iterator[av.Packet]:
        """All packets of the stream; reading goes on behind a broken one."""
        unreadable = 0
        while unreadable < _UNREADABLE_IN_A_ROW:
            try:
                for packet in self._container.demux(self._stream):
                    unreadable = 0
                    yield packet
            except av.error.InvalidDataError:
                unreadable += 1
                timeline.broke()
            except av.error.ExitError:
                text = f"{self._name}: the camera said nothing for too long"
                raise TemporarilyUnavailableError(text) from None
            except av.error.FFmpegError as error:
                text = f"{self._name}: reading failed: {error.strerror}"
                raise TemporarilyUnavailableError(text) from None  # it holds the password
            else:
                return

    def _start(self) -> timedelta | None:
        """The stamp of the first frame, broken or not, where the container knows it."""
        start, tick = self._stream.start_time, self._stream.time_base
        if self.is_live or self._shows_as_decoded or start is None or tick is None:
            return None
        return _seconds(start * tick)

    def _stamp(self, decoded: av.VideoFrame) -> timedelta | None:
        ticks = decoded.dts if self._shows_as_decoded else decoded.pts
        if ticks is None or decoded.time_base is None:
            return None
        return _seconds(ticks * decoded.time_base)

    def _picture(self, decoded: av.VideoFrame) -> Picture:
        if (decoded.width, decoded.height) != (self.frame_size.width, self.frame_size.height):
            raise SourceUnusableError(
                f"{self._name}: the picture changed its size: expected "
                f"{self.frame_size.width}x{self.frame_size.height}, "
                f"got {decoded.width}x{decoded.height}"
            )
        picture: Picture = decoded.to_ndarray(format="bgr24")
        return picture


def open_source(address: str, *, fps: float, timeout_s: float = 10) -> Source:
    """Open a file, or a camera at rtsp://…; RTSP goes over TCP, where no packet gets lost.

    Raises:
        SourceUnusableError: no such file, no video, or a scheme that nobody asked for.
        TemporarilyUnavailableError: the camera can't be reached, or says nothing in time.
    """
    if fps <= 0:
        raise InvalidValueError(expected="a number above 0", got=fps, field="fps")
    av.logging.set_level(av.logging.PANIC)
    scheme, separator, _ = address.partition("://")
    if not separator:
        return _open_file(address, fps=fps)
    if scheme.lower() not in LIVE_SCHEMES:
        raise SourceUnusableError(
            f"expected a file or an address that begins with rtsp://, got {scheme}://…"
        )
    return _open_camera(address, fps=fps, timeout_s=timeout_s)


def _open_file(address: str, *, fps: float) -> Source:
    path = Path(address).absolute()
    if not path.is_file():
        raise SourceUnusableError(f"{address}: there is no such file")
    try:
        container = av.open(str(path), options=_ONLY_RECORDINGS)
    except av.error.FFmpegError as error:
        text = f"{address}: this is no video that can be read: {error.strerror}"
        raise SourceUnusableError(text) from error
    return _source(container, name=address, fps=fps, is_live=False)


def _open_camera(address: str, *, fps: float, timeout_s: float) -> Source:
    name = _without_credentials(address)
    options = {"rtsp_transport": "tcp"}
    try:
        container = av.open(address, options=options, timeout=timeout_s)
    except av.error.FFmpegError as error:
        text = f"{name}: no picture from the camera within {timeout_s:g} s: {error.strerror}"
        raise TemporarilyUnavailableError(text) from None  # its text holds the password
    return _source(container, name=name, fps=fps, is_live=True)


def _source(container: InputContainer, *, name: str, fps: float, is_live: bool) -> Source:
    """Close what turns out to be unusable."""
    try:
        if not container.streams.video:
            raise SourceUnusableError(f"{name}: there is no picture in it, only other streams")
        return Source(container, name=name, fps=fps, is_live=is_live)
    except InvalidValueError as error:
        container.close()
        raise SourceUnusableError(f"{name}: the picture has no size: {error}") from error
    except SourceUnusableError:
        container.close()
        raise


def _without_credentials(address: str) -> str:
    """The address as a log may show it."""
    return re.sub("//.*@", "//", address).partition("?")[0]


def _step(stream: av.VideoStream) -> timedelta:
    rate = stream.average_rate or stream.guessed_rate
    return _seconds(1 / (rate if rate and rate <= _HIGHEST_RATE else _USUAL_RATE))


def _duration(container: InputContainer, stream: av.VideoStream) -> timedelta | None:
    if stream.duration is not None and stream.time_base is not None:
        return _seconds(stream.duration * stream.time_base)
    return None if container.duration is None else timedelta(microseconds=container.duration)


def _recorded_at(metadata: dict[str, str]) -> datetime | None:
    """When the container says that it was made; a time without a zone says nothing."""
    try:
        made_at = datetime.fromisoformat(metadata.get("creation_time", ""))
    except ValueError:
        return None
    return made_at if made_at.tzinfo else None


def _seconds(exact: Fraction) -> timedelta:
    return timedelta(microseconds=round(exact * 1_000_000))
