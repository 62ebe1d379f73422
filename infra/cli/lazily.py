"""A group of commands that imports the code of a command only when that one is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


class Commands(dict[str, Any]):
    """Click's table of commands: all names are there at once, each command when it is looked up."""

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__(dict.fromkeys(table))
        self._table: Final = table

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's own command types differ
        if super().__getitem__(name) is None:
            self[name] = _loaded(name, self._table[name])
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """As of any table; an unknown name loads nothing."""
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> Any:  # noqa: ANN401
        """All of them, loaded."""
        return {name: self[name] for name in self}.values()

    def items(self) -> Any:  # noqa: ANN401
        """All of them, loaded."""
        return {name: self[name] for name in self}.items()


def group_of(table: Mapping[str, str]) -> type[TyperGroup]:
    """A group class whose commands are `module:name` of a function or of a Typer app."""

    class LazyGroup(TyperGroup):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
            super().__init__(*arguments, **options)
            self.commands = Commands(table)

    return LazyGroup


def _loaded(name: str, where: str) -> Any:  # noqa: ANN401
    module, _, attribute = where.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return get_command(alone)
