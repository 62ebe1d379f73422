from typing import Any, Final

import pytest

from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.gates.notice import GATES
from schemas.act import Act, Taken
from schemas.person import Role
from tests.support.benches import EARLIER, a_bench, a_taken
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
TOLD: Final = {
    "facts": "a stall on the pavement",
    "reasons": "not put right in time",
    "basis": "城市市容和环境卫生管理条例 36",
    "told_defence": True,
}
DEFENCE_OVER: Final = china("2026-03-11 24:00")
"""Three working days after a notice on Friday."""
REQUEST_OVER: Final = china("2026-03-13 24:00")
"""Five."""
ASKED: Final = a_taken(Act.ASK_HEARING, person="he", role=Role.CLERK)
HELD: Final = a_taken(Act.HOLD_HEARING, person="sun", role=Role.HEARING_OFFICER, findings="so")
LAPSED: Final = a_taken(Act.LAPSE, person="he", role=Role.CLERK)
PROPOSED: Final = a_taken(Act.PROPOSE, kind="fine", fine_fen=10_000)


def a_notice(fine_fen: int = 10_000, kind: str = "fine", **details: Any) -> Taken:
    return a_taken(Act.NOTIFY, kind=kind, fine_fen=fine_fen, second="wang", **{**TOLD, **details})


def a_waiver(**details: Any) -> Taken:
    return a_taken(Act.WAIVE, person="he", role=Role.CLERK, signed=True, **details)


def a_defence(*points: str) -> Taken:
    return a_taken(Act.DEFEND, person="he", role=Role.CLERK, points=points or ("one", "two"))


def an_answer(*answers: str) -> Taken:
    return a_taken(
        Act.ANSWER_DEFENCE,
        person="feng",
        role=Role.LEGAL_REVIEWER,
        answers=answers or ("one", "two"),
    )


def deciding(*taken: Taken, fine_fen: int = 10_000, kind: str = "fine", **more: Any) -> Bench:
    details = {"kind": kind, "fine_fen": fine_fen}
    return a_bench(Act.DECIDE, taken=taken, details=details, **more)


def answering(*taken: Taken, answers: tuple[str, ...], person: str = "feng") -> Bench:
    return a_bench(Act.ANSWER_DEFENCE, taken=taken, details={"answers": answers}, person=person)


def notifying(*taken: Taken, fine_fen: int = 10_000, **details: Any) -> Bench:
    said = {"kind": "fine", "fine_fen": fine_fen, **TOLD, **details}
    return a_bench(Act.NOTIFY, taken=taken, details=said)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(notifying(PROPOSED), PASS, id="a notice that tells all"),
        pytest.param(notifying(), BLOCK, id="a notice of what nobody proposed"),
        pytest.param(notifying(PROPOSED, told_defence=False), BLOCK, id="rights untold"),
        pytest.param(notifying(PROPOSED, facts=" "), BLOCK, id="facts untold"),
        pytest.param(notifying(PROPOSED, reasons=""), BLOCK, id="reasons untold"),
        pytest.param(notifying(PROPOSED, basis=""), BLOCK, id="basis untold"),
        pytest.param(
            a_bench(
                Act.WAIVE, taken=[a_notice()], details={"signed": True, "waives_defence": True}
            ),
            PASS,
            id="a signed waiver of the defence",
        ),
        pytest.param(
            a_bench(
                Act.WAIVE, taken=[a_notice()], details={"signed": True, "waives_hearing": True}
            ),
            PASS,
            id="a signed waiver of the hearing",
        ),
        pytest.param(
            a_bench(Act.WAIVE, taken=[a_notice()], details={"waives_defence": True}),
            BLOCK,
            id="a waiver that nobody signed",
        ),
        pytest.param(
            a_bench(Act.WAIVE, taken=[a_notice()], details={"signed": True}),
            BLOCK,
            id="a waiver of nothing",
        ),
        pytest.param(
            a_bench(Act.WAIVE, details={"signed": True, "waives_defence": True}),
            BLOCK,
            id="a waiver replaces no notice",
        ),
        pytest.param(deciding(PROPOSED, a_notice()), PASS, id="decided as it was told"),
        pytest.param(deciding(a_notice(), fine_fen=9_999), PASS, id="decided one fen lighter"),
        pytest.param(deciding(a_notice(), fine_fen=10_001), BLOCK, id="one fen heavier"),
        pytest.param(deciding(), BLOCK, id="decided without a notice"),
        pytest.param(
            deciding(a_notice(), PROPOSED), BLOCK, id="a notice of an earlier proposal only"
        ),
        pytest.param(
            deciding(a_notice(10_001), a_notice(10_000), fine_fen=10_001),
            BLOCK,
            id="the latest notice counts",
        ),
        pytest.param(
            deciding(a_notice(), fine_fen=0, kind="formal-warning"), PASS, id="a lighter kind"
        ),
        pytest.param(
            deciding(a_notice(0, "formal-warning"), fine_fen=0, kind="criticism"),
            BLOCK,
            id="a heavier kind",
        ),
        pytest.param(
            deciding(a_notice(0, "shutdown"), fine_fen=0, kind="licence"),
            BLOCK,
            id="a heavy kind that was not told, though a heavier one was",
        ),
        pytest.param(
            deciding(a_notice(0, "shutdown"), fine_fen=0, kind="shutdown"),
            PASS,
            id="the heavy kind that was told",
        ),
        pytest.param(
            deciding(a_notice(told_defence=False)), BLOCK, id="a notice that kept rights back"
        ),
    ],
)
def test_a_party_is_told_before_anything_is_decided(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P09"](bench).verdict is expected


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(
            a_bench(Act.LAPSE, taken=[a_notice()], at=DEFENCE_OVER), PASS, id="three days are over"
        ),
        pytest.param(
            a_bench(Act.LAPSE, taken=[a_notice()], at=china("2026-03-11 23:59")),
            BLOCK,
            id="the third day is not over",
        ),
        pytest.param(
            a_bench(Act.LAPSE, taken=[a_notice(told_hearing=True)], at=REQUEST_OVER),
            PASS,
            id="five days to ask for a hearing are over",
        ),
        pytest.param(
            a_bench(Act.LAPSE, taken=[a_notice(told_hearing=True)], at=china("2026-03-13 23:59")),
            BLOCK,
            id="the time to ask for a hearing still runs",
        ),
        pytest.param(a_bench(Act.LAPSE, at=REQUEST_OVER), BLOCK, id="no notice, no lapse"),
        pytest.param(
            answering(a_notice(), a_defence("a", "b"), answers=("x", "y")),
            PASS,
            id="an answer to each point",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a", "b"), answers=("x",)), BLOCK, id="a point is left"
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), answers=("x", "y")),
            BLOCK,
            id="an answer to nothing",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), a_defence("b"), answers=("x", "y")),
            PASS,
            id="two defences answered together",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), an_answer("x"), a_defence("b"), answers=("y",)),
            PASS,
            id="the second defence answered by itself",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), an_answer("x"), answers=("y",)),
            BLOCK,
            id="no defence waits",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), answers=("x",), person="li"),
            BLOCK,
            id="who notified re-checks nothing",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), answers=("x",), person="wang"),
            BLOCK,
            id="nor does the second officer",
        ),
        pytest.param(
            answering(
                a_taken(Act.ASSIGN_OFFICERS, person="zhao", first="zhou", second="wang"),
                a_notice(),
                a_defence("a"),
                answers=("x",),
                person="zhou",
            ),
            BLOCK,
            id="nor does who was named to investigate",
        ),
        pytest.param(
            answering(a_notice(), a_defence("a"), answers=("x",), person="zhou"),
            PASS,
            id="another officer may",
        ),
        pytest.param(
            deciding(a_notice(), a_defence(), an_answer()), PASS, id="defended and answered"
        ),
        pytest.param(deciding(a_notice(), a_defence()), BLOCK, id="defended, not answered"),
        pytest.param(
            deciding(a_notice(), a_defence(), a_notice(), LAPSED),
            BLOCK,
            id="a new notice answers no old defence",
        ),
        pytest.param(
            deciding(a_notice(), a_defence(), an_answer(), a_notice()),
            BLOCK,
            id="a new notice opens a new time",
        ),
        pytest.param(deciding(a_notice(), a_waiver(waives_defence=True)), PASS, id="waived"),
        pytest.param(
            deciding(a_notice(), a_waiver(waives_hearing=True)), BLOCK, id="only a hearing waived"
        ),
        pytest.param(
            deciding(a_notice(), a_waiver(waives_hearing=True), at=DEFENCE_OVER),
            PASS,
            id="only a hearing waived, and the time is over",
        ),
        pytest.param(
            deciding(a_notice(), a_waiver(waives_hearing=True), at=china("2026-03-11 23:59")),
            BLOCK,
            id="only a hearing waived, a minute before the time is over",
        ),
        pytest.param(deciding(a_notice(), LAPSED), PASS, id="lapsed"),
        pytest.param(deciding(a_notice(), ASKED, HELD), PASS, id="heard in a hearing"),
        pytest.param(deciding(a_notice()), BLOCK, id="neither defended, waived nor lapsed"),
        pytest.param(deciding(), BLOCK, id="no notice, no defence"),
        pytest.param(
            deciding(a_notice(), a_defence(), an_answer(), a_notice(20_000), LAPSED),
            PASS,
            id="no heavier than the notice that was answered",
        ),
        pytest.param(
            deciding(
                a_notice(), a_defence(), an_answer(), a_notice(20_000), LAPSED, fine_fen=10_001
            ),
            BLOCK,
            id="heavier because of the defence, whatever was told since",
        ),
        pytest.param(
            deciding(a_notice(), LAPSED, a_notice(20_000), LAPSED, fine_fen=20_000),
            PASS,
            id="a heavier notice where nobody defended himself",
        ),
        pytest.param(
            deciding(a_notice(), a_notice(20_000), a_defence(), an_answer(), fine_fen=20_000),
            PASS,
            id="a heavier notice before the defence",
        ),
        pytest.param(
            a_bench(Act.SUBMIT_REVIEW, taken=[a_notice(), a_defence(), an_answer()]),
            PASS,
            id="reviewed after the answer",
        ),
        pytest.param(
            a_bench(Act.SUBMIT_REVIEW, taken=[a_notice(), a_defence()]),
            BLOCK,
            id="no review before the answer",
        ),
    ],
)
def test_a_defence_is_heard_and_makes_nothing_heavier(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P10"](bench).verdict is expected


def test_the_finding_says_until_when_the_party_has_time() -> None:
    finding = CHECK["P10"](a_bench(Act.LAPSE, taken=[a_notice(told_hearing=True)], at=EARLIER))

    assert finding.missing is not None
    assert "2026-03-14 00:00" in finding.missing.en
    assert "2026-03-14 00:00" in finding.missing.zh


def test_the_finding_says_both_penalties() -> None:
    finding = CHECK["P09"](deciding(a_notice(), fine_fen=10_001))

    assert finding.missing is not None
    assert "100.00" in finding.missing.en
    assert "100.01" in finding.missing.en
