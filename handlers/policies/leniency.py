"""`leniency.toml`: lawful places and times, the first-violation list, the order of measures."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from handlers.decisions.law.leniency import (
    Designated,
    FirstViolation,
    Leniency,
    Thinning,
)
from handlers.policies.files import LENIENCY
from handlers.policies.form import (
    Fen,
    Flag,
    Form,
    LimitForm,
    MatterName,
    RowId,
    Text,
    WordsForm,
)
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from schemas.geometry import Point, Polygon
from schemas.limit import Calendar
from schemas.penalty import Ground, SoftMeasure

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Weekday = Annotated[str, Field(pattern=f"^({'|'.join(WEEKDAYS)})$")]
Corner = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
]


class DesignatedForm(Form):
    """One `[[designated]]`: a place and time where a matter is lawful. Corners: [lon, lat]."""

    id: RowId
    zh: Text
    en: Text
    matters: Annotated[frozenset[MatterName], Field(min_length=1)]
    place_ids: frozenset[Text] = frozenset()
    grid_cells: frozenset[Text] = frozenset()
    outline: tuple[Corner, ...] = ()
    weekdays: Annotated[frozenset[Weekday], Field(min_length=1)] = frozenset(WEEKDAYS)
    from_time: time
    until_time: time
    valid_from: date
    valid_until: date
    clause: Text
    certainty: Certainty

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not (self.place_ids or self.grid_cells or self.outline):
            raise InvalidValueError(expected="place_ids, grid_cells or an outline", got="none")
        if not self.from_time < self.until_time:
            raise InvalidValueError(
                expected="from_time before until_time, on one day",
                got=f"{self.from_time} … {self.until_time}",
                field="until_time",
            )
        if self.valid_until < self.valid_from:
            raise InvalidValueError(
                expected=f"a day from {self.valid_from} on",
                got=str(self.valid_until),
                field="valid_until",
            )
        self.value()
        return self

    def value(self) -> Designated:
        """As the rest of the house knows it."""
        corners = tuple(Point(longitude, latitude) for longitude, latitude in self.outline)
        return Designated(
            id=self.id,
            title=WordsForm(zh=self.zh, en=self.en).value(),
            matters=self.matters,
            place_ids=self.place_ids,
            grid_cells=self.grid_cells,
            outline=Polygon(corners) if corners else None,
            weekdays=frozenset(WEEKDAYS.index(day) for day in self.weekdays),
            from_time=self.from_time,
            until_time=self.until_time,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            clause=self.clause,
            certainty=self.certainty,
        )


class FirstViolationForm(Form):
    """One `[[first_violation]]`: a row of the list."""

    matter: MatterName
    ground: Ground
    look_back: LimitForm
    most_harm_fen: Fen
    harm: WordsForm
    correction: LimitForm
    needs_cooperation: Flag
    clause: Text
    certainty: Certainty

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.ground is Ground.NO_FAULT:
            raise InvalidValueError(
                expected="minor or first: no fault is proved case by case",
                got=self.ground.value,
                field="ground",
            )
        if self.look_back.calendar is not Calendar.CALENDAR:
            raise InvalidValueError(
                expected="calendar days, months or years",
                got=self.look_back.calendar.value,
                field="look_back.calendar",
            )
        return self

    def value(self) -> FirstViolation:
        """As the rest of the house knows it."""
        return FirstViolation(
            matter=self.matter,
            ground=self.ground,
            look_back=self.look_back.value(),
            most_harm_fen=self.most_harm_fen,
            harm=self.harm.value(),
            correction=self.correction.value(),
            needs_cooperation=self.needs_cooperation,
            clause=self.clause,
            certainty=self.certainty,
        )


class ThinningForm(Form):
    """`[thinning]`: an heir's stands in the place of its parent's, as a whole."""

    enabled: Flag
    cooling_s: Annotated[int, Field(strict=True, ge=1, le=3600)]
    starts_at_lag_s: Annotated[int, Field(strict=True, ge=2, le=86_400)]
    ends_at_lag_s: Annotated[int, Field(strict=True, ge=1)]
    counted_always: frozenset[MatterName] = frozenset()
    clause: Text
    certainty: Certainty

    @model_validator(mode="after")
    def _ends_below_its_start(self) -> Self:
        if self.ends_at_lag_s >= self.starts_at_lag_s:
            raise InvalidValueError(
                expected=f"less than starts_at_lag_s, {self.starts_at_lag_s}",
                got=str(self.ends_at_lag_s),
                field="ends_at_lag_s",
            )
        return self

    def value(self) -> Thinning:
        """As the rest of the house knows it."""
        return Thinning(
            enabled=self.enabled,
            cooling=timedelta(seconds=self.cooling_s),
            starts_at=timedelta(seconds=self.starts_at_lag_s),
            ends_at=timedelta(seconds=self.ends_at_lag_s),
            counted_always=self.counted_always,
            clause=self.clause,
            certainty=self.certainty,
        )


class LeniencyForm(Form):
    """`leniency.toml`."""

    measures: list[SoftMeasure] | None = None
    designated: tuple[DesignatedForm, ...] = ()
    first_violation: tuple[FirstViolationForm, ...] = ()
    thinning: ThinningForm | None = None


def read_leniency(sheets: Sheets) -> Leniency:
    """Lawful places, the list, the order of the four measures, and thinning."""
    forms = sheets.forms(LeniencyForm, LENIENCY)
    measures = sheets.latest(LENIENCY, "measures", [form.measures for form in forms])
    if sorted(measures) != sorted(SoftMeasure):
        raise InvalidValueError(
            expected=f"each of {', '.join(SoftMeasure)} once, in their order",
            got=", ".join(measures) or "none",
            field=sheets.where(LENIENCY, "measures"),
        )
    designated = sheets.rows(
        LENIENCY, "designated", [form.designated for form in forms], lambda row: row.id
    )
    first = sheets.rows(
        LENIENCY,
        "first_violation",
        [form.first_violation for form in forms],
        lambda row: row.matter,
    )
    return Leniency(
        designated=tuple(row.value() for row in designated.values()),
        first_violations={key: row.value() for key, row in first.items()},
        measures=tuple(measures),
        thinning=_thinning(forms),
    )


def _thinning(forms: Sequence[LeniencyForm]) -> Thinning:
    said = [form.thinning.value() for form in forms if form.thinning is not None]
    return said[-1] if said else Thinning()
