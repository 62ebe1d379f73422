"""An heir may say much otherwise, but never makes a danger soft or a duty loose."""

import pytest

from handlers.policies.files import Files
from handlers.policies.pack import pack_from
from tests.support.town import (
    CODE,
    DEADLINES,
    FIRE_ROW,
    HEIR,
    STALL_ROW,
    THINNING,
    TOWN,
    files_of,
    refusal_of,
    the_fair,
    the_town,
)

FIRE = f"{CODE}06020"
STALL = f"{CODE}09006"


def a_fair(old: str, new: str) -> Files:
    """The heir's own file with one thing changed."""
    assert old in HEIR
    return the_fair(HEIR.replace(old, new))


def row_of(matter: str, *changes: tuple[str, str]) -> Files:
    """An heir that says a matter otherwise."""
    for old, new in changes:
        assert old in matter, old
        matter = matter.replace(old, new)
    return the_fair(matters=matter)


def pair_of(id_: str) -> str:
    rows = TOWN["duties"].split("[[discard")[0].split("[[pair]]")
    return "[[pair]]" + next(row for row in rows if f'id = "{id_}"' in row)


def deadline_of(kind: str) -> str:
    rows = DEADLINES.split("[[deadline]]")
    return "[[deadline]]" + next(row for row in rows if f'kind = "{kind}"' in row)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            row_of(FIRE_ROW, ("safety = true", "safety = false"), ("zero-tolerance", "soft")),
            [f"fair/matters.toml: matter[{FIRE}].safety", "true, as the parent has it, got false"],
            id="a danger that is called none",
        ),
        pytest.param(
            row_of(FIRE_ROW, ("zero-tolerance", "service")),
            [f"fair/matters.toml: matter[{FIRE}].route", "zero-tolerance, as the parent has it"],
            id="zero tolerance that becomes a service",
        ),
        pytest.param(
            row_of(FIRE_ROW, ("zero-tolerance", "soft")),
            ["for a safety matter, got soft"], id="zero tolerance that becomes soft",
        ),
        pytest.param(
            row_of(FIRE_ROW, ("dwell_s = 10", "dwell_s = 11")),
            [f"fair/matters.toml: matter[{FIRE}].dwell_s", "at most 10 s", "got 11 s"],
            id="a danger that has to last longer",
        ),
        pytest.param(
            the_fair(f'{HEIR}[dwell_s]\n"{FIRE}" = 11\n'),
            [f"{FIRE}].dwell_s", "at most 10 s", "got 11 s"],
            id="a danger that has to last longer, in a word",
        ),
        pytest.param(
            row_of(STALL_ROW, ('["gas-bottles"]', '["flames"]')),
            [f"fair/matters.toml: matter[{STALL}].lifted_by", "at least gas-bottles",
             "none of gas-bottles"],
            id="a danger that lifts no more",
        ),
        pytest.param(
            row_of(STALL_ROW, ('lifted_by = ["gas-bottles"]\n', "")),
            [f"matter[{STALL}].lifted_by"], id="no danger that lifts",
        ),
        pytest.param(
            the_fair(leniency=TOWN["leniency"].replace('09006"]', '06020"]')),
            ["fair/leniency.toml: designated[square].matters", "doesn't concern safety", FIRE],
            id="a lawful place for a danger",
        ),
        pytest.param(
            the_fair(leniency=TOWN["leniency"].replace('09006"\nground', '06020"\nground')),
            [f"fair/leniency.toml: first_violation[{FIRE}]", "doesn't concern safety"],
            id="a danger that is let go the first time",
        ),
        pytest.param(
            row_of(STALL_ROW, ("safety = false", "safety = true"), ('"soft"', '"zero-tolerance"')),
            ["fair/leniency.toml: designated[square].matters", "doesn't concern safety", STALL],
            id="a matter that is lifted, and left in a lawful place",
        ),
        pytest.param(
            {
                **the_fair(leniency=THINNING.replace(f'["{STALL}"]', "[]")),
                **the_town(leniency=TOWN["leniency"] + THINNING),
            },
            ["fair/leniency.toml: thinning.counted_always", "that the parent always counts",
             f"none of {STALL}"],
            id="a matter that is no longer always counted",
        ),
        pytest.param(
            the_fair(aliases=f'[aliases]\nSmoke = "{STALL}"'),
            ["fair/aliases.toml: aliases.Smoke", "a safety matter, as the parent has it", STALL],
            id="a danger that is given another name",
        ),
        pytest.param(
            a_fair(
                'inherits = "town"\n',
                'inherits = "town"\n[triage_limit]\n'
                'zero-tolerance = { amount = 6, unit = "minute", calendar = "continuous" }\n',
            ),
            ["fair/pack.toml: triage_limit.zero-tolerance", "at most 5 minutes", "got 6 minutes"],
            id="more time to sort a danger",
        ),
        pytest.param(
            the_fair(deadlines=deadline_of("danger").replace('5, unit = "minute"',
                                                             '1, unit = "hour"')),
            ["fair/deadlines.toml: deadline[danger].limit", "at most 5 minutes", "got 1 hour"],
            id="more time to take a danger",
        ),
        pytest.param(
            the_fair(duties=pair_of("handle-verify").replace('["accept", "feedback"]',
                                                            '["clear"]')),
            ["fair/duties.toml: pair[handle-verify].these", "at least accept, feedback"],
            id="a pair of the law that is emptied",
        ),
    ],
)  # fmt: skip
def test_no_inheritance_makes_a_danger_soft(files: Files, told: list[str]) -> None:
    said = refusal_of(files, "fair")

    assert [words for words in told if words not in said] == [], said


def test_an_heir_may_not_make_a_pair_of_its_parent_smaller() -> None:
    own = '[[pair]]\nid = "intake"\nzh = "分离"\nen = "intake"\nclause = "for tests"\n'
    parents = own + 'these = ["classify", "open"]\nthose = ["dispatch"]\n'
    heirs = own + 'these = ["classify"]\nthose = ["dispatch"]\n'
    files = {
        **the_fair(duties=heirs),
        **the_town(duties=TOWN["duties"].replace("[[pair]]", f"{parents}[[pair]]", 1)),
    }

    said = refusal_of(files, "fair")

    assert "fair/duties.toml: pair[intake].these: expected all acts that the parent's" in said
    assert "none of open" in said


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(row_of(FIRE_ROW, ("dwell_s = 10", "dwell_s = 9")), id="danger seen sooner"),
        pytest.param(row_of(STALL_ROW, ("= 180", "= 999")), id="a stall that is let stand longer"),
        pytest.param(
            row_of(STALL_ROW, ('["gas-bottles"]', '["gas-bottles", "flames"]')),
            id="a danger more that lifts",
        ),
        pytest.param(
            a_fair(
                'inherits = "town"\n',
                'inherits = "town"\n[triage_limit]\n'
                'zero-tolerance = { amount = 4, unit = "minute", calendar = "continuous" }\n'
                'soft = { amount = 9, unit = "hour", calendar = "continuous" }\n',
            ),
            id="less time to sort a danger, more for the rest",
        ),
        pytest.param(
            the_fair(deadlines=deadline_of("danger").replace("amount = 5", "amount = 4")),
            id="less time to take a danger",
        ),
        pytest.param(
            the_fair(duties=pair_of("handle-verify").replace('["accept"', '["clear", "accept"')),
            id="a pair that is made larger",
        ),
        pytest.param(
            the_fair(aliases=f'[aliases]\nRoadOccupied = "{FIRE}"'), id="a name that warns louder"
        ),
    ],
)
def test_what_is_stricter_is_taken(files: Files) -> None:
    assert pack_from(files, "fair").name == "fair"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_fair('"town"', '"village"'), ["village/pack.toml: expected a file"],
            id="a parent that isn't there",
        ),
        pytest.param(
            a_fair('"town"', '"fair"'), ["fair/pack.toml: inherits", "another pack", "got fair"],
            id="its own parent",
        ),
        pytest.param(
            {**the_fair(), **files_of("town", {"pack": HEIR.replace('"fair"', '"town"')})},
            ["fair/pack.toml: inherits: expected another pack, one that stands on its own"],
            id="an heir of an heir",
        ),
        pytest.param(
            a_fair('"town"', '"../town"'), ["fair/pack.toml: inherits", "../town"],
            id="a parent by its path",
        ),
        pytest.param(
            the_fair(f'{HEIR}[dwell_s]\n"{CODE}99999" = 1\n'),
            ["fair/pack.toml: dwell_s: expected a matter of the inherited pack", "99999"],
            id="a threshold of an unknown matter",
        ),
        pytest.param(
            the_fair(f'{HEIR}[dwell_s]\n"09006" = 1\n'),
            ["fair/pack.toml: dwell_s.09006", "standard|kind|code"],
            id="a threshold of half a key",
        ),
        pytest.param(
            the_fair(matters=STALL_ROW * 2),
            ["fair/matters.toml: matter: expected each row once"], id="a row twice in the heir",
        ),
        pytest.param(
            {**the_fair(), "fair/leniency.tml": b""}, ["fair/leniency.tml", "no files but"],
            id="a misspelt file, which would have said nothing",
        ),
        pytest.param(
            {**the_fair(), **the_town(pack="form = 2")}, ["town/pack.toml: name", "got nothing"],
            id="a parent that is broken itself",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_an_heir_is_told_with_its_place(files: Files, told: list[str]) -> None:
    said = refusal_of(files, "fair")

    assert [words for words in told if words not in said] == [], said
