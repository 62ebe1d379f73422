"""Separation of duties: which role may take which act, and which two never meet in one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.act import Act
from schemas.person import Role
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenPair:
    """One person may not do one of `these` and one of `those` on the same subject."""

    id: str
    title: Words
    these: frozenset[Act]
    those: frozenset[Act]
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCode:
    """A named reason for letting a lead go by hand; free text alone can't be counted."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """A pack may take acts away from a role, and never give one that the table doesn't."""

    may: Mapping[Role, frozenset[Act]] = field(default_factory=dict)
    pairs: tuple[ForbiddenPair, ...] = ()
    discard_reasons: Mapping[str, ReasonCode] = field(default_factory=dict)
