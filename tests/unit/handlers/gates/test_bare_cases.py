"""Gates answer whatever is unknown: the matter, the place, the camera, or the whole case."""

from typing import Final

import pytest

from handlers.decisions.gates import basis, conduct, devices, records
from handlers.decisions.gates.gate import Gate, Verdict
from handlers.decisions.lives.tables import ALL_STEPS
from schemas.act import Act
from schemas.workfile import WorkFile
from tests.support.benches import a_bench, a_case, a_seen
from tests.support.proofs import FRAME, a_proposal, answer_of

ASKED: Final = [
    pytest.param(gate, step.act, id=f"{gate.id} {step.act}")
    for gate in (*basis.GATES, *devices.GATES, *conduct.GATES, *records.GATES)
    for step in ALL_STEPS
    if gate.id in step.gates
]


@pytest.mark.parametrize(("gate", "act"), ASKED)
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(None, id="no case"),
        pytest.param(a_case(matter=None), id="unsorted"),
        pytest.param(a_case(place=None), id="without a place"),
        pytest.param(a_case(camera=None), id="without a camera"),
    ],
)
def test_a_gate_answers_whatever_is_unknown(gate: Gate, act: Act, case: WorkFile | None) -> None:
    bench = a_bench(
        act,
        case=case,
        occurred_at=None,
        taken=(a_proposal(FRAME),),
        seen=(a_seen(), a_seen(camera=None)),
    )

    finding = gate.check(bench)

    assert (finding.verdict is Verdict.PASS) is (finding.missing is None)


@pytest.mark.parametrize("id_", ["P01", "P02"])
@pytest.mark.parametrize(
    "case", [pytest.param(None, id="no case"), pytest.param(a_case(matter=None), id="unsorted")]
)
def test_what_is_unknown_is_never_punished(id_: str, case: WorkFile | None) -> None:
    assert answer_of(id_, a_bench(Act.FILE, case=case)).verdict is Verdict.BLOCK
