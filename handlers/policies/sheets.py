"""A pack's files as forms, over those of its parent, and where in them a fault is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from handlers.policies.files import KNOWN, Files, parsed
from handlers.policies.form import Form, fault_of
from schemas.errors import InvalidValueError

AnyForm = TypeVar("AnyForm", bound=Form)
Key = TypeVar("Key")
Row = TypeVar("Row")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The files of one pack. An heir has those only in which it says something of its own."""

    files: Files
    pack: str
    parent: "Sheets | None" = None

    @property
    def line(self) -> tuple["Sheets", ...]:
        """The parent first, if there is one."""
        return (self,) if self.parent is None else (*self.parent.line, self)

    def where(self, file: str, key: str = "") -> str:
        """How a fault names its place."""
        place = f"{self.pack}/{file}"
        return f"{place}: {key}" if key else place

    def forms(self, form: type[AnyForm], file: str) -> list[AnyForm]:
        """A file of the parent's and one's own, in their form.

        Raises:
            InvalidValueError: file, key, what was expected, what came.
        """
        return [sheets.shaped(form, file) for sheets in self.line]

    def shaped(self, form: type[AnyForm], file: str) -> AnyForm:
        """One's own file. What isn't there says nothing in an heir, and is a fault elsewhere."""
        if self.parent is not None and self.where(file) not in self.files:
            return form()
        content: dict[str, Any] = parsed(self.files, self.where(file))
        try:
            return form.model_validate(content)
        except ValidationError as error:
            raise fault_of(error, self.where(file), content) from error

    def rows(
        self, file: str, name: str, tables: Iterable[Sequence[Row]], key: Callable[[Row], Key]
    ) -> dict[Key, Row]:
        """One's own rows in the place of the parent's of the same key, or after them."""
        merged: dict[Key, Row] = {}
        for sheets, table in zip(self.line, tables, strict=True):
            own: dict[Key, Row] = {}
            for row in table:
                if key(row) in own:
                    raise InvalidValueError(
                        expected="each row once",
                        got=f"{key(row)} twice",
                        field=sheets.where(file, name),
                    )
                own[key(row)] = row
            merged.update(own)
        return merged

    def latest(self, file: str, name: str, values: Iterable[Value | None]) -> Value:
        """What one says oneself, else what the parent says; somebody must."""
        said = [value for value in values if value is not None]
        if not said:
            raise InvalidValueError(expected="a value", got="nothing", field=self.where(file, name))
        return said[-1]

    @contextmanager
    def told_at(self, file: str, key: str = "") -> Iterator[None]:
        """Give a fault of a value its file."""
        try:
            yield
        except InvalidValueError as error:
            place = ", ".join(part for part in (key, error.field) if part)
            raise InvalidValueError(
                expected=error.expected, got=error.got, field=self.where(file, place)
            ) from error

    def refuse_strangers(self) -> None:
        """A file that nobody would read may hold what somebody relies on."""
        known = {sheets.where(file) for sheets in self.line for file in KNOWN}
        if strangers := sorted(self.files.keys() - known):
            raise InvalidValueError(
                expected=f"no files but {', '.join(KNOWN)}", got=strangers[0], field=strangers[0]
            )
