"""The form in which a command comes over the wire, and what of it may stand in a record."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.act import Act, Command, CommandId, SubjectId
from schemas.errors import InvalidValueError
from schemas.instants import parse_instant
from schemas.person import PersonId, Role
from schemas.wire.acting import read_details, require_line
from schemas.wire.envelope import LONGEST_NAME

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Choice = TypeVar("Choice", bound=StrEnum)
Said = str | int | bool | list[str]


class ActForm(BaseModel):
    """A command. Who gives it isn't said: that is whose key it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[Name, Field(description="Of the command: the same id is the same command.")]
    subject: Annotated[Name, Field(description="A case, an incident (O…) or a pack (pack:…).")]
    expected: Annotated[int, Field(ge=0, le=2**31 - 1, description="The version that was seen.")]
    act: Annotated[str, Field(description="See docs/lives.")]
    at: Annotated[
        str | None, Field(description="When it was done, RFC 3339 with zone; else now.")
    ] = None
    role: Annotated[str | None, Field(description="In which role; else the first that fits.")] = (
        None
    )
    details: Annotated[dict[str, Said], Field(description="What the act's row asks for.")] = {}

    def instant(self) -> datetime | None:
        """When it was done, where it is said."""
        return None if self.at is None else parse_instant(self.at, "at")

    def command(self, *, person: PersonId, at: datetime) -> Command:
        """The command, by who gives it.

        Raises:
            InvalidValueError: which field, what was expected, what came.
        """
        return Command(
            id=CommandId(self.id),
            subject=SubjectId(self.subject),
            expected=self.expected,
            act=_one_of(Act, self.act, "act"),
            person=person,
            at=at,
            role=None if self.role is None else _one_of(Role, self.role, "role"),
            details=read_details(self.details),
        )


def read_form(body: bytes) -> ActForm:
    """Take up a command from outside.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(expected="a JSON object", got=str(error), field="body") from error
    if not isinstance(content, dict):
        raise InvalidValueError(expected="a JSON object", got=type(content).__name__, field="body")
    try:
        form = ActForm.model_validate(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        got = "nothing" if fault["type"] == "missing" else repr(fault["input"])
        where = ".".join(str(step) for step in fault["loc"])
        raise InvalidValueError(expected=fault["msg"], got=got, field=where) from error
    require_line(form.id, "id")
    require_line(form.subject, "subject")
    return form


def _one_of(choices: type[Choice], text: str, field: str) -> Choice:
    if text not in list(choices):
        raise InvalidValueError(expected=f"one of {', '.join(choices)}", got=text, field=field)
    return choices(text)
