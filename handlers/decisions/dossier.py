"""All that is known of a subject when somebody acts on it: the two lives, acts and clocks."""

from dataclasses import dataclass
from datetime import datetime

from schemas.act import Act, SubjectId, Taken
from schemas.clock import Clock
from schemas.evidence import EvidenceRef
from schemas.ids import CameraId, Sha256
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.person import PersonId
from schemas.workfile import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item of evidence that a machine or a source brought, with when and by which camera."""

    item: EvidenceRef
    occurred_at: datetime
    received_at: datetime
    camera: CameraId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A subject as it stands. `taken` are its acts in order; states are the fold of them.

    For a case: `case`, and `penalty` beside it. `opened_under` is the pack that the case was
    decided under; `occurred_at` when it was first seen. An opinion incident has `opinion`; a
    proposed pack has neither.
    """

    id: SubjectId
    taken: tuple[Taken, ...] = ()
    clocks: tuple[Clock, ...] = ()
    case: WorkFile | None = None
    penalty: PenaltyState = PenaltyState.NOT_CONSIDERED
    stayed_from: PenaltyState | None = None
    opinion: OpinionState | None = None
    occurred_at: datetime | None = None
    opened_under: Sha256 | None = None
    seen: tuple[Seen, ...] = ()

    @property
    def version(self) -> int:
        """How many acts were done on it: what a command expects."""
        return len(self.taken)

    def all(self, *acts: Act) -> tuple[Taken, ...]:
        """Those acts, oldest first."""
        return tuple(taken for taken in self.taken if taken.act in acts)

    def last(self, *acts: Act) -> Taken | None:
        """The latest of those acts."""
        found = self.all(*acts)
        return found[-1] if found else None

    def since(self, act: Act) -> tuple[Taken, ...]:
        """What was done after the latest of that act; everything where there was none."""
        last = self.last(act)
        return self.taken if last is None else self.taken[last.number :]

    def people_of(self, *acts: Act) -> frozenset[PersonId]:
        """Everybody who did one of those acts, second officers included."""
        return frozenset(person for taken in self.all(*acts) for person in taken.people)
