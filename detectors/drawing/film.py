"""Writes an annotated video: H.264 in a fragmented MP4, each picture at its own media time."""

import os
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av

from detectors.drawing.shot import Shot
from detectors.drawing.stage import Stage
from detectors.frames import Picture
from schemas.camera import Zone
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.geometry import FrameSize

PART: Final = ".part"
"""What a film is called until it is whole. What was written of it can be seen all the same."""

_TICKS: Final = 90_000
"""A second, in the unit in which times are kept."""
_WHOLE_EVERY_S: Final = 2
"""A key frame and a fragment so often: who is killed loses no more than that."""
_FRAGMENTS: Final = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
_CODING: Final = {"preset": "veryfast", "crf": "23", "tune": "zerolatency"}


class Film:
    """Open it with `with`. Shots come in the order of their media time; one that doesn't is left
    out, since video has no way back.

    Raises:
        InvalidValueError: a frame rate of nothing.
        TemporarilyUnavailableError: the disk is full or away.
    """

    def __init__(
        self,
        path: Path,
        *,
        fps: float,
        size: FrameSize,
        zones: Sequence[Zone] = (),
        title: str = "",
    ) -> None:
        if not 0 < fps <= 240:
            raise InvalidValueError(expected="more than 0 frames a second", got=fps, field="fps")
        self._path: Final = path
        self._part: Final = path.with_name(path.name + PART)
        self._stage: Final = Stage(zones=zones, title=title, size=size)
        self._step: Final = max(1, round(_TICKS / fps))
        self._last: int | None = None
        self._first: timedelta | None = None
        self._is_closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(self._part), "w", format="mp4", options=_FRAGMENTS)
        except OSError as error:
            raise _unwritable(self._part, error) from error
        canvas = self._stage.canvas_size
        self._stream = self._container.add_stream(
            "libx264", rate=Fraction(fps).limit_denominator(1000), options=_CODING
        )
        self._stream.width, self._stream.height = canvas.width, canvas.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.gop_size = max(1, round(fps * _WHOLE_EVERY_S))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After an error, what there is stays under the name of a part."""
        self._end(is_whole=kind is None)

    def show(self, shot: Shot) -> None:
        """Draw and write one picture."""
        first = shot.at if self._first is None else self._first
        ticks = round((shot.at - first).total_seconds() * _TICKS)
        if self._last is not None and ticks <= self._last:
            return
        self._write(self._stage.draw(shot), ticks)
        self._first, self._last = first, ticks

    def close(self) -> None:
        """Write the end and give the film its name. May be repeated."""
        self._end(is_whole=True)

    def _write(self, canvas: Picture, ticks: int) -> None:
        frame = av.VideoFrame.from_ndarray(canvas, format="bgr24")
        frame.pts, frame.time_base = ticks, Fraction(1, _TICKS)
        frame.duration = self._step
        try:
            self._container.mux(self._stream.encode(frame))
        except OSError as error:
            raise _unwritable(self._part, error) from error

    def _end(self, *, is_whole: bool) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            if is_whole:
                _sync(self._part)
                self._part.replace(self._path)
        except OSError as error:
            raise _unwritable(self._part, error) from error


def _unwritable(path: Path, error: OSError) -> TemporarilyUnavailableError:
    return TemporarilyUnavailableError(f"{path} can't be written: {error.strerror}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
