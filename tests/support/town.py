"""A small whole policy pack as files, to be broken one thing at a time, and an heir of it."""

from collections.abc import Iterable, Mapping
from typing import Final

import pytest

from handlers.decisions.lives.tables import ALL_STEPS
from handlers.policies.files import Files
from handlers.policies.floor import PAIRS, STATUTE
from handlers.policies.pack import pack_from
from schemas.act import Act
from schemas.clock import PLATFORM_CLOCKS, ClockKind
from schemas.errors import InvalidValueError
from schemas.limit import Calendar, Limit, Unit
from schemas.person import Role

CODE: Final = "GB/T 47678.5-2026|matter|"

PACK: Final = """\
form = 2
name = "town"
version = "1"
valid_from = 2026-11-01
sample_one_in = 20
least_confidence_permille = 250
[triage_limit]
zero-tolerance = { amount = 5, unit = "minute", calendar = "continuous" }
soft = { amount = 30, unit = "minute", calendar = "continuous" }
"""

STALL_ROW: Final = """\
[[matter]]
key = "GB/T 47678.5-2026|matter|09006"
name = "stall"
zh = "占道经营"
en = "Street stall"
safety = false
why = "passage"
route = "soft"
party = "yes"
dwell_s = 180
limit = { amount = 2, unit = "hour", calendar = "city-working" }
close = { zh = "道路畅通", en = "the road is free" }
clause = "城市道路管理条例 27"
certainty = "statute text"
lifted_by = ["gas-bottles"]
amenity = true
[matter.basis]
norm = "administrative-regulation"
forbids = "城市道路管理条例 27"
punishes = "城市道路管理条例 42"
certainty = "statute text"
"""

FIRE_ROW: Final = """\
[[matter]]
key = "GB/T 47678.5-2026|matter|06020"
name = "fire"
zh = "焚烧垃圾"
en = "Open fire"
safety = true
why = "fire"
route = "zero-tolerance"
party = "yes"
receiver = { zh = "消防救援机构", en = "fire service" }
dwell_s = 10
limit = { amount = 30, unit = "minute", calendar = "continuous" }
close = { zh = "已熄灭", en = "it is out" }
clause = "消防法 28"
certainty = "design proposal, to be confirmed by the city"
"""

BIN_ROW: Final = """\
[[matter]]
key = "GB/T 47678.5-2026|matter|06042"
name = "bin"
zh = "垃圾箱满溢"
en = "Full bin"
safety = false
why = "nothing"
route = "service"
party = "no"
dwell_s = 1800
limit = { amount = 4, unit = "hour", calendar = "city-working" }
close = { zh = "已清空", en = "emptied" }
clause = "empty it"
certainty = "secondary source"
"""

LENIENCY: Final = """\
measures = ["persuade", "demonstrate", "warn", "interview"]
[[designated]]
id = "square"
zh = "广场"
en = "the square"
matters = ["GB/T 47678.5-2026|matter|09006"]
place_ids = ["square-1"]
outline = [[113.1, 31.1], [113.2, 31.1], [113.2, 31.2]]
weekdays = ["saturday", "sunday"]
from_time = 17:00:00
until_time = 22:00:00
valid_from = 2026-01-01
valid_until = 2026-12-31
clause = "无证无照经营查处办法 3"
certainty = "design proposal, to be confirmed by the city"
[[first_violation]]
matter = "GB/T 47678.5-2026|matter|09006"
ground = "first"
look_back = { amount = 1, unit = "year", calendar = "calendar" }
most_harm_fen = 20000
harm = { zh = "无危害后果", en = "no harm" }
correction = { amount = 2, unit = "hour", calendar = "continuous" }
needs_cooperation = false
clause = "行政处罚法 33"
certainty = "design proposal, to be confirmed by the city"
"""

THINNING: Final = """\
[thinning]
enabled = true
cooling_s = 300
starts_at_lag_s = 30
ends_at_lag_s = 5
counted_always = ["GB/T 47678.5-2026|matter|09006"]
clause = "the town's rule 7"
certainty = "design proposal, to be confirmed by the city"
"""

DISCRETION: Final = """\
published = "https://town.example/bands"
[[circumstance]]
id = "coerced"
zh = "受他人胁迫"
en = "coerced"
step = "lighter"
clause = "行政处罚法 32(2)"
certainty = "statute text"
[[bands]]
matter = "GB/T 47678.5-2026|matter|09006"
clause = "城市道路管理条例 42"
certainty = "design proposal, to be confirmed by the city"
[bands.citizen]
minor = { below-range = [0, 0], lighter = [0, 50], ordinary = [50, 100], heavier = [100, 200] }
ordinary = { below-range = [0, 50], lighter = [50, 99], ordinary = [99, 300], heavier = [300, 500] }
grave = { below-range = [50, 99], lighter = [99, 300], ordinary = [300, 600], heavier = [600, 900] }
"""

AUTHORITY: Final = """\
unregistered = "lead"
[[grant]]
id = "own"
body = { zh = "城管局", en = "the bureau" }
kind = "own"
matters = ["GB/T 47678.5-2026|matter|09006"]
areas = ["421303"]
clause = "行政处罚法 18"
valid_from = 2026-01-01
valid_until = 2026-12-31
certainty = "design proposal, to be confirmed by the city"
[[device_basis]]
id = "text"
matters = ["GB/T 47678.5-2026|matter|09006"]
areas = [""]
norm = "law"
clause = "for tests"
signed_by = "chen"
valid_from = 2026-01-01
valid_until = 2026-12-31
certainty = "design proposal, to be confirmed by the city"
[[device]]
camera = "cam-1"
place_class = "public-road"
operator = "the bureau"
plan = "plan 1"
purpose = "enforcement"
legal_review = { by = "chen", on = 2026-01-01, passed = true }
technical_review = { by = "tang", on = 2026-01-01, passed = true }
marked = true
published = "https://town.example/cam-1"
in_use_from = 2026-01-01
valid_from = 2026-01-01
valid_until = 2026-12-31
certainty = "design proposal, to be confirmed by the city"
[[publication]]
id = "town"
areas = ["421303"]
body = "https://town.example/body"
filing_basis = "https://town.example/basis"
procedure = "https://town.example/procedure"
remedies = "https://town.example/remedies"
[[offsite_item]]
id = "stalls"
matters = ["GB/T 47678.5-2026|matter|09006"]
areas = ["421303"]
clause = "for tests"
published = "https://town.example/items"
certainty = "design proposal, to be confirmed by the city"
[[sector_rule]]
title = "令55号"
read_by = "chen"
on = 2026-01-01
"""

CALENDAR: Final = """\
hours = [
    { from_time = 08:30:00, until_time = 12:00:00 },
    { from_time = 14:00:00, until_time = 17:30:00 },
]
[[year]]
year = 2026
source = "made up, for tests"
holidays = [{ name = "国庆节", first = 2026-10-01, last = 2026-10-07 }]
make_up_days = [2026-10-10]
"""

ALIASES: Final = f"""\
[aliases]
RoadOccupied = "{CODE}09006"
Smoke = "{CODE}06020"
"""


def _limit(kind: ClockKind) -> Limit:
    if kind is ClockKind.DANGER:
        return Limit(amount=5, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)
    return STATUTE.get(kind, Limit(amount=3, unit=Unit.DAY, calendar=Calendar.STATUTORY_WORKING))


def _deadline(kind: ClockKind) -> str:
    limit = _limit(kind)
    return f"""\
[[deadline]]
kind = "{kind}"
zh = "时限"
en = "{kind} limit"
limit = {{ amount = {limit.amount}, unit = "{limit.unit}", calendar = "{limit.calendar}" }}
statutory = {"false" if kind in PLATFORM_CLOCKS else "true"}
ladder = "all"
clause = "for tests"
certainty = "design proposal, to be confirmed by the city"
"""


LADDERS: Final = """\
[[ladder]]
id = "all"
rungs = [
    { role = "head" },
    { role = "auditor", after = { amount = 1, unit = "day", calendar = "city-working" } },
]
"""
DEADLINES: Final = LADDERS + "".join(_deadline(kind) for kind in ClockKind)


def _listed(acts: Iterable[Act]) -> str:
    return "[" + ", ".join(f'"{act}"' for act in sorted(acts)) + "]"


def _duties() -> str:
    acts = {role: {step.act for step in ALL_STEPS if role in step.who} for role in Role}
    may = "".join(f"{role} = {_listed(acts[role])}\n" for role in Role if acts[role])
    pairs = "".join(
        f'[[pair]]\nid = "{id_}"\nzh = "分离"\nen = "{id_}"\n'
        f'these = {_listed(these)}\nthose = {_listed(those)}\nclause = "for tests"\n'
        for id_, (these, those) in PAIRS.items()
    )
    reason = '[[discard_reason]]\nid = "false-alarm"\nzh = "误报"\nen = "nothing there"\n'
    return f"[may]\n{may}{pairs}{reason}"


DUTIES: Final = _duties()

TOWN: Final[Mapping[str, str]] = {
    "pack": PACK,
    "matters": STALL_ROW + FIRE_ROW + BIN_ROW,
    "leniency": LENIENCY,
    "discretion": DISCRETION,
    "authority": AUTHORITY,
    "deadlines": DEADLINES,
    "calendar": CALENDAR,
    "duties": DUTIES,
    "aliases": ALIASES,
}

HEIR: Final = """\
form = 2
name = "fair"
version = "2"
valid_from = 2026-12-01
inherits = "town"
"""


def files_of(pack: str, texts: Mapping[str, str]) -> Files:
    """Texts by file, without `.toml`."""
    return {f"{pack}/{name}.toml": text.encode() for name, text in texts.items()}


def the_town(**texts: str) -> Files:
    """The town's files, some of them said otherwise."""
    return files_of("town", {**TOWN, **texts})


def a_town(file: str, old: str, new: str) -> Files:
    """The town with one thing changed."""
    assert old in TOWN[file], f"nothing to change in {file}"
    return the_town(**{file: TOWN[file].replace(old, new)})


def refusal_of(files: Files, pack: str = "town") -> str:
    """What is said of a pack that can't be made."""
    with pytest.raises(InvalidValueError) as caught:
        pack_from(files, pack)
    return str(caught.value)


def the_fair(pack: str = HEIR, **texts: str) -> Files:
    """An heir of the town, with what it says of its own."""
    return {**the_town(), **files_of("fair", {"pack": pack, **texts})}
