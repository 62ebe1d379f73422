"""Whole courses of cases, step by step: what the tests walk, cut short and walk wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from schemas.act import Act, SubjectId
from schemas.instants import instant_text
from tests.support.builders import a_digest
from tests.support.bureau import Bureau

FRAME: Final = a_digest("a frame")
SITE_RECORD: Final = a_digest("the record of the scene")
PAPER: Final = a_digest("a paper")
PARTY: Final = {"party": "licence 91421300MA00000X", "party_kind": "citizen", "age": 35}
TWO: Final = {"second": "wang", "showed_papers": True}
FINE: Final = {"kind": "fine", "fine_fen": 10_000}
BAND: Final = {"harm": "minor", "circumstances": ["confessed"]}
DECISION: Final = {
    "number": "随城管罚决字〔2026〕1号",
    "party_named": "the party",
    "facts": "a stall on the pavement, seen and recorded",
    "basis": "城市市容和环境卫生管理条例 14, 36",
    "how_to_perform": "at the bank within 15 days",
    "remedies": "reconsideration in 60 days, a lawsuit in 6 months",
    "authority_and_date": "the bureau, this day",
    "sealed": True,
}


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a course: the act, who, what is said, and how long is waited before it."""

    act: Act
    person: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    wait: Mapping[str, float] = field(default_factory=lambda: {"minutes": 5})


def step(
    act: Act, person: str | None = None, wait: Mapping[str, float] | None = None, **details: Any
) -> Walked:
    return Walked(act, person, details, wait or {"minutes": 5})


_TWO_DAYS: Final = timedelta(days=2)
UNTIL: Final = "in two days"
"""Stands for an instant two days after the step."""

TO_THE_STREET: Final = (
    step(Act.OPEN, "yang"),
    step(Act.DISPATCH, "lin", unit="crew-1"),
    step(Act.ACCEPT, "hu", position="market lane 3"),
)
TO_THE_FILING: Final = (
    *TO_THE_STREET,
    step(Act.CONSIDER, "li", evidence=[FRAME], **PARTY),
    step(Act.PERSUADE, "li", content="stalls stand in the square", result="stays"),
    step(Act.ORDER_CORRECTION, "li", **TWO, content="clear the pavement", until=UNTIL),
    step(Act.RECHECK, "li", {"days": 2, "hours": 1}, is_corrected=False, evidence=[FRAME]),
    step(Act.FILE, "zhao", reason="not corrected", number="2026-1", harm_fen=0),
)
TO_THE_PROPOSAL: Final = (
    *TO_THE_FILING,
    step(Act.ASSIGN_OFFICERS, "zhao", first="li", second="wang"),
    step(
        Act.COLLECT,
        "li",
        **TWO,
        form="site-record",
        evidence=[SITE_RECORD],
        how="written on the spot",
        medium="paper",
        on_site=True,
        original_complete=True,
    ),
    step(Act.TELL, "li", facts="a stall", channel="in person", where_to_look="the bureau's page"),
    step(
        Act.PROPOSE,
        "li",
        **FINE,
        **BAND,
        relies_on=[SITE_RECORD],
        facts="a stall on the pavement",
        basis="城市市容和环境卫生管理条例 14, 36",
        facts_clear=True,
    ),
)
TO_THE_DECISION: Final = (
    *TO_THE_PROPOSAL,
    step(
        Act.NOTIFY,
        "li",
        **TWO,
        **FINE,
        facts="a stall on the pavement",
        reasons="not corrected in time",
        basis="城市市容和环境卫生管理条例 14, 36",
        told_defence=True,
        signed=True,
    ),
    step(Act.DEFEND, "he", points=["the square was full"]),
    step(Act.ANSWER_DEFENCE, "feng", answers=["it was not: see the record"]),
    step(Act.SUBMIT_REVIEW, "li"),
    step(Act.REVIEW_LEGALLY, "chen", passed=True, opinion="lawful"),
    step(Act.DECIDE, "zhao", **FINE, **BAND, **DECISION, has_social_impact=True),
)
WHOLE_CASE: Final = (
    *TO_THE_DECISION,
    step(Act.SERVE, "he", way="direct", signed=True, evidence=[PAPER]),
    step(Act.PUBLISH_DECISION, "cao", where="the bureau's page", masked=True, masked_by="cao"),
    step(Act.PAY, "qian", {"days": 3}, amount_fen=10_000, receipt="bank 1"),
    step(Act.PERFORMED, "he", how="paid in full"),
    step(Act.ARCHIVE, "he", archive="2026-1"),
)


def take(bureau: Bureau, subject: SubjectId, walked: Walked) -> Any:
    """Wait, then act; answers as the judge does."""
    bureau.wait(**walked.wait)
    details = dict(walked.details)
    if details.get("until") == UNTIL:
        details["until"] = instant_text(bureau.now.replace(microsecond=0) + _TWO_DAYS)
    return bureau.act(subject, walked.act, walked.person, **details)
