import re

import pytest

from handlers.decisions.lives.drawing import KNOWN, drawn, known_in, steps_of, where, whither
from handlers.decisions.lives.step import Life, Step
from handlers.decisions.lives.tables import ALL_STEPS
from schemas.act import Act
from schemas.penalty import PenaltyState
from schemas.words import Words
from schemas.workfile import CaseState

MOVE = re.compile(r"^    (\S+) --> (\S+)", re.MULTILINE)
BOX = re.compile(r'^    state "[^"]+" as (\w+)$', re.MULTILINE)


def step_of(act: Act) -> Step:
    return next(step for step in ALL_STEPS if step.act is act)


@pytest.mark.parametrize("life", Life)
def test_every_line_runs_between_boxes_that_are_drawn_once(life: Life) -> None:
    text = drawn(life)
    boxes = BOX.findall(text)

    ends = {name for move in MOVE.findall(text) for name in move}

    assert ends == {*boxes, "[*]"}
    assert len(boxes) == len(set(boxes))


@pytest.mark.parametrize("life", Life)
def test_each_act_that_changes_the_state_is_drawn(life: Life) -> None:
    moving = [step for step in steps_of(life) if step.to is not None and step.since != {step.to}]

    assert [
        step.act for step in moving if not re.search(rf" {step.act}( /|$)", drawn(life), re.M)
    ] == []


@pytest.mark.parametrize(
    ("life", "state"),
    [
        *(pytest.param(Life.WORK_FILE, state, id=f"work file {state}") for state in CaseState),
        *(pytest.param(Life.PENALTY, state, id=f"penalty {state}") for state in PenaltyState),
    ],
)
def test_every_state_is_drawn(life: Life, state: CaseState | PenaltyState) -> None:
    assert state.value.replace("-", "_") in BOX.findall(drawn(life))


@pytest.mark.parametrize(
    ("life", "is_final", "name"),
    [
        pytest.param(Life.WORK_FILE, True, "withdrawn", id="withdrawn is the end"),
        pytest.param(Life.WORK_FILE, False, "closed", id="closed may be opened again"),
        pytest.param(Life.PENALTY, True, "void", id="void is the end"),
        pytest.param(Life.PENALTY, False, "correction_wait", id="correction goes on from a box"),
        pytest.param(Life.PENALTY, False, "closed", id="what is archived may be revoked"),
        pytest.param(Life.OPINION, False, "reported", id="what is reported is still closed"),
    ],
)
def test_only_what_no_act_leaves_is_an_end(life: Life, is_final: bool, name: str) -> None:
    assert ((name, "[*]") in MOVE.findall(drawn(life))) is is_final


def test_a_box_for_several_states_is_dashed() -> None:
    assert [known.id for known in known_in(Life.WORK_FILE)] == ["living", "at_work"]
    assert "    class living several" in drawn(Life.WORK_FILE)


def test_a_small_box_is_tied_to_its_states() -> None:
    moves = MOVE.findall(drawn(Life.PENALTY))

    assert ("triage", "before_filing") in moves
    assert ("filed", "before_decision") not in moves


def test_a_lifted_stay_goes_back_to_where_it_was_stayed() -> None:
    back = {other for one, other in MOVE.findall(drawn(Life.PENALTY)) if one == "stayed"}

    assert back == {"decided", "served", "performing"}
    assert whither(step_of(Act.LIFT_STAY)) == Words("停止前的状态", "where it was stayed from")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(Act.OPEN, ["candidate"], id="one state"),
        pytest.param(Act.WITHDRAW, ["any state that isn't over"], id="a known set"),
        pytest.param(Act.VIEW, ["any state"], id="all states"),
        pytest.param(Act.COMPLAIN, ["any state once it is considered"], id="all but the first"),
        pytest.param(
            Act.EXCUSE,
            ["before filing", "investigating", "defence and hearing", "legal review"],
            id="a known set and three more, in their order",
        ),
        pytest.param(Act.DETECT_OPINION, ["nothing yet"], id="no state"),
    ],
)
def test_where_an_act_may_be_taken_is_said_in_few_words(act: Act, expected: list[str]) -> None:
    assert [words.en for words in where(step_of(act))] == expected


@pytest.mark.parametrize("life", Life)
def test_known_sets_go_by_different_names_and_larger_ones_first(life: Life) -> None:
    known = KNOWN[life]

    swallowed = [
        (one.id, other.id)
        for index, one in enumerate(known)
        for other in known[index + 1 :]
        if one.states < other.states
    ]

    assert len({each.id for each in known}) == len(known)
    assert swallowed == []
