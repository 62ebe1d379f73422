"""What the forms of a pack's files share: nothing unknown may stand there, limits, words, names."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from schemas.errors import InvalidValueError
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey, parse_matter
from schemas.words import Words

Text = Annotated[str, Field(strict=True, min_length=1, max_length=400)]
PackName = Annotated[str, Field(strict=True, pattern="^[a-z0-9][a-z0-9-]*$", max_length=60)]
RowId = Annotated[str, Field(strict=True, pattern="^[a-z0-9][a-z0-9-]*$", max_length=80)]
Flag = Annotated[bool, Field(strict=True)]
Seconds = Annotated[int, Field(strict=True, ge=0, le=7 * 86_400)]
Fen = Annotated[int, Field(strict=True, ge=0)]


def _matter(text: object) -> MatterKey:
    if not isinstance(text, str):
        raise InvalidValueError(expected="standard|kind|code", got=text)
    return parse_matter(text)


MatterName = Annotated[MatterKey, PlainValidator(_matter)]


class Form(BaseModel):
    """Nothing but what is named here may stand in a pack: a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WordsForm(Form):
    """The same in Chinese and in English."""

    zh: Text
    en: Text

    def value(self) -> Words:
        """As the rest of the house knows it."""
        return Words(self.zh, self.en)


class LimitForm(Form):
    """A time limit with the calendar that counts it."""

    amount: Annotated[int, Field(strict=True, ge=1, le=5 * 366 * 1440)]
    unit: Unit
    calendar: Calendar

    @model_validator(mode="after")
    def _counts(self) -> Self:
        self.value()
        return self

    def value(self) -> Limit:
        """As the rest of the house knows it."""
        return Limit(amount=self.amount, unit=self.unit, calendar=self.calendar)


_NAMES: Final = ("key", "id", "matter", "camera", "kind", "year", "title")
"""What a row is known by, in the order in which one looks for it."""

_EXPECTED: Final = {"missing": "a value", "extra_forbidden": "no such key"}


def place_of(steps: Iterable[int | str], content: object) -> str:
    """Where in a file a fault is: `matter[GB/T 47678.5-2026|matter|09006].limit.amount`."""
    place = ""
    for step in steps:
        content = _inside(content, step)
        name = _name_of(content)
        if isinstance(step, int) and name is not None:
            place += f"[{name}]"
        elif step != "[key]":
            place += f".{step}" if place else str(step)
    return place


def _inside(content: object, step: int | str) -> object:
    if isinstance(content, Mapping):
        return content.get(step)
    if isinstance(content, list) and isinstance(step, int):
        return content[step]
    return None


def _name_of(content: object) -> str | None:
    if not isinstance(content, Mapping):
        return None
    return next((str(content[name]) for name in _NAMES if name in content), None)


def fault_of(error: ValidationError, where: str, content: Mapping[str, Any]) -> InvalidValueError:
    """The first fault of a form, in our own words where it is one of our own."""
    fault = error.errors(include_url=False)[0]
    place = f"{where}: {place_of(fault['loc'], content)}".removesuffix(": ")
    own = fault.get("ctx", {}).get("error")
    if isinstance(own, InvalidValueError):
        inner = "" if own.field is None else f" ({own.field})"
        return InvalidValueError(expected=own.expected, got=own.got, field=place + inner)
    got = "nothing" if fault["type"] == "missing" else repr(fault["input"])[:120]
    expected = _EXPECTED.get(fault["type"], fault["msg"].removeprefix("Input should be "))
    return InvalidValueError(expected=expected, got=got, field=place)
