"""Makes one told event of all messages that belong to one occurrence. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from schemas.events import Event
from schemas.evidence import EvidenceKind
from schemas.observation import Observation
from tests.bench.vision.scoring import Proof, ToldEvent


def told_events(
    messages: Iterable[tuple[float, Event]], *, starts_at: datetime
) -> tuple[ToldEvent, ...]:
    """Each message comes with the media time at which it left; signals are left out."""
    by_occurrence: dict[str, list[tuple[float, Observation]]] = defaultdict(list)
    for media_s, event in messages:
        if isinstance(event.body, Observation):
            by_occurrence[event.body.occurrence].append((media_s, event.body))
    return tuple(_told(each, starts_at) for each in by_occurrence.values())


def _told(messages: list[tuple[float, Observation]], starts_at: datetime) -> ToldEvent:
    first = messages[0][1]
    seen = [
        (
            (one.first_seen_at - starts_at).total_seconds(),
            (one.last_seen_at - starts_at).total_seconds(),
            one.dwell.at_least.total_seconds(),
        )
        for _, one in messages
    ]
    return ToldEvent(
        rule=first.rule,
        zone=first.zone,
        begins_s=min(begins_s for begins_s, _, _ in seen),
        ends_s=max(ends_s for _, ends_s, _ in seen),
        told_at_s=_told_at_s(*messages[0]),
        proofs=tuple(Proof(at_s=at_s, at_least_s=at_least_s) for _, at_s, at_least_s in seen),
    )


def _told_at_s(left_at_s: float, first: Observation) -> float:
    """The annotated picture shows the very frame at which it was told; sealing takes a while."""
    shown = [
        item.media_time.total_seconds()
        for item in first.evidence
        if item.kind is EvidenceKind.ANNOTATED_PICTURE
    ]
    return max(shown, default=left_at_s)
