"""Events go over the wire and come back as they were."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.events import Event, EventBody
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import CameraId, EventId, OccurrenceId, Sha256, ZoneId
from schemas.matter import MatterKey
from schemas.observation import Observation, Phase, Thing
from schemas.place import Place
from schemas.report import Report, Reporter
from schemas.signal import SignalKind, StreamSignal
from schemas.wire.envelope import bytes_digest
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event
from schemas.words import Words
from tests.support.builders import (
    NOON,
    a_place,
    a_probe,
    a_report,
    a_signal,
    an_event,
    an_evidence_ref,
    an_observation,
)
from tests.support.messages import ABSENT, Change, in_binary_form, in_structured_form, put

LARGEST: Final = 2**53 - 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
OBSERVED: Final = an_event()
REPORTED: Final = an_event(replace(a_report(place=a_place()), evidence=(an_evidence_ref(),)))
SIGNALLED: Final = an_event(a_signal())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(an_observation(), id="an observation"),
        pytest.param(replace(an_observation(), things=(), evidence=()), id="with nothing in it"),
        pytest.param(replace(an_observation(), model="yolo26n"), id="with its model"),
        pytest.param(
            an_observation(reason=Words("摊位停留3分钟", "a stall for 3 min")), id="with its reason"
        ),
        pytest.param(
            an_observation(place=a_place(None, longitude=114.3055, latitude=30.592812)),
            id="at a position",
        ),
        pytest.param(a_report(), id="a report"),
        pytest.param(a_report(text="", matter=None), id="a report that says nearly nothing"),
        pytest.param(a_report(text="占道经营\n\t很久了 🚧"), id="a report of several lines"),
        pytest.param(REPORTED.body, id="a report with evidence"),
        pytest.param(a_signal(), id="a signal"),
        pytest.param(a_probe(), id="a probe"),
        pytest.param(replace(a_signal(), frames=0, text=""), id="a signal of no frames"),
    ],
)
def test_what_is_written_is_read_back(body: EventBody) -> None:
    event = an_event(body)

    assert read_event(write_event(event), {}) == event


@pytest.mark.parametrize("event", [OBSERVED, REPORTED, SIGNALLED])
def test_the_binary_form_says_the_same(event: Event) -> None:
    value, headers = in_binary_form(event)

    assert read_event(value, headers) == event


NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
CODES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
INSTANTS = st.integers(0, 10**13).map(lambda ms: EPOCH + timedelta(milliseconds=ms))
COUNTS = st.integers(0, LARGEST)
SHARES = st.floats(0, 1)
MATTERS = st.builds(MatterKey, CODES, CODES, CODES)
PLACES = st.builds(
    Place,
    id=NAMES,
    grid_cell=st.none() | NAMES,
    address=st.none() | NAMES,
) | st.builds(Place, longitude=st.floats(73, 136), latitude=st.floats(3, 54))
EVIDENCE = st.lists(
    st.builds(
        EvidenceRef,
        sha256=st.binary(min_size=32, max_size=32).map(lambda raw: Sha256(raw.hex())),
        media_type=NAMES,
        size_bytes=st.integers(1, LARGEST),
        kind=st.sampled_from(EvidenceKind),
        media_time=st.none() | COUNTS.map(lambda ms: timedelta(milliseconds=ms)),
    ),
    max_size=2,
).map(tuple)
DANGERS = st.frozensets(st.sampled_from(Danger))
EDGES = st.tuples(st.floats(0, 99), st.floats(0, 49), st.floats(99.5, 100), st.floats(49.5, 50))
THINGS = st.builds(
    Thing,
    kind=NAMES,
    box=EDGES.map(lambda e: BoxXYXY(x1=e[0], y1=e[1], x2=e[2], y2=e[3])),
    confidence=SHARES,
    track=st.none() | NAMES,
)
STRETCHES = st.tuples(INSTANTS, INSTANTS).map(sorted)
DWELLS = st.tuples(COUNTS, COUNTS).map(
    lambda both: Dwell(
        at_least=timedelta(milliseconds=min(both)), at_most=timedelta(milliseconds=max(both))
    )
)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    first, last = draw(STRETCHES)
    return Observation(
        matter=draw(MATTERS),
        place=draw(PLACES),
        camera=CameraId(draw(NAMES)),
        zone=ZoneId(draw(NAMES)),
        zone_kind=draw(st.sampled_from(ZoneKind)),
        rule=draw(NAMES),
        occurrence=OccurrenceId(draw(NAMES)),
        phase=draw(st.sampled_from(Phase)),
        sequence=draw(COUNTS),
        first_seen_at=first,
        last_seen_at=last,
        dwell=draw(DWELLS),
        confidence=draw(SHARES),
        frame=FrameSize(width=100, height=50),
        things=tuple(draw(st.lists(THINGS, max_size=2))),
        evidence=draw(EVIDENCE),
        model=draw(st.none() | NAMES),
        dangers=draw(DANGERS),
        reason=draw(st.none() | st.builds(Words, NAMES, NAMES)),
    )


@st.composite
def signals(draw: st.DrawFn) -> StreamSignal:
    from_at, until_at = draw(STRETCHES)
    return StreamSignal(
        camera=CameraId(draw(NAMES)),
        kind=draw(st.sampled_from(SignalKind)),
        from_at=from_at,
        until_at=until_at,
        text=draw(NAMES),
        frames=draw(st.none() | COUNTS),
    )


REPORTS = st.builds(
    Report,
    reporter=st.sampled_from(Reporter),
    text=st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" \n\t")),
    matter=st.none() | MATTERS,
    place=st.none() | PLACES,
    camera=st.none() | NAMES.map(CameraId),
    upstream_number=st.none() | NAMES,
    evidence=EVIDENCE,
    dangers=DANGERS,
)
EVENTS = st.builds(
    Event,
    id=st.builds(EventId, NAMES, NAMES),
    occurred_at=INSTANTS,
    body=observations() | REPORTS | signals(),
)


@settings(max_examples=60, deadline=None, database=None)
@given(EVENTS)
def test_any_event_is_read_back_from_either_form(event: Event) -> None:
    value, headers = in_binary_form(event)
    encoded = {
        name: text.replace(b"%", b"%25") if name.startswith("ce-") else text
        for name, text in headers.items()
    }

    assert read_event(write_event(event), {}) == event
    assert read_event(value, encoded) == event


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(put("traceparent", "00-1-2-3"), id="an extension attribute"),
        pytest.param(put("subject", None), id="an attribute that is null"),
        pytest.param(put("datacontenttype", ABSENT), id="no content type"),
        pytest.param(put("datacontenttype", "application/json; charset=utf-8"), id="a parameter"),
        pytest.param(put("datacontenttype", "application/vnd.city+json"), id="another JSON"),
        pytest.param(put("data.weather", {"rain": 1.5}), id="a field of data"),
        pytest.param(put("data.place.floor", 2), id="a field of a place"),
        pytest.param(put("data.things.0.colour", "red"), id="a field of a thing"),
        pytest.param(
            put("datacontenttype", None), id="a content type that is null",
        ),
    ],
)  # fmt: skip
def test_what_we_do_not_know_is_let_through(change: Change) -> None:
    assert read_event(in_structured_form(OBSERVED, change), {}) == OBSERVED


@pytest.mark.parametrize("field", ["model", "things", "evidence"])
def test_what_may_be_absent_may_be_absent(field: str) -> None:
    event = an_event(replace(an_observation(), things=(), evidence=()))

    assert read_event(in_structured_form(event, put(f"data.{field}", ABSENT)), {}) == event


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("占道　经营", id="an ideographic space"),
        pytest.param("line\r\nline", id="the line end of a web form"),
        pytest.param("a\u00a0b", id="a space that doesn't break"),
        pytest.param("\U0001f468\u200d\U0001f469", id="joined emoji"),
    ],
)
def test_a_report_may_say_what_people_write(text: str) -> None:
    event = an_event(a_report(text=text))

    assert read_event(write_event(event), {}) == event


def test_a_header_may_be_percent_encoded() -> None:
    value, headers = in_binary_form(OBSERVED, ce_id=b"%E6%A1%88%2042%25")

    assert read_event(value, headers).id.id == "案 42%"


def test_a_binary_message_needs_no_content_type() -> None:
    value, headers = in_binary_form(OBSERVED, content_type=None)

    assert read_event(value, headers) == OBSERVED


def test_foreign_headers_change_neither_event_nor_digest() -> None:
    value, headers = in_binary_form(OBSERVED)
    traced = {**headers, "traceparent": b"00-1-2-3"}

    assert read_event(value, traced) == read_event(value, headers)
    assert bytes_digest(value, traced) == bytes_digest(value, headers)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"ce_id": b"e-2"}, id="another id"),
        pytest.param({"ce_time": b"2026-11-20T04:00:00.001Z"}, id="another time"),
        pytest.param({"ce_subject": b""}, id="one more"),
        pytest.param({"ce_time": None}, id="one less"),
    ],
)
def test_in_binary_mode_the_attributes_are_part_of_the_digest(headers: dict) -> None:
    assert bytes_digest(*in_binary_form(OBSERVED, **headers)) != bytes_digest(
        *in_binary_form(OBSERVED)
    )


def test_in_structured_mode_the_body_alone_is_the_digest() -> None:
    value = in_structured_form(OBSERVED)

    assert bytes_digest(value, {"content-type": b"x"}) == bytes_digest(value, {})
    assert bytes_digest(value + b" ", {}) != bytes_digest(value, {})


def test_the_zone_of_the_source_changes_nothing() -> None:
    told_in_china = in_structured_form(OBSERVED, put("time", "2026-11-20T12:00:00+08:00"))

    assert read_event(told_in_china, {}).occurred_at == NOON
