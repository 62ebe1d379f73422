"""Our topics: their names, their settings, and which message goes where under which key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handlers.decisions.dangers import dangers_of, lifting
from handlers.decisions.letters import Letter
from handlers.decisions.naming import named
from handlers.decisions.policy import Policy
from schemas.disposition import DeadLetter, Page, ProbeReturned
from schemas.events import Event
from schemas.lane import Lane
from schemas.observation import Observation
from schemas.probe import Probe
from schemas.signal import StreamSignal
from schemas.workfile import Queue

EVENTS: Final[Mapping[Lane, str]] = {
    Lane.SAFETY: "events.safety",
    Lane.GENERAL: "events.general",
}
DISPOSITIONS: Final[Mapping[Queue, str]] = {
    Queue.ZERO_TOLERANCE: "disposition.zero-tolerance",
    Queue.SOFT: "disposition.soft",
}
PAGES: Final = "pages"
DEAD_LETTERS: Final = "dead-letters"
ALARMS: Final = "alarms"
PROBES: Final = "probes"
_PROBES_KEPT_MS: Final = 7 * 24 * 3600 * 1000

LARGEST_MESSAGE_BYTES: Final = 2 * 1024 * 1024
"""A body of 1 MiB with headers and framing must fit; Kafka's own default refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it ought to be. `settings` are Kafka's names."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


def wanted_topics(*, partitions: int, replication: int) -> tuple[Topic, ...]:
    """All topics of a deployment. `doctor` holds what it finds against this."""
    in_sync = str(max(1, replication - 1))
    common = {
        "cleanup.policy": "delete",
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": "false",
        "max.message.bytes": str(LARGEST_MESSAGE_BYTES),
        "retention.ms": "-1",
    }
    incoming = {**common, "message.timestamp.type": "LogAppendTime"}
    return tuple(
        Topic(name=name, partitions=partitions, replication=replication, settings=settings)
        for names, settings in (
            (EVENTS.values(), incoming),
            (DISPOSITIONS.values(), common),
            ((PAGES, DEAD_LETTERS, ALARMS), common),
            ((PROBES,), {**common, "retention.ms": str(_PROBES_KEPT_MS)}),
        )
        for name in names
    )


def lane_of(event: Event, *, policy: Policy, registered: Lane | None) -> Lane:
    """How urgently a message travels: a danger that lifts, else the safety table, else the source.

    Only a hint: the decision looks at the message again, whichever lane brought it.
    """
    body = event.body
    if isinstance(body, StreamSignal):
        return registered or Lane.GENERAL
    if isinstance(body, Probe):
        return body.lane
    matter = named(body.matter, policy)
    ground = body.zone_kind if isinstance(body, Observation) else None
    if lifting(dangers_of(ground, body.dangers), policy.matter(matter)):
        return Lane.SAFETY
    return policy.lane_of(matter) or registered or Lane.GENERAL


def key_of(event: Event) -> str:
    """What keeps related messages in one partition: place, else camera, else source."""
    body = event.body
    if isinstance(body, StreamSignal):
        return f"camera:{body.camera}"
    if isinstance(body, Probe):
        return body.key
    if body.place is not None and body.place.key is not None:
        return body.place.key
    if isinstance(body, Observation) or body.camera is not None:
        return f"camera:{body.camera}"
    return f"source:{event.id.source}"


def topic_of(letter: Letter) -> str:
    """Where a letter leaves to."""
    if isinstance(letter, DeadLetter):
        return DEAD_LETTERS
    if isinstance(letter, Page):
        return PAGES
    if isinstance(letter, ProbeReturned):
        return PROBES
    return DISPOSITIONS[letter.case.queue]
