"""A penalty case on one sheet: who, on which evidence, told what, heard how, decided what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.decisions.explaining_penalty import band_in_force
from handlers.decisions.gates.course import decision, notice, proposal
from handlers.decisions.gates.evidence_set import (
    collected,
    excluded,
    is_of_a_device,
    relied_on,
)
from handlers.decisions.gates.gate import Bench
from handlers.decisions.law.discretion import Band
from schemas.act import Act, Taken
from schemas.penalty import PenaltyState
from schemas.person import PersonId

SHOWN: Final = 4
"""So many of the last characters of what tells a party apart are shown."""
_FOUR: Final = ("is_true", "is_clear", "is_complete", "is_accurate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """An item of evidence. `review` is a device's record's: absent where none was made."""

    digest: str
    is_of_a_device: bool
    is_relied_on: bool
    is_excluded: bool
    collected_by: tuple[PersonId, ...]
    reviewed_by: PersonId | None = None
    review_lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What was proposed, told or decided: by whom, when, which penalty.

    What was erased by law says no kind any more.
    """

    at: datetime
    person: PersonId
    kind: str
    fine_fen: int
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How the party was heard. `answers` are to points of its defence."""

    points: int
    answers: int
    is_waived: bool
    is_lapsed: bool
    hearing_asked: bool
    hearing_held_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalReview:
    """The latest legal review."""

    at: datetime
    person: PersonId
    is_passed: bool
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A penalty case as it stands. `party` is masked."""

    state: PenaltyState
    stayed_from: PenaltyState | None
    party: str
    party_kind: str
    filed_as: str
    officers: tuple[str, ...]
    evidence: tuple[Exhibit, ...]
    proposal: Measure | None
    notice: Measure | None
    heard: Heard
    review: LegalReview | None
    decision: Measure | None
    band: Band | None


def sheet_of(bench: Bench) -> Sheet:
    """Fill it in from the acts."""
    dossier = bench.dossier
    filed, assigned = bench.last(Act.FILE), bench.last(Act.ASSIGN_OFFICERS)
    considered = bench.last(Act.CONSIDER)
    named = bench.last(Act.IDENTIFY, Act.CONSIDER)
    return Sheet(
        state=dossier.penalty,
        stayed_from=dossier.stayed_from if dossier.penalty is PenaltyState.STAYED else None,
        party=masked("" if named is None else named.details.text("party")),
        party_kind="" if considered is None else considered.details.text("party_kind"),
        filed_as="" if filed is None else filed.details.text("number"),
        officers=()
        if assigned is None
        else tuple(assigned.details.text(name) for name in ("first", "second")),
        evidence=tuple(_exhibits(bench)),
        proposal=_measure(proposal(bench)),
        notice=_measure(notice(bench)),
        heard=_heard(bench),
        review=_review(bench),
        decision=_measure(decision(bench)),
        band=band_in_force(bench),
    )


def masked(party: str) -> str:
    """Enough to recognise it by, too little to look it up."""
    if not party:
        return ""
    return "*" * SHOWN + (party[-SHOWN:] if len(party) > SHOWN else "")


def _exhibits(bench: Bench) -> Iterator[Exhibit]:
    relied, out = relied_on(bench), excluded(bench)
    brought = [each.item.sha256 for each in bench.dossier.seen]
    taken = [
        digest for each in bench.all(Act.COLLECT) for digest in each.details.listed("evidence")
    ]
    for digest in dict.fromkeys((*brought, *taken, *relied)):
        reviews = [
            each
            for each in bench.all(Act.REVIEW_RECORD)
            if digest in each.details.listed("evidence")
        ]
        last = reviews[-1] if reviews else None
        yield Exhibit(
            digest=digest,
            is_of_a_device=is_of_a_device(bench, digest),
            is_relied_on=digest in relied,
            is_excluded=digest in out,
            collected_by=tuple(
                sorted({person for each in collected(bench, digest) for person in each.people})
            ),
            reviewed_by=None if last is None else last.person,
            review_lacks=()
            if last is None
            else tuple(name for name in _FOUR if not last.details.says(name)),
        )


def _measure(taken: Taken | None) -> Measure | None:
    if taken is None:
        return None
    return Measure(
        at=taken.at,
        person=taken.person,
        kind=taken.details.text("kind"),
        fine_fen=taken.details.number("fine_fen") or 0,
        number=taken.details.text("number"),
    )


def _heard(bench: Bench) -> Heard:
    held = bench.last(Act.HOLD_HEARING)
    defences, answers = bench.all(Act.DEFEND), bench.all(Act.ANSWER_DEFENCE)
    return Heard(
        points=sum(len(each.details.listed("points")) for each in defences),
        answers=sum(len(each.details.listed("answers")) for each in answers),
        is_waived=any(each.details.says("waives_defence") for each in bench.all(Act.WAIVE)),
        is_lapsed=bool(bench.all(Act.LAPSE)),
        hearing_asked=bool(bench.all(Act.ASK_HEARING)),
        hearing_held_at=None if held is None else held.at,
    )


def _review(bench: Bench) -> LegalReview | None:
    last = bench.last(Act.REVIEW_LEGALLY)
    if last is None:
        return None
    return LegalReview(
        at=last.at,
        person=last.person,
        is_passed=last.details.says("passed"),
        opinion=last.details.text("opinion"),
    )
