from typing import Any, Final

import pytest

from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.gates.notice import GATES
from schemas.act import Act, Taken
from schemas.person import Role
from tests.support.benches import a_bench, a_taken
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK, HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
TOLD: Final = {
    "facts": "a stall on the pavement",
    "reasons": "not put right in time",
    "basis": "城市市容和环境卫生管理条例 36",
    "told_defence": True,
}
REQUEST_OVER: Final = china("2026-03-13 24:00")
"""Five working days after a notice on Friday."""
LARGE: Final = 500_000
ASKED: Final = a_taken(Act.ASK_HEARING, person="he", role=Role.CLERK)
HELD: Final = a_taken(Act.HOLD_HEARING, person="sun", role=Role.HEARING_OFFICER, findings="so")


def a_notice(fine_fen: int = 10_000, kind: str = "fine", **details: Any) -> Taken:
    return a_taken(Act.NOTIFY, kind=kind, fine_fen=fine_fen, second="wang", **{**TOLD, **details})


def a_waiver(**details: Any) -> Taken:
    return a_taken(Act.WAIVE, person="he", role=Role.CLERK, signed=True, **details)


def deciding(*taken: Taken, fine_fen: int = 10_000, kind: str = "fine", **more: Any) -> Bench:
    details = {"kind": kind, "fine_fen": fine_fen}
    return a_bench(Act.DECIDE, taken=taken, details=details, **more)


def notifying(*taken: Taken, fine_fen: int = 10_000, **details: Any) -> Bench:
    said = {"kind": "fine", "fine_fen": fine_fen, **TOLD, **details}
    return a_bench(Act.NOTIFY, taken=taken, details=said)


def asking(*taken: Taken, **more: Any) -> Bench:
    return a_bench(Act.ASK_HEARING, taken=taken, **more)


def announcing(*taken: Taken, held_at: str, is_public: bool = True) -> Bench:
    details = {"held_at": china(held_at), "where": "room 2", "is_public": is_public}
    return a_bench(Act.ANNOUNCE_HEARING, taken=taken, details=details)


def holding(*taken: Taken, at: str = "2026-03-19 09:00", person: str = "sun") -> Bench:
    return a_bench(Act.HOLD_HEARING, taken=taken, at=china(at), person=person)


OFFERED: Final = a_notice(LARGE, told_hearing=True)
ANNOUNCED: Final = a_taken(
    Act.ANNOUNCE_HEARING, person="he", role=Role.CLERK, held_at=china("2026-03-19 09:00")
)
AN_ORGANISATION: Final = a_taken(Act.CONSIDER, party="shop 7", party_kind="organisation")


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(notifying(fine_fen=LARGE - 1), PASS, id="no large fine for a citizen"),
        pytest.param(notifying(fine_fen=LARGE), BLOCK, id="a large fine, and no hearing told"),
        pytest.param(notifying(fine_fen=LARGE, told_hearing=True), PASS, id="a hearing told"),
        pytest.param(
            notifying(AN_ORGANISATION, fine_fen=4_999_999),
            PASS,
            id="no large fine for an organisation",
        ),
        pytest.param(
            notifying(AN_ORGANISATION, fine_fen=5_000_000),
            BLOCK,
            id="a large fine for an organisation",
        ),
        pytest.param(notifying(kind="shutdown"), BLOCK, id="a shutdown, and no hearing told"),
        pytest.param(notifying(kind="criticism"), PASS, id="a criticism"),
        pytest.param(asking(OFFERED, at=REQUEST_OVER), PASS, id="asked on the fifth day"),
        pytest.param(
            asking(OFFERED, at=china("2026-03-14 00:01")), BLOCK, id="asked a minute too late"
        ),
        pytest.param(asking(a_notice()), BLOCK, id="asked where none is offered"),
        pytest.param(asking(), BLOCK, id="asked without a notice"),
        pytest.param(
            announcing(OFFERED, ASKED, held_at="2026-03-19 00:00"),
            PASS,
            id="seven working days ahead",
        ),
        pytest.param(
            announcing(OFFERED, ASKED, held_at="2026-03-18 23:59"),
            BLOCK,
            id="on the seventh working day",
        ),
        pytest.param(
            announcing(OFFERED, ASKED, held_at="2026-03-19 09:00", is_public=False),
            HUMAN,
            id="behind closed doors",
        ),
        pytest.param(
            announcing(OFFERED, held_at="2026-03-19 09:00"), BLOCK, id="nobody asked for it"
        ),
        pytest.param(
            announcing(OFFERED, ASKED, a_waiver(waives_hearing=True), held_at="2026-03-19 09:00"),
            BLOCK,
            id="asked, and waived since",
        ),
        pytest.param(holding(OFFERED, ASKED, ANNOUNCED), PASS, id="held when it was announced"),
        pytest.param(
            holding(OFFERED, ASKED, ANNOUNCED, at="2026-03-19 08:59"), BLOCK, id="held too early"
        ),
        pytest.param(holding(OFFERED, ASKED), BLOCK, id="held without an announcement"),
        pytest.param(holding(OFFERED), BLOCK, id="held though nobody asked"),
        pytest.param(
            holding(a_taken(Act.COLLECT, person="zhou", second="sun"), OFFERED, ASKED, ANNOUNCED),
            BLOCK,
            id="the presider collected evidence",
        ),
        pytest.param(deciding(OFFERED, ASKED, HELD), PASS, id="asked and held"),
        pytest.param(deciding(OFFERED, ASKED), BLOCK, id="asked and not held"),
        pytest.param(
            deciding(OFFERED, ASKED, at=REQUEST_OVER), BLOCK, id="time cures no missing hearing"
        ),
        pytest.param(
            deciding(OFFERED, ASKED, a_waiver(waives_hearing=True)), PASS, id="asked, then waived"
        ),
        pytest.param(
            deciding(OFFERED, a_waiver(waives_hearing=True), ASKED), BLOCK, id="waived, then asked"
        ),
        pytest.param(
            deciding(OFFERED, a_waiver(waives_defence=True)), BLOCK, id="only the defence waived"
        ),
        pytest.param(deciding(OFFERED, at=REQUEST_OVER), PASS, id="the time to ask ran out"),
        pytest.param(
            deciding(OFFERED, at=china("2026-03-13 23:59")), BLOCK, id="the time to ask still runs"
        ),
        pytest.param(
            deciding(OFFERED, ASKED, HELD, a_notice(LARGE, told_hearing=True)),
            BLOCK,
            id="a new notice offers a new hearing",
        ),
        pytest.param(deciding(a_notice()), PASS, id="no hearing is due"),
        pytest.param(
            deciding(a_notice(LARGE), fine_fen=LARGE), BLOCK, id="a hearing should have been told"
        ),
        pytest.param(deciding(), BLOCK, id="no notice"),
        pytest.param(
            a_bench(Act.SUBMIT_REVIEW, taken=[OFFERED, ASKED]), BLOCK, id="reviewed before it"
        ),
        pytest.param(
            a_bench(Act.SUBMIT_REVIEW, taken=[OFFERED, ASKED, HELD]), PASS, id="reviewed after it"
        ),
    ],
)
def test_a_heavy_penalty_gives_a_right_to_a_hearing(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P25"](bench).verdict is expected
