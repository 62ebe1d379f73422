"""Since when a thing that comes to rest has been there: as long as it kept near to where it is.

×···×···×···×·×·××××× foot at its latest sights
        ╰──── near ────╯
        since then
"""

from collections.abc import Iterator, Reversible, Sequence
from dataclasses import dataclass
from datetime import timedelta

from detectors.dwell import Stay, begun
from detectors.relations import Distance, Placed, is_still
from detectors.staying import Member, Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A stay cut to the part in which a thing was near, and its sights in that part."""

    stay: Stay
    sights: Sequence[Sight]


def rest_of(stay: Stay, member: Member, now: Placed, *, still: Distance, at: timedelta) -> Rest:
    """What of a stay belongs to where a member's foot is at this look."""
    sights = list(_near(member.trail, now, still=still, at=at))[::-1]
    if not sights:
        return Rest(stay=begun(at, not_before=stay.not_before), sights=())
    return Rest(stay=stay.since(sights[0].at), sights=sights)


def _near(
    trail: Reversible[Sight], now: Placed, *, still: Distance, at: timedelta
) -> Iterator[Sight]:
    """From the latest back to the first that was further off."""
    for sight in reversed(trail):
        if sight.at >= at:
            continue
        if not is_still(now, sight.one, still):
            return
        yield sight
