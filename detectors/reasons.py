"""Why something is told, in words with numbers: a rule's template, filled in at a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter
from typing import Final

from schemas.errors import InvalidValueError
from schemas.instants import CHINA
from schemas.words import Words

BLANKS: Final = frozenset(
    {"what", "company", "zone", "at_least", "at_most", "since", "count", "threshold"}
)
LONGEST: Final = 500
"""Filled in it has to fit into a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What can be said at the moment when something is told."""

    what: Words
    company: Words
    zone: str
    at_least: timedelta
    at_most: timedelta
    since: datetime
    count: int
    threshold: timedelta


@dataclass(frozen=True, slots=True)
class Template:
    """The same in Chinese and English, with blanks in braces: `{zone}`, `{at_least}` …"""

    zh: str
    en: str

    def __post_init__(self) -> None:
        for side, text in (("zh", self.zh), ("en", self.en)):
            if not text.strip() or len(text) > LONGEST:
                raise InvalidValueError(
                    expected=f"1 to {LONGEST} letters", got=text, field=f"says.{side}"
                )
            if not text.isprintable():
                raise InvalidValueError(
                    expected="one line of printable letters", got=repr(text), field=f"says.{side}"
                )
            if unknown := _blanks(text, side) - BLANKS:
                raise InvalidValueError(
                    expected=f"blanks of {', '.join(sorted(BLANKS))}",
                    got=", ".join(sorted(unknown)),
                    field=f"says.{side}",
                )

    def filled(self, moment: Moment) -> Words:
        """The sentence."""
        least, most = _length(moment.at_least), _length(_rounded_up(moment.at_most))
        threshold, since = _length(moment.threshold), moment.since.astimezone(CHINA)
        shared = {"zone": _one_line(moment.zone), "count": moment.count}
        return Words(
            self.zh.format(
                what=moment.what.zh,
                company=moment.company.zh,
                at_least=least.zh,
                at_most=most.zh,
                threshold=threshold.zh,
                since=f"{since:%Y年%m月%d日%H:%M:%S}",
                **shared,
            ),
            self.en.format(
                what=moment.what.en,
                company=moment.company.en,
                at_least=least.en,
                at_most=most.en,
                threshold=threshold.en,
                since=f"{since:%Y-%m-%d %H:%M:%S}",
                **shared,
            ),
        )


def _one_line(name: str) -> str:
    """What somebody called a zone may hold anything."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def length_words(length: timedelta) -> Words:
    """A length of time as people say it; parts of a second are dropped."""
    return _length(length)


def _blanks(text: str, side: str) -> set[str]:
    """The names in braces. Attributes, indices and formats would be a way into the program."""
    found: set[str] = set()
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise InvalidValueError(
            expected="braces in pairs; {{ and }} for the letters themselves",
            got=text,
            field=f"says.{side}",
        ) from error
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion:
            raise InvalidValueError(
                expected=f"{{{name}}} without a format", got=text, field=f"says.{side}"
            )
        found.add(name)
    return found


def _rounded_up(length: timedelta) -> timedelta:
    whole = timedelta(seconds=length // timedelta(seconds=1))
    return whole if whole == length else whole + timedelta(seconds=1)


def _length(length: timedelta) -> Words:
    seconds = length // timedelta(seconds=1)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        zh, en = (f"{minutes}分", f" {minutes} min") if minutes else ("", "")
        return Words(f"{hours}小时{zh}", f"{hours} h{en}")
    if minutes:
        zh, en = (f"{minutes}分{rest}秒", f" {rest} s") if rest else (f"{minutes}分钟", "")
        return Words(zh, f"{minutes} min{en}")
    return Words(f"{rest}秒", f"{rest} s")


DEFAULT: Final = Template(
    "{zone}：{what}，自{since}起，至少看到{at_least}，至多{at_most}",
    "{zone}: {what}, seen for at least {at_least} and at most {at_most}, since {since}",
)
