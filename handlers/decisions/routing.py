"""Which way a sighting goes: pure, total, and the only place that says so."""

import hashlib
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from handlers.decisions.dangers import ALWAYS, danger_clause, dangers_of, lifting
from handlers.decisions.devices import device_fault, is_for_public_security
from handlers.decisions.facts import Facts, Sighting
from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.lawful import lawful_row
from handlers.decisions.naming import alias_reason, named
from handlers.decisions.policy import Policy
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.disposition import Reason
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.workfile import Queue, Route, Site


class Case(Struct, frozen=True, kw_only=True):
    """What the rules look at: the sighting beside what the city has laid down about it.

    `key` is the matter that is meant and `matter` its row; `fault` is what is wrong with the
    camera's status.
    """

    sighting: Sighting
    key: MatterKey | None
    matter: MatterPolicy | None
    dangers: frozenset[Danger]
    fault: str | None
    facts: Facts
    policy: Policy


class Rule(Struct, frozen=True, kw_only=True):
    """First match wins. `clause` is what a lawyer will ask for. No route: nothing is to be done.

    `says` is what only the sighting can tell: which danger, which row, which fault.
    """

    id: str
    clause: str
    certainty: Certainty
    applies: Callable[[Case], bool]
    route: Callable[[Case], Route | None]
    says: Callable[[Case], str] | None = None

    def reason(self, case: Case) -> Reason:
        """The rule as it stands in a decision."""
        clause = self.clause if self.says is None else f"{self.clause}: {self.says(case)}"
        return Reason(rule=self.id, clause=clause)


class Routed(Struct, frozen=True, kw_only=True):
    """A route with the rule that chose it and all reasons, its own first.

    `matter` is the one that is meant. `site` is absent where nothing may be merged;
    `lifted_from` is where the soft case would be that a danger is lifted out of.
    """

    rule: Rule
    reasons: tuple[Reason, ...]
    route: Route | None
    queue: Queue
    matter: MatterKey | None
    site: Site | None
    lifted_from: Site | None


def _is_on_a_fire_lane(case: Case) -> bool:
    return Danger.FIRE_LANE in case.dangers


def _is_lifted(case: Case) -> bool:
    return bool(lifting(case.dangers, case.matter))


def _is_about_safety(case: Case) -> bool:
    return case.matter is not None and case.matter.is_safety


def _matter_is_unknown(case: Case) -> bool:
    return case.matter is None


def _is_not_for_cameras(case: Case) -> bool:
    by_camera = case.matter is None or case.matter.by_camera
    return case.sighting.camera is not None and not by_camera


def _place_is_unknown(case: Case) -> bool:
    return case.sighting.place_key is None


def _is_amenity_by_security_camera(case: Case) -> bool:
    if case.matter is None or not case.matter.is_amenity:
        return False
    return is_for_public_security(case.sighting.camera, case.policy.authority)


def _lawful_row_of(case: Case) -> str | None:
    """Only what would be met softly: no exemption makes a danger lawful."""
    place, leniency = case.sighting.place, case.policy.leniency
    if not leniency.designated or place is None or case.matter is None:
        return None
    if case.matter.route is not Route.SOFT:
        return None
    row = lawful_row(case.matter.key, place, case.sighting.occurred_at, leniency)
    return None if row is None else f"{row.id} {row.title}, {row.clause}"


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
    """What somebody calls dangerous is looked at, even where that danger lifts nothing."""
    return Route.TRIAGE if case.dangers or _is_sampled(case.facts, case.policy) else None


# Order is law: danger is asked before leniency, so that no threshold can hide a danger.
RULES: Final = (
    Rule(
        id="R01-fire-lane",
        certainty=Certainty.TEXT,
        clause=ALWAYS[Danger.FIRE_LANE],
        applies=_is_on_a_fire_lane,
        route=lambda _: Route.ZERO_TOLERANCE,
    ),
    Rule(
        id="R13-danger-lifts",
        certainty=Certainty.TEXT,
        clause="what turns dangerous is met with zero tolerance",
        applies=_is_lifted,
        route=lambda _: Route.ZERO_TOLERANCE,
        says=lambda case: danger_clause(lifting(case.dangers, case.matter)),
    ),
    Rule(
        id="R02-safety-matter",
        certainty=Certainty.TEXT,
        clause="鄂建〔2022〕1536: 涉及安全 → 零容忍",
        applies=_is_about_safety,
        route=_by_row,
    ),
    Rule(
        id="R03-unknown-matter",
        certainty=Certainty.PROPOSAL,
        clause="no row in the policy pack: a person sorts it",
        applies=_matter_is_unknown,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R14-not-by-camera",
        certainty=Certainty.PROPOSAL,
        clause="个人信息保护法 26: a person in need is helped, and never looked for by camera",
        applies=_is_not_for_cameras,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R04-unknown-place",
        certainty=Certainty.PROPOSAL,
        clause="no place that tells it apart: a person sorts it",
        applies=_place_is_unknown,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R09-device-out-of-status",
        certainty=Certainty.TEXT,
        clause="行政处罚法 41, 国令799 7–9: a person looks at what such a camera saw",
        applies=lambda case: case.fault is not None,
        route=lambda _: Route.TRIAGE,
        says=lambda case: f"{case.sighting.camera} {case.fault}",
    ),
    Rule(
        id="R10-security-camera",
        certainty=Certainty.TEXT,
        clause="个人信息保护法 26 (unsettled law): a security camera and a pure amenity matter",
        applies=_is_amenity_by_security_camera,
        route=lambda _: Route.TRIAGE,
    ),
    Rule(
        id="R11-lawful-here",
        certainty=Certainty.TEXT,
        clause="无证无照经营查处办法 3: a designated place and time",
        applies=lambda case: not _is_over(case) and _lawful_row_of(case) is not None,
        route=_dismiss_unless_sampled,
        says=lambda case: _lawful_row_of(case) or "",
    ),
    Rule(
        id="R05-stayed-too-briefly",
        certainty=Certainty.PROPOSAL,
        clause="dwell not over the matter's threshold (policy pack)",
        applies=lambda case: _stayed_too_briefly(case) and not _is_over(case),
        route=_dismiss_unless_sampled,
    ),
    Rule(
        id="R06-too-unsure",
        certainty=Certainty.PROPOSAL,
        clause="confidence below the least that the policy pack takes",
        applies=lambda case: _is_too_unsure(case) and not _is_over(case),
        route=_dismiss_unless_sampled,
    ),
    Rule(
        id="R07-by-the-pack",
        certainty=Certainty.TEXT,
        clause="鄂建〔2022〕1536: 不涉及安全 → 柔性执法; service where nobody is to blame",
        applies=lambda _: True,
        route=_by_row,
    ),
)

_OF_DEVICES: Final = next(rule for rule in RULES if rule.id == "R09-device-out-of-status")


def certainty_of(rule: str) -> Certainty:
    """How well a rule is grounded; what is no rule of a route is a proposal of ours."""
    marks = {each.id: each.certainty for each in RULES}
    return marks.get(rule, Certainty.PROPOSAL)


def route(facts: Facts, sighting: Sighting, policy: Policy) -> Routed:
    """Send a sighting one way, and say by which rule."""
    key = named(sighting.matter, policy)
    case = Case(
        sighting=sighting,
        key=key,
        matter=policy.matter(key),
        dangers=dangers_of(sighting.zone_kind, sighting.dangers),
        fault=device_fault(sighting.camera, sighting.occurred_at, policy.authority),
        facts=facts,
        policy=policy,
    )
    rule = next(rule for rule in RULES if rule.applies(case))
    chosen = rule.route(case)
    queue = _queue(case, chosen)
    return Routed(
        rule=rule,
        reasons=_reasons(rule, case),
        route=chosen,
        queue=queue,
        matter=key,
        site=_site(case, chosen, queue),
        lifted_from=_lifted_from(case, queue),
    )


def _reasons(rule: Rule, case: Case) -> tuple[Reason, ...]:
    """A device's fault stops no danger, but whoever reads the case must know of it."""
    reason = rule.reason(case)
    alias = alias_reason(case.sighting.matter, case.key)
    if alias is None and case.fault is None:
        return (reason,)
    fault = None if case.fault is None or rule is _OF_DEVICES else _OF_DEVICES.reason(case)
    return tuple(each for each in (reason, alias, fault) if each is not None)


def _queue(case: Case, chosen: Route | None) -> Queue:
    if chosen is Route.ZERO_TOLERANCE or _is_about_safety(case):
        return Queue.ZERO_TOLERANCE
    may_endanger = case.facts.lane is Lane.SAFETY or bool(case.dangers)
    if chosen is Route.TRIAGE and case.matter is None and may_endanger:
        return Queue.ZERO_TOLERANCE
    return Queue.SOFT


def _site(case: Case, chosen: Route | None, queue: Queue) -> Site | None:
    """A triaged sighting stands alone: until a person has sorted it, nothing is the same."""
    place_key = case.sighting.place_key
    if chosen in {None, Route.TRIAGE} or case.key is None or place_key is None:
        return None
    return Site(place_key, case.key, queue)


def _lifted_from(case: Case, queue: Queue) -> Site | None:
    """Where the same stay may already be met softly."""
    place_key = case.sighting.place_key
    if queue is Queue.SOFT or case.matter is None or case.matter.is_safety or place_key is None:
        return None
    return Site(place_key, case.matter.key, Queue.SOFT)


def _is_sampled(facts: Facts, policy: Policy) -> bool:
    """Drawn by address under the pack's digest: nobody can steer it, anybody can repeat it."""
    drawn = hashlib.sha256(f"{policy.digest}|{facts.address}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % policy.sample_one_in == 0
