"""`matters.toml`: the catalogue of matters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Self

from pydantic import model_validator

from handlers.decisions.law.catalogue import HasParty, MatterPolicy, Norm, PenaltyBasis
from handlers.policies.files import MATTERS, PACK
from handlers.policies.form import (
    Flag,
    Form,
    LimitForm,
    MatterName,
    Seconds,
    Text,
    WordsForm,
)
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.matter import MatterKey
from schemas.workfile import Route

Matters = Mapping[MatterKey, MatterPolicy]


class BasisForm(Form):
    """Which text forbids it and which punishes it (P01)."""

    norm: Norm
    forbids: Text
    punishes: Text
    certainty: Certainty

    def value(self) -> PenaltyBasis:
        """A notice can't found a penalty: 行政处罚法 16."""
        if self.norm is Norm.NOTICE:
            raise InvalidValueError(
                expected="a law, regulation or rule: a notice is never a basis",
                got=self.norm.value,
                field="norm",
            )
        return PenaltyBasis(
            norm=self.norm,
            forbids=self.forbids,
            punishes=self.punishes,
            certainty=self.certainty,
        )


class MatterForm(Form):
    """One `[[matter]]`."""

    key: MatterName
    name: Text
    zh: Text
    en: Text
    safety: Flag
    why: Text
    route: Route
    party: HasParty
    receiver: WordsForm | None = None
    dwell_s: Seconds
    limit: LimitForm
    close: WordsForm
    clause: Text
    certainty: Certainty
    basis: BasisForm | None = None
    lifted_by: frozenset[Danger] = frozenset()
    amenity: Flag = False
    by_camera: Flag = True

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.value()
        if self.party is not HasParty.NO:
            return self
        if self.route is Route.SOFT:
            raise InvalidValueError(
                expected="service, where nobody is to blame", got=self.route.value, field="route"
            )
        for field, value in (("basis", self.basis), ("receiver", self.receiver)):
            if value is not None:
                raise InvalidValueError(
                    expected="nothing, where nobody is to blame", got="a row", field=field
                )
        return self

    def value(self) -> MatterPolicy:
        """As the rest of the house knows it."""
        return MatterPolicy(
            key=self.key,
            name=self.name,
            title_zh=self.zh,
            title_en=self.en,
            is_safety=self.safety,
            why=self.why,
            route=self.route,
            dwell_threshold=timedelta(seconds=self.dwell_s),
            disposal_limit=self.limit.value(),
            clause=self.clause,
            certainty=self.certainty,
            has_party=self.party,
            receiver=None if self.receiver is None else self.receiver.value(),
            close_condition=self.close.value(),
            basis=None if self.basis is None else self.basis.value(),
            lifted_by=self.lifted_by,
            is_amenity=self.amenity,
            by_camera=self.by_camera,
        )


class MattersForm(Form):
    """`matters.toml`."""

    matter: tuple[MatterForm, ...] = ()


def read_matters(sheets: Sheets) -> Matters:
    """All rows by key."""
    tables = [form.matter for form in sheets.forms(MattersForm, MATTERS)]
    rows = sheets.rows(MATTERS, "matter", tables, lambda row: row.key)
    if not rows:
        raise InvalidValueError(
            expected="at least one matter", got="none", field=sheets.where(MATTERS, "matter")
        )
    return {key: row.value() for key, row in rows.items()}


def with_dwell(matters: Matters, dwell_s: Mapping[MatterKey, int], sheets: Sheets) -> Matters:
    """The same with other thresholds."""
    changed = dict(matters)
    for key, seconds in dwell_s.items():
        if key not in changed:
            raise InvalidValueError(
                expected="a matter of the inherited pack",
                got=str(key),
                field=sheets.where(PACK, "dwell_s"),
            )
        changed[key] = replace(changed[key], dwell_threshold=timedelta(seconds=seconds))
    return changed
