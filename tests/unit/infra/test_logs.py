"""Log events come from their one list, in JSON, and no line exposes a citizen."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from infra.log_list import FIELDS, LOG_EVENTS, logs_page
from infra.logbook import BLOTTED, without_persons

HOUSE: Final = Path(__file__).parents[3]
ROOMS: Final = ("schemas", "handlers", "detectors", "streams", "infra")
LEVELS: Final = {"debug", "info", "warning", "error", "critical", "exception"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a structlog logger, with where it stands."""
    for room in ROOMS:
        for module in (HOUSE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _is_of_a_logger(node.func):
                    yield f"{module.relative_to(HOUSE)}:{node.lineno}", node


def _is_of_a_logger(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr in LEVELS
        and isinstance(called.value, ast.Call)
        and isinstance(called.value.func, ast.Attribute)
        and called.value.func.attr == "get_logger"
    )


def test_every_log_event_of_the_code_is_on_the_list_with_fields_that_it_may_have() -> None:
    wrong = []
    for where, call in calls():
        event = call.args[0] if len(call.args) == 1 else None
        name = event.value if isinstance(event, ast.Constant) else None
        known = LOG_EVENTS.get(str(name))
        fields = {keyword.arg for keyword in call.keywords}
        if known is None or not fields <= known.fields:
            wrong.append((where, name, fields))

    assert wrong == []


def test_every_event_of_the_list_is_said_somewhere() -> None:
    said = {
        call.args[0].value
        for _, call in calls()
        if call.args and isinstance(call.args[0], ast.Constant)
    }

    assert LOG_EVENTS.keys() - said == {"driver_said"}


def test_no_logger_is_kept_where_this_test_would_not_find_its_calls() -> None:
    asked = sum(
        module.read_text("utf-8").count("get_logger(")
        for room in ROOMS
        for module in (HOUSE / room).rglob("*.py")
    )

    assert asked == len(list(calls()))


def test_every_field_is_explained_and_used() -> None:
    assert {field for one in LOG_EVENTS.values() for field in one.fields} == FIELDS.keys()


def test_the_page_says_what_the_list_says() -> None:
    page = (HOUSE / "docs" / "logs.md").read_text("utf-8")

    assert page == logs_page(), "run scripts/write_operations.py"


@pytest.mark.parametrize(
    ("text", "is_blotted"),
    [
        pytest.param("got '鄂A12345'", True, id="a plate"),
        pytest.param("粤B·D12345 stood there", True, id="a green plate with its dot"),
        pytest.param("京A1234警", True, id="a police plate"),
        pytest.param("call 13812345678 now", True, id="a mobile number"),
        pytest.param("id 420106199001011234", True, id="an identity number"),
        pytest.param("id 42010619900101123X.", True, id="one that ends in X"),
        pytest.param("offset 1795581247760 of events.safety/2", False, id="an offset"),
        pytest.param("9f138123456789ab", False, id="digits within a digest"),
        pytest.param("C261120-AAAAAAAAAAAA/1", False, id="a case"),
        pytest.param("topic Ab12345 of kafka", False, id="letters and digits"),
        pytest.param("127.0.0.1:13812", False, id="a port"),
    ],
)
def test_what_looks_like_a_person_is_blotted_out(text: str, is_blotted: bool) -> None:
    assert (BLOTTED in without_persons(text)) is is_blotted
    if not is_blotted:
        assert without_persons(text) == text


def test_ours_and_the_libraries_lines_are_json_without_persons() -> None:
    speaking = (
        "import logging, structlog\n"
        "from infra.logbook import speak_json\n"
        "from infra.redacting import Redactor\n"
        "speak_json(Redactor([]))\n"
        "try:\n"
        "    raise ValueError('鄂A12345')\n"
        "except ValueError:\n"
        "    structlog.get_logger().error('spool_file_gone', file='13812345678', exc_info=True)\n"
        "    logging.getLogger('kafka.conn').warning('to %s', '13812345678', exc_info=True)\n"
        "logging.getLogger('uvicorn').info('not worth a line')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", speaking], capture_output=True, text=True, check=True, cwd=HOUSE
    )

    (ours,) = [json.loads(line) for line in done.stdout.splitlines()]
    (theirs,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (ours["event"], ours["level"], ours["file"]) == ("spool_file_gone", "error", BLOTTED)
    assert (theirs["event"], theirs["logger"]) == ("driver_said", "kafka.conn")
    assert theirs["message"] == f"to {BLOTTED}"
    for line in (ours, theirs):
        assert line["timestamp"]
        assert "Traceback" in line["exception"]
        assert "12345" not in str(line)
