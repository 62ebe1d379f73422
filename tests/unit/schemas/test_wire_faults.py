"""What can't be read says which field is wrong, what was expected and what came."""

from typing import Final

import orjson
import pytest
from msgspec.structs import replace

from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.events import Event
from schemas.wire.reading import read_event
from tests.support.builders import (
    a_place,
    a_report,
    a_signal,
    an_event,
    an_evidence_ref,
    an_observation,
)
from tests.support.messages import ABSENT, in_binary_form, in_structured_form, put

LARGEST: Final = 2**53 - 1
OBSERVED: Final = an_event(an_observation(dangers=[Danger.FLAMES]))
REPORTED: Final = an_event(
    replace(a_report(place=a_place(), dangers=[Danger.FLAMES]), evidence=(an_evidence_ref(),))
)
SIGNALLED: Final = an_event(a_signal())


def cases(event: Event, *rows: tuple[str, object, str]) -> list:
    """Rows of field, what stands there, and what is expected."""
    return [
        pytest.param(event, field, value, expected, id=f"{field}={_named(value)}")
        for field, value, expected in rows
    ]


def _named(value: object) -> str:
    return "absent" if value is ABSENT else repr(value)[:24]


@pytest.mark.parametrize(
    ("event", "field", "value", "expected"),
    [
        *cases(
            OBSERVED,
            ("specversion", ABSENT, "printable characters"),
            ("specversion", "0.3", '"1.0"'),
            ("specversion", 1.0, "printable characters"),
            ("id", ABSENT, "printable characters"),
            ("id", "", "printable characters"),
            ("id", 7, "printable characters"),
            ("id", "x" * 257, "1 … 256"),
            ("id", "a\nb", "printable characters"),
            ("source", ABSENT, "printable characters"),
            ("type", ABSENT, "printable characters"),
            ("type", "offsite.observation.v2", "a version of offsite.observation that has a"),
            ("type", "offsite.disposition.v1", "a type that has a reader (known: offsite.obs"),
            ("time", ABSENT, "printable characters"),
            ("time", None, "printable characters"),
            ("time", "2026-11-20T09:14:05", "an instant with its zone"),
            ("time", "soon", "an instant in RFC 3339"),
            ("subject", 7, "printable characters"),
            ("datacontenttype", "text/xml", "application/json"),
            ("data", ABSENT, "a JSON object"),
            ("data", "text", "a JSON object"),
            ("data", [], "a JSON object"),
            ("data_base64", "e30=", "JSON in data"),
            ("data.matter", ABSENT, "required"),
            ("data.matter.code", ABSENT, "required"),
            ("data.matter.code", 9006, "string"),
            ("data.place", ABSENT, "required"),
            ("data.place.id", "", "at least 1 character"),
            ("data.place.longitude", "114.3", "number"),
            ("data.camera", ABSENT, "required"),
            ("data.camera", None, "string"),
            ("data.camera", "x" * 257, "at most 256 characters"),
            ("data.camera", "a\x00b", "printable"),
            ("data.zone.kind", "car-park", "'fire-lane'"),
            ("data.phase", "paused", "'began'"),
            ("data.sequence", -1, "greater than or equal to 0"),
            ("data.sequence", 1.0, "integer"),
            ("data.sequence", True, "integer"),
            ("data.sequence", LARGEST + 1, "less than"),
            ("data.first_seen_at", "2026-11-20T09:14:05", "an instant with its zone"),
            ("data.first_seen_at", "1969-11-20T09:14:05Z", "a year in 1970 … 2999"),
            ("data.dwell.at_least_ms", -1, "greater than or equal to 0"),
            ("data.dwell.at_least_ms", "9", "integer"),
            ("data.confidence", 1.1, "less than or equal to 1"),
            ("data.confidence", -0.1, "greater than or equal to 0"),
            ("data.confidence", "0.9", "number"),
            ("data.confidence", None, "number"),
            ("data.frame.width", 0, "greater than or equal to 1"),
            ("data.things", [{}] * 201, "at most 200 items"),
            ("data.things.0.box", [1, 2, 3], "at least 4 items"),
            ("data.things.0.box", [1, 2, 3, 4, 5], "at most 4 items"),
            ("data.things.0.box.1", "20", "number"),
            ("data.things.0.confidence", 2, "less than or equal to 1"),
            ("data.evidence", [{}] * 51, "at most 50 items"),
            ("data.evidence.0.sha256", "A" * 64, "pattern"),
            ("data.evidence.0.sha256", "a" * 64 + "\n", "pattern"),
            ("data.evidence.0.bytes", 0, "greater than or equal to 1"),
            ("data.evidence.0.kind", "rumour", "'clip'"),
            ("data.evidence.0.media_time_ms", -1, "greater than or equal to 0"),
            ("data.dangers", "flames", "valid list"),
            ("data.dangers.0", "earthquake", "'fire-lane'"),
        ),
        *cases(
            REPORTED,
            ("data.reporter", ABSENT, "required"),
            ("data.reporter", "nobody", "'platform'"),
            ("data.text", "x" * 4001, "at most 4000 characters"),
            ("data.text", "a\x1bb", "printable"),
            ("data.matter", "09006", "valid dictionary"),
            ("data.dangers.0", "Flames", "'gas-bottles'"),
            ("data.dangers.0", None, "'may-fall'"),
            ("data.dangers", ["flames"] * 21, "at most 20 items"),
        ),
        *cases(
            SIGNALLED,
            ("data.kind", "bored", "'blind'"),
            ("data.until_at", ABSENT, "required"),
            ("data.text", ABSENT, "required"),
            ("data.frames", -1, "greater than or equal to 0"),
        ),
        pytest.param(OBSERVED, "data.last_seen_at", 12, "an instant in RFC 3339",
                     id="data.last_seen_at=12"),
        pytest.param(SIGNALLED, "data.from_at", None, "an instant in RFC 3339",
                     id="data.from_at=None"),
        pytest.param(OBSERVED, "data.evidence.0.bytes", LARGEST + 1, "less than",
                     id="data.evidence.0.bytes too large"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(event: Event, field: str, value: object, expected: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_event(in_structured_form(event, put(field, value)), {})

    assert caught.value.field == field
    assert expected in caught.value.expected


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        pytest.param("data.place", {}, "place", id="nowhere"),
        pytest.param("data.place", {"longitude": 30.6, "latitude": 114.3}, "place.longitude",
                     id="longitude and latitude swapped"),
        pytest.param("data.place", {"id": "p", "longitude": 114.3}, "place", id="half a position"),
        pytest.param("data.matter.code", "09|006", "matter.code", id="a matter torn apart"),
        pytest.param("data.dwell.at_most_ms", 1, "dwell", id="bounds turned round"),
        pytest.param("data.things.0.box", [9, 9, 1, 1], "box", id="a box turned round"),
        pytest.param("data.things.0.box", [0, 0, 1921, 9], "things.box", id="beyond the picture"),
        pytest.param("data.last_seen_at", "2020-01-01T00:00:00Z", "last_seen_at",
                     id="last seen before first"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_names_what_it_is_about(
    field: str, value: object, named: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_event(in_structured_form(OBSERVED, put(field, value)), {})

    assert caught.value.field == named


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b'{"id": "\\ud800"}', id="half a character"),
        pytest.param(b'{"id": NaN}', id="what JSON doesn't know"),
        pytest.param(b'{"id": 1e999}', id="a number without end"),
        pytest.param(b"[" * 100_000, id="a well without ground"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(value: bytes) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_event(value, {})

    assert caught.value.field == "body"


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        pytest.param({"ce_id": None}, "id", id="no id"),
        pytest.param({"ce_specversion": None}, "specversion", id="no version"),
        pytest.param({"ce_specversion": b"2.0"}, "specversion", id="another version"),
        pytest.param({"ce_source": b""}, "source", id="an empty source"),
        pytest.param({"ce_time": b"now"}, "time", id="no time"),
        pytest.param({"ce_type": b"offsite.rumour.v1"}, "type", id="an unknown type"),
        pytest.param({"ce_id": b"\xff"}, "ce-id", id="no UTF-8"),
        pytest.param({"ce_id": b"%FF"}, "ce-id", id="no UTF-8 behind the percent"),
        pytest.param({"ce_datacontenttype": b"application/json"}, "ce-datacontenttype",
                     id="the content type in the wrong place"),
        pytest.param({"content_type": b"text/plain"}, "datacontenttype", id="plain text"),
    ],
)  # fmt: skip
def test_a_fault_in_a_header_names_its_attribute(headers: dict, field: str) -> None:
    value, faulty = in_binary_form(OBSERVED, **headers)

    with pytest.raises(InvalidValueError) as caught:
        read_event(value, faulty)

    assert caught.value.field == field


def test_a_fault_in_a_binary_body_names_its_field() -> None:
    value, headers = in_binary_form(OBSERVED)
    content = orjson.loads(value)
    del content["camera"]

    with pytest.raises(InvalidValueError) as caught:
        read_event(orjson.dumps(content), headers)

    assert caught.value.field == "data.camera"
