"""What an heir may not do to its parent's pack: no inheritance makes a danger soft."""

from typing import Final

from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.policy import Policy
from handlers.policies.files import ALIASES, DEADLINES, DUTIES, LENIENCY, MATTERS, PACK
from handlers.policies.sheets import Sheets
from schemas.clock import ClockKind
from schemas.errors import InvalidValueError
from schemas.limit import Calendar, Limit, Unit
from schemas.workfile import Queue, Route

_MINUTES: Final = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 1440}


def require_no_softer(heir: Policy, parent: Policy, sheets: Sheets) -> None:
    """Compare an heir with what it inherits.

    Raises:
        InvalidValueError: which file and key, what was expected, what came.
    """
    for key, row in parent.matters.items():
        _require_row(heir.matters[key], row, sheets)
    _require_pairs(heir, parent, sheets)
    _require_pace(heir, parent, sheets)
    _require_counted(heir, parent, sheets)
    for alias, key in parent.aliases.items():
        meant = heir.matters[heir.aliases[alias]]
        if parent.matters[key].is_safety and not meant.is_safety:
            raise InvalidValueError(
                expected="a safety matter, as the parent has it",
                got=str(meant.key),
                field=sheets.where(ALIASES, f"aliases.{alias}"),
            )


def _require_row(own: MatterPolicy, parents: MatterPolicy, sheets: Sheets) -> None:
    place = f"matter[{own.key}]"
    if parents.is_safety and not own.is_safety:
        raise InvalidValueError(
            expected="true, as the parent has it",
            got="false",
            field=sheets.where(MATTERS, f"{place}.safety"),
        )
    if parents.route is Route.ZERO_TOLERANCE and own.route is not Route.ZERO_TOLERANCE:
        raise InvalidValueError(
            expected="zero-tolerance, as the parent has it",
            got=own.route.value,
            field=sheets.where(MATTERS, f"{place}.route"),
        )
    if left_out := sorted(parents.lifted_by - own.lifted_by):
        raise InvalidValueError(
            expected=f"at least {', '.join(sorted(parents.lifted_by))}, as the parent has it",
            got=f"none of {', '.join(left_out)}",
            field=sheets.where(MATTERS, f"{place}.lifted_by"),
        )
    if parents.is_safety and own.dwell_threshold > parents.dwell_threshold:
        most = int(parents.dwell_threshold.total_seconds())
        raise InvalidValueError(
            expected=f"at most {most} s, as the parent has it for a safety matter",
            got=f"{int(own.dwell_threshold.total_seconds())} s",
            field=sheets.where(MATTERS, f"{place}.dwell_s"),
        )


def _require_counted(heir: Policy, parent: Policy, sheets: Sheets) -> None:
    """No danger is thinned whatever a pack says; what a parent always counts stays counted too."""
    own, parents = heir.leniency.thinning, parent.leniency.thinning
    if left_out := sorted(parents.counted_always - own.counted_always):
        raise InvalidValueError(
            expected="all matters that the parent always counts",
            got=f"none of {', '.join(map(str, left_out))}",
            field=sheets.where(LENIENCY, "thinning.counted_always"),
        )


def _require_pairs(heir: Policy, parent: Policy, sheets: Sheets) -> None:
    own = {pair.id: pair for pair in heir.duties.pairs}
    for pair in parent.duties.pairs:
        for side, acts, parents in (
            ("these", own[pair.id].these, pair.these),
            ("those", own[pair.id].those, pair.those),
        ):
            if left_out := sorted(parents - acts):
                raise InvalidValueError(
                    expected="all acts that the parent's pair has",
                    got=f"none of {', '.join(left_out)}",
                    field=sheets.where(DUTIES, f"pair[{pair.id}].{side}"),
                )


def _require_pace(heir: Policy, parent: Policy, sheets: Sheets) -> None:
    """Who sorts and who takes a danger gets no more time than the parent gives."""
    zero = Queue.ZERO_TOLERANCE
    danger = ClockKind.DANGER
    for own, parents, where in (
        (
            heir.triage_limit[zero],
            parent.triage_limit[zero],
            sheets.where(PACK, f"triage_limit.{zero}"),
        ),
        (
            heir.deadlines[danger].limit,
            parent.deadlines[danger].limit,
            sheets.where(DEADLINES, f"deadline[{danger}].limit"),
        ),
    ):
        if _is_longer(own, parents):
            raise InvalidValueError(
                expected=f"at most {parents}, as the parent has it", got=str(own), field=where
            )


def _is_longer(own: Limit, parents: Limit) -> bool:
    """Limits in different calendars can't be compared: such a change counts as longer."""
    if own == parents:
        return False
    if {own.calendar, parents.calendar} != {Calendar.CONTINUOUS}:
        return True
    return own.amount * _MINUTES[own.unit] > parents.amount * _MINUTES[parents.unit]
