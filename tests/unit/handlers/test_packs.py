"""A policy pack is taken whole or not at all, and each fault says where it is."""

from datetime import date, timedelta
from typing import Final

import pytest

from handlers.decisions.policy import Calendar, Certainty, Limit, MatterPolicy
from handlers.policies.pack import Files, pack_from
from schemas.errors import InvalidValueError
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.workfile import Queue, Route
from tests.support.builders import BLOCKED_EXIT, OPEN_MANHOLE, STALL, UNLISTED, a_policy

PACK: Final = """\
name = "town"
version = "1"
valid_from = 2026-11-01
sample_one_in = 20
least_confidence_permille = 250
[triage_limit.zero-tolerance]
amount_min = 5
calendar = "continuous"
[triage_limit.soft]
amount_min = 30
calendar = "continuous"
"""

STALL_ROW: Final = """\
[[matter]]
standard = "GB/T 47678.5-2026"
kind = "matter"
code = "09006"
name = "stall"
zh = "占道经营"
en = "Street stall"
safety = false
why = "passage"
route = "soft"
dwell_s = 180
limit = { amount_min = 120, calendar = "continuous" }
clause = "城市道路管理条例 32"
certainty = "statute text"
"""

HEIR: Final = """\
name = "fair"
version = "2"
valid_from = 2026-12-01
inherits = "town"
[dwell_s]
"GB/T 47678.5-2026|matter|09006" = 15
"""


def some_files(pack: str = PACK, matters: str = STALL_ROW, **others: str) -> Files:
    """`others` are packs by name; each has a `pack.toml` only."""
    texts = {"town/pack.toml": pack, "town/matters.toml": matters}
    texts.update({f"{name}/pack.toml": text for name, text in others.items()})
    return {name: text.encode() for name, text in texts.items()}


def test_a_pack_says_what_its_files_say() -> None:
    pack = pack_from(some_files(), "town")

    assert (pack.name, pack.version, pack.valid_from) == ("town", "1", date(2026, 11, 1))
    assert (pack.sample_one_in, pack.least_confidence_permille) == (20, 250)
    assert pack.triage_limit[Queue.SOFT] == Limit(amount_min=30, calendar=Calendar.CONTINUOUS)
    assert pack.matters == {
        STALL: MatterPolicy(
            key=STALL,
            name="stall",
            title_zh="占道经营",
            title_en="Street stall",
            is_safety=False,
            why="passage",
            route=Route.SOFT,
            dwell_threshold=timedelta(minutes=3),
            disposal_limit=Limit(amount_min=120, calendar=Calendar.CONTINUOUS),
            clause="城市道路管理条例 32",
            certainty=Certainty.TEXT,
        )
    }


def test_an_heir_changes_thresholds_and_nothing_else() -> None:
    files = some_files(fair=HEIR)

    heir, parent = pack_from(files, "fair"), pack_from(files, "town")

    assert (heir.name, heir.version, heir.valid_from) == ("fair", "2", date(2026, 12, 1))
    assert heir.matters[STALL].dwell_threshold == timedelta(seconds=15)
    assert heir.matters[STALL].disposal_limit == parent.matters[STALL].disposal_limit
    assert heir.triage_limit == parent.triage_limit


def a_row(old: str, new: str) -> Files:
    """The town's only matter with one thing changed."""
    assert old in STALL_ROW
    return some_files(matters=STALL_ROW.replace(old, new))


def a_pack(old: str, new: str) -> Files:
    """The town's `pack.toml` with one thing changed."""
    assert old in PACK
    return some_files(pack=PACK.replace(old, new))


def an_heir(old: str, new: str) -> Files:
    """The town's heir with one thing changed."""
    assert old in HEIR
    return some_files(fair=HEIR.replace(old, new))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_row('"soft"', '"soft'), ["town/matters.toml", "line 10"],
            id="a broken line is told with its number",
        ),
        pytest.param(
            a_pack("sample_one_in = 20", "sample_one_in 20"), ["town/pack.toml", "line 4"],
            id="a broken line of the pack's own file too",
        ),
        pytest.param(
            {**some_files(), "town/matters.toml": "名".encode("gb18030")},
            ["town/matters.toml", "UTF-8"], id="a file in another encoding",
        ),
        pytest.param(
            {"town/pack.toml": PACK.encode()}, ["town/matters.toml", "expected a file"],
            id="a file that isn't there",
        ),
        pytest.param({}, ["town/pack.toml", "expected a file"], id="a pack that isn't there"),
        pytest.param(
            a_pack('version = "1"\n', ""), ["town/pack.toml: version", "got nothing"],
            id="a key that is absent",
        ),
        pytest.param(
            a_pack("sample_one_in", "colour = 1\nsample_one_in"), ["town/pack.toml: colour"],
            id="a key that nobody knows",
        ),
        pytest.param(
            a_row("dwell_s", "dwel_s = 9\ndwell_s"), ["town/matters.toml: matter.0.dwel_s"],
            id="a misspelt key of a matter",
        ),
        pytest.param(
            a_row("{ amount_min", "{ hours = 2, amount_min"), ["matter.0.limit.hours"],
            id="a key too many in a limit",
        ),
        pytest.param(a_row("= 180", "= 180.5"), ["matter.0.dwell_s", "180.5"], id="half a second"),
        pytest.param(a_row("= 180", '= "180"'), ["matter.0.dwell_s", "'180'"], id="text"),
        pytest.param(a_row("= 180", "= -1"), ["matter.0.dwell_s", "-1"], id="less than no time"),
        pytest.param(a_row("= 180", "= 604801"), ["matter.0.dwell_s", "604801"], id="over a week"),
        pytest.param(
            a_row("= false", "= 0"), ["matter.0.safety", "got 0"], id="neither true nor false"
        ),
        pytest.param(
            a_row("continuous", "office"), ["matter.0.limit.calendar", "office"],
            id="an unknown calendar",
        ),
        pytest.param(
            a_row("amount_min = 120", "amount_min = 0"), ["matter.0.limit.amount_min", "got 0"],
            id="no time to dispose",
        ),
        pytest.param(
            a_row('"soft"', '"hard"'), ["matter.0.route", "hard"], id="an unknown route"
        ),
        pytest.param(
            a_row("statute text", "I think"), ["matter.0.certainty", "I think"],
            id="an unknown certainty",
        ),
        pytest.param(
            a_row("2026", "20|26"), ["matter.standard", "20|26"],
            id="a name that would tear a key apart",
        ),
        pytest.param(
            some_files(matters="matter = []"), ["town/matters.toml: matter"], id="no matter at all"
        ),
        pytest.param(
            some_files(matters=STALL_ROW * 2), [str(STALL), "expected each matter once"],
            id="a matter told twice",
        ),
        pytest.param(
            a_pack("[triage_limit.soft]", "[triage_limit.hard]"), ["triage_limit.hard"],
            id="an unknown queue",
        ),
        pytest.param(
            some_files(pack=PACK.split("[triage_limit.soft]", maxsplit=1)[0]),
            ["town/pack.toml", "expected a limit for each queue", "soft"], id="a queue left out",
        ),
        pytest.param(
            a_pack("= 250", "= 1001"), ["least_confidence_permille", "1001"], id="surer than sure"
        ),
        pytest.param(
            a_pack("= 20\n", "= 0\n"), ["sample_one_in", "got 0"], id="a sample of one in none"
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(files: Files, told: list[str]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        pack_from(files, "town")

    said = str(caught.value)
    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            an_heir("[dwell_s]", "sample_one_in = 1\n[dwell_s]"),
            ["fair/pack.toml: sample_one_in"], id="an heir that wants more",
        ),
        pytest.param(
            an_heir("09006", "99999"), ["fair/pack.toml: dwell_s", "99999"],
            id="a threshold of an unknown matter",
        ),
        pytest.param(
            an_heir("matter|09006", "09006"), ["standard|kind|code"],
            id="a matter that isn't spelt whole",
        ),
        pytest.param(
            an_heir('"town"', '"village"'), ["village/pack.toml", "expected a file"],
            id="a parent that isn't there",
        ),
        pytest.param(
            an_heir('"town"', '"fair"'), ["fair", "another pack"], id="its own parent",
        ),
        pytest.param(
            some_files(fair=HEIR, town=HEIR.replace('"town"', '"fair"')), ["another pack"],
            id="two that inherit from each other",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_an_heir_is_told_with_its_place(files: Files, told: list[str]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        pack_from(files, "fair")

    said = str(caught.value)
    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            a_row("safety = false", "safety = true"),
            ["expected zero-tolerance or service for a safety matter, got soft", ".route"],
            id="danger is never met softly",
        ),
        pytest.param(
            a_row('"soft"', '"zero-tolerance"'),
            ["expected safety = true for zero tolerance, got false", ".safety"],
            id="zero tolerance is for danger only",
        ),
        pytest.param(
            a_row('"soft"', '"triage"'),
            ["expected a route that ends the matter, got triage", ".route"],
            id="a row decides",
        ),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(files: Files, told: list[str]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        pack_from(files, "town")

    said = str(caught.value)
    told = ["town/matters.toml", str(STALL), *told]
    assert [words for words in told if words not in said] == [], said


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(some_files(pack=PACK + "\n"), id="a newline"),
        pytest.param(some_files(pack=PACK + "# noted"), id="a comment"),
        pytest.param(some_files(matters=STALL_ROW.replace("180", "181")), id="a number"),
        pytest.param(some_files(matters=STALL_ROW.replace("\n", "\r\n")), id="line ends"),
        pytest.param(some_files(fair=HEIR), id="a file more"),
    ],
)
def test_the_digest_changes_with_any_byte(changed: Files) -> None:
    assert pack_from(changed, "town").digest != pack_from(some_files(), "town").digest


def test_every_single_byte_counts() -> None:
    """Each is changed where TOML doesn't mind: inside of a comment."""
    remark = b"# as laid down"
    plain = dict(some_files())
    digests = set()
    for at in range(2, len(remark)):
        changed = remark[:at] + b"!" + remark[at + 1 :]
        files = {**plain, "town/pack.toml": plain["town/pack.toml"] + changed}
        digests.add(pack_from(files, "town").digest)

    assert len(digests) == len(remark) - 2


def test_the_order_in_which_files_are_read_changes_nothing() -> None:
    files = some_files(fair=HEIR)
    turned = dict(reversed(files.items()))

    assert pack_from(turned, "fair") == pack_from(files, "fair")


def test_a_byte_that_moves_from_one_file_to_the_next_is_a_change() -> None:
    before = some_files(pack=PACK, matters="#\n" + STALL_ROW)
    after = some_files(pack=PACK + "#\n", matters=STALL_ROW)

    assert pack_from(before, "town").digest != pack_from(after, "town").digest


@pytest.mark.parametrize(
    ("key", "lane"),
    [
        pytest.param(BLOCKED_EXIT, Lane.SAFETY, id="danger"),
        pytest.param(OPEN_MANHOLE, Lane.SAFETY, id="danger that is mended"),
        pytest.param(STALL, Lane.GENERAL, id="a stall"),
        pytest.param(UNLISTED, None, id="not in the pack"),
        pytest.param(None, None, id="no matter"),
    ],
)
def test_the_safety_table_says_the_lane(key: MatterKey | None, lane: Lane | None) -> None:
    assert a_policy().lane_of(key) is lane
