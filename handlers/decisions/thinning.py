"""Which sightings need not be counted while a lane is overloaded: by written rules only.

    soft, by a camera, at an open case ── no danger ── lane behind ── counted lately ─► thinned
            anything else is counted, whatever the load

What is left out costs no case version and no letter. The case is open and waits for a person, so
nothing is hidden by it; the outcome stays on record with its reason.
"""

from datetime import datetime, timedelta
from typing import Final

from handlers.decisions.dangers import dangers_of
from handlers.decisions.facts import Facts, Overload, Sighting
from handlers.decisions.policy import Policy
from handlers.decisions.routing import Routed
from schemas.disposition import Reason
from schemas.instants import instant_text
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import CaseState, Queue, Route, WorkFile

THIN: Final = "D07-thinned"

_ONE_MORE: Final = frozenset({Phase.BEGAN, Phase.CONTINUED})
"""An end is never left out, and a person's word neither: it has no phase."""

_STILL_THERE: Final = frozenset(
    {CaseState.CANDIDATE, CaseState.OPENED, CaseState.DISPATCHED, CaseState.HANDLING}
)
"""Once somebody has said that the street is well, a sighting says otherwise: it counts."""


def thinned(facts: Facts, sighting: Sighting, routed: Routed, policy: Policy) -> Reason | None:
    """Why a sighting of the open case is left out; absent where it is counted."""
    rules, case, load = policy.leniency.thinning, facts.open_case, facts.overload
    if not rules.enabled or load is None or case is None:
        return None
    if not _is_soft(facts, sighting, routed) or routed.matter in rules.counted_always:
        return None
    if sighting.phase not in _ONE_MORE or not _is_soft_case(case):
        return None
    if not _is_within(rules.cooling, case.last_seen_at, sighting.occurred_at):
        return None
    return Reason(rule=THIN, clause=f"{rules.clause}: {_said(case, load)}")


def _is_soft(facts: Facts, sighting: Sighting, routed: Routed) -> bool:
    """Not in the safety lane, not on another route, and without any danger that somebody named."""
    if facts.lane is not Lane.GENERAL or routed.queue is not Queue.SOFT:
        return False
    if dangers_of(sighting.zone_kind, sighting.dangers):
        return False
    return routed.route is Route.SOFT


def _is_soft_case(case: WorkFile) -> bool:
    """People may have moved it since it was opened."""
    is_soft = case.queue is Queue.SOFT and case.route is Route.SOFT
    return is_soft and case.state in _STILL_THERE


def _is_within(cooling: timedelta, counted: datetime, occurred: datetime) -> bool:
    """In the milliseconds that records keep, so that a replay finds the same.

    What happened long before the last counted sighting, and comes late, tells of another time.
    """
    return abs(_to_milliseconds(occurred) - _to_milliseconds(counted)) < cooling


def _to_milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _said(case: WorkFile, load: Overload) -> str:
    lag = f"{load.lag // timedelta(seconds=1)} s behind since {instant_text(load.since)}"
    return f"case {case.id} last counted {instant_text(case.last_seen_at)}, {lag}"
