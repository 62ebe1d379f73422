"""How long footage is kept: thirty days, and on while a case, a hold or an archive needs it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.course import is_remedy_open
from handlers.decisions.law.calendar import day_after
from handlers.decisions.lives.penalty_case import OVER
from schemas.act import Act
from schemas.ids import Sha256
from schemas.instants import CHINA
from schemas.limit import Calendar, Limit, Unit
from schemas.penalty import PenaltyState
from schemas.workfile import ENDED

LEAST_KEPT: Final = Limit(amount=30, unit=Unit.DAY, calendar=Calendar.CALENDAR)
"""国令799 17: no less, whoever asks."""


class Keeps(StrEnum):
    """What keeps an item from being deleted."""

    TERM = "term"
    HOLD = "legal-hold"
    OPEN_CASE = "open-case"
    OPEN_PENALTY = "open-penalty-case"
    REMEDY = "pending-remedy"
    ARCHIVE = "archive"


def may_delete(
    item: Sha256, recorded_at: datetime, dossiers: Iterable[Dossier], *, now: datetime
) -> bool:
    """Whether nothing keeps it any more. `dossiers` are all subjects that hold the item."""
    return not kept_by(item, recorded_at, dossiers, now=now)


def kept_by(
    item: Sha256, recorded_at: datetime, dossiers: Iterable[Dossier], *, now: datetime
) -> tuple[Keeps, ...]:
    """Everything that keeps it, each once. The last day of the term is a whole one, in China."""
    runs = now.astimezone(CHINA).date() <= last_day(recorded_at)
    found = {Keeps.TERM} if runs else set()
    for dossier in dossiers:
        found |= _needs(item, dossier)
    return tuple(keeps for keeps in Keeps if keeps in found)


def kept_with(
    bundle: Iterable[Sha256], recorded_at: datetime, dossiers: Collection[Dossier], *, now: datetime
) -> tuple[Keeps, ...]:
    """Everything that keeps what stands and falls together: a manifest, and what it names.

    A picture whose manifest is gone proves less than it did, and a manifest without it nothing.
    """
    found = {keeps for item in bundle for keeps in kept_by(item, recorded_at, dossiers, now=now)}
    return tuple(keeps for keeps in Keeps if keeps in found)


def last_day(recorded_at: datetime) -> date:
    """The last whole day of the term, in China."""
    return day_after(LEAST_KEPT, recorded_at.astimezone(CHINA).date())


def is_held(dossier: Dossier) -> bool:
    """Whether a legal hold stands."""
    last = dossier.last(Act.HOLD, Act.RELEASE_HOLD)
    return last is not None and last.act is Act.HOLD


def has_open_penalty(dossier: Dossier) -> bool:
    """Whether somebody is being looked at, or has to perform."""
    return dossier.penalty is not PenaltyState.NOT_CONSIDERED and dossier.penalty not in OVER


def _needs(item: Sha256, dossier: Dossier) -> set[Keeps]:
    asked = {
        Keeps.HOLD: is_held(dossier),
        Keeps.OPEN_CASE: dossier.case is not None and dossier.case.state not in ENDED,
        Keeps.OPEN_PENALTY: has_open_penalty(dossier),
        Keeps.REMEDY: is_remedy_open(dossier),
        Keeps.ARCHIVE: _is_archived(item, dossier),
    }
    return {keeps for keeps, holds in asked.items() if holds}


def _is_archived(item: Sha256, dossier: Dossier) -> bool:
    """行政处罚法 47: what the acts of a decided and closed penalty case name is its archive."""
    return dossier.penalty is PenaltyState.CLOSED and any(
        item in taken.details.listed(name)
        for taken in dossier.taken
        for name in taken.details.fields
    )
