"""How much of a camera's time somebody looked through it: a stretch of time, cut up exactly once.

told     looked  ├───────────────┤         ├────────┤
         blind          ├───┤
         stalled          ├────┤
                 ┌──────┬─┬────┬─┬─────────┬────────┐
counted          │looked│b│ st │l│ nobody  │ looked │       the parts add up to the whole
                 └──────┴─┴────┴─┴─────────┴────────┘
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from schemas.errors import InvalidValueError
from schemas.instants import CHINA, require_zone
from schemas.signal import SignalKind, StreamSignal

_ZERO: Final = timedelta(0)
_DAY: Final = timedelta(days=1)

WORST_FIRST: Final = (
    SignalKind.SOURCE_LOST,
    SignalKind.STALLED,
    SignalKind.BLIND,
    SignalKind.MOVED,
    SignalKind.DROPPED,
    SignalKind.CLOCK_STEPPED,
)
"""Why nobody could look. Where two are told of the same time, the one that hides more counts:
no picture came; none showed anything; it showed another place; some pictures were missing."""

_RANKS: Final[Mapping[SignalKind, int]] = MappingProxyType(
    {kind: rank for rank, kind in enumerate((*WORST_FIRST, SignalKind.LOOKED))}
)
"""The lowest wins. Kinds that aren't here are moments, or say that what was seen was seen late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From an instant up to, and without, another."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        require_zone(self.since, "since")
        require_zone(self.until, "until")
        if self.until <= self.since:
            raise InvalidValueError(
                expected="until after since",
                got=f"{self.since.isoformat()} … {self.until.isoformat()}",
                field="until",
            )

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A window, cut up: `looked`, `hidden` by reason, and `unaccounted`, when nobody looked.

    The three add up to the window, to the microsecond. `late` is the part of `looked` that was
    seen later than it happened; `frames` is how many pictures were looked at in the stretches
    that begin within the window.
    """

    window: Window
    looked: timedelta
    hidden: Mapping[SignalKind, timedelta]
    unaccounted: timedelta
    late: timedelta
    frames: int

    @property
    def share(self) -> float:
        """The part of the window in which somebody looked, 0 … 1."""
        return self.looked / self.window.length


def cover(window: Window, signals: Iterable[StreamSignal]) -> Coverage:
    """Cut a window up by what one camera said. The order of what it said doesn't matter."""
    told = [signal for signal in signals if _touches(window, signal)]
    parts = dict.fromkeys((*WORST_FIRST, SignalKind.LOOKED), _ZERO)
    late = _ZERO
    for length, kinds in _pieces(window, told):
        kind = min((kind for kind in kinds if kind in _RANKS), key=_rank, default=None)
        if kind is None:
            continue
        parts[kind] += length
        if kind is SignalKind.LOOKED and SignalKind.BEHIND in kinds:
            late += length
    looked = parts.pop(SignalKind.LOOKED)
    hidden = {kind: length for kind, length in parts.items() if length}
    return Coverage(
        window=window,
        looked=looked,
        hidden=MappingProxyType(hidden),
        unaccounted=window.length - looked - sum(hidden.values(), _ZERO),
        late=late,
        frames=sum(_frames_of(signal) for signal in told if window.since <= signal.from_at),
    )


def days_of(window: Window) -> Sequence[Window]:
    """The window, cut at China's midnights."""
    cuts = [window.since]
    midnight = window.since.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    while (midnight := midnight + _DAY) < window.until:
        cuts.append(midnight)
    return [Window(since=a, until=b) for a, b in pairwise((*cuts, window.until))]


def _touches(window: Window, signal: StreamSignal) -> bool:
    return signal.from_at < window.until and signal.until_at > window.since


def _pieces(
    window: Window, signals: Sequence[StreamSignal]
) -> Iterator[tuple[timedelta, frozenset[SignalKind]]]:
    """The window between each two instants at which something begins or ends.

    One walk in the order of time, with a count of how many of each kind go on.
    """
    changes = [(max(window.since, signal.from_at), 1, signal.kind) for signal in signals]
    changes += [(min(window.until, signal.until_at), -1, signal.kind) for signal in signals]
    going_on = dict.fromkeys(SignalKind, 0)
    at = window.since
    for instant, step, kind in sorted(changes):
        if instant > at:
            yield instant - at, frozenset(kind for kind, count in going_on.items() if count)
            at = instant
        going_on[kind] += step


def _rank(kind: SignalKind) -> int:
    return _RANKS[kind]


def _frames_of(signal: StreamSignal) -> int:
    return signal.frames or 0 if signal.kind is SignalKind.LOOKED else 0
