"""There is one way to act, for API, CLI and agents alike, and nothing gets round it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_imports import ROOMS, imports, modules, name_of

OUTER_ROOMS = ("infra/api", "infra/cli", "infra/access", "streams", "detectors")
JUDGES = {"handlers/acts.py", "handlers/replay.py"}
RECORDERS = {"handlers/acts.py", "handlers/enforce.py", "handlers/clock_keeping.py"}
WRITERS = {"infra/store/act_statements.py", "infra/store/act_tables.py"}
WAYS_IN = {"infra/acting.py"}
OF_ACTS = ("act_shards", "acts", "penalty_cases", "opinions", "pack_states")
_WRITES = re.compile(
    rf"(INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+({'|'.join(OF_ACTS)})\b", re.IGNORECASE
)


def house() -> Iterator[Path]:
    for room in ROOMS:
        yield from modules(room)


def calls(module: Path, name: str) -> bool:
    """Whether a function or method of that name is called there."""
    return any(
        isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == name)
            or (isinstance(node.func, ast.Attribute) and node.func.attr == name)
        )
        for node in ast.walk(ast.parse(module.read_text()))
    )


def takes(module: Path, name: str, from_: str) -> bool:
    """Whether a module imports a name from another."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == from_
        and name in {alias.name for alias in node.names}
        for node in ast.walk(ast.parse(module.read_text()))
    )


def test_commands_are_judged_on_the_one_path_and_in_replays_only() -> None:
    judging = {name_of(module) for module in house() if calls(module, "judge")}

    assert judging == JUDGES


def test_what_an_act_leaves_behind_is_worked_out_by_the_judge_only() -> None:
    working_out = {
        name_of(module)
        for module in house()
        if takes(module, "after", "handlers.decisions.effects")
    }
    calling = {name_of(module) for module in house() if "effects.after(" in module.read_text()}

    assert working_out == set()
    assert calling == {"handlers/decisions/judging.py"}


def test_only_the_three_handlers_record_in_a_transaction() -> None:
    recording = {name_of(module) for module in house() if calls(module, "record")}

    assert recording == RECORDERS


def test_one_module_lets_people_act() -> None:
    ways_in = {
        name_of(module)
        for module in house()
        if takes(module, "acts", "handlers") or takes(module, "act", "handlers.acts")
    }

    assert ways_in == WAYS_IN


@pytest.mark.parametrize("room", OUTER_ROOMS)
def test_outer_rooms_judge_nothing_and_write_no_acts(room: str) -> None:
    forbidden = {
        "handlers.decisions.judging",
        "handlers.decisions.effects",
        "infra.store.act_work",
        "infra.store.act_tables",
        "infra.store.act_statements",
        "infra.store.left_behind",
    }

    round_about = [
        f"{name_of(module)} imports {name}"
        for module in modules(room)
        for name in imports(module)
        if name in forbidden
    ]

    assert round_about == []


def test_the_tables_of_acts_are_written_by_their_own_statements_only() -> None:
    writing = {name_of(module) for module in house() if _WRITES.search(module.read_text())}
    migrations = {name for name in writing if name.startswith("infra/store/migrations/")}

    assert writing - migrations <= WRITERS


def test_the_statements_of_acts_are_used_by_the_unit_of_work_only() -> None:
    """The others read: a dossier, the pack in force."""
    users = {
        name_of(module) for module in house() if takes(module, "act_statements", "infra.store")
    }

    assert users == {
        "infra/store/act_work.py",
        "infra/store/dossiers.py",
        "infra/store/left_behind.py",
        "infra/store/shelf.py",
    }


@pytest.mark.parametrize(
    "statement", ["INSERT INTO acts (", "update penalty_cases SET", "DELETE FROM acts"]
)
def test_a_write_is_recognised(statement: str) -> None:
    assert _WRITES.search(statement)
