"""`authority.toml`, the register of devices: a camera's papers."""

from datetime import date
from typing import Self

from pydantic import model_validator

from handlers.decisions.law.authority import Check, Device, PlaceClass, Purpose
from handlers.policies.form import Flag, Form, Text
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from schemas.ids import CameraId


class TermForm(Form):
    """What holds from one day to another, both included."""

    valid_from: date
    valid_until: date

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.valid_until < self.valid_from:
            raise InvalidValueError(
                expected=f"a day from {self.valid_from} on",
                got=str(self.valid_until),
                field="valid_until",
            )
        return self


class CheckForm(Form):
    """Who reviewed it, when, and with which result."""

    by: Text
    on: date
    passed: Flag

    def value(self) -> Check:
        """As the rest of the house knows it."""
        return Check(by=self.by, on=self.on, passed=self.passed)


class DeviceForm(TermForm):
    """One `[[device]]`."""

    camera: Text
    place_class: PlaceClass
    operator: Text
    plan: Text
    purpose: Purpose
    legal_review: CheckForm | None = None
    technical_review: CheckForm | None = None
    marked: Flag
    published: str
    in_use_from: date
    filed_on: date | None = None
    impact_assessed_on: date | None = None
    certainty: Certainty

    @model_validator(mode="after")
    def _has_two_reviewers(self) -> Self:
        legal, technical = self.legal_review, self.technical_review
        if legal is not None and technical is not None and legal.by == technical.by:
            raise InvalidValueError(
                expected="another person than the legal reviewer (行政处罚法 41)",
                got=technical.by,
                field="technical_review.by",
            )
        return self

    def value(self) -> Device:
        """As the rest of the house knows it."""
        legal, technical = self.legal_review, self.technical_review
        return Device(
            camera=CameraId(self.camera),
            place_class=self.place_class,
            operator=self.operator,
            plan=self.plan,
            purpose=self.purpose,
            legal_review=None if legal is None else legal.value(),
            technical_review=None if technical is None else technical.value(),
            is_marked=self.marked,
            published=self.published,
            in_use_from=self.in_use_from,
            filed_on=self.filed_on,
            impact_assessed_on=self.impact_assessed_on,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            certainty=self.certainty,
        )
