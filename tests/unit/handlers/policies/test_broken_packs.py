"""A broken pack is refused whole, with file, key, what was expected and what came."""

import pytest

from handlers.policies.files import Files
from handlers.policies.pack import pack_from
from tests.support.town import CODE, FIRE_ROW, PACK, STALL_ROW, TOWN, a_town, refusal_of, the_town

STALL = f"{CODE}09006"


def without(file: str) -> Files:
    return {path: text for path, text in the_town().items() if path != f"town/{file}"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("matters", '"soft"', '"soft'), ["town/matters.toml: expected TOML", "line 8"],
            id="a broken line is told with its number",
        ),
        pytest.param(
            a_town("pack", "sample_one_in = 20", "sample_one_in 20"), ["town/pack.toml", "line 5"],
            id="a broken line of the pack's own file too",
        ),
        pytest.param(
            {**the_town(), "town/matters.toml": "名".encode("gb18030")},
            ["town/matters.toml", "UTF-8"], id="a file in another encoding",
        ),
        *(
            pytest.param(
                without(f"{file}.toml"), [f"town/{file}.toml: expected a file, got none"],
                id=f"without {file}.toml",
            )
            for file in TOWN
        ),
        pytest.param({}, ["town/pack.toml", "expected a file"], id="a pack that isn't there"),
        pytest.param(
            {**the_town(), "town/notes.txt": b"hello"},
            ["town/notes.txt", "no files but pack.toml, matters.toml"],
            id="a file that nobody would read",
        ),
        pytest.param(
            {**the_town(), "village/pack.toml": b""}, ["village/pack.toml", "no files but"],
            id="a file of another pack",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_of_a_pack_is_refused(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("pack", 'version = "1"\n', ""),
            ["town/pack.toml: version: expected a value, got nothing"],
            id="a key that is absent",
        ),
        pytest.param(
            a_town("pack", "form = 2", "form = 3"), ["town/pack.toml: form", "got 3"],
            id="a form of the future",
        ),
        pytest.param(
            a_town("pack", '"town"', '"city"'),
            ["town/pack.toml: name", "the name of the pack's folder, town, got city"],
            id="a name that isn't the folder's",
        ),
        pytest.param(
            a_town("pack", "sample_one_in", "colour = 1\nsample_one_in"),
            ["town/pack.toml: colour: expected no such key, got 1"], id="a key that nobody knows",
        ),
        pytest.param(
            a_town("pack", "= 20\n", "= 0\n"), ["sample_one_in", "got 0"],
            id="a sample of one in none",
        ),
        pytest.param(
            a_town("pack", "sample_one_in = 20\n", ""),
            ["town/pack.toml: sample_one_in: expected a value, got nothing"], id="no sample at all",
        ),
        pytest.param(
            a_town("pack", "= 250", "= 1001"), ["least_confidence_permille", "1001"],
            id="surer than sure",
        ),
        pytest.param(
            a_town("pack", "\nsoft =", "\nhard ="), ["triage_limit.hard"], id="an unknown queue"
        ),
        pytest.param(
            the_town(pack=PACK.split("soft =", maxsplit=1)[0]),
            ["town/pack.toml: triage_limit", "a limit for each queue", "soft"],
            id="a queue left out",
        ),
        pytest.param(
            the_town(pack=f'{PACK}[dwell_s]\n"{STALL}" = 1\n'),
            ["town/pack.toml: dwell_s", "inherits nothing"], id="thresholds without a parent",
        ),
    ],
)  # fmt: skip
def test_a_broken_first_file_is_refused_with_its_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


ROW = f"town/matters.toml: matter[{STALL}]"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("matters", "dwell_s = 180", "dwel_s = 9\ndwell_s = 180"), [f"{ROW}.dwel_s"],
            id="a misspelt key of a matter",
        ),
        pytest.param(
            a_town("matters", "{ amount = 2,", "{ hours = 2, amount = 2,"), [f"{ROW}.limit.hours"],
            id="a key too many in a limit",
        ),
        pytest.param(
            a_town("matters", "= 180\n", "= 180.5\n"), [f"{ROW}.dwell_s", "180.5"],
            id="half a second",
        ),
        pytest.param(
            a_town("matters", "= 180\n", '= "180"\n'), [f"{ROW}.dwell_s", "'180'"], id="text"
        ),
        pytest.param(
            a_town("matters", "= 180\n", "= -1\n"), [f"{ROW}.dwell_s", "-1"],
            id="less than no time",
        ),
        pytest.param(
            a_town("matters", "= 180\n", "= 604801\n"), [f"{ROW}.dwell_s", "604801"],
            id="over a week",
        ),
        pytest.param(
            a_town("matters", "safety = false", "safety = 0"), [f"{ROW}.safety", "got 0"],
            id="neither true nor false",
        ),
        pytest.param(
            a_town("matters", "city-working", "office"), [f"{ROW}.limit.calendar", "office"],
            id="an unknown calendar",
        ),
        pytest.param(
            a_town("matters", '"hour", calendar = "city-working"',
                   '"hour", calendar = "statutory-working"'),
            [f"{ROW}.limit: expected a unit that the statutory-working calendar counts: day",
             "got hour"],
            id="hours that the law doesn't count",
        ),
        pytest.param(
            a_town("matters", "amount = 2,", "amount = 0,"), [f"{ROW}.limit.amount", "got 0"],
            id="no time to dispose",
        ),
        pytest.param(
            a_town("matters", '"soft"', '"hard"'),
            [f"{ROW}.route: expected 'zero-tolerance', 'soft'", "hard"], id="an unknown route",
        ),
        pytest.param(
            a_town("matters", '"statute text"\nlifted', '"I think"\nlifted'),
            [f"{ROW}.certainty", "I think"], id="an unknown certainty",
        ),
        pytest.param(
            a_town("matters", '"GB/T 47678.5-2026|matter|09006"', '"GB/T 47678.5-2026|09006"'),
            ["matter[GB/T 47678.5-2026|09006].key", "standard|kind|code"], id="half a key",
        ),
        pytest.param(
            the_town(matters="matter = []"), ["town/matters.toml: matter", "at least one"],
            id="no matter at all",
        ),
        pytest.param(
            the_town(matters=STALL_ROW * 2),
            ["town/matters.toml: matter: expected each row once", f"{STALL} twice"],
            id="a matter told twice",
        ),
        pytest.param(
            a_town("matters", "gas-bottles", "gas"), [f"{ROW}.lifted_by", "gas"],
            id="an unknown danger",
        ),
        pytest.param(
            a_town("matters", 'en = "the road is free"', 'en = ""'), [f"{ROW}.close.en"],
            id="a close condition in one language",
        ),
    ],
)  # fmt: skip
def test_a_misshapen_matter_is_refused_with_its_key(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_town("matters", "safety = false", "safety = true"),
            ["expected zero-tolerance or service for a safety matter, got soft", STALL],
            id="danger is never met softly",
        ),
        pytest.param(
            a_town("matters", '"soft"', '"zero-tolerance"'),
            ["expected safety = true for zero tolerance, got false", STALL],
            id="zero tolerance is for danger only",
        ),
        pytest.param(
            a_town("matters", '"soft"', '"triage"'),
            ["expected a route that ends the matter, got triage", STALL],
            id="a row decides",
        ),
        pytest.param(
            a_town("matters", '"soft"\nparty = "yes"', '"soft"\nparty = "no"'),
            [ROW, "(route): expected service, where nobody is to blame, got soft"],
            id="nobody can be persuaded where nobody is to blame",
        ),
        pytest.param(
            a_town("matters", '"soft"\nparty = "yes"', '"service"\nparty = "no"'),
            [ROW, "(basis): expected nothing, where nobody is to blame"],
            id="nobody can be punished where nobody is to blame",
        ),
        pytest.param(
            a_town("matters", 'norm = "administrative-regulation"', 'norm = "notice"'),
            [ROW, "a notice is never a basis, got notice"],
            id="a notice founds no penalty",
        ),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(files: Files, told: list[str]) -> None:
    said = refusal_of(files)

    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize("file", [name for name in TOWN if name not in {"pack", "aliases"}])
def test_no_file_takes_a_table_that_it_does_not_know(file: str) -> None:
    said = refusal_of(the_town(**{file: TOWN[file] + "\n[[surprise]]\nx = 1\n"}))

    assert f"town/{file}.toml: surprise" in said


def test_a_matter_that_is_only_dangerous_needs_no_list() -> None:
    """The smallest pack: dangers alone, met at once, with nothing mild in it."""
    files = the_town(
        matters=FIRE_ROW,
        leniency='measures = ["persuade", "demonstrate", "warn", "interview"]',
        discretion='published = ""',
        authority='unregistered = "triage"',
        aliases="[aliases]",
    )

    assert [row.is_safety for row in pack_from(files, "town").matters.values()] == [True]
