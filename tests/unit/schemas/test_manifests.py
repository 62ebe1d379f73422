"""A manifest says what it rests on, in one spelling; what isn't one is refused in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceKind
from schemas.manifest import Bridged, ClipSpan, Depicted, Manifest, Proved, proved
from schemas.wire.canonical import canonical_bytes
from schemas.wire.manifests import manifest_bytes, read_manifest
from tests.support.manifests import S, a_manifest, an_about, an_item
from tests.support.messages import ABSENT, put

EXAMPLE: Final = Path(__file__).parents[3] / "docs" / "examples" / "manifest.json"
MS: Final = timedelta(milliseconds=1)


def said(manifest: Manifest) -> dict[str, Any]:
    return orjson.loads(manifest_bytes(manifest))


def changed(field: str, value: object) -> bytes:
    """A manifest with one thing changed, in canonical spelling as far as it has one."""
    content = said(a_manifest())
    put(field, value)(content)
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


# --- one spelling


def test_a_manifest_is_read_as_it_was_written() -> None:
    manifest = a_manifest()

    assert read_manifest(manifest_bytes(manifest)) == manifest


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"reason": None, "clip": None, "dangers": frozenset()}, id="little to say"),
        pytest.param({"bridges": (), "things": ()}, id="nothing there"),
        pytest.param(
            {"about": an_about(weights=None, class_map=None, rule_book=None)}, id="no digests"
        ),
        pytest.param(
            {"proof": (Proved(knowing="detected", begins=-90 * S, ends=70 * S),)},
            id="begun before the worker was started again",
        ),
        pytest.param({"dangers": frozenset(Danger)}, id="every danger"),
        pytest.param(
            {"items": tuple(an_item(kind.value, kind) for kind in EvidenceKind)}, id="every kind"
        ),
    ],
)
def test_whatever_it_says_is_read_as_it_was_written(changes: dict[str, Any]) -> None:
    manifest = a_manifest(**changes)

    assert read_manifest(manifest_bytes(manifest)) == manifest


def test_it_is_spelt_as_an_independent_implementation_of_rfc_8785_spells_it() -> None:
    content = manifest_bytes(a_manifest())

    assert rfc8785.dumps(orjson.loads(content)) == content


def test_times_are_whole_milliseconds_and_the_bounds_are_rounded_against_us() -> None:
    third = timedelta(microseconds=333_333)
    manifest = a_manifest(
        proof=(Proved(knowing="detected", begins=2 * S, ends=70 * S),),
        bridges=(),
        dwell=Dwell(at_least=60 * S + third, at_most=62 * S + third),
    )

    dwell = said(manifest)["dwell"]

    assert (dwell["at_least_ms"], dwell["at_most_ms"]) == (60_333, 62_334)


def test_stretches_that_touch_still_touch_when_they_are_rounded() -> None:
    middle = timedelta(microseconds=30_033_366)
    manifest = a_manifest(
        proof=(
            Proved(knowing="detected", begins=2 * S, ends=middle),
            Proved(knowing="gap", begins=middle, ends=37 * S),
            Proved(knowing="watched", begins=37 * S, ends=70 * S),
        )
    )

    first, second, _ = said(manifest)["dwell"]["proof"]

    assert first["until_ms"] == second["from_ms"] == 30_033
    assert read_manifest(manifest_bytes(manifest)).proof[0].ends == 30_033 * MS


def test_gaps_are_told_beside_the_proof() -> None:
    assert said(a_manifest())["dwell"]["gaps"] == [{"from_ms": 30_000, "until_ms": 37_000}]


def test_the_example_in_the_documents_is_read_for_ever() -> None:
    """A change of the form that this test minds would make older evidence unreadable."""
    content = EXAMPLE.read_bytes()

    assert read_manifest(content) == a_manifest()
    assert manifest_bytes(a_manifest()) == content


def test_what_a_newer_form_says_beside_it_is_passed_over() -> None:
    content = canonical_bytes({**said(a_manifest()), "weather": {"rain_mm": 3}})

    assert read_manifest(content) == a_manifest()


# --- what may not be claimed


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(
            lambda: a_manifest(dwell=Dwell(at_least=62 * S, at_most=68 * S)),
            r"dwell.at_least: expected at most what its stretches prove, 0:01:01, got 0:01:02",
            id="more than its stretches prove",
        ),
        pytest.param(
            lambda: a_manifest(proof=a_manifest().proof[::-1]),
            r"proof: expected stretches in order",
            id="stretches out of order",
        ),
        pytest.param(
            lambda: Proved(knowing="gap", begins=2 * S, ends=S), "proof", id="a stretch backwards"
        ),
        pytest.param(
            lambda: Bridged(begins=2 * S, ends=S, why="x"), "bridges", id="a bridge backwards"
        ),
        pytest.param(
            lambda: ClipSpan(begins=2 * S, ends=S, is_untouched=True), "clip", id="a clip backwards"
        ),
        pytest.param(
            lambda: Depicted(kind="stall", box=(5, 5, 5, 9), confidence_permille=1),
            r"things.box: expected x1 < x2",
            id="a box without width",
        ),
        pytest.param(
            lambda: an_about(starts_at=datetime(2026, 11, 20)),  # noqa: DTZ001 - that is the fault
            r"about.starts_at: expected an instant with its zone",
            id="a start without zone",
        ),
        pytest.param(
            lambda: a_manifest(first_seen=71 * S), "first_seen", id="last seen before the first"
        ),
    ],
)
def test_a_manifest_that_contradicts_itself_can_not_be_made(
    make: Callable[[], object], expected: str
) -> None:
    with pytest.raises(InvalidValueError, match=expected):
        make()


def test_what_is_hidden_or_unwatched_proves_nothing() -> None:
    stretches = [
        Proved(knowing=knowing, begins=n * S, ends=(n + 1) * S)
        for n, knowing in enumerate(["detected", "hidden", "gap", "watched"])
    ]

    assert proved(stretches) == 2 * S


# --- what can't be read


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param("type", "offsite.manifest.v2", "offsite.manifest.v1", id="another type"),
        pytest.param("type", ABSENT, "manifest.type: expected", id="no type"),
        pytest.param("about", ABSENT, "manifest.about: expected", id="nobody looked"),
        pytest.param("about.starts_at", "yesterday", "an instant in RFC 3339", id="no instant"),
        pytest.param("about.weights_sha256", "12", "manifest.about.weights_sha256", id="no digest"),
        pytest.param("zone.kind", "moon", "manifest.zone.kind", id="an unknown kind of zone"),
        pytest.param("at_ms", "soon", "manifest.at_ms", id="words for a time"),
        pytest.param("at_ms", True, "manifest.at_ms", id="a flag for a time"),
        pytest.param("at_ms", 1.5, "an integer with its unit", id="a float"),
        pytest.param("at_ms", 2**53, "integers within", id="beyond what JSON can hold"),
        pytest.param("dwell.at_least_ms", -1, "manifest.dwell.at_least_ms", id="less than none"),
        pytest.param("dwell.at_least_ms", 69_000, "0 <= at_least <= at_most", id="crossed bounds"),
        pytest.param("dwell.proof", [], "at most what its stretches prove", id="no proof"),
        pytest.param("dwell.gaps", [], "the gaps of its own proof", id="gaps kept back"),
        pytest.param("dwell.proof.0.until_ms", 1, "stretches in order", id="a stretch backwards"),
        pytest.param("items", [], "manifest.items", id="no items"),
        pytest.param("items.0.sha256", "xyz", "manifest.items.0.sha256", id="an item of no name"),
        pytest.param("items.0.bytes", 0, "manifest.items.0.bytes", id="an item of no bytes"),
        pytest.param("items.0.kind", "painting", "manifest.items.0.kind", id="an unknown item"),
        pytest.param("things.0.box.x2_px", 10, "x1 < x2", id="a box without width"),
        pytest.param("confidence_permille", 1001, "manifest.confidence_permille", id="too sure"),
        pytest.param("frame.width_px", 0, "manifest.frame.width_px", id="no width"),
        pytest.param("dangers", ["boredom"], "manifest.dangers.0", id="an unknown danger"),
        pytest.param("rule", "a\nb", "one line of printable characters", id="two lines"),
        pytest.param("matter.code", "09|06", "text without '|'", id="a matter with a bar"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(field: str, value: object, expected: str) -> None:
    content = changed(field, value)

    with pytest.raises(InvalidValueError) as refused:
        read_manifest(content)

    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "manifest: expected JSON", id="nothing"),
        pytest.param(b"\xff\xd8\xff\xe0", "manifest: expected JSON", id="a picture"),
        pytest.param(b"[1, 2]", "manifest: expected a JSON object", id="a list"),
        pytest.param(b"null", "manifest: expected a JSON object", id="null"),
        pytest.param(b'{"a": 1}', "canonical spelling", id="a space too many"),
        pytest.param(b'{"a":1,"a":1}', "canonical spelling", id="a key twice"),
        pytest.param(b'{"b":1,"a":1}', "canonical spelling", id="keys out of order"),
        pytest.param(b'{"\xc3\xa9":1}', "ASCII keys", id="a key that isn't ASCII"),
        pytest.param(b"[" * 100_000, "manifest: expected", id="deeper than anybody reads"),
        pytest.param(b'{"a":' + b"[" * 600 + b"]" * 600 + b"}", "expected", id="deep"),
        pytest.param(b'"' + b"x" * (16 * 1024 * 1024) + b'"', "at most 16777216", id="endless"),
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        read_manifest(content)

    assert expected in str(refused.value)


# --- fuzz

ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(at: Any, path: str = "") -> list[str]:
    """The path of every value in a manifest."""
    inner = at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
    found = [f"{path}{name}" for name, _ in inner]
    return found + [each for name, one in inner for each in places(one, f"{path}{name}.")]


PLACES: Final = places(said(a_manifest()))


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(InvalidValueError):
        read_manifest(content)


@given(field=st.sampled_from(PLACES), value=ANYTHING)
def test_a_manifest_with_anything_anywhere_is_read_or_refused(field: str, value: object) -> None:
    try:
        content = changed(field, value)
    except TypeError:  # what JSON itself can't hold
        return

    try:
        read = read_manifest(content)
    except InvalidValueError:
        return
    assert read_manifest(manifest_bytes(read)) == read


@given(
    lengths=st.lists(
        st.tuples(
            st.sampled_from(["detected", "watched", "bridged", "hidden", "gap"]),
            st.integers(min_value=1, max_value=10**7),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_rounding_makes_a_true_claim_false(lengths: list[tuple[str, int]]) -> None:
    """Stretches end between milliseconds; what is proved in microseconds holds in the manifest."""
    at, proof = timedelta(0), []
    for knowing, length in lengths:
        ends = at + timedelta(microseconds=length)
        proof.append(Proved(knowing=knowing, begins=at, ends=ends))
        at = ends
    manifest = a_manifest(
        proof=tuple(proof),
        bridges=(),
        first_seen=timedelta(0),
        last_seen=at,
        dwell=Dwell(at_least=proved(proof), at_most=at),
    )

    read = read_manifest(manifest_bytes(manifest))

    assert read.dwell.at_least <= manifest.dwell.at_least
    assert read.dwell.at_most >= manifest.dwell.at_most
    assert read == read_manifest(manifest_bytes(read))
    assert replace(read, proof=read.proof) == read
