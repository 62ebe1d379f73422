"""A row of a life's table: one act, from where to where, by whom, behind which gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.act import Act, Method721
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import CaseState


class Life(StrEnum):
    """Which of the linked lives a row belongs to."""

    WORK_FILE = "work-file"
    PENALTY = "penalty"
    OPINION = "opinion"
    PACK = "pack"


class PackState(StrEnum):
    """A pack in the shop: proposed by one person, published by another."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"


State = CaseState | PenaltyState | OpinionState | PackState


class FieldKind(StrEnum):
    """What may stand in a field of an act."""

    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"
    FEN = "fen"
    INSTANT = "instant"
    PERSON = "person"
    CASE = "case"
    MATTER = "matter"
    DIGESTS = "digests"
    WORDS = "words"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an act. `choices` closes a CHOICE; WORDS and DIGESTS are lists."""

    name: str
    kind: FieldKind
    words: Words
    is_optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row. `since`: the states in which it may be taken; empty: there is no subject yet.

    No `to`: the state stays as it is. `starts_if`: a flag of the act, and the clock it starts.
    `harms`: a step that harms a person, so never a machine's.
    """

    act: Act
    life: Life
    since: frozenset[State]
    to: State | None
    who: frozenset[Role]
    words: Words
    event: str
    clause: str
    certainty: Certainty
    gates: Sequence[str] = ()
    fields: Sequence[Field] = ()
    starts: Sequence[ClockKind] = ()
    starts_if: Sequence[tuple[str, ClockKind]] = ()
    stops: Sequence[ClockKind] = ()
    pauses: bool = False
    resumes: bool = False
    harms: bool = False
    tag: Method721 = Method721.MANAGE
