"""A bureau in memory: cases that people act on through the one judge, with a clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from handlers.decisions import effects
from handlers.decisions.act_facts import ActFacts
from handlers.decisions.answer import Answer, Done
from handlers.decisions.dossier import Dossier, Seen
from handlers.decisions.gates.gate import Prior, Standing
from handlers.decisions.judging import Packs, judge
from handlers.decisions.law.duties import ForbiddenPair
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.policy import Policy
from handlers.policies.floor import PAIRS
from schemas.act import Act, Command, CommandId, SubjectId
from schemas.ids import Address
from schemas.penalty import Ground, PenaltyState
from schemas.person import Person, PersonId, Role
from schemas.words import Words
from schemas.workfile import CaseState
from tests.support.benches import SEEN_AT, a_case, a_standing, some_details, the_people
from tests.support.cities import a_city


def a_lawful_city() -> Policy:
    """The tests' city, with all the pairs that no pack may do without."""
    city = a_city()
    pairs = tuple(
        ForbiddenPair(
            id=id_, title=Words("不得兼任", id_), these=these, those=those, clause="for tests"
        )
        for id_, (these, those) in PAIRS.items()
    )
    return replace(city, duties=replace(city.duties, pairs=pairs))


@dataclass(slots=True, kw_only=True)
class Bureau:
    """Time stands still until `wait`. Everything lies open to the test."""

    policy: Policy = field(default_factory=a_lawful_city)
    then: Policy | None = None
    people: Mapping[PersonId, Person] = field(default_factory=the_people)
    standing: Standing | None = None
    now: datetime = SEEN_AT
    dossiers: dict[SubjectId, Dossier] = field(default_factory=dict)
    answers: list[tuple[ActFacts, Answer]] = field(default_factory=list)

    def sighting(self, *seen: Seen, **changes: Any) -> SubjectId:
        """A machine made a candidate."""
        number = len(self.dossiers) + 1
        case = a_case(
            f"C260305-{number:012d}",
            **{"state": CaseState.CANDIDATE, "opened_at": self.now, **changes},
        )
        subject = SubjectId(case.id)
        self.dossiers[subject] = Dossier(
            id=subject, case=case, occurred_at=self.now, seen=seen, opened_under=self.policy.digest
        )
        return subject

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def command(
        self, subject: SubjectId, act: Act, person: str | None = None, **details: Any
    ) -> Command:
        """By whoever may, unless somebody is named."""
        dossier = self.dossiers.get(subject)
        return Command(
            id=CommandId(f"command-{subject}-{len(self.answers)}"),
            subject=subject,
            expected=0 if dossier is None else dossier.version,
            act=act,
            person=PersonId(person) if person else self._somebody(act),
            at=self.now,
            details=some_details(details),
        )

    def act(
        self, subject: SubjectId, act: Act, person: str | None = None, **details: Any
    ) -> Answer:
        return self.give(self.command(subject, act, person, **details))

    def do(self, subject: SubjectId, act: Act, person: str | None = None, **details: Any) -> Done:
        """The same, and it must be done."""
        answer = self.act(subject, act, person, **details)
        if not isinstance(answer, Done):
            told = [(each.rule, each.missing.en) for each in answer.refusals]
            raise AssertionError(f"{act} was refused: {told}")
        return answer

    def give(self, command: Command) -> Answer:
        """Judge a command; what is done stands from then on."""
        facts = self.facts(command)
        answer = judge(facts, Packs(now=self.policy, then=self.then))
        self.answers.append((facts, answer))
        if isinstance(answer, Done):
            self.dossiers[command.subject] = answer.dossier
        return answer

    def facts(self, command: Command) -> ActFacts:
        dossier = self.dossiers.get(command.subject)
        site = effects.wanted_site(command, None if dossier is None else dossier.case)
        other = self.dossiers.get(SubjectId(command.details.text("into")))
        taken = {
            each.case.site
            for each in self.dossiers.values()
            if each.case is not None and each.id != command.subject
        }
        return ActFacts(
            address=Address("acts", 0, len(self.answers)),
            now=self.now,
            command=command,
            standing=self.standing or a_standing(self.policy),
            dossier=dossier,
            people=self.people,
            prior=self._prior(command, dossier),
            then=None if self.then is None else self.then.digest,
            other=None if other is None else other.case,
            is_site_taken=site is not None and site in taken,
        )

    def _prior(self, command: Command, dossier: Dossier | None) -> tuple[Prior, ...]:
        party = effects.party_of(command, dossier)
        unsaid = replace(command, act=Act.VIEW, details=some_details({}))
        found = []
        for each in self.dossiers.values():
            if each.id == command.subject or not party or each.case is None:
                continue
            if effects.party_of(unsaid, each) != party or each.case.matter is None:
                continue
            if dossier is None or dossier.case is None or each.case.matter != dossier.case.matter:
                continue
            if each.penalty in {PenaltyState.NOT_CONSIDERED, PenaltyState.NOT_FILED}:
                continue
            excuse = each.last(Act.EXCUSE)
            found.append(
                Prior(
                    case=each.id,
                    matter=each.case.matter,
                    at=each.taken[-1].at,
                    ended=each.penalty,
                    ground=None if excuse is None else Ground(excuse.details.text("ground")),
                )
            )
        return tuple(found)

    def _somebody(self, act: Act) -> PersonId:
        wanted: frozenset[Role] = frozenset().union(*(step.who for step in STEPS_OF[act]))
        return next(id_ for id_, person in self.people.items() if person.roles & wanted)
