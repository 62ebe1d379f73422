"""What a party owes, has paid, and from when it is late."""

from datetime import date, datetime, timedelta
from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.course import decision, limit_end, penalty_in, served_at
from handlers.decisions.gates.gate import Bench
from schemas.act import Act, Taken
from schemas.clock import ClockKind
from schemas.instants import CHINA

SURCHARGE_PERCENT: Final = 3
"""A day, of the fine: 行政处罚法 72."""
_PAYMENTS: Final = (Act.PAY, Act.COLLECT_ON_SPOT)


def fine_fen(bench: Bench) -> int:
    """The fine that was decided; none where nothing was."""
    decided = decision(bench)
    return 0 if decided is None else penalty_in(decided.details).fine_fen


def surcharged_fen(bench: Bench) -> int:
    """All surcharges so far."""
    return _total(bench.all(Act.SURCHARGE))


def paid_fen(bench: Bench) -> int:
    """All payments so far, at the bank and on the spot."""
    return _total(bench.all(*_PAYMENTS))


def open_fen(bench: Bench) -> int:
    """What is still owed, surcharges included."""
    return fine_fen(bench) + surcharged_fen(bench) - paid_fen(bench)


def payment_due(bench: Bench) -> datetime | None:
    """When the fine is to be paid: as the head deferred it, else by the law. Absent: not served."""
    served = served_at(bench)
    if served is None:
        return None
    deferred = bench.last(Act.DEFER)
    until = None if deferred is None else deferred.details.instant("until")
    return until or limit_end(bench, ClockKind.PAYMENT, served)


def days_late(bench: Bench) -> int:
    """Days in China after the last day for payment until the fine was paid.

    Without those under remedy (73), or while execution was stayed.
    """
    due_at = payment_due(bench)
    if due_at is None:
        return 0
    last = (due_at - timedelta.resolution).astimezone(CHINA).date()
    today = _day(_paid_up_at(bench) or bench.command.at)
    late = {last + timedelta(days=number) for number in range(1, (today - last).days + 1)}
    return len(late - _days_that_stood_still(bench.dossier, today))


def most_surcharge_fen(bench: Bench, days: int) -> int:
    """3 % of the fine for each day, never more than the fine itself."""
    fine = fine_fen(bench)
    return min(fine, fine * SURCHARGE_PERCENT * days // 100)


def _paid_up_at(bench: Bench) -> datetime | None:
    """When the fine itself was paid in full; what came in first was paid on the fine."""
    paid = 0
    for payment in bench.all(*_PAYMENTS):
        paid += payment.details.number("amount_fen") or 0
        if paid >= fine_fen(bench):
            return payment.at
    return None


def _days_that_stood_still(dossier: Dossier, today: date) -> set[date]:
    remedies = _days_between(dossier, Act.FILE_REMEDY, Act.REMEDY_RESULT, today)
    return remedies | _days_between(dossier, Act.STAY, Act.LIFT_STAY, today)


def _days_between(dossier: Dossier, begin: Act, end: Act, today: date) -> set[date]:
    days: set[date] = set()
    since: list[date] = []
    for taken in dossier.all(begin, end):
        if taken.act is begin:
            since.append(_day(taken.at))
        elif since:
            days |= _days(since.pop(0), _day(taken.at))
    for first in since:
        days |= _days(first, today)
    return days


def _days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def _total(taken: tuple[Taken, ...]) -> int:
    return sum(each.details.number("amount_fen") or 0 for each in taken)
