"""Counts what people and machines did, so that bias and zeal show early; money is never counted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from handlers.decisions.lives.step import Life
from handlers.decisions.lives.tables import STEPS_OF
from schemas.act import Act, Method721, SubjectId
from schemas.person import PersonId
from schemas.words import Words


class By(StrEnum):
    """By what the counts are broken down."""

    MATTER = "matter"
    PLACE = "place"
    OFFICER = "officer"
    ROUTE = "route"
    REASON = "reason"
    RULE = "rule"
    TAG = "tag"
    ACT = "act"


class Measure(StrEnum):
    """What is counted. Rows stand in the order of their names: nobody is ranked."""

    ACTS = "acts"
    DISCARDS = "discards-by-hand"
    SOFT = "soft-measures"
    FILING = "filing"
    NO_PENALTY = "no-penalty"
    BLOCKED = "blocked"
    AUXILIARIES = "blocked-auxiliaries"
    SHARES = "721"
    OUTCOMES = "outcomes"


TITLES: Final[Mapping[Measure, Words]] = {
    Measure.ACTS: Words("已办行为", "acts done"),
    Measure.DISCARDS: Words("人工不予采用", "leads let go by hand, by reason code"),
    Measure.SOFT: Words("柔性措施", "soft measures, by kind"),
    Measure.FILING: Words("立案与不予立案", "filed and not filed"),
    Measure.NO_PENALTY: Words("不予处罚", "no penalty, by ground"),
    Measure.BLOCKED: Words("被拒行为", "acts that were refused, by rule"),
    Measure.AUXILIARIES: Words("协管越权", "acts of law that auxiliaries tried"),
    Measure.SHARES: Words("721比例", "shares of service, management, enforcement: no quota"),
    Measure.OUTCOMES: Words("设备线索结果", "what became of messages"),
}

_OF_A_CASE: Final = frozenset({Life.WORK_FILE, Life.PENALTY})
"""721 is about the street: papers of our own don't make us helpful."""
_LET_GO: Final = frozenset({Act.DISCARD, Act.DECLINE, Act.WITHDRAW})
_SOFT: Final = frozenset({Act.PERSUADE, Act.DEMONSTRATE, Act.WARN, Act.INTERVIEW})
_FILED: Final = {Act.FILE: "filed", Act.NOT_FILE: "not-filed"}
_AUXILIARY: Final = "A1"
UNSAID: Final = "-"
"""Stands where nobody said it, or where it was erased by law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A line of the ledger of acts, with as much of what it says as is counted."""

    subject: SubjectId
    act: Act
    person: PersonId
    at: datetime
    recorded_at: datetime
    is_done: bool
    refused_by: str = ""
    tag: Method721 | None = None
    code: str = ""
    ground: str = ""
    harm: str = ""
    kind: str = ""
    proposed_by: str = ""
    matter: str = ""
    place: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """So many messages of a period became the same. Only what is broken down by is said."""

    outcome: str
    times: int
    rule: str = ""
    matter: str = ""
    place: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number. `key` is what it is broken down by; `permille` is a share of its measure."""

    measure: Measure
    what: str
    key: str
    count: int
    permille: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How often each end came about for one officer, in the same matter and harm class."""

    matter: str
    harm: str
    officer: str
    ends: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All counts of a period. `entered_late`: done in it, and on record only after it."""

    rows: tuple[Row, ...]
    spreads: tuple[Spread, ...]
    entered_late: int


class Tally:
    """Counts what was done from `since` until before `until`, by when it was done. Mutable.

    Acts come subject by subject, in the order in which they were recorded; earlier ones of the
    same subject tell who proposed what was decided later.
    """

    def __init__(self, *, since: datetime, until: datetime, by: By | None = None) -> None:
        self._since, self._until, self._by = since, until, by
        self._rows: Counter[tuple[Measure, str, str]] = Counter()
        self._ends: Counter[tuple[str, str, str, str]] = Counter()
        self._course = _Course()
        self._entered_late = 0

    def follow(self, acted: Acted) -> None:
        """Take up the next act."""
        self._course.follow(acted)
        if not self._since <= acted.at < self._until:
            return
        self._entered_late += acted.recorded_at >= self._until
        key = _key(acted, self._by)
        self._rows.update((measure, what, key) for measure, what in _measured(acted))
        if (end := self._course.end_of(acted)) is not None:
            self._ends[end] += 1

    def add(self, decided: Decided) -> None:
        """Take up what became of messages of the period."""
        key = _key_of_outcome(decided, self._by)
        self._rows[Measure.OUTCOMES, decided.outcome, key] += decided.times

    def counts(self) -> Counts:
        """All that was taken up so far."""
        return Counts(
            rows=tuple(_rows(self._rows)),
            spreads=tuple(_spreads(self._ends)),
            entered_late=self._entered_late,
        )


def _measured(acted: Acted) -> Iterator[tuple[Measure, str]]:
    act = acted.act
    if not acted.is_done:
        is_auxiliary = acted.refused_by == _AUXILIARY
        yield Measure.AUXILIARIES if is_auxiliary else Measure.BLOCKED, acted.refused_by
        return
    yield Measure.ACTS, act.value
    if STEPS_OF[act][0].life in _OF_A_CASE:
        yield Measure.SHARES, acted.tag or UNSAID
    if act in _LET_GO:
        yield Measure.DISCARDS, acted.code or UNSAID
    elif act in _SOFT:
        yield Measure.SOFT, act.value
    elif act in _FILED:
        yield Measure.FILING, _FILED[act]
    elif act is Act.EXCUSE:
        yield Measure.NO_PENALTY, acted.ground or UNSAID


def _key(acted: Acted, by: By | None) -> str:
    if by is None:
        return ""
    keys = {
        By.MATTER: acted.matter,
        By.PLACE: acted.place,
        By.OFFICER: acted.person,
        By.ROUTE: acted.route,
        By.REASON: acted.code or acted.ground,
        By.RULE: acted.refused_by,
        By.TAG: acted.tag or "",
        By.ACT: acted.act.value,
    }
    return keys[by] or UNSAID


def _key_of_outcome(decided: Decided, by: By | None) -> str:
    if by is None:
        return ""
    keys = {
        By.MATTER: decided.matter,
        By.PLACE: decided.place,
        By.ROUTE: decided.route,
        By.REASON: decided.rule,
        By.RULE: decided.rule,
    }
    return keys.get(by) or UNSAID


class _Course:
    """Who proposed what about the subject that is being read. Mutable: it forgets the last one."""

    def __init__(self) -> None:
        self._subject: SubjectId | None = None
        self._officer = self._harm = ""

    def follow(self, acted: Acted) -> None:
        if acted.subject != self._subject:
            self._subject, self._officer, self._harm = acted.subject, "", ""
        if not acted.is_done:
            return
        self._harm = acted.harm or self._harm
        if acted.act in {Act.PROPOSE, Act.CONSIDER, Act.DECIDE_ON_SPOT}:
            self._officer = acted.person
        self._officer = acted.proposed_by or self._officer

    def end_of(self, acted: Acted) -> tuple[str, str, str, str] | None:
        """Matter, harm, officer and end, where an act ends a penalty case one way or another."""
        ends = {
            Act.EXCUSE: f"no-penalty/{acted.ground or UNSAID}",
            Act.NOT_FILE: "not-filed",
            Act.TERMINATE: "terminated",
            Act.DECIDE: acted.kind or UNSAID,
            Act.DECIDE_ON_SPOT: f"{acted.kind or UNSAID}/on-spot",
        }
        if not acted.is_done or acted.act not in ends:
            return None
        matter, harm, officer = acted.matter, self._harm, self._officer
        return matter or UNSAID, harm or UNSAID, officer or UNSAID, ends[acted.act]


def _rows(tally: Counter[tuple[Measure, str, str]]) -> Iterator[Row]:
    """In the order of measures and names, never of counts."""
    order = list(Measure)
    whole: Counter[str] = Counter()
    for (measure, _, key), number in tally.items():
        if measure is Measure.SHARES:
            whole[key] += number
    listed = sorted(tally, key=lambda row: (order.index(row[0]), row[2], row[1]))
    for measure, what, key in listed:
        number = tally[measure, what, key]
        share = number * 1000 // whole[key] if measure is Measure.SHARES else None
        yield Row(measure=measure, what=what, key=key, count=number, permille=share)


def _spreads(ends: Counter[tuple[str, str, str, str]]) -> Iterator[Spread]:
    by_officer: dict[tuple[str, str, str], dict[str, int]] = {}
    for (matter, harm, officer, end), number in sorted(ends.items()):
        by_officer.setdefault((matter, harm, officer), {})[end] = number
    for (matter, harm, officer), found in by_officer.items():
        yield Spread(matter=matter, harm=harm, officer=officer, ends=found)
