"""The same said in Chinese and in English: what screens and documents show."""

from dataclasses import dataclass

from schemas.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Words:
    """Neither side may be empty: an officer reads one, an auditor from elsewhere the other."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh or not self.en:
            raise InvalidValueError(expected="Chinese and English", got=repr((self.zh, self.en)))

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"
