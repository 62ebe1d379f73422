"""The people who act, what they may do, and the papers that say so."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from schemas.errors import InvalidValueError

PersonId = NewType("PersonId", str)


class Role(StrEnum):
    """A duty, not a person: separation of duties is about these."""

    OBSERVER = "observer"
    INTAKE = "intake"
    DUTY_CHIEF = "duty-chief"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    VERIFIER = "verifier"
    OFFICER = "officer"
    RECORD_REVIEWER = "record-reviewer"
    LEGAL_REVIEWER = "legal-reviewer"
    HEARING_OFFICER = "hearing-officer"
    HEAD = "head"
    FINANCE = "finance"
    CLERK = "clerk"
    AUXILIARY = "auxiliary"
    AUDITOR = "auditor"
    OPINION_OFFICER = "opinion-officer"
    POLICY_EDITOR = "policy-editor"
    PUBLISHER = "publisher"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An enforcement certificate (执法证), valid on both its days and between."""

    number: str
    valid_from: date
    valid_until: date

    def __post_init__(self) -> None:
        if self.valid_until < self.valid_from:
            raise InvalidValueError(
                expected="valid_until not before valid_from",
                got=f"{self.valid_from} … {self.valid_until}",
                field=f"certificate {self.number}",
            )

    def holds_on(self, day: date) -> bool:
        """Checked at the act, not at login."""
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may act. `is_lawyer`: holds the legal-profession qualification (art. 58)."""

    id: PersonId
    name: str
    unit: str
    roles: frozenset[Role]
    certificate: Certificate | None = None
    is_lawyer: bool = False

    def __post_init__(self) -> None:
        if Role.MACHINE in self.roles:
            raise InvalidValueError(expected="the roles of a person", got="machine", field=self.id)
        if not self.roles:
            raise InvalidValueError(expected="at least one role", got="none", field=self.id)
