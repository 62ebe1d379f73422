"""Says what is missing: several things at once, money in yuan, instants by a clock in China."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from handlers.decisions.gates.gate import PASSED, Finding, block
from schemas.act import Details
from schemas.instants import CHINA
from schemas.words import Words


def block_for(missing: Iterable[Words]) -> Finding:
    """Pass where nothing is missing; else tell all of it at once."""
    found = tuple(missing)
    if not found:
        return PASSED
    return block("；".join(each.zh for each in found), "; ".join(each.en for each in found))


def unsaid(details: Details, wanted: Mapping[str, Words]) -> Iterator[Words]:
    """The flags that must be said and aren't."""
    return (words for name, words in wanted.items() if not details.says(name))


def untold(details: Details, wanted: Mapping[str, Words]) -> Iterator[Words]:
    """The texts that must be there and are empty."""
    return (words for name, words in wanted.items() if not details.text(name).strip())


def yuan(fen: int) -> str:
    """An amount as a citizen reads it."""
    return f"{fen // 100}.{fen % 100:02d}"


def china_text(at: datetime) -> str:
    """An instant by a clock in China, to the minute."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
