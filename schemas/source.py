"""Where a camera's pictures come from: an address that may hold a password, and never shows it."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.errors import InvalidValueError
from schemas.wire.plain import is_plain

_WHO: Final = re.compile(r"//.*@")
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, repr=False)
class SourceAddress:
    """`rtsp://…`, `http(s)://…`, a file or a folder. As text it is without credentials."""

    secret: str
    """The whole address, for who opens it and for nobody else."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.secret) <= _LONGEST or not is_plain(self.secret):
            raise InvalidValueError(
                expected=f"an address of 1 … {_LONGEST} printable characters",
                got=f"{len(self.secret)} characters",  # not which: they may hold a password
                field="source",
            )

    def __repr__(self) -> str:
        return f"SourceAddress({str(self)!r})"

    def __str__(self) -> str:
        return without_credentials(self.secret)


def without_credentials(address: str) -> str:
    """As a person or a log may see it: names, passwords and keys stand before @ and behind ?."""
    if "://" not in address:
        return address
    return _WHO.sub("//", address).partition("?")[0]
