"""A class map says what it must, or which key is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.eyes.class_maps import CLASS_MAPS, ClassMap, parse_class_map
from schemas.errors import InvalidValueError
from schemas.ids import Sha256

A, B = "a" * 64, "b" * 64
WORDS = st.sampled_from(["person", "car", "vehicle", "sha256", "iou", "agnostic", "no such"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=70)
    | st.just(A),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def text(
    sha256: str = f'"{A}"',
    image_size: str = "640",
    confidence: str = "0.25",
    classes: str = 'person = "person"',
    more: str = "",
) -> str:
    return (
        f"sha256 = {sha256}\nimage_size = {image_size}\nconfidence = {confidence}\n{more}\n"
        f"[classes]\n{classes}\n"
    )


def toml(value: object) -> str:
    """A value as TOML would have it; `None` has no form there and is left to be a fault."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(each):08x}" for each in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(each)}' for key, each in value.items()) + "}"
    return str(value)


def test_a_map_that_says_only_what_it_must_suppresses_across_kinds() -> None:
    told = text(classes='person = "person"\n"dining table" = "stall"')

    assert parse_class_map(told, name="street.toml") == ClassMap(
        digests=frozenset({Sha256(A)}),
        image_size=640,
        confidence=0.25,
        classes={"person": "person", "dining table": "stall"},
        agnostic=True,
        iou=0.7,
        confidence_of={},
    )


def test_a_map_may_say_how_boxes_are_suppressed_and_how_sure_a_kind_must_be() -> None:
    told = text(
        more="agnostic = false\niou = 0.5",
        classes='person = "person"\ncar = "vehicle"\n[confidence_of]\nvehicle = 0.4',
    )

    class_map = parse_class_map(told, name="street.toml")

    assert not class_map.agnostic
    assert class_map.iou == 0.5
    assert class_map.least_confidence("vehicle") == 0.4
    assert class_map.least_confidence("person") == 0.25


def test_a_map_may_vouch_for_several_weights() -> None:
    assert parse_class_map(text(sha256=f'["{A}", "{B}"]'), name="s").digests == {A, B}


def test_the_kinds_are_those_that_classes_are_taken_for() -> None:
    told = text(classes='car = "vehicle"\ntruck = "vehicle"\nperson = "person"')

    assert parse_class_map(told, name="s").kinds == {"vehicle", "person"}


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        pytest.param("sha256 = ", "expected TOML", id="no-toml"),
        pytest.param("x = " + "[" * 5_000, "expected TOML", id="too-deep"),
        pytest.param("x = " + "9" * 5_000, "expected TOML", id="digits-without-end"),
        pytest.param('sha256 = "a"', "expected the keys classes, confidence", id="keys-missing"),
        pytest.param(f"speed = 1\n{text()}", "got .*speed", id="unknown-key"),
        pytest.param(text(sha256='"abc"'), "sha256: expected 64 lower-case hexad", id="no-digest"),
        pytest.param(text(sha256="[1]"), r"sha256: expected texts, got \[1\]", id="digest-number"),
        pytest.param(text(image_size="600"), "image_size: expected a multiple of 32", id="size"),
        pytest.param(text(image_size="0"), "image_size: expected a multiple of 32", id="size-0"),
        pytest.param(text(image_size="8192"), "from 32 to 4096, got 8192", id="size-huge"),
        pytest.param(text(image_size="true"), "expected a whole number", id="size-true"),
        pytest.param(text(confidence="1.5"), r"expected a number in \[0, 1\]", id="sure"),
        pytest.param(text(confidence="nan"), r"expected a number in \[0, 1\]", id="sure-nan"),
        pytest.param(text(confidence='"high"'), "confidence: expected a number", id="sure-text"),
        pytest.param(text(more="iou = -0.1"), r"iou: expected a number in \[0, 1\]", id="iou"),
        pytest.param(text(more='agnostic = "yes"'), "agnostic: expected true or f", id="agnostic"),
        pytest.param(text(classes=""), 'expected a table of "class = kind"', id="no-classes"),
        pytest.param(text(classes="person = 1"), "classes: expected texts", id="kind-number"),
        pytest.param(text(classes='car = "Vehicle"'), "classes.car: expected a ki", id="kind"),
        pytest.param(
            text(classes='car = "vehicle"\n[confidence_of]\nperson = 0.5'),
            r"confidence_of: expected a kind of this map \(vehicle\), got person",
            id="sure-of-nothing",
        ),
        pytest.param(
            text(classes='car = "vehicle"\n[confidence_of]\nvehicle = 2'),
            r"confidence_of.vehicle: expected a number in \[0, 1\], got 2",
            id="too-sure-of-a-kind",
        ),
    ],
)
def test_a_faulty_map_is_told_with_file_and_key(told: str, fault: str) -> None:
    with pytest.raises(InvalidValueError, match=rf"^street\.toml.*{fault}"):
        parse_class_map(told, name="street.toml")


@given(st.text(max_size=200))
def test_any_text_is_a_map_or_a_told_fault(told: str) -> None:
    with pytest.raises(InvalidValueError, match=r"^street\.toml"):
        parse_class_map(told, name="street.toml")


@given(
    st.dictionaries(
        st.sampled_from(["sha256", "image_size", "confidence", "classes", "agnostic", "iou"])
        | st.just("confidence_of"),
        VALUES,
        min_size=4,
    )
)
def test_any_values_are_a_map_or_a_told_fault(told: dict[str, object]) -> None:
    written = "\n".join(f"{key} = {toml(value)}" for key, value in told.items())

    try:
        said = str(sorted(parse_class_map(written, name="street.toml").kinds))
    except InvalidValueError as error:
        said = str(error)

    assert said.startswith(("street.toml: ", "['"))


def test_the_digest_is_of_what_a_map_says_and_not_of_how() -> None:
    plain = parse_class_map(text(classes='car = "vehicle"\nperson = "person"'), name="a")
    told = "# a comment\n" + text(classes='person = "person"\ncar = "vehicle"', more="iou = 0.70")

    assert parse_class_map(told, name="b").digest == plain.digest


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(text(sha256=f'"{B}"'), id="weights"),
        pytest.param(text(image_size="320"), id="size"),
        pytest.param(text(confidence="0.3"), id="confidence"),
        pytest.param(text(more="iou = 0.6"), id="iou"),
        pytest.param(text(more="agnostic = false"), id="agnostic"),
        pytest.param(text(classes='person = "vehicle"'), id="kind"),
        pytest.param(
            text(classes='person = "person"\n[confidence_of]\nperson = 0.3'), id="of-kind"
        ),
    ],
)
def test_another_map_has_another_digest(other: str) -> None:
    one = parse_class_map(text(), name="a")

    assert parse_class_map(other, name="b").digest != one.digest


def test_our_own_class_maps_can_be_read() -> None:
    maps = [parse_class_map(path.read_text("utf-8"), name="ours") for path in CLASS_MAPS.glob("*")]

    assert maps
    assert all(one.digests for one in maps)
