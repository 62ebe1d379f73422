"""Which way a sighting goes: pure, total, and the only place that says so."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from handlers.decisions.facts import Facts, Sighting
from handlers.decisions.policy import MatterPolicy, Policy
from schemas.camera import ZoneKind
from schemas.disposition import Reason
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import Queue, Route, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the rules look at: the sighting beside the city's row for its matter."""

    sighting: Sighting
    matter: MatterPolicy | None
    facts: Facts
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """First match wins. `clause` is what a lawyer will ask for. No route: nothing is to be done."""

    id: str
    clause: str
    applies: Callable[[Case], bool]
    route: Callable[[Case], Route | None]

    @property
    def reason(self) -> Reason:
        """The rule as it stands in a decision."""
        return Reason(rule=self.id, clause=self.clause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A route with the rule that chose it. `site` is absent where nothing may be merged."""

    rule: Rule
    route: Route | None
    queue: Queue
    site: Site | None


def _endangers_rescue(case: Case) -> bool:
    return case.sighting.zone_kind is ZoneKind.FIRE_LANE


def _is_about_safety(case: Case) -> bool:
    return case.matter is not None and case.matter.is_safety


def _matter_is_unknown(case: Case) -> bool:
    return case.matter is None


def _place_is_unknown(case: Case) -> bool:
    return case.sighting.place_key is None


def _stayed_too_briefly(case: Case) -> bool:
    dwell = case.sighting.dwell_at_least
    return dwell is not None and case.matter is not None and dwell <= case.matter.dwell_threshold


def _is_too_unsure(case: Case) -> bool:
    confidence = case.sighting.confidence_permille
    return confidence is not None and confidence < case.policy.least_confidence_permille


def _is_over(case: Case) -> bool:
    """The stay has ended: an end may only add to a case, and never opens one by itself."""
    return case.sighting.phase in {Phase.ENDED, Phase.LOST_SIGHT}


def _by_row(case: Case) -> Route:
    return Route.TRIAGE if case.matter is None else case.matter.route


def _dismiss_unless_sampled(case: Case) -> Route | None:
    return Route.TRIAGE if _is_sampled(case.facts, case.policy) else None


# Order is law: danger is asked before leniency, so that no threshold can hide a danger.
RULES: Final = (
    Rule(
        id="R01-fire-lane",
        clause="消防法 28: fire lanes are kept free",
        applies=_endangers_rescue,
        route=lambda _: Route.ZERO_TOLERANCE,
    ),
    Rule(
        id="R02-safety-matter",
        clause="鄂建〔2022〕1536: 涉及安全 → 零容忍",
        applies=_is_about_safety,
        route=_by_row,
    ),
    Rule(
        id="R03-unknown-matter",
        clause="no row in the policy pack: a person sorts it",
        applies=_matter_is_unknown,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R04-unknown-place",
        clause="no place that tells it apart: a person sorts it",
        applies=_place_is_unknown,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R05-stayed-too-briefly",
        clause="dwell not over the matter's threshold (policy pack)",
        applies=lambda case: _stayed_too_briefly(case) and not _is_over(case),
        route=_dismiss_unless_sampled,
    ),
    Rule(
        id="R06-too-unsure",
        clause="confidence below the least that the policy pack takes",
        applies=lambda case: _is_too_unsure(case) and not _is_over(case),
        route=_dismiss_unless_sampled,
    ),
    Rule(
        id="R07-by-the-pack",
        clause="鄂建〔2022〕1536: 不涉及安全 → 柔性执法; service where nobody is to blame",
        applies=lambda _: True,
        route=_by_row,
    ),
)


def route(facts: Facts, sighting: Sighting, policy: Policy) -> Routed:
    """Send a sighting one way, and say by which rule."""
    case = Case(
        sighting=sighting,
        matter=policy.matter(sighting.matter),
        facts=facts,
        policy=policy,
    )
    rule = next(rule for rule in RULES if rule.applies(case))
    chosen = rule.route(case)
    queue = _queue(case, chosen)
    return Routed(rule=rule, route=chosen, queue=queue, site=_site(sighting, chosen, queue))


def _queue(case: Case, chosen: Route | None) -> Queue:
    if chosen is Route.ZERO_TOLERANCE or _is_about_safety(case):
        return Queue.ZERO_TOLERANCE
    if chosen is Route.TRIAGE and case.matter is None and case.facts.lane is Lane.SAFETY:
        return Queue.ZERO_TOLERANCE
    return Queue.SOFT


def _site(sighting: Sighting, chosen: Route | None, queue: Queue) -> Site | None:
    """A triaged sighting stands alone: until a person has sorted it, nothing is the same."""
    if chosen in {None, Route.TRIAGE} or sighting.matter is None or sighting.place_key is None:
        return None
    return Site(sighting.place_key, sighting.matter, queue)


def _is_sampled(facts: Facts, policy: Policy) -> bool:
    """Drawn by address under the pack's digest: nobody can steer it, anybody can repeat it."""
    drawn = hashlib.sha256(f"{policy.digest}|{facts.address}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % policy.sample_one_in == 0
