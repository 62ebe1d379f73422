"""All that an answer to a command rests on. Stored with it, so that it can be given again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Prior, Standing
from schemas.act import Command
from schemas.ids import Address, Sha256
from schemas.person import Person, PersonId
from schemas.workfile import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFacts:
    """A command and what was known when it came.

    `address` is its line in the ledger of acts; `now` when it was recorded. No `dossier`: nobody
    knows such a subject. `then` is the pack that was in force when it happened. `other` is the
    case that a field of the command names; `is_site_taken` says that another open case already
    stands where this one would.
    """

    address: Address
    now: datetime
    command: Command
    standing: Standing
    dossier: Dossier | None = None
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    prior: tuple[Prior, ...] = ()
    then: Sha256 | None = None
    other: WorkFile | None = None
    is_site_taken: bool = False
    version_digest: Sha256 | None = None
