"""How a penalty case has gone so far: what several gates ask of its party, notices and penalties.

propose ─► notify ─┬─ defend ─► answer ─┬─► decide ─► serve ─► pay
                   ├─ waive / lapse ────┤
                   └─ ask, hold hearing ┘
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Bench
from handlers.decisions.law.discretion import HarmClass, PartyKind
from handlers.decisions.lives.deciding_penalty import HEAVY
from schemas.act import Act, Details, Taken
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.errors import InvalidValueError
from schemas.limit import Limit
from schemas.penalty import PenaltyKind
from schemas.person import PersonId

GRAVER: Final = (
    PenaltyKind.WARNING,
    PenaltyKind.CRITICISM,
    PenaltyKind.FINE,
    PenaltyKind.CONFISCATION,
    PenaltyKind.LICENCE,
    PenaltyKind.SHUTDOWN,
)
"""Lightest first. 行政处罚法 9 lists them so; that this is an order of weight is our reading."""
_INVESTIGATING: Final = (
    *(Act.IDENTIFY, Act.COLLECT, Act.PRESERVE, Act.SEIZE),
    *(Act.PROPOSE, Act.NOTIFY),
)
_ANSWERS: Final = frozenset({Act.DEFEND, Act.ASK_HEARING})


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeFine:
    """From how much on a fine is a large one (较大数额): the city sets it, not the law."""

    party: PartyKind
    from_fen: int
    certainty: Certainty


LARGE_FINES: Final = (
    LargeFine(party=PartyKind.CITIZEN, from_fen=500_000, certainty=Certainty.PROPOSAL),
    LargeFine(party=PartyKind.ORGANISATION, from_fen=5_000_000, certainty=Certainty.PROPOSAL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """What is proposed, notified or decided."""

    kind: PenaltyKind
    fine_fen: int

    def is_within(self, told: "Penalty") -> bool:
        """No heavier in kind or in fine. A heavy kind stands only for itself: it must be told."""
        if self.fine_fen > told.fine_fen:
            return False
        if self.kind in HEAVY:
            return self.kind is told.kind
        return GRAVER.index(self.kind) <= GRAVER.index(told.kind)


def penalty_in(details: Details) -> Penalty:
    """The penalty that an act names."""
    return Penalty(kind=PenaltyKind(details.text("kind")), fine_fen=details.number("fine_fen") or 0)


def is_heavy(penalty: Penalty, party: PartyKind) -> bool:
    """Gives a right to a hearing: 行政处罚法 63."""
    large = next(row.from_fen for row in LARGE_FINES if row.party is party)
    return penalty.kind in HEAVY or penalty.fine_fen >= large


def party_kind(bench: Bench) -> PartyKind:
    """Who it is about, as the case says; a citizen where nobody said, whom the law spares more."""
    considered = bench.last(Act.CONSIDER)
    if considered is not None and considered.details.text("party_kind"):
        return PartyKind(considered.details.text("party_kind"))
    return PartyKind(bench.details.text("party_kind") or PartyKind.CITIZEN)


def harm_class(details: Details) -> HarmClass | None:
    """How bad the act was, as a proposal or a decision says it."""
    text = details.text("harm")
    return HarmClass(text) if text else None


def proposal(bench: Bench) -> Taken | None:
    """What the officers propose now."""
    return bench.last(Act.PROPOSE)


def notice(bench: Bench) -> Taken | None:
    """The notice in force: the latest."""
    return bench.last(Act.NOTIFY)


def decision(bench: Bench) -> Taken | None:
    """The decision that stands, ordinary or on the spot."""
    return bench.last(Act.DECIDE, Act.DECIDE_ON_SPOT)


def served_at(bench: Bench) -> datetime | None:
    """When the party had the decision in hand; one on the spot is handed over there."""
    served = bench.last(Act.SERVE, Act.DECIDE_ON_SPOT)
    return None if served is None else served.at


def answered_notices(dossier: Dossier) -> Iterator[Taken]:
    """The notices that the party answered, itself or by asking to be heard."""
    in_force = None
    for taken in dossier.taken:
        if taken.act is Act.NOTIFY:
            in_force = taken
        elif taken.act in _ANSWERS and in_force is not None:
            yield in_force


def done_after(bench: Bench, earlier: Taken, *acts: Act) -> tuple[Taken, ...]:
    """Those acts that were done after another one."""
    return tuple(taken for taken in bench.all(*acts) if taken.number > earlier.number)


def investigators(dossier: Dossier) -> frozenset[PersonId]:
    """The two who were named, and all who took an investigator's step. Not the head who named."""
    named = (
        taken.details.person(name)
        for taken in dossier.all(Act.ASSIGN_OFFICERS)
        for name in ("first", "second")
    )
    return dossier.people_of(*_INVESTIGATING) | {person for person in named if person is not None}


def corrected_at(dossier: Dossier) -> datetime | None:
    """Since when it has been put right, as the party says it and no later look denies."""
    since = None
    for taken in dossier.all(Act.CORRECTED, Act.RECHECK):
        if taken.act is Act.RECHECK and not taken.details.says("is_corrected"):
            since = None
        elif since is None:
            since = taken.at
    return since


def is_remedy_open(dossier: Dossier) -> bool:
    """Reconsideration or a lawsuit that nobody has heard the end of."""
    return len(dossier.all(Act.FILE_REMEDY)) > len(dossier.all(Act.REMEDY_RESULT))


def is_annulled(dossier: Dossier) -> bool:
    """Whether reconsideration or a court took the decision away: it is to be revoked."""
    result = dossier.last(Act.REMEDY_RESULT)
    return result is not None and result.details.text("result") == "annulled"


def is_public(dossier: Dossier) -> bool:
    """Whether the decision stands published."""
    last = dossier.last(Act.PUBLISH_DECISION, Act.WITHDRAW_PUBLICATION)
    return last is not None and last.act is Act.PUBLISH_DECISION


def limit_of(bench: Bench, kind: ClockKind) -> Limit:
    """How long a deadline of the pack runs.

    Raises:
        InvalidValueError: the pack has no such deadline.
    """
    deadline = bench.policy.deadlines.get(kind)
    if deadline is None:
        raise InvalidValueError(expected=f"a deadline {kind}", got="none", field="deadlines")
    return deadline.limit


def limit_end(bench: Bench, kind: ClockKind, start: datetime) -> datetime:
    """When a limit of the pack is up.

    Raises:
        InvalidValueError: the pack has no such deadline, or its calendar ends before.
    """
    return bench.policy.due(limit_of(bench, kind), start)
