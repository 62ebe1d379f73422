"""What a command is answered: done, or refused with all that is missing."""

from dataclasses import dataclass

from handlers.decisions.dossier import Dossier
from schemas.act import Taken
from schemas.certainty import Certainty
from schemas.clock import Clock
from schemas.person import Role
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that stands in the way: which rule, which clause, what is missing, who has it."""

    rule: str
    clause: str
    certainty: Certainty
    missing: Words
    supply: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The act as it was taken, and the subject afterwards. `clocks` are those that changed.

    `event` is its name in the ledger, `clause` its ground; `passed` the gates that it went through.
    """

    taken: Taken
    event: str
    clause: str
    dossier: Dossier
    clocks: tuple[Clock, ...]
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing changed. Everything that stands in the way is told at once."""

    refusals: tuple[Refusal, ...]


Answer = Done | Refused
