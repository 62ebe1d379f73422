"""The shape of a pack's files: each fault is told with file, key, expected and got."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from handlers.decisions.policy import Calendar, Certainty
from schemas.workfile import Queue, Route

Words = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[int, Field(strict=True, ge=0, le=7 * 86_400)]


class Form(BaseModel):
    """Nothing but what is named here may stand in a pack: a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitForm(Form):
    """A time limit with the calendar that counts it."""

    amount_min: Annotated[int, Field(strict=True, ge=1, le=5 * 366 * 1440)]
    calendar: Calendar


class PackForm(Form):
    """`pack.toml` of a pack that stands on its own."""

    name: Words
    version: Words
    valid_from: date
    sample_one_in: Annotated[int, Field(strict=True, ge=1)]
    least_confidence_permille: Annotated[int, Field(strict=True, ge=0, le=1000)]
    triage_limit: dict[Queue, LimitForm]


class HeirForm(Form):
    """`pack.toml` of a pack that changes dwell thresholds of another, and nothing else."""

    name: Words
    version: Words
    valid_from: date
    inherits: Words
    dwell_s: dict[str, Seconds]


class MatterForm(Form):
    """One `[[matter]]` of `matters.toml`."""

    standard: Words
    kind: Words
    code: Words
    name: Words
    zh: Words
    en: Words
    safety: Annotated[bool, Field(strict=True)]
    why: Words
    route: Route
    dwell_s: Seconds
    limit: LimitForm
    clause: Words
    certainty: Certainty


class MattersForm(Form):
    """`matters.toml`."""

    matter: Annotated[list[MatterForm], Field(min_length=1)]
