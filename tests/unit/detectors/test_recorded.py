"""The record of a watch: the same after it was written and read, and nothing unsound gets in."""

import json
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.looks import NOT_COMPARED
from detectors.observing import Observer
from detectors.recorded_text import read_recorded, write_recorded
from schemas.errors import InvalidValueError
from tests.support.posts import a_rule, a_thing, an_observer, every, s

FAST: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

RULE: Final = a_rule(
    "stall", company=["person"], is_group=True, cooling_off=s(60), still=None, holds=s(2)
)


def a_busy_observer() -> Observer:
    """One stay told and over, one told and going on, with company, a bridge and a gap."""
    observer = an_observer(RULE, threshold_s=4)
    vendor = a_thing("person", 230, track="2")
    stall, other = a_thing("stall", 200, track="1"), a_thing("stall", 800, track="3")
    for at in every(0.5, 0, 6):
        observer.look(at, [stall, vendor, other, a_thing("person", 830, track="9")], NOT_COMPARED)
    for at in every(0.5, 6.5, 14):
        observer.look(at, [a_thing("stall", 201.25, track="7"), vendor], NOT_COMPARED)
    observer.look(s(20.123456), [a_thing("stall", 201.25, track="7"), vendor], NOT_COMPARED)
    return observer


TEXT: Final = write_recorded(a_busy_observer().recorded())


def test_what_is_written_is_read_back() -> None:
    recorded = a_busy_observer().recorded()

    assert read_recorded(TEXT, name="state") == recorded
    assert write_recorded(read_recorded(TEXT, name="state")) == TEXT
    (kept,) = recorded.stays
    assert len(recorded.cooling) == 1
    assert kept.stay.bridges
    assert kept.company


def test_instants_are_absolute_and_in_utc() -> None:
    content = json.loads(TEXT)

    assert content["known_at"] == "2026-11-01T08:00:20.123456+00:00"
    assert content["stays"][0]["first_seen"] == "2026-11-01T08:00:00.000000+00:00"


def changed(path: str, value: Any) -> str:
    content = json.loads(TEXT)
    at = content
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        at = at[step]
    at[last] = value
    return json.dumps(content)


EARLY, LATE = "2026-11-01T07:00:00Z", "2026-11-01T09:00:00Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "state: expected JSON", id="nothing"),
        pytest.param("[1]", "state: expected a table, got [1]", id="a list"),
        pytest.param("[" * 100_000, "state: expected JSON", id="too deep"),
        pytest.param(changed("form", 2), "state, form: expected form 1, got 2", id="another form"),
        pytest.param(changed("more", 1), "expected only camera, cooling", id="a field of nobody's"),
        pytest.param(changed("camera", ""), "state, camera: expected text", id="no camera"),
        pytest.param(changed("camera", "a\ud800"), "state, camera: expected printable", id="half"),
        pytest.param(changed("known_at", "12:00"), "known_at: expected an instant", id="no date"),
        pytest.param(changed("stays", {}), "state, stays: expected a list", id="no list"),
        pytest.param(
            changed("stays.0.found", -1),
            "state, stays 1, found: expected a whole number, 0 or more, got -1", id="below none",
        ),
        pytest.param(changed("stays.0.found", True), "found: expected a whole", id="true is 1"),
        pytest.param(changed("stays.0.found", 10**400), "found: expected a whole", id="too many"),
        pytest.param(changed("stays.0.told_best", 1.5), "at most 1", id="surer than sure"),
        pytest.param(changed("stays.0.surest_sum", 1e9), "at most", id="surer at each look"),
        pytest.param(changed("stays.0.surest_sum", float("nan")), "a number, 0", id="no number"),
        pytest.param(changed("stays.0.was_found", 1), "expected true or false", id="1 for true"),
        pytest.param(changed("stays.0.knowing", "sure"), "expected one of", id="unknown knowing"),
        pytest.param(changed("stays.0.first_seen", LATE), "times in order", id="begins late"),
        pytest.param(changed("stays.0.last_seen", LATE), "times in order", id="seen in future"),
        pytest.param(changed("stays.0.last_seen", EARLY), "times in order", id="seen before"),
        pytest.param(changed("stays.0.not_before", LATE), "times in order", id="not before after"),
        pytest.param(changed("stays.0.stretches.0.ends", EARLY), "times in order", id="backwards"),
        pytest.param(changed("stays.0.stretches", []), "times in order", id="no proof"),
        pytest.param(changed("stays.0.members.0.now.box", [1, 2, 1, 4]), "x1 < x2", id="flat"),
        pytest.param(changed("stays.0.members.0.now.box", [1, 2, 3]), "four numbers", id="three"),
        pytest.param(changed("stays.0.members.0.now", 3), "members 1, now: expected a", id="3"),
        pytest.param(changed("stays.0.members", []), "members: expected at least", id="nobody"),
        pytest.param(changed("cooling.0.boxes", 3), "cooling 1, boxes: expected a list", id="box"),
    ],
)  # fmt: skip
def test_an_unsound_record_says_where(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_recorded(text, name="state")

    assert said in str(caught.value)


SCALARS: Final = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([EARLY, LATE, "gap", "detected", [], {}])
)  # fmt: skip
JSON: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
PATHS: Final = st.sampled_from(
    [
        *("form", "camera", "starts_at", "known_at", "looked_at", "stays", "cooling", "stays.0"),
        *(f"stays.0.{key}" for key in json.loads(TEXT)["stays"][0]),
        *(f"stays.0.members.0.{key}" for key in json.loads(TEXT)["stays"][0]["members"][0]),
        *(f"stays.0.bridges.0.{key}" for key in json.loads(TEXT)["stays"][0]["bridges"][0]),
        *("stays.0.members.0.now.box", "stays.0.company.0.confidence", "cooling.0.until"),
    ]
)


@FAST
@given(PATHS, JSON)
def test_whatever_stands_there_it_is_refused_or_can_be_gone_on_with(path: str, value: Any) -> None:
    try:
        recorded = read_recorded(changed(path, value), name="state")
        observer = an_observer(RULE, recorded=recorded)
    except InvalidValueError:
        return

    for at in every(1, 0, 5):
        observer.look(at, [a_thing("stall"), a_thing("person", 230, track="2")], NOT_COMPARED)


@FAST
@given(JSON)
def test_no_json_at_all_gets_further_than_a_refusal(value: Any) -> None:
    with pytest.raises(InvalidValueError):
        read_recorded(json.dumps(value), name="state")
