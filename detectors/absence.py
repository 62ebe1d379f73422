"""Accounts for every stretch of a camera's time: looked, or why not.

    frames   ● ● ● ● ●          ● ● ● ● ●
    told     ├ looked ┤ ─ lost ─ ├ looked ┤ …       each minute, and wherever it broke

Who was killed told nothing of the last minute: no `looked` covers it, so nobody looked.
"""

from datetime import timedelta
from typing import Final

from detectors.frames import Break
from schemas.signal import SignalKind

LOOKED_EVERY: Final = timedelta(minutes=1)
BEHIND_FROM: Final = timedelta(seconds=3)
BEHIND_UNTIL: Final = timedelta(seconds=1)
"""Two limits, so that it doesn't flicker about one."""

_NOTHING: Final = timedelta(0)


class Absence:
    """One camera's account. Mutable; media time only."""

    def __init__(self) -> None:
        self._from_at: timedelta | None = None
        self._seen_at = _NOTHING
        self._frames = 0
        self._behind_since: timedelta | None = None
        self._most_behind = _NOTHING

    def saw(
        self, at: timedelta, *, behind: timedelta = _NOTHING, held_up_by: str | None = None
    ) -> list[Break]:
        """A frame was taken, so much after it came; before it something held the taking up."""
        told: list[Break] = []
        if held_up_by is not None:
            told += self._looked()
            told.append(
                Break(
                    kind=SignalKind.DROPPED,
                    from_at=min(self._seen_at, at),
                    until_at=at,
                    text=f"no frame was taken, for nothing could be kept: {held_up_by}",
                    frames=None,
                )
            )
        told += self._lagged(at, behind)
        if self._from_at is None:
            self._from_at = at
        self._seen_at = at
        self._frames += 1
        if at - self._from_at >= LOOKED_EVERY:
            told += self._looked()
            self._from_at = at
        return told

    def broke(self, stretch: Break) -> list[Break]:
        """The source tells a break. Over a time without any frame nobody looked."""
        away = stretch.kind in {SignalKind.SOURCE_LOST, SignalKind.STALLED}
        return [*(self._looked() if away else ()), stretch]

    def end(self, at: timedelta) -> list[Break]:
        """Nothing more comes."""
        return [*self._looked(), *self._caught_up(at)]

    def _looked(self) -> list[Break]:
        """What was looked at and not told yet."""
        if self._from_at is None:
            return []
        from_at, frames = self._from_at, self._frames
        self._from_at, self._frames = None, 0
        if self._seen_at <= from_at:
            return []
        return [
            Break(
                kind=SignalKind.LOOKED,
                from_at=from_at,
                until_at=self._seen_at,
                text=f"looked at {frames} frames",
                frames=frames,
            )
        ]

    def _lagged(self, at: timedelta, behind: timedelta) -> list[Break]:
        if behind >= BEHIND_FROM and self._behind_since is None:
            self._behind_since = at
        if self._behind_since is None:
            return []
        self._most_behind = max(self._most_behind, behind)
        return self._caught_up(at) if behind <= BEHIND_UNTIL else []

    def _caught_up(self, at: timedelta) -> list[Break]:
        if self._behind_since is None:
            return []
        most, since = self._most_behind, self._behind_since
        self._behind_since, self._most_behind = None, _NOTHING
        return [
            Break(
                kind=SignalKind.BEHIND,
                from_at=since,
                until_at=max(since, at),
                text=f"up to {most.total_seconds():.1f} s behind real time",
                frames=None,
            )
        ]


def moment(kind: SignalKind, at: timedelta, text: str) -> Break:
    """Something that happened, and took no time."""
    return Break(kind=kind, from_at=at, until_at=at, text=text, frames=None)
