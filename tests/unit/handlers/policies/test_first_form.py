"""Packs of the first form are read, so that old decisions can be made again; none is used."""

from datetime import timedelta
from typing import Final

import pytest

from handlers.policies.files import Files, digest
from handlers.policies.pack import pack_from
from schemas.errors import InvalidValueError
from schemas.limit import Calendar, Limit, Unit
from schemas.workfile import Queue, Route
from tests.support.builders import STALL

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
ROW: Final = """\
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
HEIR: Final = f"""\
name = "fair"
version = "2"
valid_from = 2026-12-01
inherits = "town"
[dwell_s]
"{STALL}" = 15
"""


def kept(pack: str = PACK, matters: str = ROW, heir: str = HEIR) -> Files:
    texts = {"town/pack.toml": pack, "town/matters.toml": matters, "fair/pack.toml": heir}
    return {path: text.encode() for path, text in texts.items()}


def test_a_kept_pack_says_what_it_said() -> None:
    pack = pack_from(kept(), "town")

    row = pack.matters[STALL]
    two_hours = Limit(amount=120, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)
    assert (pack.name, pack.version, pack.sample_one_in) == ("town", "1", 20)
    assert pack.triage_limit[Queue.SOFT].amount == 30
    assert (row.name, row.route, row.disposal_limit) == ("stall", Route.SOFT, two_hours)
    assert (pack.deadlines, pack.duties.pairs) == ({}, ())


def test_a_kept_heir_has_its_own_thresholds_and_the_digest_of_all_its_files() -> None:
    heir = pack_from(kept(), "fair")

    assert heir.matters[STALL].dwell_threshold == timedelta(seconds=15)
    assert (heir.name, heir.digest) == ("fair", digest(kept()))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param(
            kept(matters=ROW.replace("dwell_s", "dwel_s")), "town/matters.toml: matter", id="a row"
        ),
        pytest.param(
            kept(PACK.replace("in = 20", "in = 0")),
            "town/pack.toml: sample_one_in",
            id="its own file",
        ),
        pytest.param(kept(matters=ROW * 2), f"{STALL} twice", id="a row twice"),
    ],
)
def test_a_kept_pack_that_was_damaged_is_refused_with_its_place(files: Files, told: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        pack_from(files, "town")

    assert told in str(caught.value)
