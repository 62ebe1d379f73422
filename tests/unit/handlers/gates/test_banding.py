from typing import Any, Final

import pytest

from handlers.decisions.gates.banding import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from schemas.act import Act, Taken
from schemas.person import Role
from tests.support.authorities import STRUCTURE
from tests.support.benches import (
    a_bench,
    a_case,
    a_standing,
    a_taken,
)
from tests.support.builders import a_digest
from tests.support.cities import a_city, a_discretion

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
FINE: Final = {"kind": "fine", "fine_fen": 50_000, "harm": "ordinary"}
"""Where the middle band of the test city begins for a citizen: 500 – 1,000 yuan."""
CORRECTED: Final = a_taken(Act.CORRECTED, proof="a picture")


def recheck(*, is_corrected: bool) -> Taken:
    return a_taken(Act.RECHECK, is_corrected=is_corrected)


@pytest.mark.parametrize("act", [Act.PROPOSE, Act.DECIDE])
@pytest.mark.parametrize(
    ("taken", "circumstances", "expected"),
    [
        pytest.param([], [], PASS, id="nothing put right"),
        pytest.param([CORRECTED], [], BLOCK, id="put right, and not counted"),
        pytest.param([CORRECTED], ["corrected"], PASS, id="put right, and counted"),
        pytest.param([CORRECTED], ["coerced"], PASS, id="another mitigating one"),
        pytest.param([CORRECTED], ["repeated"], BLOCK, id="only what makes it heavier"),
        pytest.param([CORRECTED], ["repeated", "corrected"], PASS, id="both are counted"),
        pytest.param([recheck(is_corrected=True)], [], BLOCK, id="a look saw it put right"),
        pytest.param([recheck(is_corrected=False)], [], PASS, id="a look saw it as it was"),
        pytest.param(
            [CORRECTED, recheck(is_corrected=False)], [], PASS, id="a later look denies it"
        ),
        pytest.param([], ["a bad mood"], BLOCK, id="a circumstance of no pack"),
        pytest.param([], ["repeated"], PASS, id="one that makes it heavier"),
    ],
)
def test_putting_it_right_makes_it_lighter(
    act: Act, taken: list[Taken], circumstances: list[str], expected: Verdict
) -> None:
    bench = a_bench(act, taken=taken, details={**FINE, "circumstances": circumstances})

    assert CHECK["P32"](bench).verdict is expected


PROPOSED: Final = a_taken(Act.PROPOSE, **FINE)
DISCUSSED: Final = a_taken(Act.DISCUSS, person="zhao", role=Role.HEAD, present=["deng", "chen"])


def banded(
    *taken: Taken, act: Act = Act.DECIDE, more: dict[str, Any] | None = None, **said: Any
) -> Bench:
    return a_bench(act, taken=taken, details={**FINE, **said}, **(more or {}))


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(banded(fine_fen=50_000), PASS, id="the least of the band"),
        pytest.param(banded(fine_fen=49_999), BLOCK, id="a fen less"),
        pytest.param(banded(fine_fen=100_000), PASS, id="the most of the band"),
        pytest.param(banded(fine_fen=100_001), BLOCK, id="a fen more"),
        pytest.param(banded(fine_fen=100_001, circumstances=["repeated"]), PASS, id="heavier band"),
        pytest.param(banded(fine_fen=49_999, circumstances=["confessed"]), PASS, id="lighter band"),
        pytest.param(
            banded(
                a_taken(Act.CONSIDER, party="shop 7", party_kind="organisation"), fine_fen=500_000
            ),
            PASS,
            id="an organisation's band",
        ),
        pytest.param(banded(kind="formal-warning", fine_fen=0), PASS, id="no fine, no band"),
        pytest.param(banded(fine_fen=0), BLOCK, id="a fine of nothing"),
        pytest.param(
            banded(more={"case": a_case(matter=STRUCTURE)}), BLOCK, id="a matter without bands"
        ),
        pytest.param(banded(more={"case": a_case(matter=None)}), BLOCK, id="no matter"),
        pytest.param(
            banded(more={"policy": a_city(discretion=a_discretion(published=""))}),
            BLOCK,
            id="a table that nobody published",
        ),
        pytest.param(
            banded(more={"standing": a_standing(published=False)}),
            BLOCK,
            id="a pack that nobody published",
        ),
        pytest.param(
            banded(PROPOSED, DISCUSSED, fine_fen=100_001, outside_band="a third time"),
            PASS,
            id="outside, with a reason and a panel",
        ),
        pytest.param(
            banded(PROPOSED, fine_fen=100_001, outside_band="a third time"),
            BLOCK,
            id="outside, with a reason only",
        ),
        pytest.param(
            banded(PROPOSED, DISCUSSED, fine_fen=100_001), BLOCK, id="outside, with a panel only"
        ),
        pytest.param(
            banded(DISCUSSED, PROPOSED, fine_fen=100_001, outside_band="a third time"),
            BLOCK,
            id="outside, with a panel about something older",
        ),
        pytest.param(
            banded(act=Act.PROPOSE, fine_fen=100_001, outside_band="a third time"),
            PASS,
            id="proposed outside, with a reason",
        ),
        pytest.param(
            banded(act=Act.PROPOSE, fine_fen=100_001), BLOCK, id="proposed outside, without"
        ),
        pytest.param(
            banded(act=Act.DECIDE_ON_SPOT, fine_fen=100_001, outside_band="a third time"),
            BLOCK,
            id="never outside on the spot",
        ),
    ],
)
def test_a_fine_lies_in_the_published_band(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P34"](bench).verdict is expected


HALF: Final = a_city(discretion=a_discretion(percent=50), digest=a_digest("half"))


@pytest.mark.parametrize(
    ("fine_fen", "now", "then", "expected"),
    [
        pytest.param(50_000, a_city(), HALF, PASS, id="the band of then was lighter: its most"),
        pytest.param(50_001, a_city(), HALF, BLOCK, id="a fen over the lighter band of then"),
        pytest.param(50_000, HALF, a_city(), PASS, id="the band of now is lighter: its most"),
        pytest.param(50_001, HALF, a_city(), BLOCK, id="a fen over the lighter band of now"),
    ],
)
def test_the_lighter_band_holds(fine_fen: int, now: Any, then: Any, expected: Verdict) -> None:
    bench = banded(fine_fen=fine_fen, more={"policy": now, "then": then})

    assert CHECK["P34"](bench).verdict is expected
