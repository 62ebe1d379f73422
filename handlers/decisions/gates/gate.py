"""What a gate is, what it looks at, and what it may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.lives.step import Step
from handlers.decisions.policy import Policy
from schemas.act import Act, Command, Details, Taken
from schemas.certainty import Certainty
from schemas.ids import Sha256
from schemas.matter import MatterKey
from schemas.penalty import Ground, PenaltyState
from schemas.person import Person, PersonId, Role
from schemas.words import Words
from schemas.workfile import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """An earlier finding about the same party and matter, as another case's record says it."""

    case: str
    matter: MatterKey
    at: datetime
    ended: PenaltyState
    ground: Ground | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the deployment knows of a pack: whether two persons published it, and from when."""

    digest: Sha256
    proposed_by: PersonId | None = None
    published_by: PersonId | None = None

    @property
    def is_published(self) -> bool:
        """By two persons."""
        return self.published_by is not None and self.proposed_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that a gate may look at. Time is `command.at` (done) and `now` (recorded).

    `then` is the pack that was in force when the act complained of happened; absent where nobody
    has kept it. `people` are all persons of the command and of the acts before it. `prior`: what
    is on record about the same party and matter. `other` is the case that the command
    names; `version_digest` the pack that already goes by the proposed name and version.
    """

    command: Command
    step: Step
    role: Role
    dossier: Dossier
    people: Mapping[PersonId, Person]
    policy: Policy
    then: Policy | None
    standing: Standing
    now: datetime
    prior: tuple[Prior, ...] = ()
    other: WorkFile | None = None
    version_digest: Sha256 | None = None

    @property
    def details(self) -> Details:
        """What the command says."""
        return self.command.details

    @property
    def matter(self) -> MatterPolicy | None:
        """The pack's row of the case's matter."""
        case = self.dossier.case
        return None if case is None else self.policy.matter(case.matter)

    @property
    def grid_cell(self) -> str | None:
        """Where, for everything that depends on the area."""
        case = self.dossier.case
        return None if case is None or case.place is None else case.place.grid_cell

    def last(self, *acts: Act) -> Taken | None:
        """The latest of those acts."""
        return self.dossier.last(*acts)

    def all(self, *acts: Act) -> tuple[Taken, ...]:
        """Those acts, oldest first."""
        return self.dossier.all(*acts)


class Verdict(StrEnum):
    """A gate answers one of three."""

    PASS = "pass"  # noqa: S105 - not a password
    BLOCK = "block"
    NEEDS_HUMAN = "needs-human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An answer, and what is missing where it isn't a pass."""

    verdict: Verdict
    missing: Words | None = None


PASSED: Final = Finding(verdict=Verdict.PASS)


def block(zh: str, en: str) -> Finding:
    """Not so, and nobody may wave it through."""
    return Finding(verdict=Verdict.BLOCK, missing=Words(zh, en))


def needs_human(zh: str, en: str) -> Finding:
    """The law leaves it open: a named person of the gate's roles settles it first."""
    return Finding(verdict=Verdict.NEEDS_HUMAN, missing=Words(zh, en))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate. `supply`: who could bring what is missing."""

    id: str
    title: Words
    asks: Words
    clause: str
    certainty: Certainty
    supply: tuple[Role, ...]
    check: Callable[[Bench], Finding]
