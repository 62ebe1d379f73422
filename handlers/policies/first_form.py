"""Reads packs of the first form, so that what was decided under one can be decided again.

None goes into force any more (`read_files` refuses it): it has no clocks, pairs or powers.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.policy import Policy
from handlers.policies.files import MATTERS, PACK, Files, digest, parsed
from handlers.policies.form import Flag, Form, MatterName, Seconds, Text
from handlers.policies.matters import with_dwell
from handlers.policies.sheets import Sheets
from schemas.certainty import Certainty
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey
from schemas.workfile import Queue, Route


class FirstLimitForm(Form):
    """Minutes were all that a limit had."""

    amount_min: Annotated[int, Field(strict=True, ge=1)]
    calendar: Literal["continuous"]

    def value(self) -> Limit:
        """As the rest of the house knows it."""
        return Limit(amount=self.amount_min, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)


class FirstPackForm(Form):
    """`pack.toml` of a pack that stood on its own."""

    name: Text
    version: Text
    valid_from: date
    sample_one_in: Annotated[int, Field(strict=True, ge=1)]
    least_confidence_permille: Annotated[int, Field(strict=True, ge=0, le=1000)]
    triage_limit: dict[Queue, FirstLimitForm]


class FirstHeirForm(Form):
    """`pack.toml` of a pack that changed thresholds of another, and nothing else."""

    name: Text
    version: Text
    valid_from: date
    inherits: Text
    dwell_s: dict[MatterName, Seconds]


class FirstMatterForm(Form):
    """One `[[matter]]`."""

    standard: Text
    kind: Text
    code: Text
    name: Text
    zh: Text
    en: Text
    safety: Flag
    why: Text
    route: Route
    dwell_s: Seconds
    limit: FirstLimitForm
    clause: Text
    certainty: Certainty

    def value(self) -> MatterPolicy:
        """As the rest of the house knows it."""
        return MatterPolicy(
            key=MatterKey(self.standard, self.kind, self.code),
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
        )


class FirstMattersForm(Form):
    """`matters.toml`."""

    matter: tuple[FirstMatterForm, ...]


def is_of_first_form(files: Files, name: str) -> bool:
    """Packs have said their form since the second."""
    return "form" not in parsed(files, f"{name}/{PACK}")


def first_pack_from(files: Files, name: str) -> Policy:
    """Make a pack from files that were kept.

    Raises:
        InvalidValueError: which file and key, what was expected, what came.
    """
    sheets = Sheets(files=files, pack=name)
    if "inherits" not in parsed(files, sheets.where(PACK)):
        return _whole(sheets)
    heir = sheets.shaped(FirstHeirForm, PACK)
    parent = _whole(Sheets(files=files, pack=heir.inherits))
    return replace(
        parent,
        name=heir.name,
        version=heir.version,
        valid_from=heir.valid_from,
        matters=with_dwell(parent.matters, heir.dwell_s, sheets),
    )


def _whole(sheets: Sheets) -> Policy:
    head = sheets.shaped(FirstPackForm, PACK)
    return Policy(
        name=head.name,
        version=head.version,
        valid_from=head.valid_from,
        digest=digest(sheets.files),
        sample_one_in=head.sample_one_in,
        least_confidence_permille=head.least_confidence_permille,
        triage_limit={queue: form.value() for queue, form in head.triage_limit.items()},
        matters=_matters(sheets),
    )


def _matters(sheets: Sheets) -> Mapping[MatterKey, MatterPolicy]:
    rows = [form.value() for form in sheets.shaped(FirstMattersForm, MATTERS).matter]
    return sheets.rows(MATTERS, "matter", [rows], lambda row: row.key)
