from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from handlers.decisions.gates.coercion import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.law.authority import Grant, GrantKind
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.person import Role
from schemas.workfile import Route
from tests.support.authorities import ELSEWHERE, a_grant, an_authority
from tests.support.benches import (
    a_bench,
    a_case,
    a_certificate,
    a_person,
    a_taken,
    with_people,
)
from tests.support.calendars import china
from tests.support.cities import a_city

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK, HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
APPROVAL: Final = {
    "power": "城市道路管理条例 42",
    "norm": "administrative-regulation",
    "why_not_softer": "it stands in the way of the ambulance",
    "evident_harm": True,
    "items": ["a cart"],
}
SEIZURE: Final = {
    "second": "wang",
    "showed_papers": True,
    "items": ["a cart"],
    "party_called": True,
    "rights_told": True,
    "party_heard": True,
    "scene_record": True,
    "signed": True,
    "decision_number": "2026-1",
    "list_handed": True,
}
APPROVED: Final = a_taken(Act.APPROVE_SEIZURE, person="zhao", role=Role.HEAD, **APPROVAL)
SEIZED: Final = a_taken(Act.SEIZE, **SEIZURE)
RELEASED: Final = a_taken(Act.RELEASE, person="zhao", role=Role.HEAD, because="not-needed")


def approving(*, policy: Policy | None = None, case: Any = None, **said: Any) -> Bench:
    return a_bench(
        Act.APPROVE_SEIZURE,
        policy=policy,
        case=case or a_case(),
        details={**APPROVAL, **said},
    )


def seizing(*taken: Taken, more: dict[str, Any] | None = None, **said: Any) -> Bench:
    return a_bench(Act.SEIZE, taken=taken, details={**SEIZURE, **said}, **(more or {}))


def granted(*grants: Grant) -> Policy:
    return a_city(authority=an_authority(grants=grants))


ENTRUSTED: Final = a_grant(id="entrusted", kind=GrantKind.ENTRUSTED)
OVER: Final = a_grant(valid_until=date(2026, 3, 8))
EXPIRED: Final = with_people(
    a_person("wang", certificate=a_certificate("HB-2", valid_until="2026-03-08"))
)
UNCERTIFIED: Final = with_people(a_person("wang"))


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(approving(), PASS, id="a regulation, evident harm, a reason"),
        pytest.param(approving(norm="law"), PASS, id="a law"),
        pytest.param(approving(norm="local-regulation"), PASS, id="a local regulation"),
        pytest.param(approving(norm="rule"), BLOCK, id="a rule gives no such power"),
        pytest.param(approving(norm="notice"), BLOCK, id="nor does a notice"),
        pytest.param(approving(power=" "), BLOCK, id="no text at all"),
        pytest.param(approving(why_not_softer=""), BLOCK, id="softer means were not weighed"),
        pytest.param(approving(evident_harm=False), BLOCK, id="no evident harm, on the soft route"),
        pytest.param(
            approving(evident_harm=False, case=a_case(route=Route.ZERO_TOLERANCE)),
            PASS,
            id="no evident harm, in a danger",
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED)), BLOCK, id="an entrusted body coerces nobody"
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED, a_grant())), PASS, id="a power of its own beside it"
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED, OVER)), BLOCK, id="its own power ended yesterday"
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED, replace(OVER, valid_until=date(2026, 3, 9)))),
            PASS,
            id="its own power ends today",
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED, a_grant(valid_from=date(2026, 3, 9)))),
            PASS,
            id="its own power begins today",
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED, a_grant(valid_from=date(2026, 3, 10)))),
            BLOCK,
            id="its own power begins tomorrow",
        ),
        pytest.param(
            approving(policy=granted(ENTRUSTED), case=a_case(grid_cell=ELSEWHERE)),
            PASS,
            id="no grant at all is another gate's question",
        ),
        pytest.param(seizing(APPROVED), PASS, id="seized by two qualified officers"),
        pytest.param(seizing(second=""), BLOCK, id="nobody as the second"),
        pytest.param(seizing(second="he"), BLOCK, id="a clerk as the second"),
        pytest.param(seizing(second="wu"), BLOCK, id="an auxiliary as the second"),
        pytest.param(seizing(more={"people": EXPIRED}), BLOCK, id="a card that ended yesterday"),
        pytest.param(seizing(more={"people": UNCERTIFIED}), BLOCK, id="no card at all"),
        pytest.param(
            seizing(more={"policy": granted(ENTRUSTED)}), BLOCK, id="seized by an entrusted body"
        ),
    ],
)
def test_coercion_has_a_power_and_qualified_officers(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C1"](bench).verdict is expected


UNHEARD: Final = {"rights_told": False, "party_heard": False}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, PASS, id="all steps"),
        pytest.param({"party_called": False}, BLOCK, id="not called"),
        pytest.param({"rights_told": False}, BLOCK, id="not told"),
        pytest.param({"party_heard": False}, BLOCK, id="not heard"),
        pytest.param({"scene_record": False}, BLOCK, id="no record"),
        pytest.param({"signed": False}, BLOCK, id="refused to sign, no witness"),
        pytest.param({"signed": False, "witness": " "}, BLOCK, id="a witness without a name"),
        pytest.param({"signed": False, "witness": "a neighbour"}, PASS, id="refused, a witness"),
        pytest.param(
            {"signed": False, "witness": "a neighbour", **UNHEARD}, PASS, id="absent, a witness"
        ),
        pytest.param({"signed": False, **UNHEARD}, BLOCK, id="absent, no witness"),
        pytest.param(
            {"signed": False, "witness": "a neighbour", "party_heard": False},
            BLOCK,
            id="there, told, and not heard",
        ),
        pytest.param({"witness": "a neighbour", **UNHEARD}, BLOCK, id="signed, and not heard"),
    ],
)
def test_a_seizure_goes_step_by_step(said: dict[str, Any], expected: Verdict) -> None:
    assert CHECK["C2"](seizing(**said)).verdict is expected


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(seizing(APPROVED), PASS, id="approved"),
        pytest.param(seizing(), BLOCK, id="not approved"),
        pytest.param(seizing(urgent=True), PASS, id="urgent: the clock of 24 hours runs"),
        pytest.param(seizing(APPROVED, SEIZED), BLOCK, id="an approval is used once"),
        pytest.param(seizing(APPROVED, SEIZED, APPROVED), PASS, id="a second approval"),
        pytest.param(
            seizing(SEIZED, APPROVED), BLOCK, id="an approval that an urgent one took afterwards"
        ),
    ],
)
def test_a_head_approves_each_seizure(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C3"](bench).verdict is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, PASS, id="things of the case"),
        pytest.param({"unrelated_items": True}, BLOCK, id="unrelated things"),
        pytest.param({"living_necessities": True}, BLOCK, id="what they live by"),
        pytest.param({"sealed_before": True}, BLOCK, id="sealed by another body"),
    ],
)
def test_only_things_of_the_case_are_seized(said: dict[str, Any], expected: Verdict) -> None:
    assert CHECK["C4"](seizing(**said)).verdict is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, PASS, id="decision and list"),
        pytest.param({"decision_number": " "}, BLOCK, id="no decision"),
        pytest.param({"list_handed": False}, BLOCK, id="no list"),
    ],
)
def test_the_papers_are_handed_over_at_once(said: dict[str, Any], expected: Verdict) -> None:
    assert CHECK["C5"](seizing(**said)).verdict is expected


def extending(
    *taken: Taken, at: str = "2026-04-07 23:59", days: int = 30, party_told: bool = True
) -> Bench:
    details = {"days": days, "party_told": party_told, "reason": "a test"}
    return a_bench(Act.EXTEND_SEIZURE, taken=taken, at=china(at), details=details)


EXTENDED: Final = a_taken(Act.EXTEND_SEIZURE, person="zhao", role=Role.HEAD, days=10)


# Thirty days after 6 March are 5 April, in a holiday: the limit ends with Tuesday 7.
@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(extending(SEIZED), PASS, id="thirty days more, on the last day"),
        pytest.param(extending(SEIZED, days=31), BLOCK, id="thirty-one"),
        pytest.param(extending(SEIZED, days=1), PASS, id="one day"),
        pytest.param(extending(SEIZED, days=0), BLOCK, id="no day"),
        pytest.param(extending(SEIZED, at="2026-04-07 24:00"), PASS, id="as the last day ends"),
        pytest.param(extending(SEIZED, at="2026-04-08 00:01"), BLOCK, id="after the last day"),
        pytest.param(extending(SEIZED, party_told=False), BLOCK, id="the party knows nothing"),
        pytest.param(extending(SEIZED, EXTENDED), BLOCK, id="a second extension"),
        pytest.param(extending(), BLOCK, id="nothing is held"),
        pytest.param(extending(SEIZED, RELEASED), BLOCK, id="it was given back"),
        pytest.param(
            extending(SEIZED, EXTENDED, RELEASED, SEIZED), PASS, id="another seizure's first"
        ),
    ],
)
def test_a_seizure_is_extended_once(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C6"](bench).verdict is expected


@pytest.mark.parametrize("act", [Act.ARCHIVE, Act.TERMINATE])
@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([], PASS, id="nothing was seized"),
        pytest.param([SEIZED], BLOCK, id="it is held still"),
        pytest.param([SEIZED, RELEASED], PASS, id="it was given back"),
        pytest.param([SEIZED, RELEASED, SEIZED], BLOCK, id="something is held again"),
    ],
)
def test_a_case_ends_when_all_is_given_back(
    act: Act, taken: list[Taken], expected: Verdict
) -> None:
    assert CHECK["C7"](a_bench(act, taken=taken)).verdict is expected


def releasing(**said: Any) -> Bench:
    details = {"because": "decided", "undamaged": True, "cost_to_party_fen": 0, **said}
    return a_bench(Act.RELEASE, taken=[SEIZED], details=details)


def test_giving_back_is_never_refused() -> None:
    assert CHECK["C7"](releasing()).verdict is PASS


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(releasing(), PASS, id="as it was taken"),
        pytest.param(releasing(cost_to_party_fen=1), BLOCK, id="a fen for storage"),
        pytest.param(releasing(undamaged=False), HUMAN, id="damaged: somebody makes it good"),
    ],
)
def test_what_is_held_is_cared_for(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C8"](bench).verdict is expected
