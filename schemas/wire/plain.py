"""Which text may stand on a screen and in a record: what people write, and nothing that hides."""

import unicodedata
from typing import Final

_HIDING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows: a text would read otherwise than it is."""
_LINES: Final = frozenset("\t\n\r\u2028\u2029")
_WITHOUT_LINES: Final = str.maketrans(dict.fromkeys(_LINES, ""))


def is_plain(text: str) -> bool:
    """No control characters, no half characters, nothing that turns text around; one line."""
    return text.isprintable() or all(_is_plain(letter) for letter in text)


def is_prose(text: str) -> bool:
    """The same, with lines and tabs."""
    return text.translate(_WITHOUT_LINES).isprintable() or all(
        letter in _LINES or _is_plain(letter) for letter in text
    )


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"} and letter not in _HIDING
