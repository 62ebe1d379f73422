"""Each gate is known by one id, stands before some act, says what it asks, and is tested."""

import ast
from pathlib import Path
from typing import Final

import pytest

from handlers.decisions.gates.gate import Gate
from handlers.decisions.gates.registry import ALL_GATES, GATES, GLOBAL, gate
from handlers.decisions.lives.step import Step
from handlers.decisions.lives.tables import ALL_STEPS
from schemas.act import Act
from schemas.errors import InvalidValueError
from schemas.person import Role

HERE: Final = Path(__file__).parent
OF_THE_LAW: Final = (
    *(f"P{number:02d}" for number in range(1, 38)),
    *(f"C{number}" for number in range(1, 11)),
    *(f"A{number}" for number in range(1, 9)),
    *(f"D{number}" for number in range(1, 11)),
    *("E1", "E2"),
)
"""The gates that the law asks for; the city platform's, opinion's and packs' come on top."""
IDS: Final = sorted({gate.id for gate in ALL_GATES})
NAMED: Final = frozenset(id_ for step in ALL_STEPS for id_ in step.gates)


def quoted_in_tests() -> frozenset[str]:
    """Every text that stands by itself in a test module of this folder, but not in this one."""
    modules = sorted(HERE.glob("test_*.py"))
    return frozenset(
        node.value
        for module in modules
        if module.name != Path(__file__).name
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("id_", OF_THE_LAW)
def test_every_gate_that_the_law_asks_for_is_there(id_: str) -> None:
    assert id_ in GATES


def test_no_two_gates_share_an_id() -> None:
    assert len(ALL_GATES) == len(GATES)


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: f"{step.life} {step.act}")
def test_every_gate_that_a_row_names_is_there_and_asked_once(step: Step) -> None:
    assert [id_ for id_ in step.gates if id_ not in GATES] == []
    assert len(step.gates) == len(set(step.gates))


def test_every_gate_stands_before_some_act() -> None:
    assert sorted(set(GATES) - NAMED - set(GLOBAL)) == []


def test_every_gate_that_is_asked_before_every_act_is_there() -> None:
    assert sorted(set(GLOBAL) - set(GATES)) == []


def test_every_gate_is_named_in_a_test() -> None:
    assert sorted(set(GATES) - quoted_in_tests()) == []


@pytest.mark.parametrize("each", ALL_GATES, ids=lambda each: each.id)
def test_every_gate_says_what_it_asks_by_which_clause_and_who_can_help(each: Gate) -> None:
    assert each.title.zh != each.title.en
    assert each.asks.zh != each.asks.en
    assert each.clause.strip()
    assert each.supply
    assert Role.MACHINE not in each.supply


def test_every_act_stands_in_a_table() -> None:
    assert set(Act) - {step.act for step in ALL_STEPS} == set()


def test_a_gate_is_found_by_its_id() -> None:
    assert gate("L01") is GATES["L01"]


def test_no_gate_goes_by_another_id() -> None:
    with pytest.raises(InvalidValueError, match="expected the id of a gate, got X99"):
        gate("X99")
