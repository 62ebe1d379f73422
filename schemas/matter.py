"""What is wrong on the street, as the code books of city management name it."""

from msgspec import Struct

from schemas.errors import InvalidValueError


class MatterKey(Struct, frozen=True, order=True):
    """The only unique name of a matter: components and matters share their code numbers.

    Source: GB/T 47678.5-2026 annexes A and C; see `docs/glossary.md`.
    """

    standard: str
    kind: str
    code: str

    def __post_init__(self) -> None:
        for field, value in (("standard", self.standard), ("kind", self.kind), ("code", self.code)):
            if not value or "|" in value:
                raise InvalidValueError(
                    expected="text without '|'", got=value, field=f"matter.{field}"
                )

    def __str__(self) -> str:
        return f"{self.standard}|{self.kind}|{self.code}"


def parse_matter(text: str) -> MatterKey:
    """Read what `str(MatterKey)` wrote."""
    parts = text.split("|")
    if len(parts) != 3:
        raise InvalidValueError(expected="standard|kind|code", got=text, field="matter")
    return MatterKey(*parts)
