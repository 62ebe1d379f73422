"""Who isn't punished: children and the incapable, the minor, the first, the faultless: P31, P33."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from handlers.decisions.first_violation import Violation, shortfalls
from handlers.decisions.gates.banding import band, is_mitigated
from handlers.decisions.gates.course import corrected_at, harm_class, penalty_in
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block, needs_human
from handlers.decisions.gates.missing import block_for, yuan
from handlers.decisions.law.calendar import due
from handlers.decisions.law.discretion import HarmClass
from handlers.decisions.law.leniency import FirstViolation
from handlers.decisions.policy import Policy
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.penalty import Ground
from schemas.person import Role
from schemas.words import Words

PUNISHABLE_AGE: Final = 14
"""行政处罚法 30."""
FULL_AGE: Final = 18
"""From here on nothing becomes lighter for being young."""
_ASKED: Final = (
    *(Act.PERSUADE, Act.DEMONSTRATE, Act.WARN, Act.INTERVIEW),
    *(Act.ORDER_CORRECTION, Act.CONSIDER),
)
_DECISIONS: Final = frozenset({Act.DECIDE, Act.DECIDE_ON_SPOT})


def _may_be_fined(bench: Bench) -> Finding:
    said = bench.all(Act.CONSIDER, Act.IDENTIFY)
    ages = [age for each in said if (age := each.details.number("age")) is not None]
    incapable = [each.details.says("no_capacity") for each in said]
    if (ages and ages[-1] < PUNISHABLE_AGE) or (incapable and incapable[-1]):
        return block(
            "可受处罚的当事人: 不满十四周岁或无行为能力的不予处罚, 责令监护人管教",
            "a party that may be punished: under 14 or without capacity nobody is; "
            "the guardian is told",
        )
    if min(ages, default=PUNISHABLE_AGE) < PUNISHABLE_AGE or any(incapable):
        return needs_human(
            "核实年龄和行为能力: 记录前后不一",
            "somebody who settles age and capacity: the record says both",
        )
    if ages and ages[-1] < FULL_AGE and bench.command.act in _DECISIONS:
        return _lighter_for_the_young(bench)
    return PASSED


def _lighter_for_the_young(bench: Bench) -> Finding:
    if not is_mitigated(bench):
        return block(
            "从轻或减轻情节: 当事人不满十八周岁",
            "a circumstance that makes it lighter: the party is under 18",
        )
    row = band(bench)
    if row is not None and penalty_in(bench.details).fine_fen > row.most_fen:
        return block(
            f"从轻或减轻档次内的罚款 (至多 {yuan(row.most_fen)} 元)",
            f"a fine of the lighter band (at most {yuan(row.most_fen)} yuan)",
        )
    return PASSED


def _no_penalty(bench: Bench) -> Finding:
    if bench.command.act is Act.EXCUSE:
        return block_for((*_missing_for_any(bench), *_missing_for_ground(bench)))
    if _must_go_free(bench):
        return block(
            "不予处罚的决定: 轻微、及时改正、无危害后果",
            "a decision of no penalty: it was minor, put right in time, and did no harm",
        )
    return PASSED


def _missing_for_any(bench: Bench) -> Iterator[Words]:
    proposer = bench.details.person("proposed_by")
    person = None if proposer is None else bench.people.get(proposer)
    if proposer == bench.command.person:
        yield Words("提出人与决定人不同", "a proposer other than who decides")
    if person is None or Role.OFFICER not in person.roles:
        yield Words("由执法人员提出", "a proposal by an officer")
    if not bench.details.text("education").strip():
        yield Words("对当事人的教育", "how the party was taught")


def _missing_for_ground(bench: Bench) -> Iterator[Words]:
    match Ground(bench.details.text("ground")):
        case Ground.MINOR:
            yield from _missing_for_minor(bench)
        case Ground.FIRST:
            yield from _missing_for_first(bench)
        case Ground.NO_FAULT:
            if not bench.details.says("no_fault"):
                yield Words("当事人无主观过错的证明", "the party's proof that there was no fault")


def _missing_for_minor(bench: Bench) -> Iterator[Words]:
    if not bench.details.says("is_minor"):
        yield Words("违法行为轻微", "that the act was minor")
    if not _is_corrected_in_time(bench):
        yield Words("及时改正", "correction in time")
    if bench.details.number("harm_fen") != 0:
        yield Words("没有危害后果", "that it did no harm")


def _missing_for_first(bench: Bench) -> Iterator[Words]:
    """By the list in force or the one in force then: what either excuses is excused."""
    policies = (bench.policy,) if bench.then is None else (bench.policy, bench.then)
    found = [tuple(_first_under(bench, policy)) for policy in policies]
    yield from min(found, key=len)


def _first_under(bench: Bench, policy: Policy) -> Iterator[Words]:
    case, matter = bench.dossier.case, bench.matter
    row = None if matter is None else policy.leniency.first_violations.get(matter.key)
    if case is None or matter is None or row is None:
        yield Words("首违不罚清单中的该事项", "a row for it in the first-violation list")
        return
    yield from shortfalls(
        Violation(
            case=case.id,
            matter=matter.key,
            occurred_at=bench.dossier.occurred_at or case.opened_at,
            harm_fen=bench.details.number("harm_fen") or 0,
            correct_by=_correct_by(bench, row),
            corrected_at=corrected_at(bench.dossier),
            cooperated=bench.details.says("cooperated"),
            prior=bench.prior,
        ),
        row,
    )


def _correct_by(bench: Bench, row: FirstViolation) -> datetime:
    """The day that the party was given; without one, the list's limit from the first word."""
    if (until := _ordered_until(bench)) is not None:
        return until
    asked = bench.all(*_ASKED)
    start = asked[0].at if asked else bench.command.at
    return due(row.correction, start, bench.policy.calendar)


def _ordered_until(bench: Bench) -> datetime | None:
    order = bench.last(Act.ORDER_CORRECTION)
    return None if order is None else order.details.instant("until")


def _is_corrected_in_time(bench: Bench) -> bool:
    """In the time that was given, if one was."""
    corrected, until = corrected_at(bench.dossier), _ordered_until(bench)
    return corrected is not None and (until is None or corrected <= until)


def _must_go_free(bench: Bench) -> bool:
    """行政处罚法 33, first sentence: a duty, and no favour. Damage that nobody named is none."""
    filed = bench.last(Act.FILE)
    harm_fen = None if filed is None else filed.details.number("harm_fen")
    return (
        harm_class(bench.details) is HarmClass.MINOR
        and not harm_fen
        and _is_corrected_in_time(bench)
    )


GATES: Final = (
    Gate(
        id="P31",
        title=Words("责任能力", "Who may be punished"),
        asks=Words(
            "不满十四周岁或无行为能力的不罚; 十四至十七周岁从轻或减轻",
            "Nobody under 14 or without capacity is punished; from 14 to 17 it is lighter",
        ),
        clause="行政处罚法 30, 31",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.HEAD),
        check=_may_be_fined,
    ),
    Gate(
        id="P33",
        title=Words("不予处罚", "No penalty"),
        asks=Words(
            "轻微、首违、无过错各具条件并经教育; 应当不罚的不得处罚",
            "Minor, first or without fault: each has its conditions, and the party is taught; "
            "what must go unpunished isn't punished",
        ),
        clause="行政处罚法 33",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.HEAD),
        check=_no_penalty,
    ),
)
