"""The fields that acts have in common, each with its words."""

from enum import StrEnum
from typing import Final

from handlers.decisions.lives.step import Field, FieldKind
from schemas.words import Words


def text(name: str, zh: str, en: str) -> Field:
    """A text that must be said."""
    return Field(name=name, kind=FieldKind.TEXT, words=Words(zh, en))


def flag(name: str, zh: str, en: str) -> Field:
    """Said or not said; not said is no, so it is never missing."""
    return Field(name=name, kind=FieldKind.FLAG, words=Words(zh, en), is_optional=True)


def of(kind: FieldKind, name: str, zh: str, en: str) -> Field:
    """A field of another kind."""
    return Field(name=name, kind=kind, words=Words(zh, en))


def choice(name: str, choices: type[StrEnum] | tuple[str, ...], zh: str, en: str) -> Field:
    """One of a closed list."""
    listed = choices if isinstance(choices, tuple) else tuple(each.value for each in choices)
    return Field(name=name, kind=FieldKind.CHOICE, words=Words(zh, en), choices=listed)


def may(field: Field) -> Field:
    """The same, but it may be left out."""
    return Field(
        name=field.name,
        kind=field.kind,
        words=field.words,
        is_optional=True,
        choices=field.choices,
    )


REASON: Final = text("reason", "理由", "why")
EVIDENCE: Final = of(FieldKind.DIGESTS, "evidence", "证据 (sha256)", "sha256 of what proves it")
SECOND: Final = of(FieldKind.PERSON, "second", "第二名执法人员", "the second officer")
SHOWED_PAPERS: Final = flag("showed_papers", "已出示执法证件", "certificates were shown")
OFFICERS: Final = (SECOND, SHOWED_PAPERS)
SIGNED: Final = flag("signed", "当事人签字", "the party signed")
PENALTY_NOTED: Final = may(
    text("penalty_noted", "关联处罚案件", "what is noted of the penalty case")
)
WITNESS: Final = may(text("witness", "见证人", "the witness, where the party is absent or refuses"))
