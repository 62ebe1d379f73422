"""Broken leniency, bands and powers are refused with file, key, expected and got."""

import pytest

from handlers.policies.files import Files
from tests.support.town import CODE, THINNING, TOWN, a_town, refusal_of, the_town

STALL = f"{CODE}09006"


def with_thinning(old: str, new: str) -> Files:
    assert old in THINNING, old
    return the_town(leniency=TOWN["leniency"] + THINNING.replace(old, new))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("leniency", '"interview"]', '"warn"]'),
            ["town/leniency.toml: measures", "each of persuade, demonstrate, warn, interview once"],
            id="a measure twice",
        ),
        pytest.param(
            a_town("leniency", ', "interview"]', "]"), ["town/leniency.toml: measures"],
            id="a measure left out",
        ),
        pytest.param(
            a_town("leniency", 'measures = ["persuade", "demonstrate", "warn", "interview"]\n', ""),
            ["town/leniency.toml: measures: expected a value, got nothing"], id="no order",
        ),
        pytest.param(
            a_town("leniency", "22:00:00", "17:00:00"),
            ["designated[square]", "(until_time): expected from_time before until_time"],
            id="hours of no length",
        ),
        pytest.param(
            a_town("leniency", "2026-12-31", "2025-12-31"),
            ["designated[square]", "expected a day from 2026-01-01 on, got 2025-12-31"],
            id="a term that ends before it begins",
        ),
        pytest.param(
            a_town("leniency", ", [113.2, 31.2]]", "]"),
            ["designated[square]", "at least 3 corners"], id="an outline of two corners",
        ),
        pytest.param(
            a_town("leniency", "[[113.1, 31.1]", "[[31.1, 113.1]"),
            ["designated[square].outline", "113.1"], id="longitude and latitude swapped",
        ),
        pytest.param(
            a_town("leniency", 'place_ids = ["square-1"]\noutline = [[113.1, 31.1], [113.2, 31.1], '
                   "[113.2, 31.2]]\n", ""),
            ["designated[square]", "expected place_ids, grid_cells or an outline"],
            id="a place nowhere",
        ),
        pytest.param(
            a_town("leniency", '"saturday"', '"someday"'), ["designated[square].weekdays"],
            id="no day of the week",
        ),
        pytest.param(
            a_town("leniency", 'ground = "first"', 'ground = "no-fault"'),
            [f"first_violation[{STALL}]", "(ground)", "got no-fault"],
            id="no fault is nothing for a list",
        ),
        pytest.param(
            a_town("leniency", 'unit = "year", calendar = "calendar"',
                   'unit = "day", calendar = "continuous"'),
            [f"first_violation[{STALL}]", "(look_back.calendar)", "got continuous"],
            id="a look back that isn't in days",
        ),
        pytest.param(
            a_town("leniency", "09006", "99999"),
            ["town/leniency.toml: designated[square].matters: expected a matter of the pack",
             "99999"],
            id="a lawful place for an unknown matter",
        ),
        pytest.param(
            a_town("leniency", '09006"\nground', '99999"\nground'),
            [f"town/leniency.toml: first_violation[{CODE}99999]: expected a matter of the pack"],
            id="a list row for an unknown matter",
        ),
        pytest.param(
            a_town("leniency", '09006"]', '06020"]'),
            ["town/leniency.toml: designated[square].matters", "doesn't concern safety", "06020"],
            id="no place makes a danger lawful",
        ),
        pytest.param(
            a_town("leniency", '09006"\nground', '06020"\nground'),
            [f"town/leniency.toml: first_violation[{CODE}06020]", "doesn't concern safety"],
            id="no danger is let go the first time",
        ),
        pytest.param(
            a_town("leniency", '09006"\nground', '06042"\nground'),
            [f"first_violation[{CODE}06042]", "somebody may be to blame"],
            id="nobody is forgiven where nobody is to blame",
        ),
        pytest.param(
            with_thinning("ends_at_lag_s = 5", "ends_at_lag_s = 30"),
            ["town/leniency.toml: thinning", "(ends_at_lag_s)", "less than starts_at_lag_s, 30"],
            id="an overload that ends where it starts",
        ),
        pytest.param(
            with_thinning("cooling_s = 300", "cooling_s = 3601"),
            ["town/leniency.toml: thinning.cooling_s", "got 3601"],
            id="a cooling period of more than an hour",
        ),
        pytest.param(
            with_thinning("cooling_s = 300", "cooling_s = 0"),
            ["town/leniency.toml: thinning.cooling_s", "got 0"], id="no cooling period",
        ),
        pytest.param(
            with_thinning("clause = \"the town's rule 7\"\n", ""),
            ["town/leniency.toml: thinning.clause: expected a value, got nothing"],
            id="thinning without its rule",
        ),
        pytest.param(
            with_thinning("09006", "99999"),
            ["town/leniency.toml: thinning.counted_always: expected a matter of the pack"],
            id="an unknown matter that is always counted",
        ),
    ],
)  # fmt: skip
def test_broken_leniency_is_refused_with_its_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


BANDS = f"town/discretion.toml: bands[{STALL}]"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("discretion", ", heavier = [100, 200]", ""),
            [BANDS, "(citizen.minor.heavier): expected a band, got nothing"],
            id="a band left out",
        ),
        pytest.param(
            a_town("discretion", "[300, 600]", "[600, 300]"), [BANDS, "least_fen <= most_fen"],
            id="a band upside down",
        ),
        pytest.param(
            a_town("discretion", "[50, 100], heavier", "[50, 201], heavier"),
            [BANDS, "(citizen.minor.heavier): expected no less than the milder step", "100 … 200"],
            id="a mitigating fact may not raise the fine",
        ),
        pytest.param(
            a_town("discretion", "lighter = [0, 50]", "lighter = [51, 51]"),
            [BANDS, "(citizen.minor.ordinary): expected no less than"],
            id="nor what it begins with",
        ),
        pytest.param(
            a_town("discretion", "[300, 600]", "[98, 600]"),
            [BANDS, "(citizen.grave.ordinary): expected no less than", "98 … 600"],
            id="greater harm may not cost less",
        ),
        pytest.param(
            a_town("discretion", "[0, 0]", "[-1, 0]"),
            ["citizen.minor.below-range.0", "got -1"], id="less than nothing",
        ),
        pytest.param(
            a_town("discretion", "[bands.citizen]", "[bands.child]"), [f"{BANDS}.child"],
            id="an unknown party",
        ),
        pytest.param(
            the_town(discretion=TOWN["discretion"].split("[bands.citizen]", maxsplit=1)[0]),
            [BANDS, "a table for citizen or organisation"], id="a table without bands",
        ),
        pytest.param(
            a_town("discretion", "09006", "99999"),
            [f"town/discretion.toml: bands[{CODE}99999]: expected a matter of the pack"],
            id="bands of an unknown matter",
        ),
        pytest.param(
            a_town("discretion", "09006", "06020"),
            [f"bands[{CODE}06020]", "names the basis of a penalty"],
            id="bands of a matter without a basis",
        ),
        pytest.param(
            a_town("discretion", "09006", "06042"),
            [f"bands[{CODE}06042]", "somebody may be to blame"],
            id="bands of what nobody is to blame for",
        ),
        pytest.param(
            a_town("discretion", 'step = "lighter"', 'step = "free"'),
            ["town/discretion.toml: circumstance[coerced].step", "free"], id="an unknown step",
        ),
        pytest.param(
            a_town("discretion", 'published = "https://town.example/bands"\n', ""),
            ["town/discretion.toml: published: expected a value"], id="nothing said of publication",
        ),
    ],
)  # fmt: skip
def test_broken_discretion_is_refused_with_its_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("authority", 'kind = "own"', 'kind = "handed-over"'),
            ["town/authority.toml: grant[own]", "(published): expected where it is published"],
            id="power that is handed over in secret",
        ),
        pytest.param(
            a_town("authority", 'kind = "own"', 'kind = "entrusted"'),
            ["grant[own]", "(published)"], id="power that is entrusted in secret",
        ),
        pytest.param(
            a_town("authority", 'areas = ["421303"]\nclause = "行政处罚法 18"',
                   'areas = []\nclause = "行政处罚法 18"'),
            ["grant[own].areas"], id="power nowhere",
        ),
        pytest.param(
            a_town("authority", "2026-12-31", "2025-12-31"),
            ["grant[own]", "(valid_until): expected a day from 2026-01-01 on"],
            id="power that ends before it begins",
        ),
        pytest.param(
            a_town("authority", '09006"]\nareas = ["421303"]\nclause = "行政处罚法 18"',
                   '99999"]\nareas = ["421303"]\nclause = "行政处罚法 18"'),
            ["town/authority.toml: grant[own].matters: expected a matter of the pack", "99999"],
            id="power over an unknown matter",
        ),
        pytest.param(
            a_town("authority", 'norm = "law"', 'norm = "local-regulation"'),
            ["device_basis[text]", "(norm): expected a law or an administrative regulation"],
            id="a local regulation lets no device fix facts",
        ),
        pytest.param(
            a_town("authority", '09006"]\nareas = [""]', '99999"]\nareas = [""]'),
            ["town/authority.toml: device_basis.0.matters", "99999"],
            id="a device basis of an unknown matter",
        ),
        pytest.param(
            a_town("authority", 'by = "tang"', 'by = "chen"'),
            ["device[cam-1]", "(technical_review.by): expected another person", "got chen"],
            id="a device that one person reviewed twice",
        ),
        pytest.param(
            a_town("authority", "marked = true", "marked = 1"),
            ["town/authority.toml: device[cam-1].marked"], id="marked, or so",
        ),
        pytest.param(
            a_town("authority", 'purpose = "enforcement"', 'purpose = "art"'),
            ["device[cam-1].purpose", "art"], id="an unknown purpose",
        ),
        pytest.param(
            a_town("authority", '09006"]\nareas = ["421303"]\nclause = "for tests"\npublished',
                   '99999"]\nareas = ["421303"]\nclause = "for tests"\npublished'),
            ["town/authority.toml: offsite_item.0.matters", "99999"],
            id="an off-site item of an unknown matter",
        ),
        pytest.param(
            a_town("authority", 'unregistered = "lead"\n', ""),
            ["town/authority.toml: unregistered: expected a value"],
            id="nothing said of unregistered cameras",
        ),
    ],
)  # fmt: skip
def test_broken_authority_is_refused_with_its_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said
