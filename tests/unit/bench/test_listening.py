"""Messages about one occurrence become one told event; signals become none."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

pytest.importorskip("scipy", reason="needs the extra [vision]")

from schemas.events import Event
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import OccurrenceId
from schemas.observation import Phase
from tests.bench.vision.listening import told_events
from tests.bench.vision.scoring import Proof
from tests.support.builders import NOON, a_signal, an_event, an_evidence_ref, an_observation


def message(
    occurrence: str,
    phase: Phase,
    *,
    last_s: float,
    at_least_s: float,
    evidence: tuple[EvidenceRef, ...] = (),
) -> Event:
    body = an_observation(
        phase=phase,
        first_seen_at=NOON + timedelta(seconds=5),
        last_seen_at=NOON + timedelta(seconds=last_s),
        seen=timedelta(seconds=at_least_s),
    )
    return an_event(replace(body, occurrence=OccurrenceId(occurrence), evidence=evidence))


def test_all_messages_of_an_occurrence_are_one_told_event() -> None:
    began = message("a", Phase.BEGAN, last_s=15.2, at_least_s=10.1)
    ended = message("a", Phase.ENDED, last_s=30, at_least_s=24)

    (told,) = told_events([(15.2, began), (35.2, ended)], starts_at=NOON)

    assert (told.begins_s, told.ends_s, told.told_at_s) == (5, 30, 15.2)
    assert told.proofs == (Proof(at_s=15.2, at_least_s=10.1), Proof(at_s=30, at_least_s=24))


def test_two_occurrences_are_two_told_events() -> None:
    one = message("a", Phase.BEGAN, last_s=15.2, at_least_s=10.1)
    other = message("b", Phase.BEGAN, last_s=16, at_least_s=10.1)

    told = told_events([(15.2, one), (16.2, other)], starts_at=NOON)

    assert [each.told_at_s for each in told] == [15.2, 16.2]


def test_the_annotated_picture_says_when_it_was_told() -> None:
    evidence = tuple(
        replace(an_evidence_ref(kind.value), kind=kind, media_time=timedelta(seconds=at_s))
        for kind, at_s in (
            (EvidenceKind.ORIGINAL_FRAME, 5.0),
            (EvidenceKind.ANNOTATED_PICTURE, 15.6),
            (EvidenceKind.CLIP, 10.0),
        )
    )
    began = message("a", Phase.BEGAN, last_s=15.2, at_least_s=10.1, evidence=evidence)

    (told,) = told_events([(15.2, began)], starts_at=NOON)

    assert told.told_at_s == 15.6


def test_signals_are_no_events() -> None:
    assert told_events([(1.0, an_event(a_signal()))], starts_at=NOON) == ()
