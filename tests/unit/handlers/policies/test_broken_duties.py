"""Broken clocks, calendars, duties and aliases are refused with file, key, expected and got."""

import pytest

from handlers.policies.files import Files
from tests.support.town import CODE, DEADLINES, TOWN, a_town, refusal_of, the_town


def a_deadline(kind: str, old: str, new: str) -> Files:
    head, row = DEADLINES.split(f'kind = "{kind}"\n')
    assert old in row
    return the_town(deadlines=f'{head}kind = "{kind}"\n{row.replace(old, new, 1)}')


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            the_town(deadlines=DEADLINES.rsplit("[[deadline]]", maxsplit=1)[0]),
            ["town/deadlines.toml: deadline", "for each kind of clock", "none for opinion-report"],
            id="a clock without a deadline",
        ),
        pytest.param(
            a_deadline("take", 'ladder = "all"', 'ladder = "tall"'),
            ["town/deadlines.toml: deadline[take].ladder", "one of the ladders all, got tall"],
            id="an unknown ladder",
        ),
        pytest.param(
            a_town("deadlines", '    { role = "head" },\n', ""),
            ["ladder[all]", "(rungs): expected a first rung that is told at once"],
            id="a breach that nobody hears of at once",
        ),
        pytest.param(
            a_town("deadlines", 'role = "head"', 'role = "machine"'),
            ["ladder[all].rungs.0", "somebody who can act, got machine"], id="a machine is told",
        ),
        pytest.param(
            a_deadline("filing", "statutory = true",
                       'statutory = true\nwarn_before = [{ amount = 1, unit = "hour", '
                       'calendar = "continuous" }]'),
            ["deadline[filing]", "(warn_before): expected the calendar of the limit"],
            id="a warning in another calendar",
        ),
        pytest.param(
            a_deadline("penalty-90", "statutory = true", "statutory = false"),
            ["town/deadlines.toml: deadline[penalty-90].statutory: expected true, got false"],
            id="a statutory clock that would pause",
        ),
        pytest.param(
            a_deadline("disposal", "statutory = false", "statutory = true"),
            ["town/deadlines.toml: deadline[disposal].statutory: expected false, got true"],
            id="a platform clock that wouldn't",
        ),
        pytest.param(
            a_deadline("service", "amount = 7", "amount = 8"),
            ["town/deadlines.toml: deadline[service].limit",
             "expected 7 days (statutory-working), as the law has it, got 8 days"],
            id="a day more than the law gives",
        ),
        pytest.param(
            a_deadline("payment", '"calendar"', '"statutory-working"'),
            ["deadline[payment].limit", "expected 15 days (calendar), as the law has it"],
            id="the law's number in another calendar",
        ),
        pytest.param(
            a_deadline("opinion-report", "amount = 10", "amount = 11"),
            ["deadline[opinion-report].limit", "expected 10 hours"], id="an eleventh hour",
        ),
        pytest.param(
            a_deadline("danger", "continuous", "city-working"),
            ["deadline[danger].limit", "danger keeps no office hours"],
            id="danger in office hours",
        ),
        pytest.param(
            a_town("calendar", "year = 2026", "year = 2025"),
            ["town/calendar.toml: year", "the year 2026, in which the pack begins, got 2025"],
            id="a year that nobody laid down",
        ),
        pytest.param(
            a_town("calendar", "[2026-10-10]", "[2026-10-07]"),
            ["town/calendar.toml", "a holiday or worked, got both: 2026-10-07"],
            id="a holiday that is worked",
        ),
        pytest.param(
            a_town("calendar", "[2026-10-10]", "[2027-10-10]"),
            ["town/calendar.toml", "expected days of 2026, got 2027-10-10"],
            id="a day of another year",
        ),
        pytest.param(
            a_town("calendar", "last = 2026-10-07", "last = 2026-09-30"),
            ["town/calendar.toml: year[2026].holidays.0", "a day from 2026-10-01 on"],
            id="a holiday that ends before it begins",
        ),
        pytest.param(
            a_town("calendar", "14:00:00", "11:00:00"),
            ["town/calendar.toml", "hours in order that don't overlap"], id="hours that overlap",
        ),
        pytest.param(
            the_town(calendar="[[year]]" + TOWN["calendar"].split("[[year]]")[1]),
            ["town/calendar.toml: hours: expected a value"], id="no hours",
        ),
    ],
)  # fmt: skip
def test_broken_clocks_are_refused_with_their_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("duties", "auxiliary = [", 'auxiliary = ["decide", '),
            ["town/duties.toml: may.auxiliary", "that the tables of the lives give to auxiliary",
             "got decide"],
            id="an auxiliary who decides",
        ),
        pytest.param(
            a_town("duties", "[may]\n", '[may]\nmachine = ["open"]\n'),
            ["town/duties.toml: may.machine", "got open"], id="a machine that opens",
        ),
        pytest.param(
            a_town("duties", "finance = [", "cashier = ["), ["town/duties.toml: may.cashier"],
            id="an unknown role",
        ),
        pytest.param(
            a_town("duties", '"pay", "view"]', '"view"]'),
            ["town/duties.toml: may", "a role for every act", "nobody for pay"],
            id="an act that nobody may take",
        ),
        pytest.param(
            a_town("duties", 'id = "decide-collect"', 'id = "decide-and-collect"'),
            ["town/duties.toml: pair: expected the pair decide-collect, got nothing"],
            id="a pair of the law left out",
        ),
        pytest.param(
            a_town("duties", 'these = ["decide"]', 'these = ["excuse"]'),
            ["pair[decide-collect].these: expected at least decide, got none of decide"],
            id="a pair of the law emptied",
        ),
        pytest.param(
            a_town("duties", 'those = ["collect-on-spot", "pay"]', 'those = ["pay"]'),
            ["pair[decide-collect].those", "got none of collect-on-spot"],
            id="a pair of the law made smaller",
        ),
        pytest.param(
            a_town("duties", 'these = ["decide"]', 'these = ["decide", "pay"]'),
            ["pair[decide-collect]", "(those): expected acts on one side only", "got pay"],
            id="an act on both sides",
        ),
        pytest.param(
            the_town(duties=TOWN["duties"].split("[[discard", maxsplit=1)[0]),
            ["town/duties.toml: discard_reason: expected at least one reason"], id="no reasons",
        ),
        pytest.param(
            a_town("aliases", "06020", "99999"),
            ["town/aliases.toml: aliases.Smoke: expected a matter of the pack, got", "99999"],
            id="an alias of an unknown matter",
        ),
        pytest.param(
            a_town("aliases", f'"{CODE}06020"', '"06020"'),
            ["town/aliases.toml: aliases.Smoke", "standard|kind|code"],
            id="an alias of half a key",
        ),
    ],
)  # fmt: skip
def test_broken_duties_and_aliases_are_refused_with_their_key(
    files: Files, told: list[str]
) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said
