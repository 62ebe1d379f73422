"""The catalogue of matters: what each is, how it is met, and who has the power to punish it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.lane import Lane
from schemas.limit import Limit
from schemas.matter import MatterKey
from schemas.words import Words
from schemas.workfile import Queue, Route


class HasParty(StrEnum):
    """Whether there normally is somebody to hold answerable."""

    YES = "yes"
    SOMETIMES = "sometimes"
    NO = "no"


class Norm(StrEnum):
    """What kind of text a basis is: 行政处罚法 10–14, 16. A notice is never a basis."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative-regulation"
    LOCAL_REGULATION = "local-regulation"
    RULE = "rule"
    NOTICE = "notice"


AS_IT_SHOULD_BE: Final = Words("现场恢复", "the street is as it should be")


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyBasis:
    """Which published text forbids the act and which punishes it (P01)."""

    norm: Norm
    forbids: str
    punishes: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPolicy:
    """How one matter is met. `clause` is what a lawyer will ask for.

    `receiver` is the authority that has the power to punish; absent where it is ours.
    `lifted_by` are the dangers that lift it to zero tolerance. A pure amenity matter may not be
    fed from a public-security camera without a lawyer's word (D1). `by_camera`: whether a camera
    may be heard about it at all.
    """

    key: MatterKey
    name: str
    title_zh: str
    title_en: str
    is_safety: bool
    why: str
    route: Route
    dwell_threshold: timedelta
    disposal_limit: Limit
    clause: str
    certainty: Certainty
    has_party: HasParty = HasParty.NO
    receiver: Words | None = None
    close_condition: Words = AS_IT_SHOULD_BE
    basis: PenaltyBasis | None = None
    lifted_by: frozenset[Danger] = frozenset()
    is_amenity: bool = False
    by_camera: bool = True

    def __post_init__(self) -> None:
        if self.is_safety and self.route is Route.SOFT:
            raise InvalidValueError(
                expected="zero-tolerance or service for a safety matter",
                got=self.route,
                field=f"{self.key}.route",
            )
        if self.route is Route.TRIAGE:
            raise InvalidValueError(
                expected="a route that ends the matter", got=self.route, field=f"{self.key}.route"
            )
        if self.route is Route.ZERO_TOLERANCE and not self.is_safety:
            raise InvalidValueError(
                expected="safety = true for zero tolerance", got="false", field=f"{self.key}.safety"
            )

    @property
    def lane(self) -> Lane:
        """How urgently its messages travel."""
        return Lane.SAFETY if self.is_safety else Lane.GENERAL

    @property
    def queue(self) -> Queue:
        """Which dispatcher's queue its cases wait in."""
        return Queue.ZERO_TOLERANCE if self.is_safety else Queue.SOFT
