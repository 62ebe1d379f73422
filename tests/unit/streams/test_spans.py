"""A batch is cut into its items to the byte, or the sender hears where it is broken."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidValueError
from streams.spans import spans

BLANKS = st.text(alphabet=" \t\n\r", max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab,]}[{"\\街', max_size=3), inner)
    ),
    max_leaves=8,
)


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """One value in one of its many spellings."""
    separators = (draw(BLANKS) + "," + draw(BLANKS), draw(BLANKS) + ":" + draw(BLANKS))
    value: Any = draw(VALUES)
    return json.dumps(value, ensure_ascii=draw(st.booleans()), separators=separators)


@given(st.data(), st.lists(spelled(), max_size=6))
def test_every_item_comes_back_to_the_byte(data: st.DataObject, items: list[str]) -> None:
    padded = [data.draw(BLANKS) + item + data.draw(BLANKS) for item in items]
    inside = ",".join(padded) or data.draw(BLANKS)
    body = f"{data.draw(BLANKS)}[{inside}]{data.draw(BLANKS)}"

    found = spans(body.encode())

    assert found == [item.encode() for item in items]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[]", id="bare"),
        pytest.param(b" \r\n[\t ] \n", id="with-blanks"),
    ],
)
def test_an_empty_array_has_no_items(body: bytes) -> None:
    assert spans(body) == []


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(b'{"a": 1, "a": 2}', id="a-name-twice"),
        pytest.param(b"1.50", id="a-trailing-zero"),
        pytest.param(b"-0.0e+00", id="an-odd-number"),
        pytest.param(rb'"\u8857\/\ud800"', id="escapes"),
        pytest.param(b'"],[\\"}"', id="brackets-in-text"),
        pytest.param(b"12345678901234567890123", id="more-than-64-bits"),
        pytest.param(b"1" * 5000, id="more-digits-than-python-reads"),
    ],
)
def test_what_a_parser_would_spell_anew_stays_as_it_was(item: bytes) -> None:
    assert spans(b"[0 , " + item + b"]") == [b"0", item]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", "a JSON array", id="nothing"),
        pytest.param(b" \n", "a JSON array", id="only-blanks"),
        pytest.param(b'{"id": 1}', "a JSON array", id="an-object"),
        pytest.param(b"\xef\xbb\xbf[1]", "a JSON array", id="byte-order-mark"),
        pytest.param(b"\x0b[1]", "a JSON array", id="a-blank-that-json-doesnt-know"),
        pytest.param(b"[1", "',' or ']'", id="no-end"),
        pytest.param(b"[1 2]", "',' or ']'", id="no-comma"),
        pytest.param(b"[", "a JSON value", id="only-a-beginning"),
        pytest.param(b"[1,]", "a JSON value", id="trailing-comma"),
        pytest.param(b"[,1]", "a JSON value", id="leading-comma"),
        pytest.param(b"[1,,2]", "a JSON value", id="two-commas"),
        pytest.param(b"[tru]", "a JSON value", id="half-a-word"),
        pytest.param(b'["a]', "a JSON value", id="text-without-end"),
        pytest.param(b"[1] x", "the end of the body", id="trailing-text"),
        pytest.param(b"[][]", "the end of the body", id="two-arrays"),
        pytest.param(b"[1]\x00", "the end of the body", id="trailing-zero-byte"),
        pytest.param(b'["\xff"]', "UTF-8", id="no-utf-8"),
        pytest.param('["街"]'.encode("gb18030"), "UTF-8", id="gb18030"),
        pytest.param(b'["\xed\xa0\x80"]', "UTF-8", id="a-surrogate-as-bytes"),
        pytest.param(b"[" * 100_000, "a JSON value", id="deep"),
        pytest.param(b"[" + b'{"a":' * 100_000, "a JSON value", id="deep-objects"),
    ],
)
def test_a_broken_batch_says_what_was_expected(body: bytes, expected: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        spans(body)

    assert (caught.value.field, caught.value.expected) == ("body", expected)
    assert caught.value.got


def test_a_fault_says_at_which_character_it_is() -> None:
    with pytest.raises(InvalidValueError, match=r"got '2\]' at character 5"):
        spans('["街" 2]'.encode())
