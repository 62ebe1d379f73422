"""`discretion.toml`: bands of fines, and what makes a case lighter or heavier."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from handlers.decisions.law.discretion import (
    Band,
    BandStep,
    Circumstance,
    Discretion,
    HarmClass,
    PartyKind,
)
from handlers.policies.files import DISCRETION
from handlers.policies.form import Fen, Form, MatterName, RowId, Text, WordsForm
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError

Span = tuple[Fen, Fen]
Row = dict[BandStep, Span]


class CircumstanceForm(Form):
    """One `[[circumstance]]`."""

    id: RowId
    zh: Text
    en: Text
    step: BandStep
    clause: Text
    certainty: Certainty

    def value(self) -> Circumstance:
        """As the rest of the house knows it."""
        return Circumstance(
            id=self.id,
            title=WordsForm(zh=self.zh, en=self.en).value(),
            step=self.step,
            clause=self.clause,
            certainty=self.certainty,
        )


class BandsForm(Form):
    """One `[[bands]]`: a matter's whole table, [least, most] in fen for each step of each harm."""

    matter: MatterName
    clause: Text
    certainty: Certainty
    citizen: dict[HarmClass, Row] | None = None
    organisation: dict[HarmClass, Row] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.tables():
            raise InvalidValueError(expected="a table for citizen or organisation", got="none")
        for party, table in self.tables().items():
            _require_whole(table, party)
            _require_rising(table, party)
        self.values()
        return self

    def tables(self) -> dict[PartyKind, dict[HarmClass, Row]]:
        """Those that were given."""
        both = {PartyKind.CITIZEN: self.citizen, PartyKind.ORGANISATION: self.organisation}
        return {party: table for party, table in both.items() if table is not None}

    def values(self) -> list[Band]:
        """As the rest of the house knows them."""
        return [
            Band(
                matter=self.matter,
                harm=harm,
                step=step,
                party=party,
                least_fen=table[harm][step][0],
                most_fen=table[harm][step][1],
                clause=self.clause,
                certainty=self.certainty,
            )
            for party, table in self.tables().items()
            for harm in HarmClass
            for step in BandStep
        ]


class DiscretionForm(Form):
    """`discretion.toml`."""

    published: Annotated[str, Field(strict=True, max_length=400)] | None = None
    circumstance: tuple[CircumstanceForm, ...] = ()
    bands: tuple[BandsForm, ...] = ()


def read_discretion(sheets: Sheets) -> Discretion:
    """Bands by all that chooses them; an heir replaces a matter's whole table."""
    forms = sheets.forms(DiscretionForm, DISCRETION)
    circumstances = sheets.rows(
        DISCRETION, "circumstance", [form.circumstance for form in forms], lambda row: row.id
    )
    tables = sheets.rows(
        DISCRETION, "bands", [form.bands for form in forms], lambda row: row.matter
    )
    return Discretion(
        bands={
            (band.matter, band.harm, band.step, band.party): band
            for table in tables.values()
            for band in table.values()
        },
        circumstances={id_: row.value() for id_, row in circumstances.items()},
        published=sheets.latest(DISCRETION, "published", [form.published for form in forms]),
    )


def _require_whole(table: dict[HarmClass, Row], party: PartyKind) -> None:
    for harm in HarmClass:
        for step in BandStep:
            if step not in table.get(harm, {}):
                raise InvalidValueError(
                    expected="a band", got="nothing", field=f"{party}.{harm}.{step}"
                )


def _require_rising(table: dict[HarmClass, Row], party: PartyKind) -> None:
    """A mitigating fact never raises the fine: neither along the steps, nor along the harm."""
    steps, harms = list(BandStep), list(HarmClass)
    for j, harm in enumerate(harms):
        for i, step in enumerate(steps):
            here = table[harm][step]
            milder = [table[harm][steps[i - 1]]] if i else []
            milder += [table[harms[j - 1]][step]] if j else []
            if any(here[0] < least or here[1] < most for least, most in milder):
                raise InvalidValueError(
                    expected="no less than the milder step and the milder harm have",
                    got=f"{here[0]} … {here[1]}",
                    field=f"{party}.{harm}.{step}",
                )
