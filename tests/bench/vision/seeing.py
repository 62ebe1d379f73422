"""Sees one recording to its end and keeps what was told of it."""

from dataclasses import dataclass

from schemas.events import Event
from tests.bench.vision.listening import told_events
from tests.bench.vision.pipeline import STARTS_AT, Counted, Job, Listener, run_cameras
from tests.bench.vision.scoring import ToldEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one recording came to."""

    told: tuple[ToldEvent, ...]
    counted: Counted


class _Keeping(Listener):
    def __init__(self) -> None:
        self.messages: list[tuple[float, Event]] = []

    def message(self, camera: int, media_s: float, event: Event) -> None:
        self.messages.append((media_s, event))


def see(job: Job) -> Seen:
    """As fast as it goes."""
    keeping = _Keeping()
    (counted,) = run_cameras([job], keeping)
    return Seen(told=told_events(keeping.messages, starts_at=STARTS_AT), counted=counted)
