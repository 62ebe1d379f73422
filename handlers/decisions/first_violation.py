"""首违不罚: whether a first violation may go without a penalty, and else what is missing (33 b)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.decisions.gates.gate import Prior
from handlers.decisions.law.calendar import day_after
from handlers.decisions.law.leniency import FirstViolation
from schemas.instants import CHINA
from schemas.matter import MatterKey
from schemas.penalty import Ground, PenaltyState
from schemas.words import Words

_PUNISHED: Final = frozenset(
    {
        *(PenaltyState.DECIDED, PenaltyState.SERVED, PenaltyState.PERFORMING),
        *(PenaltyState.CLOSED, PenaltyState.STAYED),
    }
)
_EXCUSED: Final = frozenset({Ground.FIRST, Ground.MINOR})
"""Who was without fault has not violated anything before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What is known of an act and of the party's record.

    `correct_by` is when it had to be put right at the latest; `corrected_at` when it was.
    """

    case: str
    matter: MatterKey
    occurred_at: datetime
    harm_fen: int
    correct_by: datetime
    corrected_at: datetime | None
    cooperated: bool
    prior: tuple[Prior, ...] = ()


def shortfalls(violation: Violation, row: FirstViolation | None) -> Iterator[Words]:
    """All that keeps it from going without a penalty; nothing where it may."""
    if row is None or row.ground is not Ground.FIRST:
        yield Words("首违不罚清单中的该事项", "a row for it in the first-violation list")
        return
    for earlier in earlier_findings(
        violation.prior,
        row,
        case=violation.case,
        matter=violation.matter,
        occurred_at=violation.occurred_at,
    ):
        yield Words(
            f"回溯期内无同类违法记录: 见 {earlier.case}",
            f"no earlier finding within the look-back period: see {earlier.case}",
        )
    if violation.harm_fen > row.most_harm_fen:
        yield Words(f"危害后果轻微: {row.harm.zh}", f"slight harm: {row.harm.en}")
    yield from _uncorrected(violation)
    if row.needs_cooperation and not violation.cooperated:
        yield Words("配合调查", "that the party cooperated")


def earlier_findings(
    prior: Iterable[Prior],
    row: FirstViolation | None,
    *,
    case: str,
    matter: MatterKey,
    occurred_at: datetime,
) -> Iterator[Prior]:
    """Findings against the party in the same matter that the row still looks back at.

    Where the list has no row, it looks back for ever.
    """
    occurred_on = occurred_at.astimezone(CHINA).date()
    for earlier in prior:
        if earlier.matter != matter or earlier.case == case or not _is_finding(earlier):
            continue
        found_on = earlier.at.astimezone(CHINA).date()
        if row is None or day_after(row.look_back, found_on) >= occurred_on:
            yield earlier


def _is_finding(prior: Prior) -> bool:
    return prior.ended in _PUNISHED or (
        prior.ended is PenaltyState.NO_PENALTY and prior.ground in _EXCUSED
    )


def _uncorrected(violation: Violation) -> Iterator[Words]:
    if violation.corrected_at is None:
        yield Words("已改正", "that it was put right")
    elif violation.corrected_at > violation.correct_by:
        yield Words("及时改正: 已逾改正期限", "correction in time: it came after the limit")
