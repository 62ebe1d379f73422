"""Who may try a step at all: known, up to date, on duty, in time, not on both sides of a pair."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Final

from handlers.decisions.act_facts import ActFacts
from handlers.decisions.answer import Refusal
from handlers.decisions.clocks import in_milliseconds
from handlers.decisions.dossier import Dossier
from handlers.decisions.forms import faults
from handlers.decisions.gates.registry import GATES
from handlers.decisions.lives.standing import OPINION_PREFIX, state_of
from handlers.decisions.lives.step import FieldKind, State, Step
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.lives.titles import ROLES, state_title
from handlers.decisions.policy import Policy
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.person import PersonId, Role
from schemas.words import Words

ENTERED_WITHIN: Final = timedelta(hours=24)
"""So long after it was done may an act be entered: the record is made at the time (art. 47)."""
CLOCK_SKEW: Final = timedelta(seconds=5)
"""By so much may the clock of who enters it be fast."""
_PAST: Final = ("first_known_at", "ended_at")
"""What an act says has happened already: from here a limit is counted."""


def unknown(facts: ActFacts) -> Iterator[Refusal]:
    """Strangers: people whom no register knows, and subjects that nobody has."""
    command = facts.command
    for person in _named(facts):
        if person not in facts.people:
            yield _own(
                "K02-unknown-person",
                f"登记在册的人员, 不是 {person}",
                f"a person of the register, not {person}",
            )
    creates = any(not step.since for step in STEPS_OF[command.act])
    if facts.dossier is None and not creates:
        yield _own(
            "K03-unknown-subject",
            f"已有的案件或事项, 不是 {command.subject}",
            f"a known case, incident or pack, not {command.subject}",
        )
    if facts.dossier is None and creates and not command.subject.startswith(OPINION_PREFIX):
        yield _own(
            "K03-unknown-subject",
            f"以 {OPINION_PREFIX} 开头的新编号, 不是 {command.subject}",
            f"a new id that begins with {OPINION_PREFIX}, not {command.subject}",
        )
    if facts.dossier is not None and creates:
        yield _own(
            "K03-unknown-subject",
            f"新的编号; {command.subject} 已存在",
            f"a new id; {command.subject} is there already",
        )


def _named(facts: ActFacts) -> tuple[PersonId, ...]:
    """Who acts, and whom the fields of the act name."""
    command = facts.command
    people = [command.person]
    names = {
        field.name
        for step in STEPS_OF[command.act]
        for field in step.fields
        if field.kind is FieldKind.PERSON
    }
    for name in sorted(names):
        person = command.details.person(name)
        if person is not None and person not in people:
            people.append(person)
    return tuple(people)


def stale(facts: ActFacts, dossier: Dossier) -> Iterator[Refusal]:
    """A command that was made before somebody else acted."""
    expected, version = facts.command.expected, dossier.version
    if expected != version:
        yield _own(
            "K04-stale-version",
            f"依据最新版本 {version}, 不是 {expected}: 请先查看新情况",
            f"version {version}, not {expected}: look at what happened meanwhile",
        )


def no_step(act: Act, dossier: Dossier) -> Refusal:
    """No row of the tables has that act for the present state."""
    rows = STEPS_OF[act]
    since = _states({state for row in rows for state in row.since})
    now = _states({state_of(row.life, dossier) for row in rows})
    return Refusal(
        rule="K05-no-such-step",
        clause=rows[0].clause,
        certainty=rows[0].certainty,
        missing=Words(
            f"“{rows[0].words.zh}”只能在 {since.zh} 状态进行, 目前为 {now.zh}",
            f"{act} is a step from {since.en}; it is {now.en}",
        ),
    )


def _states(states: Collection[State | None]) -> Words:
    known = sorted((state_title(state) for state in states if state is not None), key=str)
    if not known:
        return Words("尚未开始", "nothing yet")
    return Words("、".join(each.zh for each in known), ", ".join(each.en for each in known))


def _roles(roles: Collection[Role]) -> Words:
    known = [ROLES[role] for role in sorted(roles)]
    return Words("、".join(each.zh for each in known), ", ".join(each.en for each in known))


def role(step: Step, facts: ActFacts, policy: Policy) -> Role | None:
    """The role in which the person may take the step; the named one, else the first that fits."""
    person = facts.people[facts.command.person]
    wanted = facts.command.role
    may = policy.duties.may
    fitting = [
        role
        for role in sorted(person.roles & step.who)
        if not may or step.act in may.get(role, frozenset())
    ]
    if wanted is not None:
        return wanted if wanted in fitting else None
    return fitting[0] if fitting else None


def not_yours(step: Step, facts: ActFacts) -> Refusal:
    """A duty of others; an auxiliary is told so under the rule that binds auxiliaries."""
    person = facts.people[facts.command.person]
    acting = person.roles if facts.command.role is None else {facts.command.role}
    helper = acting <= {Role.AUXILIARY}
    gate = GATES["A1"]
    roles, held = _roles(step.who), _roles(acting)
    return Refusal(
        rule="A1" if helper else "K06-not-your-duty",
        clause=gate.clause if helper else step.clause,
        certainty=gate.certainty if helper else step.certainty,
        missing=Words(
            f"“{step.words.zh}”须由{roles.zh}进行; {person.id} 为{held.zh}",
            f"{step.act} is for {roles.en}; {person.id} acts as {held.en}",
        ),
        supply=tuple(sorted(step.who)),
    )


def form(step: Step, facts: ActFacts) -> Iterator[Refusal]:
    """Fields that are missing, unknown or malformed."""
    for fault in faults(step, facts.command.details.fields):
        yield _own("K07-form", f"表单项 {fault}", fault)


def timing(facts: ActFacts, dossier: Dossier) -> Iterator[Refusal]:
    """Done in the future, entered too late, out of order, or with instants that can't be."""
    at, now = facts.command.at, facts.now
    last = dossier.taken[-1].at if dossier.taken else None
    if at > now + CLOCK_SKEW:
        yield _own("K08-time", f"不晚于现在 {now}, 不是 {at}", f"no later than now {now}, not {at}")
    if now - at > ENTERED_WITHIN:
        yield _own(
            "K08-time",
            f"行为后 24 小时内录入; {at} 太早",
            f"entry within 24 hours of the act; {at} is too long ago",
        )
    if last is not None and at < last:
        yield _own(
            "K08-time",
            f"不早于上一步骤 {last}",
            f"no earlier than the act before it, {last}",
        )
    for name in _PAST:
        said = facts.command.details.instant(name)
        if said is not None and said > at + CLOCK_SKEW:
            yield _own(
                "K08-time",
                f"不晚于行为 {at} 的 {name}, 不是 {said}",
                f"{name} no later than the act, {at}, not {said}",
            )
    until = facts.command.details.instant("until")
    if until is not None and in_milliseconds(until) <= at:
        yield _own("K08-time", f"晚于行为 {at} 的期限", f"a limit after the act, {at}, not {until}")


def pairs(facts: ActFacts, dossier: Dossier, policy: Policy) -> Iterator[Refusal]:
    """One person on both sides of a forbidden pair."""
    act = facts.command.act
    second = facts.command.details.person("second")
    acting = {facts.command.person} | (set() if second is None else {second})
    for pair in policy.duties.pairs:
        for mine, theirs in ((pair.these, pair.those), (pair.those, pair.these)):
            if act not in mine:
                continue
            for person in sorted(acting & dossier.people_of(*theirs)):
                yield Refusal(
                    rule=f"K09-pair/{pair.id}",
                    clause=pair.clause,
                    certainty=Certainty.PROPOSAL,
                    missing=Words(
                        f"另一名人员: {person} 已承担“{pair.title.zh}”的另一方",
                        f"another person: {person} stands on the other side of {pair.title.en}",
                    ),
                )


def _own(rule: str, zh: str, en: str) -> Refusal:
    return Refusal(
        rule=rule,
        clause="行政处罚法 47: the whole process is on record",
        certainty=Certainty.PROPOSAL,
        missing=Words(zh, en),
    )
