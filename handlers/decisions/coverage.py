"""How much of a camera's time somebody looked through it: a stretch of time, cut up exactly once.

told     looked  ├───────────────┤         ├────────┤
         blind          ├───┤
         stalled          ├────┤
                 ┌──────┬─┬────┬─┬─────────┬────────┐
counted          │looked│b│ st │l│ nobody  │ looked │       the parts add up to the whole
                 └──────┴─┴────┴─┴─────────┴────────┘
"""

from collections import Counter
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

BLINDNESS: Final = ("covered", "dark", "frozen", "blurred")
"""What a camera's word of a blind stretch may say of it; the one that hides more first."""
_UNNAMED: Final = "unnamed"

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

    The three add up to the window, to the microsecond. `blind` says more of what is hidden as
    blind: dark, covered … `late` is the part of `looked` that was
    seen later than it happened; `frames` is how many pictures were looked at in the stretches
    that begin within the window.
    """

    window: Window
    looked: timedelta
    hidden: Mapping[SignalKind, timedelta]
    blind: Mapping[str, timedelta]
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
    spans = dict.fromkeys((*WORST_FIRST, SignalKind.LOOKED), _ZERO)
    blind = dict.fromkeys((*BLINDNESS, _UNNAMED), _ZERO)
    late = _ZERO
    for length, words in _pieces(window, told):
        counted = min((word for word in words if word.kind in _RANKS), key=_rank, default=None)
        if counted is None:
            continue
        spans[counted.kind] += length
        if counted.kind is SignalKind.BLIND:
            blind[counted.reason] += length
        if counted.kind is SignalKind.LOOKED and _LATE in words:
            late += length
    looked = spans.pop(SignalKind.LOOKED)
    return Coverage(
        window=window,
        looked=looked,
        hidden=MappingProxyType({kind: span for kind, span in spans.items() if span}),
        blind=MappingProxyType({reason: span for reason, span in blind.items() if span}),
        unaccounted=window.length - looked - sum(spans.values(), _ZERO),
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


@dataclass(frozen=True, slots=True, order=True)
class _Word:
    """What a camera said of a moment; `reason` is empty but for blindness."""

    kind: SignalKind
    reason: str = ""


_LATE: Final = _Word(SignalKind.BEHIND)


def _word_of(signal: StreamSignal) -> _Word:
    if signal.kind is not SignalKind.BLIND:
        return _Word(signal.kind)
    said = signal.text.lower()
    return _Word(signal.kind, next((each for each in BLINDNESS if each in said), _UNNAMED))


def _pieces(
    window: Window, signals: Sequence[StreamSignal]
) -> Iterator[tuple[timedelta, frozenset[_Word]]]:
    """The window between each two instants at which something begins or ends.

    One walk in the order of time, with a count of how many of each word go on.
    """
    changes = [(max(window.since, signal.from_at), 1, _word_of(signal)) for signal in signals]
    changes += [(min(window.until, signal.until_at), -1, _word_of(signal)) for signal in signals]
    going_on: Counter[_Word] = Counter()
    at = window.since
    for instant, step, word in sorted(changes):
        if instant > at:
            yield instant - at, frozenset(word for word, count in going_on.items() if count)
            at = instant
        going_on[word] += step


def _rank(word: _Word) -> tuple[int, int]:
    reasons = (*BLINDNESS, _UNNAMED, "")
    return _RANKS[word.kind], reasons.index(word.reason)


def _frames_of(signal: StreamSignal) -> int:
    return signal.frames or 0 if signal.kind is SignalKind.LOOKED else 0
