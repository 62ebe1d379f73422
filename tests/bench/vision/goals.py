"""Holds what was reached beside what was promised. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One promise. `reached` is absent where it wasn't measured."""

    id: str
    words: str
    aim: float
    is_at_least: bool
    reached: float | None
    form: str
    is_strict: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.reached is None:
            return None
        if self.is_strict and self.reached == self.aim:
            return False
        return self.reached >= self.aim if self.is_at_least else self.reached <= self.aim

    @property
    def aim_told(self) -> str:
        if self.aim == 0 and not self.is_at_least:
            return "none"
        sign = ("at least", "more than") if self.is_at_least else ("at most", "under")
        return f"{sign[self.is_strict]} {self.aim:{self.form}}"

    @property
    def reached_told(self) -> str:
        return "not measured" if self.reached is None else f"{self.reached:{self.form}}"

    @property
    def verdict(self) -> str:
        """Met, or by how much not."""
        if self.is_met is None:
            return "not measured"
        if self.is_met or self.reached is None:
            return "met"
        return f"missed by {abs(self.aim - self.reached):{self.form}}"

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"is_met": self.is_met, "verdict": self.verdict}


def goals(told: Answer) -> tuple[Goal, ...]:
    """All that were promised, measured or not."""
    return tuple(
        Goal(
            id=name,
            words=words,
            aim=aim,
            is_at_least=is_at_least,
            reached=_at(told, *where),
            form=form,
            is_strict=name in _STRICT,
        )
        for name, words, (aim, is_at_least, form), where in _PROMISED
    )


_Row = tuple[str, str, tuple[float, bool, str], tuple[str, ...]]
_LOADS: Final = ("cost", "loads")
_STRICT: Final = frozenset({"street-delay"})
_PROMISED: Final[tuple[_Row, ...]] = (
    (
        "street-f1",
        "F1 of events on streets that no model has seen",
        (0.95, True, ".3f"),
        ("street", "all", "f1", "value"),
    ),
    (
        "street-told-once",
        "told events for each true one that was told",
        (1.02, False, ".3f"),
        ("street", "all", "told_per_hit", "value"),
    ),
    (
        "street-delay",
        "seconds past the threshold until 95 % are told",
        (2.0, False, ".2f"),
        ("street", "all", "delay_s", "p95", "value"),
    ),
    (
        "street-dwell",
        "messages that state more dwell than there was",
        (0, False, ".0f"),
        ("street", "all", "dwell_error_s", "overstated"),
    ),
    (
        "real-clips",
        "share of zones on the real clips in which exactly the right events were told",
        (1.0, True, ".0%"),
        ("real", "share_right"),
    ),
    (
        "cost-still",
        "still cameras a core, 720p at 5 frames/s",
        (30, True, ".1f"),
        (*_LOADS, "still", "cameras_per_core", "median"),
    ),
    (
        "cost-busy",
        "busy cameras a core, 720p at 5 frames/s",
        (8, True, ".1f"),
        (*_LOADS, "busy", "cameras_per_core", "median"),
    ),
    (
        "cost-gate",
        "still frames that the model need not search",
        (0.95, True, ".1%"),
        (*_LOADS, "still", "share_not_searched", "median"),
    ),
    (
        "cost-parked",
        "model calls in 10 s for a parked car",
        (1.0, False, ".2f"),
        (*_LOADS, "parked", "calls_per_10_s", "median"),
    ),
    (
        "cost-overhead",
        "overhead over the bare model, the gate off",
        (0.08, False, ".1%"),
        ("overhead", "worst"),
    ),
    (
        "cost-memory",
        "MB an hour by which memory grows",
        (1.0, False, ".2f"),
        ("memory", "mb_per_hour", "value"),
    ),
)


def _at(told: Answer, *where: str) -> float | None:
    """A figure deep in the answers, if it was measured."""
    found: Any = told
    for key in where:
        if not isinstance(found, Mapping) or found.get(key) is None:
            return None
        found = found[key]
    return float(found)
