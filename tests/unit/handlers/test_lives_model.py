"""Random people doing random things at random times never reach what the law forbids."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from handlers.decisions.answer import Done
from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.penalty_case import AFTER_DECISION
from handlers.decisions.lives.standing import state_of
from handlers.decisions.lives.step import Field, FieldKind, Step
from handlers.decisions.lives.tables import ALL_STEPS
from schemas.act import Act, SubjectId
from schemas.instants import instant_text
from schemas.penalty import PenaltyState
from schemas.workfile import CaseState, Queue, Route
from tests.support.benches import the_people
from tests.support.builders import BLOCKED_EXIT, STALL
from tests.support.bureau import Bureau
from tests.support.courses import FRAME, SITE_RECORD, WHOLE_CASE

PEOPLE = sorted(the_people())
GOOD = {walked.act: dict(walked.details) for walked in WHOLE_CASE}
"""What a careful person would say; the model spoils it now and then."""
PUNISHED = AFTER_DECISION | {PenaltyState.CLOSED}


def said(field: Field, draw: Any, bureau: Bureau) -> Any:
    """Something of the right kind, not always wise."""
    later = instant_text(bureau.now + timedelta(days=draw(st.integers(-1, 3))))
    made = {
        FieldKind.TEXT: "text that says something",
        FieldKind.COUNT: draw(st.integers(0, 40)),
        FieldKind.FEN: draw(st.sampled_from([0, 5_000, 10_000, 20_000, 900_000])),
        FieldKind.INSTANT: later,
        FieldKind.PERSON: draw(st.sampled_from(PEOPLE)),
        FieldKind.CASE: draw(st.sampled_from(sorted(bureau.dossiers))),
        FieldKind.MATTER: str(STALL),
        FieldKind.DIGESTS: [draw(st.sampled_from([FRAME, SITE_RECORD]))],
        FieldKind.WORDS: ["one"],
        FieldKind.CHOICE: draw(st.sampled_from(field.choices or ("",))),
        FieldKind.FLAG: draw(st.booleans()),
    }
    return made[field.kind]


def possible(bureau: Bureau, subject: SubjectId) -> list[Step]:
    dossier = bureau.dossiers[subject]
    return [row for row in ALL_STEPS if state_of(row.life, dossier) in row.since and row.since]


class Lives(RuleBasedStateMachine):
    cases = Bundle("cases")

    @initialize(target=cases)
    def a_stall(self) -> SubjectId:
        self.bureau = Bureau()
        return self.bureau.sighting()

    @rule(target=cases)
    def a_danger(self) -> SubjectId:
        return self.bureau.sighting(
            matter=BLOCKED_EXIT, route=Route.ZERO_TOLERANCE, queue=Queue.ZERO_TOLERANCE
        )

    @rule(subject=cases, data=st.data())
    def somebody_acts(self, subject: SubjectId, data: Any) -> None:
        rows = possible(self.bureau, subject)
        row = data.draw(st.sampled_from(rows))
        fitting = [name for name, person in the_people().items() if person.roles & row.who]
        anyone = data.draw(st.integers(0, 9)) == 0
        person = data.draw(st.sampled_from(PEOPLE if anyone else fitting))
        details = {}
        for field in row.fields:
            if field.is_optional and data.draw(st.booleans()):
                continue
            details[field.name] = said(field, data.draw, self.bureau)
        if data.draw(st.integers(0, 3)):
            details |= {k: v for k, v in GOOD.get(row.act, {}).items() if k != "until"}
        self.bureau.act(subject, row.act, person, **details)

    @rule(subject=cases, steps=st.integers(1, len(WHOLE_CASE)))
    def a_careful_crew_walks_on(self, subject: SubjectId, steps: int) -> None:
        """So that the late states are met at all."""
        for walked in WHOLE_CASE[:steps]:
            self.bureau.now += timedelta(**walked.wait)
            details = dict(walked.details)
            if "until" in details:
                details["until"] = instant_text(self.bureau.now + timedelta(days=2))
            self.bureau.act(subject, walked.act, walked.person, **details)

    @rule(minutes=st.sampled_from([1, 30, 600, 3 * 1440, 20 * 1440]))
    def time_passes(self, minutes: int) -> None:
        self.bureau.wait(minutes=minutes)

    @invariant()
    def a_fine_has_its_gates_behind_it(self) -> None:
        for dossier in self._dossiers():
            decided = dossier.last(Act.DECIDE)
            if decided is None or dossier.penalty not in PUNISHED:
                continue
            before = dossier.taken[: decided.number - 1]
            acts = [taken.act for taken in before]
            notice = max(t.number for t in before if t.act is Act.NOTIFY)
            assert {Act.CONSIDER, Act.FILE, Act.TELL, Act.PROPOSE, Act.ORDER_CORRECTION} <= {*acts}
            assert acts.index(Act.FILE) < notice - 1 < decided.number - 1
            assert any(
                t.act in {Act.DEFEND, Act.WAIVE, Act.LAPSE} and t.number > notice for t in before
            )
            told = dossier.taken[notice - 1].details.number("fine_fen")
            assert decided.details.number("fine_fen") <= told  # type: ignore[operator]

    @invariant()
    def nobody_stands_on_both_sides_of_a_pair(self) -> None:
        for dossier in self._dossiers():
            for pair in self.bureau.policy.duties.pairs:
                both = dossier.people_of(*pair.these) & dossier.people_of(*pair.those)
                assert not both, (pair.id, both)

    @invariant()
    def one_open_clock_of_a_kind(self) -> None:
        for dossier in self._dossiers():
            running = [clock.kind for clock in dossier.clocks if clock.is_open]
            assert len(running) == len(set(running))

    @invariant()
    def a_danger_is_never_let_go(self) -> None:
        for dossier in self._dossiers():
            case = dossier.case
            assert case is not None
            if case.matter == BLOCKED_EXIT:
                assert case.queue is Queue.ZERO_TOLERANCE
                assert case.state is not CaseState.DISCARDED
            if case.queue is Queue.ZERO_TOLERANCE and case.state in {
                CaseState.FEEDBACK,
                CaseState.VERIFIED,
                CaseState.CLOSED,
                CaseState.TRANSFERRED,
            }:
                assert dossier.last(Act.CLEAR, Act.LIFT) is not None

    @invariant()
    def versions_count_acts(self) -> None:
        for dossier in self._dossiers():
            assert dossier.case is not None
            assert dossier.case.acts == dossier.version
            assert [taken.number for taken in dossier.taken] == [*range(1, dossier.version + 1)]

    @invariant()
    def only_the_answers_that_are_done_change_anything(self) -> None:
        if not hasattr(self, "bureau"):
            return
        done = sum(isinstance(answer, Done) for _, answer in self.bureau.answers)
        assert done == sum(dossier.version for dossier in self._dossiers())

    def _dossiers(self) -> list[Dossier]:
        return [*self.bureau.dossiers.values()] if hasattr(self, "bureau") else []


Lives.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_random_lives_keep_the_law = Lives.TestCase


def test_no_row_is_open_to_a_machine() -> None:
    rows = [row.act for row in ALL_STEPS if any(role.value == "machine" for role in row.who)]

    assert rows == []


def test_what_harms_a_person_is_never_open_to_those_who_only_watch_or_help() -> None:
    helpers = {"auxiliary", "observer", "auditor", "machine", "verifier", "dispatcher"}
    harming = [row for row in ALL_STEPS if row.harms]

    assert len(harming) >= 20
    assert [row.act for row in harming if {role.value for role in row.who} & helpers] == []
