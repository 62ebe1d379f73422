"""The pages of gates and lives say what the code does, and nothing else."""

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from handlers.decisions.gates.registry import GATES, GLOBAL
from handlers.decisions.lives.step import Step
from handlers.decisions.lives.tables import ALL_STEPS
from handlers.decisions.lives.titles import CERTAINTIES
from schemas.certainty import Certainty
from scripts.write_law_pages import DOCS, PAGE_OF, pages

WRITE: Final = "run .venv/bin/python scripts/write_law_pages.py"
written: Final = cache(pages)
"""Made once: each making takes milliseconds."""
DOUBTFUL: Final = [gate.id for gate in GATES.values() if gate.certainty is not Certainty.TEXT]


@pytest.mark.parametrize("path", sorted(pages()))
def test_a_page_says_what_the_code_does(path: str) -> None:
    page = DOCS / path

    assert page.is_file(), f"{path} is missing: {WRITE}"
    assert page.read_text("utf-8") == written()[path], f"{path} is out of step: {WRITE}"


@pytest.mark.parametrize("folder", ["gates", "lives"])
def test_no_page_lies_about_that_nobody_writes(folder: str) -> None:
    lying = {f"{folder}/{page.name}" for page in Path(DOCS / folder).iterdir()}

    assert lying - written().keys() == set(), WRITE


@pytest.mark.parametrize("id_", GATES)
def test_each_gate_has_a_page_in_both_languages(id_: str) -> None:
    gate, page = GATES[id_], written()[f"gates/{id_}.md"]

    for words in (gate.title, gate.asks, CERTAINTIES[gate.certainty]):
        assert words.zh in page
        assert words.en[1:] in page
    assert gate.clause in page
    assert f"]({id_}.md)" in written()["gates/index.md"]


@pytest.mark.parametrize("id_", DOUBTFUL)
def test_what_is_not_the_laws_own_text_says_so_before_all_else(id_: str) -> None:
    words = CERTAINTIES[GATES[id_].certainty]
    before_the_clause = written()[f"gates/{id_}.md"].split("依据 clause")[0]

    assert f"**{words.zh}**" in before_the_clause
    assert f"**{words.en}**" in before_the_clause


@pytest.mark.parametrize("id_", sorted(set(GATES) - set(GLOBAL)))
def test_a_gates_page_names_every_act_that_it_stands_before(id_: str) -> None:
    acts = [step.act for step in ALL_STEPS if id_ in step.gates]

    unnamed = [act for act in acts if f"`{act}`" not in written()[f"gates/{id_}.md"]]

    assert unnamed == []


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: f"{step.life} {step.act}")
def test_each_row_is_on_its_lifes_page_with_its_gates_and_its_words(step: Step) -> None:
    page = written()[f"lives/{PAGE_OF[step.life]}"]
    lines = [line for line in page.splitlines() if line.startswith(f"| `{step.act}`")]
    steps = [each for each in ALL_STEPS if (each.act, each.life) == (step.act, step.life)]
    row = dict(zip(map(id, steps), lines, strict=True))[id(step)]

    assert step.words.zh in row
    assert step.words.en in row
    assert step.event in row
    assert [id_ for id_ in step.gates if f"gates/{id_}.md" not in row] == []
    assert ("**是 yes**" in row) is step.harms
