"""`duties.toml`: which role may take which act, and which two never meet in one person."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from handlers.decisions.law.duties import Duties, ForbiddenPair, ReasonCode
from handlers.decisions.lives.tables import ALL_STEPS
from handlers.policies.files import DUTIES
from handlers.policies.floor import PAIRS
from handlers.policies.form import Form, RowId, Text, WordsForm
from handlers.policies.sheets import Sheets
from schemas.act import Act
from schemas.errors import InvalidValueError
from schemas.person import Role

Acts = Annotated[frozenset[Act], Field(min_length=1)]


class PairForm(Form):
    """One `[[pair]]`: nobody does one of `these` and one of `those` on the same subject."""

    id: RowId
    zh: Text
    en: Text
    these: Acts
    those: Acts
    clause: Text

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if both := self.these & self.those:
            raise InvalidValueError(
                expected="acts on one side only: nobody could take them twice",
                got=", ".join(sorted(both)),
                field="those",
            )
        return self

    def value(self) -> ForbiddenPair:
        """As the rest of the house knows it."""
        return ForbiddenPair(
            id=self.id,
            title=WordsForm(zh=self.zh, en=self.en).value(),
            these=self.these,
            those=self.those,
            clause=self.clause,
        )


class ReasonForm(Form):
    """One `[[discard_reason]]`: a named reason for letting go by hand."""

    id: RowId
    zh: Text
    en: Text

    def value(self) -> ReasonCode:
        """As the rest of the house knows it."""
        return ReasonCode(id=self.id, title=WordsForm(zh=self.zh, en=self.en).value())


class DutiesForm(Form):
    """`duties.toml`."""

    may: dict[Role, frozenset[Act]] = Field(default_factory=dict)
    pair: tuple[PairForm, ...] = ()
    discard_reason: tuple[ReasonForm, ...] = ()


def read_duties(sheets: Sheets) -> Duties:
    """Roles with their acts, pairs and reason codes, checked against the tables of the lives."""
    forms = sheets.forms(DutiesForm, DUTIES)
    may: dict[Role, frozenset[Act]] = {}
    for form in forms:
        may.update(form.may)
    pairs = sheets.rows(DUTIES, "pair", [form.pair for form in forms], lambda row: row.id)
    reasons = sheets.rows(
        DUTIES, "discard_reason", [form.discard_reason for form in forms], lambda row: row.id
    )
    duties = Duties(
        may=may,
        pairs=tuple(row.value() for row in pairs.values()),
        discard_reasons={id_: row.value() for id_, row in reasons.items()},
    )
    _require_people(duties.may, sheets)
    _require_floor(duties, sheets)
    if not reasons:
        raise InvalidValueError(
            expected="at least one reason", got="none", field=sheets.where(DUTIES, "discard_reason")
        )
    return duties


def _require_people(may: Mapping[Role, frozenset[Act]], sheets: Sheets) -> None:
    """A pack may take acts away from a role; give it none; and leave none to nobody."""
    allowed = {role: frozenset(step.act for step in ALL_STEPS if role in step.who) for role in Role}
    for role in Role:
        if role not in may and allowed[role]:
            raise InvalidValueError(
                expected=f"the acts of {role}", got="nothing", field=sheets.where(DUTIES, "may")
            )
        if strange := sorted(may.get(role, frozenset()) - allowed[role]):
            raise InvalidValueError(
                expected=f"acts that the tables of the lives give to {role}",
                got=", ".join(strange),
                field=sheets.where(DUTIES, f"may.{role}"),
            )
    everybody = frozenset[Act]().union(*may.values())
    if orphans := sorted({step.act for step in ALL_STEPS} - everybody):
        raise InvalidValueError(
            expected="a role for every act: a right that nobody may serve is none",
            got=f"nobody for {', '.join(orphans)}",
            field=sheets.where(DUTIES, "may"),
        )


def _require_floor(duties: Duties, sheets: Sheets) -> None:
    pairs = {pair.id: pair for pair in duties.pairs}
    for id_, (these, those) in PAIRS.items():
        if id_ not in pairs:
            raise InvalidValueError(
                expected=f"the pair {id_}", got="nothing", field=sheets.where(DUTIES, "pair")
            )
        pair = pairs[id_]
        for side, least, acts in (("these", these, pair.these), ("those", those, pair.those)):
            if missing := sorted(least - acts):
                raise InvalidValueError(
                    expected=f"at least {', '.join(sorted(least))}",
                    got=f"none of {', '.join(missing)}",
                    field=sheets.where(DUTIES, f"pair[{id_}].{side}"),
                )
