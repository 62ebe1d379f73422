"""A goal is met, missed by so much, or wasn't measured; never anything in between."""

from typing import Any

import pytest

from tests.bench.vision.goals import Goal, goals


def a_goal(aim: float, reached: float | None, **others: Any) -> Goal:
    told = {"is_at_least": True, "form": ".2f"} | others
    return Goal(id="g", words="w", aim=aim, reached=reached, **told)


@pytest.mark.parametrize(
    ("goal", "is_met", "verdict"),
    [
        pytest.param(a_goal(0.95, 0.95), True, "met", id="just reached"),
        pytest.param(a_goal(0.95, 0.91), False, "missed by 0.04", id="not reached"),
        pytest.param(a_goal(0.95, None), None, "not measured", id="not measured"),
        pytest.param(a_goal(1.02, 1.0, is_at_least=False), True, "met", id="below what may be"),
        pytest.param(
            a_goal(1.02, 1.1, is_at_least=False), False, "missed by 0.08", id="more than may be"
        ),
        pytest.param(
            a_goal(2, 2, is_at_least=False, is_strict=True), False, "missed by 0.00", id="not under"
        ),
        pytest.param(a_goal(0, 0, is_at_least=False), True, "met", id="none, as promised"),
    ],
)
def test_a_goal_is_met_or_missed_by_so_much(goal: Goal, is_met: bool | None, verdict: str) -> None:
    assert goal.is_met is is_met
    assert goal.verdict == verdict


def test_every_promise_is_told_though_nothing_was_measured() -> None:
    found = goals({})

    assert len(found) == len({goal.id for goal in found}) == 11
    assert {goal.is_met for goal in found} == {None}


def test_figures_are_found_where_the_measurements_leave_them() -> None:
    told = {
        "street": {"all": {"f1": {"value": 0.97}, "delay_s": None}},
        "cost": {"loads": {"still": {"cameras_per_core": {"median": 12.0}}}},
    }

    by_id = {goal.id: goal for goal in goals(told)}

    assert by_id["street-f1"].is_met is True
    assert by_id["street-delay"].is_met is None
    assert by_id["cost-still"].verdict == "missed by 18.0"
