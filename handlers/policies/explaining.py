"""What a pack says about one matter, in words that a lawyer and a citizen can read."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.dangers import ALWAYS
from handlers.decisions.law.catalogue import HasParty, MatterPolicy
from handlers.decisions.law.words import DANGERS, ROUTES, joined
from handlers.decisions.line import Line
from handlers.decisions.lives.titles import limit_title
from handlers.decisions.policy import Policy
from handlers.policies.banding import banding_lines
from handlers.policies.mercies import mercy_lines
from handlers.policies.powers import power_lines
from schemas.certainty import Certainty
from schemas.clock import PLATFORM_CLOCKS, ClockKind
from schemas.errors import InvalidValueError
from schemas.matter import MatterKey
from schemas.words import Words
from schemas.workfile import Route

_ELSEWHERE: Final = frozenset({ClockKind.OPINION_REPORT})
"""Clocks that have nothing to do with a matter."""


def find_matter(text: str, pack: Policy) -> MatterPolicy:
    """The row that a code, a name, a title or an alias means.

    Raises:
        InvalidValueError: none, or more than one.
    """
    wanted = text.strip().casefold()
    found = {key for key, row in pack.matters.items() if wanted in _names(key, row)}
    if not found:
        found = {key for alias, key in pack.aliases.items() if alias.casefold() == wanted}
    if len(found) != 1:
        several = " or ".join(str(key) for key in sorted(found)) or "none of it"
        raise InvalidValueError(
            expected=f"the code, name or alias of one matter of {pack.name}",
            got=f"{text}: {several}",
            field="matter",
        )
    return pack.matters[found.pop()]


def explain(row: MatterPolicy, pack: Policy) -> tuple[Line, ...]:
    """All that the pack lays down about a matter, in the order in which one asks."""
    return (
        *_what(row, pack),
        *_dangers(row),
        *power_lines(row, pack),
        *mercy_lines(row, pack),
        *banding_lines(row, pack),
        *_deadlines(row, pack),
        Line(label=Words("结案条件", "close when"), text=row.close_condition),
    )


def _names(key: MatterKey, row: MatterPolicy) -> set[str]:
    names = (str(key), key.code, row.name, row.title_zh, row.title_en)
    return {name.casefold() for name in names}


def _what(row: MatterPolicy, pack: Policy) -> Iterator[Line]:
    yield Line(
        label=Words("事项", "matter"),
        text=Words(f"{row.title_zh} {row.key}", f"{row.title_en} {row.key}"),
        clause=row.clause,
        certainty=row.certainty,
    )
    if aliases := ", ".join(sorted(alias for alias, key in pack.aliases.items() if key == row.key)):
        yield Line(label=Words("别名", "also called"), text=Words(aliases, aliases))
    yield Line(label=Words("处置方式", "met by"), text=ROUTES[row.route])
    is_safety = Words("是", "yes") if row.is_safety else Words("否", "no")
    yield Line(label=Words("涉及安全", "concerns safety"), text=is_safety)
    yield Line(label=Words("原因", "why"), text=Words(row.why, row.why))
    seconds = int(row.dwell_threshold.total_seconds())
    dwell = Words(f"{seconds}秒以上", f"longer than {seconds} s")
    yield Line(label=Words("停留", "has to stay"), text=dwell)
    if row.is_amenity:
        yield Line(
            label=Words("公共安全摄像头", "public-security cameras"),
            text=Words("所见须先由人工判断", "a person looks at what they saw first"),
            clause="个人信息保护法 26",
            certainty=Certainty.TEXT,
        )


def _dangers(row: MatterPolicy) -> Iterator[Line]:
    if row.route is Route.ZERO_TOLERANCE:
        return
    yield Line(
        label=Words("转为零容忍的情形", "lifted to zero tolerance by"),
        text=joined(DANGERS[danger] for danger in sorted(row.lifted_by | ALWAYS.keys())),
        clause="消防法 28; 鄂建〔2022〕1536",
        certainty=row.certainty,
    )


def _deadlines(row: MatterPolicy, pack: Policy) -> Iterator[Line]:
    """The matter's own limit in the place of the general one; penalty clocks need a party."""
    for kind, deadline in pack.deadlines.items():
        if kind in _ELSEWHERE or (kind not in PLATFORM_CLOCKS and row.has_party is HasParty.NO):
            continue
        if kind is ClockKind.TAKE and row.is_safety:
            continue  # a danger has its own clock for that
        own = kind is ClockKind.DISPOSAL
        yield Line(
            label=deadline.title,
            text=limit_title(row.disposal_limit if own else deadline.limit),
            clause=row.clause if own else deadline.clause,
            certainty=row.certainty if own else deadline.certainty,
        )
