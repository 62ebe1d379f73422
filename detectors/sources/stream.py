"""Video streams, in files or from cameras: packets in, frames and footage out."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

import av
from av.container import InputContainer

from detectors.frames import Break, Frame
from detectors.sources.cutting import Coding, Piece, coding_of
from detectors.sources.decoded import DecodedImage
from detectors.sources.footage import Footage
from detectors.sources.source import Closed, SizeChangedError, StalledError, TimeSource
from detectors.sources.timeline import Thinning, Timeline
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize

_USUAL_RATE: Final = Fraction(25)
_HIGHEST_RATE: Final = 240
"""Above, a stated rate is a clock's tick (90,000), not frames a second."""

_UNREADABLE_IN_A_ROW: Final = 100
"""A file whose container gives nothing but errors is over."""

_LONGEST_S: Final = 100 * 365 * 86_400
"""A stamp beyond a hundred years is damage."""

_WAITING_PIECES: Final = 256
"""Nothing could be decoded of so many packets; the first of them are of no use any more."""

_WITHOUT_TIMES: Final = frozenset({"avi", "h264", "hevc", "m4v", "mpegvideo"})
"""AVI keeps no presentation times: with B-frames libav's guess runs 1, 4, 3, 5, 2.

The time of decoding is right there, one constant delay later. Bare streams have none at all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a stream is to be read."""

    name: str
    fps: float
    is_live: bool
    stalled_after: timedelta
    clock: Callable[[], float] = time.monotonic


class VideoStream(Closed):
    """The first video stream of an open container, which it closes."""

    def __init__(self, container: InputContainer, *, terms: Terms, footage: Footage) -> None:
        self._container = container
        self._stream = container.streams.video[0]
        self._terms = terms
        self._reading = threading.Lock()
        self._is_closing = False
        self._shows_as_decoded: bool = container.format.name in _WITHOUT_TIMES
        self._coding: Coding | None = None
        self._is_kept = True
        self._waiting: deque[tuple[timedelta | None, bytes, bool]] = deque(maxlen=_WAITING_PIECES)
        self.name = terms.name
        self.is_live = terms.is_live
        self.footage = footage
        self.time_source = TimeSource.STREAM
        self.frame_size = FrameSize(
            width=self._stream.codec_context.width, height=self._stream.codec_context.height
        )
        self.expected_frames: int | None = self._stream.frames or None
        self.duration: timedelta | None = None
        self.recorded_at: datetime | None = None
        if not terms.is_live:
            self.duration = _duration(container, self._stream)
            self.recorded_at = _recorded_at(container.metadata)

    def close(self) -> None:
        """May be repeated, and by any thread: a read that is under way ends first."""
        self._is_closing = True
        if self._reading.acquire(blocking=False):
            try:
                self._container.close()
            finally:
                self._reading.release()

    def frames(self) -> Iterator[Frame | Break]:
        """See `Source`; the read of a silent camera takes until its timeout."""
        timeline = Timeline(step=_step(self._stream), start=self._start())
        thinning = Thinning(self._terms.fps)
        began = self._terms.clock()
        for index, decoded in enumerate(self._decoded(timeline)):
            arrived = timedelta(seconds=self._terms.clock() - began) if self.is_live else None
            placement = timeline.place(self._stamp(decoded), arrived=arrived)
            self._keep_waiting(timeline)
            yield from placement.breaks
            if placement.at is None:
                continue
            if self.is_live and self.recorded_at is None:
                self.recorded_at = datetime.now(UTC)
            if thinning.takes(placement.at):
                yield Frame(index=index, at=placement.at, image=DecodedImage(decoded))
        if self._is_closing:
            return
        yield from timeline.end(expected=self.expected_frames, duration=self.duration)
        if self.is_live:
            raise TemporarilyUnavailableError(f"{self.name}: the camera ended the stream")

    def _decoded(self, timeline: Timeline) -> Iterator[av.VideoFrame]:
        """Whole frames; the broken ones are told to the timeline."""
        packets = self._packets(timeline)
        silent_since = self._terms.clock()
        while (frames := self._next_frames(packets, timeline)) is not None:
            for frame in frames:
                self._require_size(frame)
                if frame.is_corrupt:
                    timeline.broke()
                else:
                    yield frame
                    silent_since = self._terms.clock()
            self._keep_waiting(timeline)
            silent_for = timedelta(seconds=self._terms.clock() - silent_since)
            if self.is_live and silent_for >= self._terms.stalled_after:
                text = f"something came, but no picture for {silent_for.total_seconds():.0f} s"
                raise StalledError(f"{self.name}: {text}")

    def _next_frames(
        self, packets: Iterator[av.Packet], timeline: Timeline
    ) -> Sequence[av.VideoFrame] | None:
        """What the next packet gives; None when it is over, or closed meanwhile."""
        with self._reading:
            packet = None if self._is_closing else next(packets, None)
            frames = None if packet is None else self._decode(packet, timeline)
        if self._is_closing:
            self.close()
            return None
        return frames

    def _decode(self, packet: av.Packet, timeline: Timeline) -> Sequence[av.VideoFrame]:
        if packet.size and self._is_kept:
            if self._coding is None:
                self._coding = coding_of(packet, shows_as_decoded=self._shows_as_decoded)
            self._is_kept = self._coding is not None
            self._waiting.append((self._stamp(packet), bytes(packet), packet.is_keyframe))
        try:
            frames: Sequence[av.VideoFrame] = packet.decode()
        except av.error.FFmpegError:
            timeline.broke()
            return ()
        return frames

    def _keep_waiting(self, timeline: Timeline) -> None:
        """What came goes into the footage as soon as it is known which stamp stands at 0."""
        while self._waiting and self._coding is not None:
            stamp, content, is_key = self._waiting[0]
            at = timeline.foresee(stamp)
            if at is None:
                return
            self._waiting.popleft()
            self.footage.add(Piece(content=content, at=at, is_key=is_key, coding=self._coding))

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
            except IndexError:  # at the end PyAV trips over streams that appeared on the way
                yield self._flush()
                return
            except av.error.ExitError:
                text = f"{self.name}: the camera said nothing for too long"
                raise StalledError(text) from None
            except av.error.FFmpegError as error:
                text = f"{self.name}: reading failed: {error.strerror}"
                raise TemporarilyUnavailableError(text) from None  # it holds the password
            else:
                return

    def _flush(self) -> av.Packet:
        """An empty packet: the decoder gives what it held back."""
        packet = av.Packet()
        packet.stream = self._stream
        return packet

    def _require_size(self, decoded: av.VideoFrame) -> None:
        if (decoded.width, decoded.height) != (self.frame_size.width, self.frame_size.height):
            got = FrameSize(width=decoded.width, height=decoded.height)
            raise SizeChangedError(self.name, expected=self.frame_size, got=got)

    def _start(self) -> timedelta | None:
        """The stamp of the first frame, broken or not, where the container knows it."""
        start, tick = self._stream.start_time, self._stream.time_base
        if self.is_live or self._shows_as_decoded or start is None or tick is None:
            return None
        return _seconds(start * tick)

    def _stamp(self, of: av.VideoFrame | av.Packet) -> timedelta | None:
        ticks = of.dts if self._shows_as_decoded else of.pts
        if ticks is None or not of.time_base or abs(ticks * of.time_base) > _LONGEST_S:
            return None
        return _seconds(ticks * of.time_base)


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
