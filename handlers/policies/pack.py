"""Makes a policy pack of its files: all of it, or nothing."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from handlers.decisions.policy import Policy
from handlers.policies.aliases import read_aliases
from handlers.policies.authority import read_authority
from handlers.policies.calendar import read_calendar
from handlers.policies.checks import require_whole
from handlers.policies.deadlines import read_deadlines
from handlers.policies.discretion import read_discretion
from handlers.policies.duties import read_duties
from handlers.policies.files import PACK, SHIPPED, Files, digest, parsed, read_files
from handlers.policies.first_form import first_pack_from, is_of_first_form
from handlers.policies.form import Form, LimitForm, MatterName, PackName, Seconds, Text
from handlers.policies.inheritance import require_no_softer
from handlers.policies.leniency import read_leniency
from handlers.policies.matters import read_matters, with_dwell
from handlers.policies.sheets import Sheets
from schemas.errors import InvalidValueError
from schemas.limit import Limit
from schemas.workfile import Queue

__all__ = ["SHIPPED", "Files", "load", "pack_from", "read_files"]


class PackForm(Form):
    """`pack.toml`. `form` is the schema's own number; `dwell_s` is for heirs only."""

    form: Literal[2]
    name: PackName
    version: Text
    valid_from: date
    inherits: PackName | None = None
    sample_one_in: Annotated[int, Field(strict=True, ge=1)] | None = None
    least_confidence_permille: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    triage_limit: dict[Queue, LimitForm] = Field(default_factory=dict)
    lifted_limit: LimitForm | None = None
    dwell_s: dict[MatterName, Seconds] = Field(default_factory=dict)


def load(name: str, folder: Path = SHIPPED) -> Policy:
    """Read and check a pack."""
    return pack_from(read_files(name, folder), name)


def pack_from(files: Files, name: str) -> Policy:
    """Make a pack from files that were read, now or years ago.

    Raises:
        InvalidValueError: which file and key, what was expected, what came.
    """
    if is_of_first_form(files, name):
        return first_pack_from(files, name)
    sheets, parent = _sheets(files, name)
    sheets.refuse_strangers()
    pack = _policy(sheets)
    require_whole(pack, sheets)
    if parent is not None:
        require_no_softer(pack, parent, sheets)
    return pack


def _sheets(files: Files, name: str) -> tuple[Sheets, Policy | None]:
    """The pack's files over those of its parent, and the parent as a pack of its own."""
    alone = Sheets(files=files, pack=name)
    head = alone.shaped(PackForm, PACK)
    if head.name != name:
        raise InvalidValueError(
            expected=f"the name of the pack's folder, {name}",
            got=head.name,
            field=alone.where(PACK, "name"),
        )
    if head.inherits is None:
        if head.dwell_s:
            raise InvalidValueError(
                expected="no dwell_s in a pack that inherits nothing: its rows say it",
                got="dwell_s",
                field=alone.where(PACK, "dwell_s"),
            )
        return alone, None
    parents = {path: text for path, text in files.items() if path.startswith(f"{head.inherits}/")}
    if head.inherits == name or "inherits" in parsed(parents, f"{head.inherits}/{PACK}"):
        raise InvalidValueError(
            expected="another pack, one that stands on its own",
            got=head.inherits,
            field=alone.where(PACK, "inherits"),
        )
    parent = Sheets(files=parents, pack=head.inherits)
    return Sheets(files=files, pack=name, parent=parent), pack_from(parents, head.inherits)


def _policy(sheets: Sheets) -> Policy:
    heads = sheets.forms(PackForm, PACK)
    own = heads[-1]
    deadlines, ladders = read_deadlines(sheets)
    return Policy(
        name=own.name,
        version=own.version,
        valid_from=own.valid_from,
        digest=digest(sheets.files),
        sample_one_in=sheets.latest(PACK, "sample_one_in", [head.sample_one_in for head in heads]),
        least_confidence_permille=sheets.latest(
            PACK, "least_confidence_permille", [head.least_confidence_permille for head in heads]
        ),
        triage_limit=_triage_limits(heads),
        matters=with_dwell(read_matters(sheets), own.dwell_s, sheets),
        aliases=read_aliases(sheets),
        calendar=read_calendar(sheets, first=own.valid_from.year),
        leniency=read_leniency(sheets),
        discretion=read_discretion(sheets),
        authority=read_authority(sheets),
        deadlines=deadlines,
        ladders=ladders,
        duties=read_duties(sheets),
        lifted_limit=_lifted_limit(heads),
    )


def _triage_limits(heads: list[PackForm]) -> Mapping[Queue, Limit]:
    merged: dict[Queue, LimitForm] = {}
    for head in heads:
        merged.update(head.triage_limit)
    return {queue: form.value() for queue, form in merged.items()}


def _lifted_limit(heads: list[PackForm]) -> Limit | None:
    said = [head.lifted_limit.value() for head in heads if head.lifted_limit is not None]
    return said[-1] if said else None
