"""What still stands between a subject and a step, told without taking it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from handlers.decisions import admission
from handlers.decisions.act_facts import ActFacts
from handlers.decisions.answer import Refusal
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Bench
from handlers.decisions.gates.registry import GATES, GLOBAL
from handlers.decisions.judging import Packs, bench_of, blocked
from handlers.decisions.lives.step import FieldKind, Step
from handlers.decisions.lives.tables import STEPS_OF
from schemas.act import Act, Details, Plain
from schemas.errors import InvalidValueError
from schemas.person import Certificate, Person, PersonId, Role
from schemas.words import Words

SOMEBODY: Final = PersonId("somebody")
"""Who is asked for where nobody is named: anybody with the duty, the papers and no past."""
_AS_PROPOSED: Final = ("kind", "fine_fen", "harm", "circumstances")
"""What a notice and a decision are expected to repeat."""
_PAPERS: Final = Certificate(number="-", valid_from=date.min, valid_until=date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing in the way. `asks_of_form`: fields by which whoever acts may still supply it."""

    refusal: Refusal
    asks_of_form: tuple[str, ...] = ()


class _Unsaid(Mapping[str, Plain]):
    """A form as far as it is known beforehand; it knows what else was looked for in it."""

    def __init__(self, known: Mapping[str, Plain]) -> None:
        self._known: Final = known
        self.looked_for: list[str] = []

    def __getitem__(self, name: str) -> Plain:
        if name not in self._known:
            self.looked_for.append(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def obstacles(
    step: Step, facts: ActFacts, packs: Packs, *, by: PersonId | None = None
) -> tuple[Obstacle, ...]:
    """Duty, pairs and gates of a step as they stand now; the form isn't filled in yet.

    What a gate would find in the form is named with the field.
    """
    facts = _asked(step, facts, by)
    if strange := [each for each in admission.unknown(facts) if each.rule.startswith("K02")]:
        return tuple(Obstacle(refusal=each) for each in strange)
    role = admission.role(step, facts, packs.now)
    if role is None:
        return (Obstacle(refusal=admission.not_yours(step, facts)),)
    dossier = facts.dossier or Dossier(id=facts.command.subject)
    bench = bench_of(facts, packs, step=step, role=role, dossier=dossier)
    paired = [Obstacle(refusal=each) for each in admission.pairs(facts, dossier, packs.now)]
    gates = dict.fromkeys((*GLOBAL, *step.gates))
    return (*paired, *(each for id_ in gates for each in _of_gate(id_, bench)))


def onlooker(facts: ActFacts, packs: Packs) -> Bench:
    """The subject as gates see it, for whoever only looks."""
    step = STEPS_OF[Act.VIEW][0]
    dossier = facts.dossier or Dossier(id=facts.command.subject)
    return bench_of(facts, packs, step=step, role=Role.AUDITOR, dossier=dossier)


def _asked(step: Step, facts: ActFacts, by: PersonId | None) -> ActFacts:
    people = dict(facts.people)
    if by is None:
        people[SOMEBODY] = Person(
            id=SOMEBODY,
            name="-",
            unit="-",
            roles=step.who - {Role.MACHINE},
            certificate=_PAPERS,
            is_lawyer=True,
        )
    command = replace(
        facts.command,
        act=step.act,
        person=by or SOMEBODY,
        role=None,
        details=Details({}),
    )
    return replace(facts, command=command, people=people)


def _of_gate(id_: str, bench: Bench) -> Iterator[Obstacle]:
    fields = {field.name for field in bench.step.fields}
    form = _Unsaid(_proposed(bench, fields))
    empty = replace(bench, command=replace(bench.command, details=Details(form)))
    try:
        found = tuple(blocked(empty, (id_,)))
    except InvalidValueError as error:
        found = (
            _said_by_gate(id_, Words(f"政策包不足: {error}", f"the pack falls short: {error}")),
        )
    except ValueError:
        # The form is checked before any gate is asked: one may rest on a choice being there.
        if not (unsaid := _choices(bench.step, form.looked_for)):
            raise
        found = (_choose_first(id_, unsaid),)
    asked = tuple(dict.fromkeys(name for name in form.looked_for if name in fields))
    yield from (Obstacle(refusal=each, asks_of_form=asked) for each in found)


def _choices(step: Step, names: list[str]) -> tuple[str, ...]:
    choices = {field.name for field in step.fields if field.kind is FieldKind.CHOICE}
    return tuple(dict.fromkeys(name for name in names if name in choices))


def _proposed(bench: Bench, fields: set[str]) -> Mapping[str, Plain]:
    last = bench.last(Act.PROPOSE)
    if last is None or bench.step.act is Act.PROPOSE:
        return {}
    said = last.details.fields
    return {name: said[name] for name in _AS_PROPOSED if name in fields and name in said}


def _choose_first(id_: str, names: tuple[str, ...]) -> Refusal:
    asks, listed = GATES[id_].asks, ", ".join(names)
    return _said_by_gate(
        id_, Words(f"{asks.zh} (先填写 {listed})", f"{asks.en} (say {listed} first)")
    )


def _said_by_gate(id_: str, missing: Words) -> Refusal:
    gate = GATES[id_]
    return Refusal(
        rule=id_,
        clause=gate.clause,
        certainty=gate.certainty,
        missing=missing,
        supply=gate.supply,
    )
