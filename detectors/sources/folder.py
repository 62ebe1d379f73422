"""Plays a folder of pictures as a recording."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import av

from detectors.frames import Break, Frame
from detectors.sources.decoded import DecodedImage
from detectors.sources.footage import Footage
from detectors.sources.naming import in_counting_order, times_in
from detectors.sources.pictures import (
    BrokenPictureError,
    decode_picture,
    size_of,
    whole_piece,
)
from detectors.sources.source import Closed, SourceUnusableError, TimeSource
from detectors.sources.timeline import Thinning, Timeline
from schemas.geometry import FrameSize

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})
_COPIED_FASTER_THAN: Final = timedelta(seconds=1 / 60)
"""No camera writes pictures that fast: these times say when the folder was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A picture and its time, counted from the first one."""

    path: Path
    stamp: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timing:
    """When each picture was taken, counted from the first, and how that is known."""

    source: TimeSource
    stamps: Sequence[timedelta]
    begins_at: datetime | None


class PictureFolder(Closed):
    """The JPEG and PNG files of a folder, not of those in it, in the order of their times."""

    def __init__(self, folder: Path, *, name: str, fps: float, footage: Footage) -> None:
        paths = [one for one in folder.iterdir() if one.suffix.lower() in _SUFFIXES]
        paths = sorted((one for one in paths if one.is_file()), key=_by_name)
        if not paths:
            raise SourceUnusableError(f"{name}: expected pictures (.jpg, .png) in it, found none")
        timing = _timing_of(paths, step=timedelta(seconds=1 / fps))
        taken = (
            _Taken(path=path, stamp=stamp) for path, stamp in zip(paths, timing.stamps, strict=True)
        )
        self._taken = sorted(taken, key=lambda one: one.stamp)
        self._step = _usual_step(self._taken, otherwise=timedelta(seconds=1 / fps))
        self._fps = fps
        self._is_closing = False
        self.name = name
        self.is_live = False
        self.footage = footage
        self.time_source = timing.source
        self.recorded_at = timing.begins_at
        self.expected_frames: int | None = len(paths)
        self.duration: timedelta | None = self._taken[-1].stamp + self._step
        self.frame_size = self._size_of_first()

    def close(self) -> None:
        """May be repeated, and by any thread."""
        self._is_closing = True

    def frames(self) -> Iterator[Frame | Break]:
        """See `Source`. Pictures that are broken or of another size are told as such."""
        timeline, thinning = Timeline(step=self._step, start=timedelta(0)), Thinning(self._fps)
        for index, taken in enumerate(self._taken):
            if self._is_closing:
                return
            try:
                content = _read(taken.path)
                decoded = self._of_our_size(decode_picture(content))
            except BrokenPictureError as error:
                timeline.broke(f"{taken.path.name}: {error}")
                continue
            placement = timeline.place(taken.stamp)
            yield from placement.breaks
            if placement.at is None:
                continue
            self.footage.add(whole_piece(content, at=placement.at))
            if thinning.takes(placement.at):
                image = DecodedImage(decoded, came_as=content)
                yield Frame(index=index, at=placement.at, image=image)
        yield from timeline.end(expected=self.expected_frames, duration=self.duration)

    def _size_of_first(self) -> FrameSize:
        """Of the first picture that can be read."""
        for taken in self._taken:
            with suppress(BrokenPictureError):
                return size_of(decode_picture(_read(taken.path)))
        raise SourceUnusableError(
            f"{self.name}: none of its {len(self._taken)} pictures can be read"
        )

    def _of_our_size(self, decoded: av.VideoFrame) -> av.VideoFrame:
        got, expected = size_of(decoded), self.frame_size
        if got != expected:
            raise BrokenPictureError(
                f"expected {expected.width}x{expected.height} like the first, "
                f"got {got.width}x{got.height}"
            )
        return decoded


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BrokenPictureError(f"it can't be read: {error.strerror}") from error


def _timing_of(paths: Sequence[Path], *, step: timedelta) -> _Timing:
    """By the names where they tell, else by the files' times, else one step after another."""
    if named := times_in([path.name for path in paths]):
        return _counted(named, TimeSource.FILE_NAMES)
    try:
        changed = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in paths]
    except OSError:
        changed = []
    if _could_be_taken(changed):
        return _counted(changed, TimeSource.FILE_TIMES)
    stamps = [index * step for index in range(len(paths))]
    return _Timing(source=TimeSource.SPACING, stamps=stamps, begins_at=None)


def _counted(times: Sequence[datetime], source: TimeSource) -> _Timing:
    first = min(times)
    return _Timing(
        source=source,
        stamps=[time - first for time in times],
        begins_at=first if first.tzinfo else None,
    )


def _could_be_taken(times: Sequence[datetime]) -> bool:
    """Times that step back from name to name, or come too fast, are those of a copy."""
    if len(times) < 2 or any(later <= sooner for sooner, later in pairwise(times)):
        return False
    return (times[-1] - times[0]) / (len(times) - 1) >= _COPIED_FASTER_THAN


def _usual_step(taken: Sequence[_Taken], *, otherwise: timedelta) -> timedelta:
    steps = [later.stamp - sooner.stamp for sooner, later in pairwise(taken)]
    seconds = [step.total_seconds() for step in steps if step]
    return timedelta(seconds=median(seconds)) if seconds else otherwise


def _by_name(path: Path) -> tuple[tuple[str, int, str], ...]:
    return in_counting_order(path.name)
