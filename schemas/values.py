"""Values of both makes alike: dataclasses, and structs where a worker makes thousands a second.

A frozen dataclass of Python sets its fields one by one by a detour, which was a fifth of what a
message cost a worker (`docs/decisions/0023-structs-on-the-way-of-a-message.md`).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct, structs

V = TypeVar("V")


def replace(value: V, /, **changes: object) -> V:
    """A copy that differs in what is named, for values of either make."""
    if isinstance(value, Struct):
        return structs.replace(value, **changes)
    copied: Any = dataclasses.replace(value, **changes)  # type: ignore[type-var]  # asked by the caller
    return copied  # type: ignore[no-any-return]


def fields_of(value: object) -> Mapping[str, object] | None:
    """A value's fields by name, in order; none where it is no value of ours."""
    if isinstance(value, Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return None
