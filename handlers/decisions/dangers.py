"""Which dangers a sighting shows, and which of them lift it to zero tolerance."""

from collections.abc import Mapping
from typing import Final

from handlers.decisions.law.catalogue import MatterPolicy
from schemas.camera import ZoneKind
from schemas.danger import Danger

ALWAYS: Final[Mapping[Danger, str]] = {
    Danger.FIRE_LANE: "消防法 28: fire lanes are kept free",
    Danger.ESCAPE_ROUTE: "消防法 28: escape routes and exits are kept free",
}
"""Dangers that lift whatever they are seen with, each with its clause."""

BY_ROW: Final = "鄂建〔2022〕1536: 涉及安全 → 零容忍; the matter's row is lifted by it"

_OF_THE_GROUND: Final[Mapping[ZoneKind, frozenset[Danger]]] = {
    ZoneKind.FIRE_LANE: frozenset({Danger.FIRE_LANE}),
    ZoneKind.EXIT: frozenset({Danger.ESCAPE_ROUTE}),
}


def dangers_of(zone_kind: ZoneKind | None, told: frozenset[Danger]) -> frozenset[Danger]:
    """What the ground says and what the source says."""
    return told if zone_kind is None else told | _OF_THE_GROUND.get(zone_kind, frozenset())


def lifting(dangers: frozenset[Danger], matter: MatterPolicy | None) -> tuple[Danger, ...]:
    """Those that lift, in the order of their names."""
    if not dangers:
        return ()
    lifted_by = frozenset() if matter is None else matter.lifted_by
    return tuple(sorted(d for d in dangers if d in ALWAYS or d in lifted_by))


def danger_clause(dangers: tuple[Danger, ...]) -> str:
    """Names each danger with the clause that makes it lift."""
    return "; ".join(f"{danger}: {ALWAYS.get(danger, BY_ROW)}" for danger in dangers)
