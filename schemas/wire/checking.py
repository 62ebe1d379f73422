"""Holds JSON against a model, and says the first fault as field, expected and got."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from schemas.errors import InvalidValueError
from schemas.wire.data import Data

Model = TypeVar("Model", bound=Data)


def checked(model: type[Model], content: Mapping[str, object], *, root: str) -> Model:
    """Take up JSON. `root` is the name that its fields are told under.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _first_fault(error, root) from error


def _first_fault(error: ValidationError, root: str) -> InvalidValueError:
    fault = error.errors(include_url=False)[0]
    path = ".".join([root, *(str(step) for step in fault["loc"])])
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, InvalidValueError):
        return InvalidValueError(expected=cause.expected, got=cause.got, field=path)
    missing = fault["type"] == "missing"
    got = "nothing" if missing else repr(fault["input"])[:120]
    return InvalidValueError(expected=fault["msg"], got=got, field=path)
