"""`deadlines.toml`: a limit for every kind of clock, and the ladders of who is told."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from handlers.decisions.law.deadlines import Deadline, Ladder, Rung
from handlers.policies.files import DEADLINES
from handlers.policies.form import Flag, Form, LimitForm, RowId, Text, WordsForm
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.errors import InvalidValueError
from schemas.person import Role


class DeadlineForm(Form):
    """One `[[deadline]]`."""

    kind: ClockKind
    zh: Text
    en: Text
    limit: LimitForm
    statutory: Flag
    warn_before: tuple[LimitForm, ...] = ()
    ladder: RowId
    clause: Text
    certainty: Certainty

    @model_validator(mode="after")
    def _warns_in_its_own_calendar(self) -> Self:
        for warning in self.warn_before:
            if warning.calendar is not self.limit.calendar:
                raise InvalidValueError(
                    expected=f"the calendar of the limit, {self.limit.calendar}",
                    got=warning.calendar.value,
                    field="warn_before",
                )
        return self

    def value(self) -> Deadline:
        """As the rest of the house knows it."""
        return Deadline(
            kind=self.kind,
            title=WordsForm(zh=self.zh, en=self.en).value(),
            limit=self.limit.value(),
            is_statutory=self.statutory,
            warn_before=tuple(warning.value() for warning in self.warn_before),
            ladder=self.ladder,
            clause=self.clause,
            certainty=self.certainty,
        )


class RungForm(Form):
    """`after` the breach (left out: at once) that role is told."""

    role: Role
    after: LimitForm | None = None

    @model_validator(mode="after")
    def _is_a_person(self) -> Self:
        if self.role is Role.MACHINE:
            raise InvalidValueError(expected="somebody who can act", got="machine", field="role")
        return self


class LadderForm(Form):
    """One `[[ladder]]`. The lowest rung is told at once: a breach that nobody hears of is none."""

    id: RowId
    rungs: Annotated[list[RungForm], Field(min_length=1)]

    @model_validator(mode="after")
    def _begins_at_once(self) -> Self:
        if self.rungs[0].after is not None:
            raise InvalidValueError(
                expected="a first rung that is told at once",
                got=f"{self.rungs[0].role} after {self.rungs[0].after.value()}",
                field="rungs",
            )
        return self

    def value(self) -> Ladder:
        """As the rest of the house knows it."""
        return Ladder(
            id=self.id,
            rungs=tuple(
                Rung(after=None if rung.after is None else rung.after.value(), role=rung.role)
                for rung in self.rungs
            ),
        )


class DeadlinesForm(Form):
    """`deadlines.toml`."""

    deadline: tuple[DeadlineForm, ...] = ()
    ladder: tuple[LadderForm, ...] = ()


Timing = tuple[Mapping[ClockKind, Deadline], Mapping[str, Ladder]]


def read_deadlines(sheets: Sheets) -> Timing:
    """Deadlines by kind, one for each, and ladders by id."""
    forms = sheets.forms(DeadlinesForm, DEADLINES)
    deadlines = sheets.rows(
        DEADLINES, "deadline", [form.deadline for form in forms], lambda row: row.kind
    )
    ladders = sheets.rows(DEADLINES, "ladder", [form.ladder for form in forms], lambda row: row.id)
    if missing := sorted(set(ClockKind) - deadlines.keys()):
        raise InvalidValueError(
            expected="a deadline for each kind of clock",
            got=f"none for {', '.join(missing)}",
            field=sheets.where(DEADLINES, "deadline"),
        )
    for kind, row in deadlines.items():
        if row.ladder not in ladders:
            raise InvalidValueError(
                expected=f"one of the ladders {', '.join(sorted(ladders)) or '(none)'}",
                got=row.ladder,
                field=sheets.where(DEADLINES, f"deadline[{kind}].ladder"),
            )
    return (
        {kind: row.value() for kind, row in deadlines.items()},
        {id_: row.value() for id_, row in ladders.items()},
    )
