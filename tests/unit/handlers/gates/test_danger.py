from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.decisions.gates.danger import GATES
from handlers.decisions.gates.gate import Gate, Verdict
from schemas.act import Act, Taken
from schemas.matter import MatterKey
from schemas.person import Role
from schemas.workfile import CaseState, Queue, Route, WorkFile
from tests.support.benches import OTHER_CASE, a_bench, a_case, a_taken
from tests.support.builders import BLOCKED_EXIT, LITTER, OPEN_MANHOLE, STALL, UNLISTED

GATE: Mapping[str, Gate] = {gate.id: gate for gate in GATES}


def a_danger(matter: MatterKey | None = BLOCKED_EXIT, **changes: Any) -> WorkFile:
    return a_case(matter=matter, route=Route.ZERO_TOLERANCE, **changes)


def another(case: WorkFile) -> WorkFile:
    return a_case(
        OTHER_CASE, matter=case.matter, route=case.route, state=case.state, queue=case.queue
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(a_danger(), Verdict.BLOCK, id="a safety matter"),
        pytest.param(a_danger(STALL), Verdict.BLOCK, id="a stall that was lifted"),
        pytest.param(
            a_case(matter=None, route=Route.TRIAGE, queue=Queue.ZERO_TOLERANCE),
            Verdict.BLOCK,
            id="something unsorted in the danger queue",
        ),
        pytest.param(a_case(), Verdict.PASS, id="a stall"),
    ],
)
def test_a_danger_is_never_discarded(case: WorkFile, expected: Verdict) -> None:
    bench = a_bench(Act.DISCARD, case=case, details={"code": "not-a-violation"})

    assert GATE["L04"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("case", "into", "expected"),
    [
        pytest.param(a_case(), another(a_case()), Verdict.PASS, id="soft into soft"),
        pytest.param(a_case(), another(a_danger()), Verdict.PASS, id="soft into danger"),
        pytest.param(a_danger(), another(a_danger()), Verdict.PASS, id="danger into danger"),
        pytest.param(a_danger(), another(a_case()), Verdict.BLOCK, id="danger into soft"),
        pytest.param(
            a_danger(OPEN_MANHOLE, queue=Queue.ZERO_TOLERANCE),
            another(a_case()),
            Verdict.BLOCK,
            id="a dangerous repair into soft",
        ),
        pytest.param(a_case(), None, Verdict.BLOCK, id="into a case that nobody knows"),
        pytest.param(a_case(), a_case(), Verdict.BLOCK, id="into itself"),
        pytest.param(
            a_case(),
            another(a_case(state=CaseState.VERIFIED)),
            Verdict.PASS,
            id="into one that is nearly over",
        ),
        pytest.param(
            a_case(),
            another(a_case(state=CaseState.CLOSED)),
            Verdict.BLOCK,
            id="into one that is over",
        ),
    ],
)
def test_a_case_joins_a_living_one_and_no_danger_hides(
    case: WorkFile, into: WorkFile | None, expected: Verdict
) -> None:
    said = {"into": OTHER_CASE}
    bench = a_bench(Act.MERGE, role=Role.DUTY_CHIEF, case=case, other=into, details=said)

    assert GATE["L04"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("case", "matter", "role", "expected"),
    [
        pytest.param(a_danger(STALL), STALL, Role.INTAKE, Verdict.BLOCK, id="softened by intake"),
        pytest.param(a_danger(STALL), STALL, Role.DUTY_CHIEF, Verdict.PASS, id="by the chief"),
        pytest.param(a_danger(None), LITTER, Role.INTAKE, Verdict.BLOCK, id="danger to litter"),
        pytest.param(a_danger(None), OPEN_MANHOLE, Role.INTAKE, Verdict.PASS, id="danger stays"),
        pytest.param(a_danger(None), UNLISTED, Role.INTAKE, Verdict.PASS, id="queue is kept"),
        pytest.param(a_case(), LITTER, Role.INTAKE, Verdict.PASS, id="soft stays soft"),
    ],
)
def test_only_the_duty_chief_sorts_a_danger_into_what_is_none(
    case: WorkFile, matter: MatterKey, role: Role, expected: Verdict
) -> None:
    bench = a_bench(Act.CLASSIFY, case=case, role=role, details={"matter": str(matter)})

    assert GATE["L04"].check(bench).verdict is expected


A_LIFTED_STALL = a_danger(STALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgrade:
    case: WorkFile = A_LIFTED_STALL
    role: Role = Role.DUTY_CHIEF
    reason: str = "摊位已移出消防车道"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Downgrade(), Verdict.PASS, id="the chief brings back what was lifted"),
        pytest.param(Downgrade(role=Role.HEAD), Verdict.PASS, id="the head does"),
        pytest.param(Downgrade(role=Role.OFFICER), Verdict.BLOCK, id="an officer"),
        pytest.param(Downgrade(reason="已移出消防车道"), Verdict.BLOCK, id="seven characters"),
        pytest.param(Downgrade(reason="已移出消防车道了"), Verdict.PASS, id="eight characters"),
        pytest.param(Downgrade(reason="移出消防车道    "), Verdict.BLOCK, id="eight with blanks"),
        pytest.param(Downgrade(case=a_danger()), Verdict.BLOCK, id="a safety matter"),
        pytest.param(Downgrade(case=a_danger(None)), Verdict.BLOCK, id="nothing sorted"),
        pytest.param(Downgrade(case=a_danger(UNLISTED)), Verdict.BLOCK, id="a matter of no row"),
        pytest.param(Downgrade(case=a_case()), Verdict.BLOCK, id="what is soft already"),
    ],
)
def test_only_what_was_lifted_comes_back_by_name_and_with_a_reason(
    asked: Downgrade, expected: Verdict
) -> None:
    bench = a_bench(
        Act.DOWNGRADE, case=asked.case, role=asked.role, details={"reason": asked.reason}
    )

    assert GATE["L06"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("asked", "matter", "expected"),
    [
        pytest.param(Downgrade(), STALL, Verdict.PASS, id="the chief, with a reason"),
        pytest.param(Downgrade(reason="看错了"), STALL, Verdict.BLOCK, id="the chief, with a word"),
        pytest.param(Downgrade(role=Role.INTAKE), STALL, Verdict.BLOCK, id="intake"),
        pytest.param(
            Downgrade(role=Role.INTAKE, reason="堵了"), BLOCKED_EXIT, Verdict.PASS, id="not softer"
        ),
        pytest.param(
            Downgrade(case=a_case(), role=Role.INTAKE, reason="垃圾"),
            LITTER,
            Verdict.PASS,
            id="soft before",
        ),
    ],
)
def test_sorting_a_danger_softly_is_a_downgrade_too(
    asked: Downgrade, matter: MatterKey, expected: Verdict
) -> None:
    bench = a_bench(
        Act.CLASSIFY,
        case=asked.case,
        role=asked.role,
        details={"reason": asked.reason, "matter": str(matter)},
    )

    assert GATE["L06"].check(bench).verdict is expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    taken: tuple[Taken, ...] = ()
    case: WorkFile = field(default_factory=a_danger)


CLEARED = a_taken(Act.CLEAR, danger="fire lane")
LIFTED = a_taken(Act.LIFT, danger="fire-lane", reason="on the fire lane")
REOPENED = a_taken(Act.REOPEN, because="recurrence")


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.FEEDBACK, Act.TRANSFER])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Stopping(), Verdict.BLOCK, id="nothing was cleared"),
        pytest.param(Stopping(taken=(CLEARED,)), Verdict.PASS, id="cleared"),
        pytest.param(Stopping(taken=(LIFTED, CLEARED)), Verdict.PASS, id="lifted, cleared"),
        pytest.param(Stopping(taken=(CLEARED, LIFTED)), Verdict.BLOCK, id="a danger after it"),
        pytest.param(Stopping(taken=(CLEARED, REOPENED)), Verdict.BLOCK, id="it came back"),
        pytest.param(Stopping(case=a_case()), Verdict.PASS, id="no danger"),
    ],
)
def test_danger_is_stopped_before_all_else(act: Act, asked: Stopping, expected: Verdict) -> None:
    bench = a_bench(act, case=asked.case, taken=asked.taken)

    assert GATE["L13"].check(bench).verdict is expected


def test_a_refusal_says_in_both_languages_what_is_missing() -> None:
    bench = a_bench(Act.FEEDBACK, case=a_danger())

    missing = GATE["L13"].check(bench).missing

    assert missing is not None
    assert "立即清除" in missing.zh
    assert "clearing" in missing.en
