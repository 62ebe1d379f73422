"""What `docs/schemas/` promises is what the models say, and what was promised first still holds."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from schemas.clock import ClockKind, FiringKind
from schemas.danger import Danger
from schemas.disposition import CaseChanged, Change, DeadLetter, Disposition, ProbeReturned, Reason
from schemas.evidence import EvidenceKind
from schemas.ids import EventId
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.report import Reporter
from schemas.signal import SignalKind
from schemas.wire.published import INCOMING, OUTGOING, published, schema_text
from schemas.wire.reading import READERS
from schemas.wire.writing import Outgoing, write_event, write_outgoing
from schemas.words import Words
from schemas.workfile import CaseState, Queue, Route
from tests.support.builders import (
    NOON,
    a_case,
    a_digest,
    a_place,
    a_probe,
    a_report,
    a_signal,
    an_address,
    an_event,
    an_evidence_ref,
    an_observation,
)
from tests.support.clocks import a_page
from tests.support.compatibility import Direction, breaking_changes

FOLDER: Final = Path(__file__).parents[3] / "docs" / "schemas"
WRITE: Final = "run .venv/bin/python scripts/write_schemas.py"
KINDS: Final = sorted({**INCOMING, **OUTGOING})
schemas: Final = cache(published)
"""Made once: each making takes milliseconds."""
REASONS: Final = (Reason(rule="R07-by-the-pack", clause="for tests"),)


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_in_step_with_the_models(kind: str) -> None:
    file = FOLDER / f"{kind}.json"

    assert file.is_file(), f"{file.name} is missing: {WRITE}"
    assert file.read_text(encoding="utf-8") == schema_text(schemas()[kind]), (
        f"{file.name} doesn't say what the models say: {WRITE}"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_published_first_is_not_broken(kind: str) -> None:
    file = FOLDER / "frozen" / f"{kind}.json"
    direction = Direction.INCOMING if kind in INCOMING else Direction.OUTGOING

    assert file.is_file(), f"{file.name} was never frozen: {WRITE}"
    broken = breaking_changes(json.loads(file.read_bytes()), schemas()[kind], direction=direction)
    assert broken == [], f"{kind} was promised otherwise: give the type a new version"


def test_no_schema_lies_about_that_nobody_publishes() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == KINDS


def test_what_comes_in_has_a_reader_and_a_schema() -> None:
    assert INCOMING.keys() == READERS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_of_a_whole_cloud_event(kind: str) -> None:
    schema = schemas()[kind]

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://offsite.invalid/schemas/{kind}.json"
    assert schema["required"] == ["data", "id", "source", "specversion", "time", "type"]
    assert schema["properties"]["specversion"] == {"const": "1.0"}
    assert schema["properties"]["type"] == {"const": kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_leads_to_a_shape_and_every_shape_is_used(kind: str) -> None:
    schema = schemas()[kind]

    references = set(_references(schema))

    assert references == {f"#/$defs/{name}" for name in schema["$defs"]}


def _references(at: Any) -> Iterator[str]:
    if isinstance(at, dict):
        if "$ref" in at:
            yield at["$ref"]
        for inner in at.values():
            yield from _references(inner)
    elif isinstance(at, list):
        for inner in at:
            yield from _references(inner)


@pytest.mark.parametrize(
    ("kind", "shape", "choices"),
    [
        pytest.param("offsite.observation.v1", "Phase", Phase, id="phases"),
        pytest.param("offsite.observation.v1", "EvidenceKind", EvidenceKind, id="evidence"),
        pytest.param("offsite.report.v1", "Reporter", Reporter, id="reporters"),
        pytest.param("offsite.signal.v1", "SignalKind", SignalKind, id="signals"),
        pytest.param("offsite.disposition.v1", "CaseState", CaseState, id="states"),
        pytest.param("offsite.disposition.v1", "Route", Route, id="routes"),
        pytest.param("offsite.disposition.v1", "Queue", Queue, id="queues"),
        pytest.param("offsite.page.v1", "ClockKind", ClockKind, id="clocks"),
        pytest.param("offsite.page.v1", "FiringKind", FiringKind, id="firings"),
    ],
)
def test_closed_choices_are_listed(kind: str, shape: str, choices: Any) -> None:
    assert schemas()[kind]["$defs"][shape]["enum"] == [choice.value for choice in choices]


def test_a_change_of_the_models_that_breaks_a_promise_would_be_told() -> None:
    stricter = deepcopy(schemas()["offsite.report.v1"])
    stricter["$defs"]["ReportV1"]["required"].append("camera")

    broken = breaking_changes(
        schemas()["offsite.report.v1"], stricter, direction=Direction.INCOMING
    )

    assert broken == ["$.data.camera: required from now on"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param(
            "offsite.disposition.v1",
            Disposition(
                id="C261120-AAAAAAAAAAAA/1",
                case=a_case(),
                title_zh="占道经营",
                title_en="Street stall",
                reasons=REASONS,
                evidence=(an_evidence_ref(),),
            ),
            id="a new case",
        ),
        pytest.param(
            "offsite.disposition.v1",
            Disposition(
                id="x/1",
                case=a_case(site=None),
                title_zh="待人工研判",
                title_en="for a person to sort",
                reasons=(),
                evidence=(),
            ),
            id="a case to be sorted",
        ),
        pytest.param(
            "offsite.case-changed.v1",
            CaseChanged(
                id="x/2",
                case=a_case(version=2),
                change=Change.EXTENDED,
                reasons=REASONS,
                evidence=(an_evidence_ref(),),
            ),
            id="a case that goes on",
        ),
        pytest.param(
            "offsite.dead-letter.v1",
            DeadLetter(
                id="t/0/1",
                address=an_address(1),
                reason="no JSON",
                payload=a_digest(),
                event_id=EventId("/cameras/cam-07", "e-1"),
            ),
            id="a dead letter of a known event",
        ),
        pytest.param(
            "offsite.dead-letter.v1",
            DeadLetter(id="t/0/1", address=an_address(1), reason="no JSON", payload=a_digest()),
            id="a dead letter of nobody's",
        ),
        pytest.param("offsite.page.v1", a_page(), id="a page to a role"),
        pytest.param("offsite.page.v1", a_page(role=None), id="a page to who works on it"),
        pytest.param(
            "offsite.probe-returned.v1",
            ProbeReturned(
                id="t/0/1/probe",
                lane=Lane.SAFETY,
                number=1,
                sent_at=NOON,
                received_at=NOON,
                address=an_address(1),
            ),
            id="a probe that was decided",
        ),
    ],
)
def test_what_leaves_says_every_field_of_its_model_and_no_other(
    kind: str, message: Outgoing
) -> None:
    written = orjson.loads(write_outgoing(message, at=NOON))

    read = OUTGOING[kind].model_validate(written["data"])

    assert written["type"] == kind
    assert _keys(written["data"]) == _keys(read.model_dump())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(
            "offsite.observation.v1",
            an_observation(dangers=Danger, reason=Words("摊位", "a stall")),
            id="an observation",
        ),
        pytest.param("offsite.report.v1", a_report(place=a_place(), dangers=Danger), id="a report"),
        pytest.param("offsite.signal.v1", a_signal(), id="a signal"),
        pytest.param("offsite.probe.v1", a_probe(), id="a probe"),
    ],
)
def test_what_our_own_cameras_and_doors_write_is_what_the_model_says(kind: str, body: Any) -> None:
    written = orjson.loads(write_event(an_event(body)))

    read = INCOMING[kind].model_validate(written["data"])

    assert written["type"] == kind
    assert _keys(written["data"]) == _keys(read.model_dump())
    assert set(schemas()[kind]["required"]) <= written.keys()


def _keys(at: Any) -> Any:
    """The same tree without its values."""
    if isinstance(at, dict):
        return {name: _keys(inner) for name, inner in at.items()}
    return [_keys(inner) for inner in at] if isinstance(at, list) else None
