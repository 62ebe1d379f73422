"""What the documents name is there."""

import importlib
import re
from pathlib import Path

import pytest
from typer.main import get_command

from infra.cli.main import app

HOUSE = Path(__file__).parents[2]
ROOMS = ("schemas", "handlers", "detectors", "streams", "infra")
NAMED = re.compile(rf"`((?:{'|'.join(ROOMS)})(?:\.\w+)+)`")
LINKED = re.compile(r"\]\((?!https?:)([^)#]+)\)|`((?:docs|tests|scripts|detectors)/[\w./-]+)`")
COMMAND = re.compile(r"^(?:export \w+=\$\()?offsite ([a-z][^\n]*)", re.MULTILINE)
PAGES = sorted([HOUSE / "README.md", HOUSE / "README.zh.md", *(HOUSE / "docs").rglob("*.md")])


def names() -> list[str]:
    return sorted(set(NAMED.findall((HOUSE / "docs" / "walk.md").read_text("utf-8"))))


def is_there(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        return False


def test_every_module_and_function_on_the_walk_exists() -> None:
    missing = [name for name in names() if not is_there(name)]

    assert len(names()) > 40
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    linked = LINKED.findall(page.read_text("utf-8"))
    paths = [page.parent / link if link else HOUSE / named for link, named in linked]

    missing = [str(path) for path in paths if not path.exists()]

    assert missing == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_every_command_of_the_readme_and_its_options_are_known(readme: str) -> None:
    commands = COMMAND.findall((HOUSE / readme).read_text("utf-8"))

    unknown = [command for command in commands if not is_known(command.split("#")[0].split())]

    assert len(commands) >= 9
    assert unknown == []


def is_known(words: list[str]) -> bool:
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
    options = {name for parameter in command.params for name in parameter.opts}
    asked = {word.rstrip(")") for word in words if word.startswith("--")}
    return not hasattr(command, "commands") and asked <= options
