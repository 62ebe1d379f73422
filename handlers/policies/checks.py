"""What only the whole pack can tell: every name is known, and no softness for a danger."""

from collections.abc import Iterator

from handlers.decisions.law.catalogue import HasParty, MatterPolicy
from handlers.decisions.policy import Policy
from handlers.policies.files import ALIASES, AUTHORITY, DEADLINES, DISCRETION, LENIENCY, PACK
from handlers.policies.floor import STATUTE
from handlers.policies.sheets import Sheets
from schemas.clock import PLATFORM_CLOCKS, ClockKind
from schemas.errors import InvalidValueError
from schemas.limit import Calendar
from schemas.matter import MatterKey
from schemas.workfile import Queue

Named = tuple[str, str, MatterKey]
"""A file, the place in it, and the matter that is named there."""


def require_whole(pack: Policy, sheets: Sheets) -> None:
    """Check all that holds between the files.

    Raises:
        InvalidValueError: which file and key, what was expected, what came.
    """
    if missing := sorted(set(Queue) - pack.triage_limit.keys()):
        raise InvalidValueError(
            expected="a limit for each queue",
            got=f"none for {', '.join(missing)}",
            field=sheets.where(PACK, "triage_limit"),
        )
    for file, place, key in (*_soft_names(pack), *_other_names(pack)):
        if key not in pack.matters:
            raise InvalidValueError(
                expected="a matter of the pack", got=str(key), field=sheets.where(file, place)
            )
    _require_no_softness_for_dangers(pack, sheets)
    _require_somebody_to_answer(pack, sheets)
    _require_law_in_deadlines(pack, sheets)


def _soft_names(pack: Policy) -> Iterator[Named]:
    """Where a matter is named that is met mildly there."""
    for place in pack.leniency.designated:
        for key in sorted(place.matters):
            yield LENIENCY, f"designated[{place.id}].matters", key
    for key in sorted(pack.leniency.first_violations):
        yield LENIENCY, f"first_violation[{key}]", key


def _other_names(pack: Policy) -> Iterator[Named]:
    for key in sorted(pack.leniency.thinning.counted_always):
        yield LENIENCY, "thinning.counted_always", key
    for key in sorted({band.matter for band in pack.discretion.bands.values()}):
        yield DISCRETION, f"bands[{key}]", key
    for grant in pack.authority.grants:
        for key in sorted(grant.matters):
            yield AUTHORITY, f"grant[{grant.id}].matters", key
    for number, basis in enumerate(pack.authority.device_bases):
        for key in sorted(basis.matters):
            yield AUTHORITY, f"device_basis.{number}.matters", key
    for number, item in enumerate(pack.authority.offsite_items):
        for key in sorted(item.matters):
            yield AUTHORITY, f"offsite_item.{number}.matters", key
    for alias, key in sorted(pack.aliases.items()):
        yield ALIASES, f"aliases.{alias}", key


def _require_no_softness_for_dangers(pack: Policy, sheets: Sheets) -> None:
    """鄂建〔2022〕1536: what concerns safety is met with zero tolerance."""
    for file, place, key in _soft_names(pack):
        if pack.matters[key].is_safety:
            raise InvalidValueError(
                expected="a matter that doesn't concern safety",
                got=str(key),
                field=sheets.where(file, place),
            )


def _require_somebody_to_answer(pack: Policy, sheets: Sheets) -> None:
    """A list of mercies or of fines for what nobody is to blame for means nothing."""
    for key in sorted(pack.leniency.first_violations):
        _require_party(pack.matters[key], sheets.where(LENIENCY, f"first_violation[{key}]"))
    for key in sorted({band.matter for band in pack.discretion.bands.values()}):
        where = sheets.where(DISCRETION, f"bands[{key}]")
        _require_party(pack.matters[key], where)
        if pack.matters[key].basis is None:
            raise InvalidValueError(
                expected="a matter whose row names the basis of a penalty (行政处罚法 16)",
                got=str(key),
                field=where,
            )


def _require_party(matter: MatterPolicy, where: str) -> None:
    if matter.has_party is HasParty.NO:
        raise InvalidValueError(
            expected="a matter for which somebody may be to blame",
            got=str(matter.key),
            field=where,
        )


def _require_law_in_deadlines(pack: Policy, sheets: Sheets) -> None:
    for kind, deadline in pack.deadlines.items():
        where = sheets.where(DEADLINES, f"deadline[{kind}]")
        if deadline.is_statutory is (kind in PLATFORM_CLOCKS):
            right = "false" if kind in PLATFORM_CLOCKS else "true"
            raise InvalidValueError(
                expected=right, got=str(deadline.is_statutory).lower(), field=f"{where}.statutory"
            )
        fixed = STATUTE.get(kind)
        if fixed is not None and deadline.limit != fixed:
            raise InvalidValueError(
                expected=f"{fixed}, as the law has it",
                got=str(deadline.limit),
                field=f"{where}.limit",
            )
    danger = pack.deadlines[ClockKind.DANGER].limit
    if danger.calendar is not Calendar.CONTINUOUS:
        raise InvalidValueError(
            expected="a continuous limit: danger keeps no office hours",
            got=str(danger),
            field=sheets.where(DEADLINES, f"deadline[{ClockKind.DANGER}].limit"),
        )
