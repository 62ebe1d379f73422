"""Whether evidence is what it was when it was made: its bytes, its origin, its clock."""

from typing import Final

from handlers.decisions.gates.evidence_set import is_of_a_device
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from schemas.ids import sha256_text
from schemas.penalty import EvidenceForm
from schemas.person import Role
from schemas.words import Words

FLAGGED_MS: Final = 2_000
"""A device's clock that is off by more has to be explained."""
INACCURATE_MS: Final = 30_000
"""A record whose clock is off by more isn't accurate, whatever the reviewer says."""
_FOOTAGE: Final = frozenset({EvidenceForm.AUDIOVISUAL, EvidenceForm.ELECTRONIC})


def _is_original(bench: Bench) -> Finding:
    """Asked of footage and of whatever a device made; a statement has no original to lose."""
    is_footage = (
        bench.command.act is Act.REVIEW_RECORD
        or bool(bench.details.text("camera"))
        or bench.details.text("form") in _FOOTAGE
        or any(is_of_a_device(bench, digest) for digest in bench.details.listed("evidence"))
    )
    if not is_footage or bench.details.says("original_complete"):
        return PASSED
    return block(
        "影像的原始完整性确认", "that the footage is original and complete, as it was recorded"
    )


def _clock_is_true(bench: Bench) -> Finding:
    offset = bench.details.number("clock_offset_ms")
    if offset is None:
        return block("设备时钟偏差", "the offset of the device's clock")
    if abs(offset) > INACCURATE_MS and bench.details.says("is_accurate"):
        return block(
            f"时钟偏差 {offset} 毫秒, 超过 {INACCURATE_MS} 毫秒的记录不得认定为准确",
            f"a record that isn't called accurate: its clock is off by {offset} ms, and more than "
            f"{INACCURATE_MS} ms is too much",
        )
    if abs(offset) > FLAGGED_MS and not bench.details.text("note").strip():
        return block(
            f"时钟偏差 {offset} 毫秒的说明", f"a note on the clock, which is off by {offset} ms"
        )
    return PASSED


def _is_anchored(bench: Bench) -> Finding:
    details = bench.details
    malformed = [digest for digest in details.listed("evidence") if not _is_digest(digest)]
    if malformed or not details.listed("evidence"):
        return block(
            f"原始字节的 SHA-256 (64 位十六进制): {', '.join(malformed) or '未提供'}",
            f"the SHA-256 of the bytes as received: {', '.join(malformed) or 'none is named'}",
        )
    if not details.text("how").strip() or not details.text("medium").strip():
        return block("取得方式和载体", "how it was taken, and from which medium")
    if not details.text("camera"):
        return PASSED
    captured_at = details.instant("captured_at")
    if captured_at is None or captured_at > bench.command.at:
        return block(
            "设备的采集时间, 不晚于取得时间", "when the device captured it, before it was collected"
        )
    return PASSED


def _is_digest(text: str) -> bool:
    try:
        sha256_text(text)
    except InvalidValueError:
        return False
    return True


GATES: Final = (
    Gate(
        id="D6",
        title=Words("原始完整", "integrity"),
        asks=Words("影像原始完整吗", "is the footage original and complete"),
        clause="国令799 15",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.RECORD_REVIEWER),
        check=_is_original,
    ),
    Gate(
        id="E2",
        title=Words("时钟准确", "time truth"),
        asks=Words("设备时钟准吗", "was the device's clock right"),
        clause="时钟偏差: over 2 s explained, over 30 s not accurate",
        certainty=Certainty.PROPOSAL,
        supply=(Role.RECORD_REVIEWER,),
        check=_clock_is_true,
    ),
    Gate(
        id="E1",
        title=Words("电子数据", "electronic data"),
        asks=Words(
            "指纹、取得方式、载体和时间齐全吗", "are digest, manner, medium and time on record"
        ),
        clause="电子签名法 5, 6, 8; 行政诉讼证据规定 12",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_is_anchored,
    ),
)
