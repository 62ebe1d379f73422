"""Holds what was told against what really happened: one told event for one true one.

truth   ├──── vending ────┤         ├─ short ─┤       ├──── vending ────┤
told      ├─ A ─┤ ├─ B ─┤             ├─ C ─┤
          hit     duplicate           false alarm      missed

Only the same rule in the same zone may match, and only where the two share time. As many
matches as possible are made; among equals those that share most.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from scipy.optimize import linear_sum_assignment

from schemas.errors import InvalidValueError

BORDER_S: Final = 0.4
"""Two looks at five frames a second: so much of a stay's edges nobody can prove."""


class Expectation(StrEnum):
    """What may be asked for a stay: to be told, to be left alone, or either."""

    TOLD = "told"
    EITHER = "either"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """What really happened, in seconds of media time, cut at the clip's ends.

    `comes_s` and `goes_s` are when those who took part were in the zone at all, though they still
    moved; absent where nobody asked.
    """

    rule: str
    zone: str
    begins_s: float
    ends_s: float
    threshold_s: float
    comes_s: float | None = None
    goes_s: float | None = None

    def __post_init__(self) -> None:
        _require_order(self.begins_s, self.ends_s, "true event")
        if self.comes_s is not None:
            _require_order(self.comes_s, self.begins_s, "true event, coming")
        if self.goes_s is not None:
            _require_order(self.ends_s, self.goes_s, "true event, going")

    def expectation(self, border_s: float) -> Expectation:
        """At the threshold is not over it; a little over it can't be proved by looks."""
        over_s = self.ends_s - self.begins_s - self.threshold_s
        if over_s <= 0:
            return Expectation.SILENCE
        return Expectation.EITHER if over_s <= border_s else Expectation.TOLD

    def stood_s(self, at_s: float) -> float:
        """How long it had lasted by an instant."""
        return max(0.0, min(at_s, self.ends_s) - self.begins_s)

    def was_there_s(self, at_s: float) -> float:
        """How long they had been in the zone by an instant, moving or not."""
        comes_s = self.begins_s if self.comes_s is None else self.comes_s
        goes_s = self.ends_s if self.goes_s is None else self.goes_s
        return max(0.0, min(at_s, goes_s) - comes_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The lower bound that a message stated, and up to when."""

    at_s: float
    at_least_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """All messages about one occurrence. `told_at_s` is when the first of them left."""

    rule: str
    zone: str
    begins_s: float
    ends_s: float
    told_at_s: float
    proofs: tuple[Proof, ...] = ()

    def __post_init__(self) -> None:
        _require_order(self.begins_s, self.ends_s, "told event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A true event and the told one that stands for it."""

    truth: TrueEvent
    told: ToldEvent

    @property
    def delay_s(self) -> float:
        """From when the threshold was really passed until it was told."""
        return self.told.told_at_s - (self.truth.begins_s + self.truth.threshold_s)

    @property
    def beyond_standing_s(self) -> tuple[float, ...]:
        """Stated lower bound less how long it had stood by then, message by message."""
        return tuple(
            proof.at_least_s - self.truth.stood_s(proof.at_s) for proof in self.told.proofs
        )

    @property
    def beyond_being_there_s(self) -> tuple[float, ...]:
        """The same against how long it had been in the zone at all; above 0 is overstated."""
        return tuple(
            proof.at_least_s - self.truth.was_there_s(proof.at_s) for proof in self.told.proofs
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one clip came to. `excused` are told events that might be told or not."""

    hits: tuple[Hit, ...] = ()
    missed: tuple[TrueEvent, ...] = ()
    false_alarms: tuple[ToldEvent, ...] = ()
    duplicates: tuple[ToldEvent, ...] = ()
    excused: tuple[ToldEvent, ...] = ()
    quiet: tuple[TrueEvent, ...] = ()

    def only(self, is_wanted: Callable[[TrueEvent | ToldEvent], bool]) -> "Score":
        """The part of it about some rule or zone."""
        return Score(
            hits=tuple(hit for hit in self.hits if is_wanted(hit.truth)),
            missed=tuple(filter(is_wanted, self.missed)),
            false_alarms=tuple(filter(is_wanted, self.false_alarms)),
            duplicates=tuple(filter(is_wanted, self.duplicates)),
            excused=tuple(filter(is_wanted, self.excused)),
            quiet=tuple(filter(is_wanted, self.quiet)),
        )


def score(
    truth: Iterable[TrueEvent], told: Iterable[ToldEvent], *, border_s: float = BORDER_S
) -> Score:
    """Score one clip; events of different clips never meet."""
    places: dict[Hashable, _Place] = defaultdict(_Place)
    for one in truth:
        places[one.rule, one.zone].truth.append(one)
    for one in told:
        places[one.rule, one.zone].told.append(one)
    return joined(place.score(border_s) for place in places.values())


def joined(scores: Iterable[Score]) -> Score:
    """Several as one: of the zones of a clip, or of many clips."""
    every = list(scores)
    return Score(
        hits=tuple(one for each in every for one in each.hits),
        missed=tuple(one for each in every for one in each.missed),
        false_alarms=tuple(one for each in every for one in each.false_alarms),
        duplicates=tuple(one for each in every for one in each.duplicates),
        excused=tuple(one for each in every for one in each.excused),
        quiet=tuple(one for each in every for one in each.quiet),
    )


@dataclass(slots=True)
class _Place:
    """One rule in one zone."""

    truth: list[TrueEvent] = field(default_factory=list)
    told: list[ToldEvent] = field(default_factory=list)

    def score(self, border_s: float) -> Score:
        asked = [one.expectation(border_s) for one in self.truth]
        partner = _matched(self.truth, self.told, asked)
        taken = set(partner.values())
        loose = [one for i, one in enumerate(self.told) if i not in taken]
        matched = [self.truth[i] for i in partner]
        alarms = [one for one in loose if not _meets_any(one, matched)]
        alone = {
            wanted: [
                one for i, one in enumerate(self.truth) if asked[i] is wanted and i not in partner
            ]
            for wanted in Expectation
        }
        return Score(
            hits=tuple(
                Hit(truth=self.truth[i], told=self.told[j])
                for i, j in partner.items()
                if asked[i] is Expectation.TOLD
            ),
            missed=tuple(alone[Expectation.TOLD]),
            false_alarms=tuple(alarms),
            duplicates=tuple(one for one in loose if _meets_any(one, matched)),
            excused=tuple(
                self.told[j] for i, j in partner.items() if asked[i] is Expectation.EITHER
            ),
            quiet=tuple(one for one in alone[Expectation.SILENCE] if not _meets_any(one, alarms)),
        )


def _matched(
    truth: Sequence[TrueEvent], told: Sequence[ToldEvent], asked: Sequence[Expectation]
) -> dict[int, int]:
    """Which told event stands for which true one, by number; short stays have none."""
    many = len(truth) + 1
    rank = {Expectation.TOLD: float(many**2), Expectation.EITHER: float(many)}
    worth = [
        [
            rank.get(asked[i], 0.0) + likeness if asked[i] in rank and likeness else 0.0
            for other in told
            for likeness in (_likeness(one, other),)
        ]
        for i, one in enumerate(truth)
    ]
    if not truth or not told:
        return {}
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if worth[i][j] > 0}


def _meets_any(one: TrueEvent | ToldEvent, others: Iterable[TrueEvent | ToldEvent]) -> bool:
    return any(_likeness(one, other) > 0 for other in others)


def _likeness(one: TrueEvent | ToldEvent, other: TrueEvent | ToldEvent) -> float:
    """Time shared as a part of the time of both; touching shares none."""
    shared = min(one.ends_s, other.ends_s) - max(one.begins_s, other.begins_s)
    both = max(one.ends_s, other.ends_s) - min(one.begins_s, other.begins_s)
    return shared / both if shared > 0 else 0.0


def _require_order(begins_s: float, ends_s: float, field: str) -> None:
    if not begins_s <= ends_s:
        raise InvalidValueError(
            expected="an end not before the beginning", got=f"{begins_s} … {ends_s}", field=field
        )
