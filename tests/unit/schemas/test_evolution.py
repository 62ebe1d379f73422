"""An older and a newer producer beside us: what is read, and what is parked with which reason."""

from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest
from msgspec.structs import replace

from handlers.decisions.facts import Undecodable
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.events import Event
from schemas.ids import Address
from schemas.observation import Observation
from schemas.report import Report
from schemas.wire.reading import read_event
from schemas.words import Words
from streams.decoding import Message, received
from tests.support.builders import (
    NOON,
    a_place,
    a_report,
    a_signal,
    an_event,
    an_evidence_ref,
    an_observation,
)
from tests.support.messages import in_binary_form, in_structured_form, put
from tests.support.versions import (
    from_a_newer_producer,
    from_an_older_and_terse_producer,
    from_an_older_producer,
    of_type,
)

OBSERVED: Final = an_event(
    an_observation(dangers=[Danger.FLAMES], reason=Words("火", "a fire"), place=a_place())
)
REPORTED: Final = an_event(
    replace(a_report(place=a_place(), dangers=[Danger.FLAMES]), evidence=(an_evidence_ref(),))
)
SIGNALLED: Final = an_event(a_signal(frames=12))
ALL: Final = (
    pytest.param(OBSERVED, id="an observation"),
    pytest.param(REPORTED, id="a report"),
    pytest.param(SIGNALLED, id="a signal"),
)


@pytest.mark.parametrize("event", ALL)
def test_what_a_newer_producer_says_more_is_passed_over(event: Event) -> None:
    assert read_event(from_a_newer_producer(event), {}) == event


@pytest.mark.parametrize("event", ALL)
def test_a_newer_producer_in_binary_form_is_read_too(event: Event) -> None:
    value, headers = in_binary_form(event)
    more = {**headers, "ce-traceparent": b"00-1-2-03", "ce-dataschema": b"https://example.com/v1.7"}

    assert read_event(value, more) == event


@pytest.mark.parametrize("written", [from_an_older_producer, from_an_older_and_terse_producer])
@pytest.mark.parametrize("event", ALL)
def test_what_an_older_producer_writes_is_read(
    event: Event, written: Callable[[Event], bytes]
) -> None:
    read = read_event(written(event), {})

    assert (read.id, read.occurred_at) == (event.id, event.occurred_at)
    assert type(read.body) is type(event.body)


def test_what_an_older_producer_did_not_know_gets_the_value_that_says_nothing() -> None:
    observed = read_event(from_an_older_producer(OBSERVED), {}).body
    reported = read_event(from_an_older_producer(REPORTED), {}).body

    assert isinstance(observed, Observation)
    assert isinstance(reported, Report)
    assert observed == replace(
        an_observation(place=a_place()), dangers=observed.dangers, reason=observed.reason
    )
    assert observed.reason is None
    assert reported.matter == REPORTED.body.matter  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(
            of_type(OBSERVED, "offsite.observation.v2"),
            "type: expected a version of offsite.observation that has a reader "
            "(known: offsite.observation.v1), got offsite.observation.v2",
            id="a version to come",
        ),
        pytest.param(
            of_type(REPORTED, "offsite.report.v0"),
            "type: expected a version of offsite.report that has a reader "
            "(known: offsite.report.v1), got offsite.report.v0",
            id="a version that never was",
        ),
        pytest.param(
            of_type(REPORTED, "offsite.rumour.v1"),
            "type: expected a type that has a reader (known: offsite.observation.v1, "
            "offsite.report.v1, offsite.signal.v1, offsite.probe.v1), got offsite.rumour.v1",
            id="a type that nobody knows",
        ),
        pytest.param(
            of_type(REPORTED, "offsite.report"),
            "type: expected a type that has a reader (known: offsite.observation.v1, "
            "offsite.report.v1, offsite.signal.v1, offsite.probe.v1), got offsite.report",
            id="no version",
        ),
        pytest.param(
            in_structured_form(OBSERVED, put("data.dangers", ["flood"])),
            "data.dangers.0: expected Input should be",
            id="a danger to come: never passed over in silence",
        ),
        pytest.param(
            in_structured_form(SIGNALLED, put("data.kind", "asleep")),
            "data.kind: expected Input should be",
            id="a kind of signal to come",
        ),
        pytest.param(
            in_structured_form(OBSERVED, put("specversion", "2.0")),
            'specversion: expected "1.0", got 2.0',
            id="CloudEvents to come",
        ),
    ],
)
def test_what_nobody_here_understands_is_parked_with_its_reason(value: bytes, told: str) -> None:
    content = received(
        Message(address=Address("t", 0, 0), appended_at=NOON, value=value, headers={})
    ).content

    assert isinstance(content, Undecodable)
    assert content.reason.startswith(told)


def test_a_version_is_named_before_its_data_is_looked_at() -> None:
    content: dict[str, Any] = orjson.loads(of_type(OBSERVED, "offsite.observation.v2"))

    with pytest.raises(InvalidValueError, match=r"got offsite\.observation\.v2"):
        read_event(orjson.dumps({**content, "data": {"anything": "else"}}), {})
