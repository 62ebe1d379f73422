"""Facts and decisions as bytes: the same in any year, and read back without loss."""

import hashlib
import json
from datetime import timedelta, timezone
from typing import Final

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.deciding import decide
from handlers.decisions.facts import (
    Facts,
    Overload,
    Undecodable,
    probe_of,
    sighting_of,
    signal_of,
)
from handlers.decisions.records import (
    case_record,
    decision_bytes,
    facts_bytes,
    read_case,
    read_facts,
)
from handlers.replay import replay
from schemas.camera import ZoneKind
from schemas.clock import ClockKind
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import CaseId
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.values import replace
from schemas.wire.canonical import canonical_bytes
from schemas.workfile import CaseState, WorkFile
from tests.support.builders import (
    CAMERA,
    NOON,
    UNLISTED,
    a_camera_signal,
    a_case,
    a_claim,
    a_digest,
    a_place,
    a_policy,
    a_probe,
    a_report,
    a_sighting,
    a_signal,
    a_site,
    an_address,
    an_observation,
    some_facts,
)
from tests.support.clocks import a_deadline

CHINA: Final = timezone(timedelta(hours=8))
LARGEST: Final = 2**53 - 1
"""Beyond it JSON's readers disagree about integers."""

LINKED: Final = CaseId("C261119-BBBBBBBBBBBB")
KINDS_OF_FACTS: Final = [
    pytest.param(some_facts(), id="a sighting by a camera"),
    pytest.param(
        some_facts(
            a_sighting(
                matter=None,
                place=None,
                camera=None,
                zone_kind=None,
                phase=None,
                seen=None,
                confidence_permille=None,
            )
        ),
        id="a sighting of which nearly nothing is known",
    ),
    pytest.param(
        some_facts(a_sighting(place=a_place(address="解放路 1 号 🚧", grid_cell="420106-07"))),
        id="a place in words",
    ),
    pytest.param(
        some_facts(a_sighting(place=a_place(longitude=114.305512, latitude=30.592812))),
        id="a position",
    ),
    pytest.param(some_facts(sighting_of(a_report(), occurred_at=NOON)), id="a person's report"),
    pytest.param(some_facts(a_camera_signal()), id="a camera's signal"),
    pytest.param(some_facts(probe_of(a_probe())), id="a probe"),
    pytest.param(
        some_facts(signal_of(a_signal(frames=300), occurred_at=NOON)),
        id="a signal with its stretch",
    ),
    pytest.param(some_facts(Undecodable(reason="no JSON: \x00 \ufffd")), id="unreadable bytes"),
    pytest.param(some_facts(open_case=a_case()), id="an open case"),
    pytest.param(
        some_facts(open_case=a_case(state=CaseState.HANDLING, acts=3, linked=LINKED)),
        id="a case that people have in hand",
    ),
    pytest.param(
        some_facts(a_sighting(dangers=Danger), linked_case=LINKED), id="dangers, lifted out of one"
    ),
    pytest.param(
        some_facts(sighting_of(a_report(dangers=[Danger.FLAMES]), occurred_at=NOON)),
        id="a danger that a person tells of",
    ),
    pytest.param(
        some_facts(sighting_of(an_observation(dangers=[Danger.FLAMES]), occurred_at=NOON)),
        id="a danger that a camera tells of",
    ),
    pytest.param(some_facts(lane=Lane.SAFETY), id="the safety lane"),
    pytest.param(some_facts(offset=5, first=a_claim(said="other bytes")), id="said before"),
]


@pytest.mark.parametrize("facts", KINDS_OF_FACTS)
def test_facts_are_read_back_as_they_were(facts: Facts) -> None:
    assert read_facts(facts_bytes(facts)) == facts


@pytest.mark.parametrize("facts", KINDS_OF_FACTS)
def test_what_was_read_back_has_the_same_bytes(facts: Facts) -> None:
    laid_down = facts_bytes(facts)

    assert facts_bytes(read_facts(laid_down)) == laid_down


@pytest.mark.parametrize("facts", KINDS_OF_FACTS)
def test_facts_are_spelt_as_rfc_8785_says(facts: Facts) -> None:
    laid_down = facts_bytes(facts)

    assert laid_down == rfc8785.dumps(json.loads(laid_down))


@pytest.mark.parametrize("facts", KINDS_OF_FACTS)
def test_facts_read_back_are_decided_to_the_same_bytes(facts: Facts) -> None:
    recorded = decision_bytes(decide(facts, a_policy()))

    replayed = replay(facts.address, facts=facts_bytes(facts), recorded=recorded, policy=a_policy())

    assert replayed.decision == recorded
    assert replayed.difference is None


@pytest.mark.parametrize("facts", KINDS_OF_FACTS)
def test_decisions_are_spelt_as_rfc_8785_says(facts: Facts) -> None:
    recorded = decision_bytes(decide(facts, a_policy()))

    assert recorded == rfc8785.dumps(json.loads(recorded))


def test_the_zone_that_an_instant_was_told_in_changes_no_byte() -> None:
    facts = some_facts(a_sighting(occurred_at=NOON))
    told_in_china = replace(
        facts,
        received_at=facts.received_at.astimezone(CHINA),
        content=a_sighting(occurred_at=NOON.astimezone(CHINA)),
    )

    assert facts_bytes(told_in_china) == facts_bytes(facts)


def test_numbers_are_integers_in_a_named_unit() -> None:
    place = a_place(longitude=114.305512, latitude=30.592812)
    sighting = a_sighting(
        place=place, seen=timedelta(minutes=3, microseconds=999), confidence_permille=917
    )

    content = orjson.loads(facts_bytes(some_facts(sighting)))["content"]

    assert content["place"]["longitude_millionths"] == 114_305_512
    assert content["place"]["latitude_millionths"] == 30_592_812
    assert content["dwell_at_least_ms"] == 180_000
    assert content["confidence_permille"] == 917
    assert content["evidence"][0]["media_time_ms"] == 12_040


def test_an_instant_stands_in_utc_with_milliseconds() -> None:
    recorded = orjson.loads(facts_bytes(some_facts()))

    assert recorded["received_at"] == "2026-11-20T04:00:00.000Z"


def test_a_signal_recorded_without_its_stretch_keeps_its_bytes() -> None:
    facts = some_facts(a_camera_signal())

    assert orjson.loads(facts_bytes(facts))["content"] == {
        "is": "signal",
        "occurred_at": "2026-11-20T04:00:00.000Z",
        "camera": CAMERA,
        "kind": "blind",
    }
    replayed = replay(
        facts.address,
        facts=facts_bytes(facts),
        recorded=decision_bytes(decide(facts, a_policy())),
        policy=a_policy(),
    )
    assert replayed.difference is None


def test_a_stretch_is_kept_in_milliseconds_as_it_is_recorded() -> None:
    at = NOON + timedelta(microseconds=1999)
    facts = some_facts(signal_of(a_signal(at=at), occurred_at=NOON))

    assert read_facts(facts_bytes(facts)) == facts


def test_a_confidence_is_cut_off_and_never_rounded_up() -> None:
    sighting = sighting_of(an_observation(confidence=0.4999), occurred_at=NOON)

    assert sighting.confidence_permille == 499


def test_a_position_is_decided_as_it_is_recorded() -> None:
    observed = an_observation(
        place=a_place(None, longitude=114.30549999999, latitude=30.59250000001)
    )
    facts = some_facts(sighting_of(observed, occurred_at=NOON))

    assert read_facts(facts_bytes(facts)).content == facts.content


@settings(max_examples=60, deadline=None, database=None)
@given(longitude=st.floats(73, 136), latitude=st.floats(3, 54))
def test_any_position_finds_the_same_cell_at_a_replay(longitude: float, latitude: float) -> None:
    observed = an_observation(place=a_place(None, longitude=longitude, latitude=latitude))
    facts = some_facts(sighting_of(observed, occurred_at=NOON))

    assert read_facts(facts_bytes(facts)) == facts


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(a_case(), id="at a site"),
        pytest.param(a_case(site=None), id="standing alone"),
        pytest.param(a_case(state=CaseState.CLOSED, acts=9), id="closed by people"),
        pytest.param(a_case(linked=LINKED), id="lifted out of another"),
        pytest.param(replace(a_case(site=None), matter=UNLISTED), id="known matter, no site"),
        pytest.param(replace(a_case(site=None), matter=None, place=None, camera=None), id="bare"),
        pytest.param(
            replace(a_case(), site=replace(a_site(), place_key="cell:114.306,30.593")),
            id="a site in a cell",
        ),
    ],
)
def test_a_case_is_read_back_as_it_was(case: WorkFile) -> None:
    assert read_case(orjson.loads(canonical_bytes(case_record(case)))) == case


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(some_facts(offset=1), id="another address"),
        pytest.param(some_facts(said="other bytes"), id="other bytes"),
        pytest.param(some_facts(lane=Lane.SAFETY), id="another lane"),
        pytest.param(some_facts(open_case=a_case()), id="an open case"),
        pytest.param(some_facts(linked_case=LINKED), id="a linked case"),
        pytest.param(some_facts(a_sighting(dangers=[Danger.FLAMES])), id="a danger"),
        pytest.param(some_facts(a_sighting(phase=Phase.ENDED)), id="another phase"),
        pytest.param(some_facts(a_sighting(zone_kind=ZoneKind.FIRE_LANE)), id="another zone"),
        pytest.param(
            some_facts(a_sighting(seen=timedelta(minutes=10, milliseconds=1))), id="a millisecond"
        ),
        pytest.param(some_facts(a_sighting(confidence_permille=901)), id="a thousandth"),
        pytest.param(
            replace(some_facts(), received_at=NOON + timedelta(milliseconds=1)), id="an instant"
        ),
        pytest.param(replace(some_facts(), claim=None), id="no claim"),
        pytest.param(
            replace(some_facts(), overload=Overload(lag=timedelta(seconds=61), since=NOON)),
            id="an overload",
        ),
    ],
)
def test_other_facts_have_other_bytes(other: Facts) -> None:
    assert facts_bytes(other) != facts_bytes(some_facts())


def test_what_says_nothing_new_keeps_the_bytes_that_it_had_before_there_were_acts() -> None:
    facts = some_facts(open_case=a_case())

    laid_down = facts_bytes(facts), decision_bytes(decide(facts, a_policy()))

    assert [hashlib.sha256(each).hexdigest() for each in laid_down] == [
        "a84012ec169c88bb65ed501a7b6e9d4a06757e52979e40d77c98fb631317a4c7",
        "cd0d1f19349987ca7ab24313a0f0ae7a4e123d1abdc5687f72337d02998ac5c2",
    ]


def test_dangers_stand_in_the_order_of_their_names() -> None:
    told = [Danger.SKIDDING, Danger.FLAMES, Danger.GAS_BOTTLES]

    one, other = (facts_bytes(some_facts(a_sighting(dangers=d))) for d in (told, told[::-1]))

    assert one == other
    assert orjson.loads(one)["content"]["dangers"] == ["flames", "gas-bottles", "skidding"]


def test_a_danger_that_is_not_of_the_list_is_refused_at_a_replay() -> None:
    laid_down = facts_bytes(some_facts(a_sighting(dangers=[Danger.FLAMES])))

    with pytest.raises(ValueError, match="earthquake"):
        read_facts(laid_down.replace(b"flames", b"earthquake"))


def test_the_clocks_that_a_decision_starts_stand_in_its_bytes() -> None:
    policy = replace(a_policy(), deadlines={ClockKind.TAKE: a_deadline(kind=ClockKind.TAKE)})

    recorded = orjson.loads(decision_bytes(decide(some_facts(), policy)))

    assert recorded["starts"] == ["take"]


def test_evidence_keeps_its_order_and_its_absent_media_time() -> None:
    first, second = (
        EvidenceRef(sha256=a_digest(name), media_type="image/png", size_bytes=1, kind=kind)
        for name, kind in (("b", EvidenceKind.CLIP), ("a", EvidenceKind.CONTEXT))
    )
    facts = some_facts(replace(a_sighting(), evidence=(first, second)))

    read = read_facts(facts_bytes(facts)).content

    assert read == facts.content


def test_a_replay_names_the_first_field_that_differs() -> None:
    facts = some_facts()
    recorded = decision_bytes(decide(facts, a_policy()))
    stricter = a_policy(least_confidence_permille=1000)

    replayed = replay(an_address(), facts=facts_bytes(facts), recorded=recorded, policy=stricter)

    assert replayed.difference is not None
    assert replayed.difference.field.startswith("case")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, database=None)
@given(st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), JSON, max_size=4))
def test_canonical_bytes_are_those_of_an_independent_rfc_8785(value: dict) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys in order"),
        pytest.param({"B": 1, "a": 2, "": 3}, b'{"":3,"B":1,"a":2}', id="in byte order"),
        pytest.param({"a": "\u20ac$\x0f\nA'B\"\\\\\"/"},
                     b'{"a":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}', id="the RFC's text"),
        pytest.param({"a": "\x7f\u2028"}, b'{"a":"\x7f\xe2\x80\xa8"}', id="no needless escape"),
        pytest.param({"a": [None, True, False]}, b'{"a":[null,true,false]}', id="literals"),
        pytest.param({"a": LARGEST}, b'{"a":9007199254740991}', id="the largest integer"),
        pytest.param({"a": -LARGEST}, b'{"a":-9007199254740991}', id="the smallest integer"),
        pytest.param({}, b"{}", id="nothing"),
    ],
)  # fmt: skip
def test_one_value_has_one_spelling(value: dict, spelt: bytes) -> None:
    assert canonical_bytes(value) == spelt


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": 0.5}, id="a float"),
        pytest.param({"a": [{"b": 1.0}]}, id="a whole float deep inside"),
        pytest.param({"a": float("nan")}, id="not a number"),
        pytest.param({"a": LARGEST + 1}, id="an integer that not every reader keeps"),
        pytest.param({"a": -LARGEST - 1}, id="one below the smallest"),
        pytest.param({"地点": 1}, id="a key whose order is disputed"),
        pytest.param({"a": {"é": 1}}, id="such a key deep inside"),
        pytest.param({1: "a"}, id="a key that is no text"),
        pytest.param({"a": "\ud800"}, id="half a character"),
        pytest.param({"a": b"bytes"}, id="bytes"),
    ],
)
def test_what_has_no_one_spelling_is_refused(value: dict) -> None:
    with pytest.raises(InvalidValueError, match="expected"):
        canonical_bytes(value)
