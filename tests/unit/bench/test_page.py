"""The page says each goal with what was reached, and nothing of what wasn't measured."""

from typing import Any

import pytest

pytest.importorskip("scipy", reason="needs the extra [vision]")

from tests.bench.vision.grading import graded
from tests.bench.vision.page import page_text
from tests.bench.vision.scoring import ToldEvent, TrueEvent, score

MACHINE = {
    "cpu": "a processor",
    "cores": 2,
    "memory_gib": 8,
    "load_before": 0.1,
    "python": "3.11",
    "libraries": {"torch": "2"},
    "date": "2026-11-25",
    "commit": "0123456789abcdef",
    "changed_since_commit": False,
}
NOTHING: dict[str, Any] = {"machine": MACHINE, "quick": False}


def street(*, is_told: bool) -> dict[str, Any]:
    truth = TrueEvent(rule="V01-vehicle", zone="lane", begins_s=5, ends_s=30, threshold_s=10)
    told = ToldEvent(rule="V01-vehicle", zone="lane", begins_s=5, ends_s=30, told_at_s=15.2)
    figures = graded([score([truth], [told] if is_told else [])])
    return {
        "scenes": 1,
        "seconds_each": 60.0,
        "threshold_s": 10.0,
        "eyes": "street@0123",
        "searched": 200,
        "frames": 300,
        "all": figures,
        "by_rule": {"V01-vehicle": figures},
        "by_condition": {"day": figures},
    }


def test_what_was_not_measured_has_no_section() -> None:
    page = page_text(NOTHING, frozenset(), notes={})

    assert page.count("**not measured**") == 11
    assert "## The drawn street" not in page
    assert "## Memory" not in page


def test_a_missed_goal_says_by_how_much_and_why() -> None:
    told = NOTHING | {"street": street(is_told=False)}

    page = page_text(told, frozenset(), notes={"street-f1": "The lamp was broken."})

    assert "| 0.000 | **missed by 0.950** | The lamp was broken. |" in page


def test_a_met_goal_needs_no_excuse() -> None:
    told = NOTHING | {"street": street(is_told=True)}

    page = page_text(told, frozenset(), notes={"street-f1": "The lamp was broken."})

    assert "| 1.000 | **met** |  |" in page
    assert "The lamp" not in page


def test_pictures_are_shown_where_they_were_drawn() -> None:
    told = NOTHING | {"street": street(is_told=True)}

    page = page_text(told, frozenset({"vision-f1.svg"}), notes={})

    assert "(images/vision-f1.svg)" in page
    assert "vision-delay.svg" not in page


def test_a_quick_run_says_so() -> None:
    assert "**A quick run" in page_text(NOTHING | {"quick": True}, frozenset(), notes={})
