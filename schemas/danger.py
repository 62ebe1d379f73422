"""What turns a soft matter dangerous, as a zone, a person or a sensor can say it."""

from enum import StrEnum


class Danger(StrEnum):
    """Evidence of danger: it may lift a matter to zero tolerance, and never softens one."""

    FIRE_LANE = "fire-lane"
    ESCAPE_ROUTE = "escape-route"
    UNGUARDED = "unguarded"
    GAS_BOTTLES = "gas-bottles"
    FLAMES = "flames"
    MAY_FALL = "may-fall"
    DEEP_HOLE = "deep-hole"
    SKIDDING = "skidding"
