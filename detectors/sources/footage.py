"""Keeps the last while of a source as it came, undecoded, so that a clip can be cut from it.

came ─► [ key · · · · ] [ key · · · · ] [ key · · ] ─► forgotten by whole groups, the oldest first
         └─ a group: what can be decoded from its key picture on
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from detectors.sources.cutting import Clip, Piece, cut
from schemas.errors import InvalidValueError

KEEP: Final = timedelta(seconds=30)
MOST_BYTES: Final = 64 * 2**20
"""A camera of 8 Mbit/s needs half of it for 30 s."""

_ZERO: Final = timedelta(0)


class Footage:
    """What came last, by media time. One thread adds, any thread may cut.

    Holds bytes only: no decoder and no connection. Reaches back to the key picture before
    `keep`, unless that is more than `most_bytes`.
    """

    def __init__(self, *, keep: timedelta = KEEP, most_bytes: int = MOST_BYTES) -> None:
        if keep < _ZERO:
            raise InvalidValueError(expected="0 s or more", got=str(keep), field="footage.keep")
        self._keep: Final = keep
        self._most_bytes: Final = most_bytes
        self._lock: Final = threading.Lock()
        self._groups: deque[_Group] = deque()
        self._size = 0
        self._onward: tuple[Footage, timedelta] | None = None

    @property
    def size_bytes(self) -> int:
        """What is kept."""
        return self._size

    def add(self, piece: Piece) -> None:
        """Keep it; what came before the first key picture can't be decoded and isn't kept."""
        with self._lock:
            if self._onward is not None:
                other, later_by = self._onward
                other.add(piece.later(later_by))
                return
            if piece.is_key:
                self._groups.append(_Group(begins_at=piece.at))
            if not self._groups:
                return
            self._groups[-1].pieces.append(piece)
            self._size += len(piece.content)
            self._forget(piece.at - self._keep)

    def pour_into(self, other: "Footage", *, later_by: timedelta) -> None:
        """Give all that is here, and all that will come, to another one, so much later there."""
        with self._lock:
            for group in self._groups:
                for piece in group.pieces:
                    other.add(piece.later(later_by))
            self._groups.clear()
            self._size = 0
            self._onward = (other, later_by)

    def clip(self, since: timedelta, until: timedelta) -> Clip | None:
        """An MP4 of what was shown between; None where nothing is kept of it.

        H.264 and HEVC stay untouched, from the key picture at or before `since` on. Anything
        else is encoded anew, which takes about a second for ten of video.
        """
        return cut(self._between(since, until), since=since, until=until)

    def _between(self, since: timedelta, until: timedelta) -> Sequence[Piece]:
        """In the order of decoding, from a key picture on.

        What has no times of presentation is shown later than it says: a group more.
        """
        with self._lock:
            begun = [i for i, group in enumerate(self._groups) if group.begins_at <= since]
            first = begun[-1] if begun else 0
            if self._groups and self._groups[first].pieces[0].coding.shows_as_decoded:
                first = max(0, first - 1)
            groups = list(self._groups)[first:]
            pieces = [piece for group in groups for piece in group.pieces]
        wanted = [i for i, piece in enumerate(pieces) if since <= piece.at <= until]
        if not wanted:
            return ()
        latest = max(piece.at for piece in pieces[: wanted[-1] + 1])
        # B pictures come after the later one that they are made from: leave no hole before it.
        return pieces[: 1 + max(i for i, piece in enumerate(pieces) if piece.at <= latest)]

    def _forget(self, before: timedelta) -> None:
        while len(self._groups) > 1 and self._groups[1].begins_at <= before:
            self._drop_first()
        while self._groups and self._size > self._most_bytes:
            self._drop_first()

    def _drop_first(self) -> None:
        self._size -= self._groups.popleft().size_bytes


@dataclass(slots=True, kw_only=True)
class _Group:
    """A key picture, and what can't be decoded without it."""

    begins_at: timedelta
    pieces: list[Piece] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        return sum(len(piece.content) for piece in self.pieces)
