"""The work file (案卷): fixes the street. Screens and the CLI call it a case."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from schemas.ids import CameraId, CaseId
from schemas.matter import MatterKey
from schemas.place import Place


class CaseState(StrEnum):
    """A machine makes candidates. All after that are people's acts."""

    CANDIDATE = "candidate"
    OPENED = "opened"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    FEEDBACK = "feedback"
    REWORK = "rework"
    VERIFIED = "verified"
    TRANSFERRING = "transferring"
    CLOSED = "closed"
    NOT_OPENED = "not-opened"
    DISCARDED = "discarded"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


ENDED: Final = frozenset(
    {
        CaseState.CLOSED,
        CaseState.NOT_OPENED,
        CaseState.DISCARDED,
        CaseState.MERGED,
        CaseState.WITHDRAWN,
        CaseState.TRANSFERRED,
    }
)
"""A new sighting at the place of an ended case begins a new one."""


class Route(StrEnum):
    """How the back end meets the matter."""

    ZERO_TOLERANCE = "zero-tolerance"
    SOFT = "soft"
    SERVICE = "service"
    TRIAGE = "triage"


class Queue(StrEnum):
    """Which dispatcher's queue a case waits in: one for danger, one for the rest."""

    ZERO_TOLERANCE = "zero-tolerance"
    SOFT = "soft"


class Site(Struct, frozen=True):
    """One open case a site. The queue is part of it, so danger never hides in a soft case."""

    place_key: str
    matter: MatterKey
    queue: Queue


class WorkFile(Struct, frozen=True, kw_only=True):
    """A case as it stands. `version` counts its changes from 1, `acts` those that people made.

    `site` is absent where place or matter is unknown: a person sorts such a case first.
    `linked` is the soft case of the same stay, where a danger was lifted out of it.
    """

    id: CaseId
    version: int
    state: CaseState
    route: Route
    queue: Queue
    opened_at: datetime
    due_at: datetime
    last_seen_at: datetime
    sightings: int
    site: Site | None = None
    matter: MatterKey | None = None
    place: Place | None = None
    camera: CameraId | None = None
    acts: int = 0
    linked: CaseId | None = None
