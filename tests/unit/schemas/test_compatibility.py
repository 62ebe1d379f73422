"""What counts as a breaking change of a schema, and what doesn't."""

from typing import Any, Final

import pytest

from tests.support.compatibility import Direction, breaking_changes

Schema = dict[str, Any]
IN: Final = Direction.INCOMING
OUT: Final = Direction.OUTGOING
TEXT: Final = {"type": "string"}
MAY_BE_NULL: Final = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def an_object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def a_field(**keywords: object) -> Schema:
    return an_object(field={"type": "string", **keywords})


def a_number(**keywords: object) -> Schema:
    return an_object(field={"type": "integer", **keywords})


def a_list(**keywords: object) -> Schema:
    return an_object(field={"type": "array", "items": TEXT, **keywords})


@pytest.mark.parametrize(
    ("direction", "old", "new", "told"),
    [
        pytest.param(IN, an_object(a=TEXT, b=TEXT), an_object(a=TEXT), "$.b: removed",
                     id="a property that others still write"),
        pytest.param(OUT, an_object(a=TEXT, b=TEXT), an_object(a=TEXT), "$.b: removed",
                     id="a property that others still read"),
        pytest.param(IN, a_field(), a_number(), "$.field: type string became integer",
                     id="another type comes in"),
        pytest.param(OUT, a_field(), a_number(), "$.field: type string became integer",
                     id="another type goes out"),
        pytest.param(IN, an_object(field=MAY_BE_NULL), a_field(),
                     "$.field: type null or string became string", id="null is no longer taken"),
        pytest.param(OUT, a_field(), an_object(field=MAY_BE_NULL),
                     "$.field: type string became null or string", id="null where none was"),
        pytest.param(IN, an_object(field={"type": "number"}), a_number(),
                     "$.field: type number became integer", id="no parts are taken any more"),
        pytest.param(OUT, a_number(), an_object(field={"type": "number"}),
                     "$.field: type integer became number", id="parts where whole ones were"),
        pytest.param(IN, an_object(a=TEXT), an_object("a", a=TEXT), "$.a: required from now on",
                     id="what might be left out must be said"),
        pytest.param(IN, an_object(), an_object("b", b=TEXT), "$.b: required from now on",
                     id="a new property that must be said"),
        pytest.param(OUT, an_object("a", a=TEXT), an_object(a=TEXT),
                     "$.a: no longer always there", id="what was always said"),
        pytest.param(OUT, an_object("a", a=TEXT), an_object(), "$.a: removed", id="said no more"),
        pytest.param(IN, a_field(enum=["a", "b"]), a_field(enum=["a"]),
                     "$.field: value 'b' removed", id="a value that others still write"),
        pytest.param(OUT, a_field(enum=["a", "b"]), a_field(enum=["a"]),
                     "$.field: value 'b' removed", id="a value that others still wait for"),
        pytest.param(IN, a_field(), a_field(enum=["b", "a"]), "$.field: only a or b from now on",
                     id="free text that becomes a choice"),
        pytest.param(OUT, a_field(enum=["a"]), a_field(), "$.field: no longer one of a",
                     id="a choice that becomes free text"),
        pytest.param(IN, a_field(minLength=1), a_field(minLength=2),
                     "$.field: minLength 1 became 2", id="longer at least"),
        pytest.param(IN, a_field(), a_field(minLength=1),
                     "$.field: minLength unlimited became 1", id="empty no more"),
        pytest.param(IN, a_field(maxLength=9), a_field(maxLength=8),
                     "$.field: maxLength 9 became 8", id="shorter at most"),
        pytest.param(IN, a_field(), a_field(pattern="^a$"),
                     "$.field: pattern unlimited became ^a$", id="a pattern where none was"),
        pytest.param(IN, a_field(pattern="^a$"), a_field(pattern="^b$"),
                     "$.field: pattern ^a$ became ^b$", id="another pattern"),
        pytest.param(IN, a_field(), a_field(format="date-time"),
                     "$.field: format unlimited became date-time", id="a format where none was"),
        pytest.param(IN, a_field(const="a"), a_field(const="b"), "$.field: const a became b",
                     id="another constant"),
        pytest.param(IN, a_number(minimum=0), a_number(minimum=1), "$.field: minimum 0 became 1",
                     id="more at least"),
        pytest.param(IN, a_number(maximum=9), a_number(maximum=8), "$.field: maximum 9 became 8",
                     id="less at most"),
        pytest.param(IN, a_number(), a_number(exclusiveMinimum=0),
                     "$.field: exclusiveMinimum unlimited became 0", id="more than"),
        pytest.param(IN, a_number(exclusiveMaximum=9), a_number(exclusiveMaximum=8),
                     "$.field: exclusiveMaximum 9 became 8", id="less than"),
        pytest.param(IN, a_list(), a_list(minItems=1), "$.field: minItems unlimited became 1",
                     id="no empty list"),
        pytest.param(IN, a_list(maxItems=9), a_list(maxItems=8), "$.field: maxItems 9 became 8",
                     id="a shorter list"),
        pytest.param(IN, a_list(), a_list(items={"type": "string", "maxLength": 3}),
                     "$.field[]: maxLength unlimited became 3", id="inside of a list"),
        pytest.param(IN, an_object(a=a_field()), an_object(a=a_field(maxLength=3)),
                     "$.a.field: maxLength unlimited became 3", id="inside of an object"),
        pytest.param(IN, an_object(), {**an_object(), "additionalProperties": False},
                     "$: unknown properties refused from now on", id="an object that is closed"),
        pytest.param(OUT, a_field(maxLength=8), a_field(maxLength=9),
                     "$.field: maxLength 8 became 9", id="longer than a reader's column"),
        pytest.param(OUT, a_number(minimum=1), a_number(), "$.field: minimum 1 became unlimited",
                     id="less than a reader counts with"),
        pytest.param(OUT, a_field(pattern="^a$"), a_field(),
                     "$.field: pattern ^a$ became unlimited", id="a pattern that is given up"),
    ],
)  # fmt: skip
def test_a_breaking_change_is_told_with_its_place(
    direction: Direction, old: Schema, new: Schema, told: str
) -> None:
    assert breaking_changes(old, new, direction=direction) == [told]


@pytest.mark.parametrize(
    ("direction", "old", "new"),
    [
        pytest.param(IN, an_object(a=TEXT), an_object(a=TEXT), id="nothing changed"),
        pytest.param(IN, an_object("a", a=TEXT), an_object(a=TEXT), id="no longer required of us"),
        pytest.param(OUT, an_object(a=TEXT), an_object("a", a=TEXT), id="always said from now on"),
        pytest.param(IN, an_object(), an_object(b=TEXT), id="a property that may be left out"),
        pytest.param(OUT, an_object(), an_object("b", b=TEXT), id="a property more"),
        pytest.param(IN, a_field(enum=["a"]), a_field(enum=["a", "b"]), id="a value more comes in"),
        pytest.param(OUT, a_field(enum=["a"]), a_field(enum=["a", "b"]), id="a value more leaves"),
        pytest.param(IN, a_field(), an_object(field=MAY_BE_NULL), id="null is taken too"),
        pytest.param(OUT, an_object(field=MAY_BE_NULL), a_field(), id="null is said no more"),
        pytest.param(IN, a_number(), an_object(field={"type": "number"}), id="parts are taken"),
        pytest.param(IN, a_field(maxLength=8), a_field(maxLength=9), id="longer is taken"),
        pytest.param(IN, a_field(maxLength=8), a_field(), id="any length is taken"),
        pytest.param(IN, a_field(minLength=1), a_field(minLength=0), id="empty is taken"),
        pytest.param(OUT, a_field(maxLength=9), a_field(maxLength=8), id="never so long again"),
        pytest.param(IN, a_field(), a_field(description="in other words"), id="words about it"),
    ],
)
def test_what_harms_nobody_is_let_be(direction: Direction, old: Schema, new: Schema) -> None:
    assert breaking_changes(old, new, direction=direction) == []


def test_a_shape_that_is_only_moved_or_renamed_is_the_same() -> None:
    plain = an_object(a=a_field(maxLength=3))
    moved = {**an_object(a={"$ref": "#/$defs/A"}), "$defs": {"A": a_field(maxLength=3)}}
    renamed = {**an_object(a={"$ref": "#/$defs/B"}), "$defs": {"B": a_field(maxLength=3)}}

    assert breaking_changes(plain, moved, direction=IN) == []
    assert breaking_changes(moved, renamed, direction=IN) == []


def test_a_change_behind_a_reference_is_found() -> None:
    old = {**an_object(a={"$ref": "#/$defs/A"}), "$defs": {"A": a_field(maxLength=3)}}
    new = {**an_object(a={"$ref": "#/$defs/A"}), "$defs": {"A": a_field(maxLength=2)}}

    assert breaking_changes(old, new, direction=IN) == ["$.a.field: maxLength 3 became 2"]


def test_a_change_behind_null_is_found() -> None:
    old = an_object(a={"anyOf": [a_field(maxLength=3), {"type": "null"}]})
    new = an_object(a={"anyOf": [a_field(maxLength=2), {"type": "null"}]})

    assert breaking_changes(old, new, direction=IN) == ["$.a.field: maxLength 3 became 2"]


def test_every_breaking_change_is_told_not_only_the_first() -> None:
    old = an_object(a=TEXT, b=TEXT)
    new = an_object("c", a={"type": "string", "maxLength": 3}, c=TEXT)

    assert breaking_changes(old, new, direction=IN) == [
        "$.b: removed",
        "$.c: required from now on",
        "$.a: maxLength unlimited became 3",
    ]


def test_two_alternatives_of_one_type_are_not_guessed_at() -> None:
    torn = an_object(a={"anyOf": [a_field(), a_number()]})

    with pytest.raises(ValueError, match="one alternative of type object"):
        breaking_changes(torn, torn, direction=IN)
