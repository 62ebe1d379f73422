"""`authority.toml`: who may punish where, which devices may prove what, and what is public."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Self, TypeVar

from pydantic import Field, model_validator

from handlers.decisions.law.authority import (
    Authority,
    DeviceBasis,
    Grant,
    GrantKind,
    OffsiteItem,
    Publication,
    SectorRule,
    Unregistered,
)
from handlers.decisions.law.catalogue import Norm
from handlers.policies.devices import DeviceForm, TermForm
from handlers.policies.files import AUTHORITY
from handlers.policies.form import Form, MatterName, RowId, Text, WordsForm
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from schemas.ids import CameraId

Row = TypeVar("Row")

Area = Annotated[str, Field(strict=True, pattern="^[0-9]*$")]
Areas = Annotated[tuple[Area, ...], Field(min_length=1)]
"""Beginnings of grid cells; "" is everywhere."""
Matters = Annotated[frozenset[MatterName], Field(min_length=1)]
DEVICE_NORMS: Final = frozenset({Norm.LAW, Norm.ADMINISTRATIVE_REGULATION})
"""行政处罚法 41 names these two, and no local regulation."""


class GrantForm(TermForm):
    """One `[[grant]]`: a body's penalty power (P02)."""

    id: RowId
    body: WordsForm
    kind: GrantKind
    matters: Matters
    areas: Areas
    clause: Text
    published: str = ""
    certainty: Certainty

    @model_validator(mode="after")
    def _is_published(self) -> Self:
        if self.kind is not GrantKind.OWN and not self.published:
            raise InvalidValueError(
                expected="where it is published: such power doesn't exist without it",
                got="nothing",
                field="published",
            )
        return self

    def value(self) -> Grant:
        """As the rest of the house knows it."""
        return Grant(
            id=self.id,
            body=self.body.value(),
            kind=self.kind,
            matters=self.matters,
            areas=self.areas,
            clause=self.clause,
            published=self.published,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            certainty=self.certainty,
        )


class DeviceBasisForm(TermForm):
    """One `[[device_basis]]`: a text that lets devices fix facts (P03)."""

    id: RowId
    matters: Matters
    areas: Areas
    norm: Norm
    clause: Text
    signed_by: Text
    certainty: Certainty

    @model_validator(mode="after")
    def _is_high_enough(self) -> Self:
        if self.norm not in DEVICE_NORMS:
            raise InvalidValueError(
                expected="a law or an administrative regulation (行政处罚法 41)",
                got=self.norm.value,
                field="norm",
            )
        return self

    def value(self) -> DeviceBasis:
        """As the rest of the house knows it."""
        return DeviceBasis(
            matters=self.matters,
            areas=self.areas,
            norm=self.norm,
            clause=self.clause,
            signed_by=self.signed_by,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            certainty=self.certainty,
        )


class PublicationForm(Form):
    """One `[[publication]]`: what is public before any filing (P14), and where."""

    id: RowId
    areas: Areas
    body: Text
    filing_basis: Text
    procedure: Text
    remedies: Text

    def value(self) -> Publication:
        """As the rest of the house knows it."""
        return Publication(**self.model_dump(exclude={"id"}))


class OffsiteItemForm(Form):
    """One `[[offsite_item]]`: what may be handled without anybody on the spot (A4)."""

    id: RowId
    matters: Matters
    areas: Areas
    clause: Text
    published: Text
    certainty: Certainty

    def value(self) -> OffsiteItem:
        """As the rest of the house knows it."""
        return OffsiteItem(
            matters=self.matters,
            areas=self.areas,
            clause=self.clause,
            published=self.published,
            certainty=self.certainty,
        )


class SectorRuleForm(Form):
    """One `[[sector_rule]]`: a rule that a lawyer of the city has read into the pack (A3)."""

    title: Text
    read_by: Text
    on: date

    def value(self) -> SectorRule:
        """As the rest of the house knows it."""
        return SectorRule(title=self.title, read_by=self.read_by, on=self.on)


class AuthorityForm(Form):
    """`authority.toml`."""

    unregistered: Unregistered | None = None
    grant: tuple[GrantForm, ...] = ()
    device_basis: tuple[DeviceBasisForm, ...] = ()
    device: tuple[DeviceForm, ...] = ()
    publication: tuple[PublicationForm, ...] = ()
    offsite_item: tuple[OffsiteItemForm, ...] = ()
    sector_rule: tuple[SectorRuleForm, ...] = ()


def read_authority(sheets: Sheets) -> Authority:
    """All powers, papers and publications."""
    forms = sheets.forms(AuthorityForm, AUTHORITY)

    def rows(name: str, tables: list[tuple[Row, ...]], key: Callable[[Row], str]) -> list[Row]:
        return list(sheets.rows(AUTHORITY, name, tables, key).values())

    grants = rows("grant", [form.grant for form in forms], lambda row: row.id)
    bases = rows("device_basis", [form.device_basis for form in forms], lambda row: row.id)
    devices = rows("device", [form.device for form in forms], lambda row: row.camera)
    public = rows("publication", [form.publication for form in forms], lambda row: row.id)
    items = rows("offsite_item", [form.offsite_item for form in forms], lambda row: row.id)
    rules = rows("sector_rule", [form.sector_rule for form in forms], lambda row: row.title)
    return Authority(
        grants=tuple(row.value() for row in grants),
        device_bases=tuple(row.value() for row in bases),
        devices={CameraId(row.camera): row.value() for row in devices},
        unregistered=sheets.latest(
            AUTHORITY, "unregistered", [form.unregistered for form in forms]
        ),
        publications=tuple(row.value() for row in public),
        offsite_items=tuple(row.value() for row in items),
        sector_rules=tuple(row.value() for row in rules),
    )
