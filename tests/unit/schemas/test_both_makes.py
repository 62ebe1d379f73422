"""Values are changed and taken apart the same, whether they are dataclasses or structs."""

from dataclasses import dataclass

import pytest
from msgspec import Struct

from schemas.values import fields_of, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    a: int
    b: tuple[str, ...] = ()


class Quick(Struct, frozen=True, kw_only=True):
    a: int
    b: tuple[str, ...] = ()


@pytest.mark.parametrize("make", [Slow, Quick])
def test_a_copy_differs_in_what_is_named(make: type[Slow | Quick]) -> None:
    value = make(a=1, b=("x",))

    assert replace(value, a=2) == make(a=2, b=("x",))
    assert value == make(a=1, b=("x",))
    with pytest.raises(TypeError):
        replace(value, c=3)


@pytest.mark.parametrize("make", [Slow, Quick])
def test_fields_come_by_name_in_order(make: type[Slow | Quick]) -> None:
    told = fields_of(make(a=1, b=("x",)))

    assert told is not None
    assert list(told.items()) == [("a", 1), ("b", ("x",))]


@pytest.mark.parametrize("value", [1, "a", None, {"a": 1}, Slow, Quick])
def test_what_is_no_value_of_ours_has_no_fields(value: object) -> None:
    assert fields_of(value) is None
