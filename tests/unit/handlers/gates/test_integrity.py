from collections.abc import Mapping
from typing import Any

import pytest

from handlers.decisions.gates.gate import Verdict
from schemas.act import Act
from tests.support.benches import MONDAY, a_bench, a_seen
from tests.support.calendars import china
from tests.support.proofs import FRAME, RECORD, answer_of

PASS, BLOCK = Verdict.PASS, Verdict.BLOCK


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({"form": "audiovisual"}, BLOCK, id="footage that nobody vouches for"),
        pytest.param({"form": "audiovisual", "original_complete": True}, PASS, id="footage"),
        pytest.param({"form": "electronic-data"}, BLOCK, id="data that nobody vouches for"),
        pytest.param({"form": "site-record"}, PASS, id="a record of the scene"),
        pytest.param({"form": "documentary", "camera": "c"}, BLOCK, id="printed from a camera"),
        pytest.param(
            {"form": "documentary", "evidence": (FRAME,)}, BLOCK, id="a print of a seen frame"
        ),
    ],
)
def test_d6_footage_is_collected_original_and_complete(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.COLLECT, details=details, seen=(a_seen(),))

    assert answer_of("D6", bench).verdict is expected


@pytest.mark.parametrize(
    ("says", "expected"),
    [pytest.param(True, PASS, id="original"), pytest.param(False, BLOCK, id="not said")],
)
def test_d6_a_reviewed_record_is_original_and_complete(says: bool, expected: Verdict) -> None:
    details = {"evidence": (FRAME,), "original_complete": says}
    bench = a_bench(Act.REVIEW_RECORD, details=details)

    assert answer_of("D6", bench).verdict is expected


@pytest.mark.parametrize(
    ("offset_ms", "details", "expected"),
    [
        pytest.param(0, {"is_accurate": True}, PASS, id="right"),
        pytest.param(2_000, {"is_accurate": True}, PASS, id="two seconds"),
        pytest.param(2_001, {"is_accurate": True}, BLOCK, id="more, unexplained"),
        pytest.param(-2_001, {"is_accurate": True}, BLOCK, id="slow, unexplained"),
        pytest.param(2_001, {"is_accurate": True, "note": "drift"}, PASS, id="more, explained"),
        pytest.param(30_000, {"is_accurate": True, "note": "drift"}, PASS, id="thirty seconds"),
        pytest.param(30_001, {"is_accurate": True, "note": "drift"}, BLOCK, id="over thirty"),
        pytest.param(-30_001, {"is_accurate": True, "note": "drift"}, BLOCK, id="slow by more"),
        pytest.param(30_001, {"note": "drift"}, PASS, id="over thirty, called inaccurate"),
        pytest.param(30_001, {}, BLOCK, id="over thirty, unexplained"),
    ],
)
def test_e2_a_clock_that_is_off_is_explained_or_inaccurate(
    offset_ms: int, details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.REVIEW_RECORD, details={"clock_offset_ms": offset_ms, **details})

    assert answer_of("E2", bench).verdict is expected


def test_e2_the_clock_was_looked_at() -> None:
    bench = a_bench(Act.REVIEW_RECORD, details={"is_accurate": True})

    assert answer_of("E2", bench).verdict is BLOCK


SAID = {"evidence": (RECORD,), "how": "photographed", "medium": "memory card"}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param(SAID, PASS, id="digest, manner and medium"),
        pytest.param({**SAID, "evidence": ("9f2c",)}, BLOCK, id="a digest too short"),
        pytest.param({**SAID, "evidence": ("A" * 64,)}, BLOCK, id="in capitals"),
        pytest.param({**SAID, "evidence": (RECORD, "x")}, BLOCK, id="one of two malformed"),
        pytest.param({**SAID, "evidence": ()}, BLOCK, id="no digest"),
        pytest.param({**SAID, "how": " "}, BLOCK, id="nobody says how"),
        pytest.param({**SAID, "medium": ""}, BLOCK, id="from no medium"),
        pytest.param({**SAID, "camera": "c"}, BLOCK, id="by a camera, nobody says when"),
        pytest.param({**SAID, "camera": "c", "captured_at": MONDAY}, PASS, id="by a camera, now"),
        pytest.param(
            {**SAID, "camera": "c", "captured_at": china("2026-03-09 09:01")},
            BLOCK,
            id="by a camera, a minute from now",
        ),
    ],
)
def test_e1_electronic_data_are_anchored(details: Mapping[str, Any], expected: Verdict) -> None:
    bench = a_bench(Act.COLLECT, details=details)

    assert answer_of("E1", bench).verdict is expected
