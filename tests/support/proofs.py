"""Builds acts about evidence: collected, reviewed, excluded, proposed, told, decided."""

from datetime import datetime
from typing import Any, Final

from handlers.decisions.gates.gate import Bench, Finding
from handlers.decisions.gates.registry import gate
from schemas.act import Act, Taken
from schemas.ids import CameraId, Sha256
from schemas.person import Role
from tests.support.benches import EARLIER, SEEN_AT, a_taken
from tests.support.builders import CAMERA, a_digest

FRAME: Final = a_digest("a frame")
"""What `a_seen()` brought, by the camera."""
RECORD: Final = a_digest("the record of the scene")
PAPER: Final = a_digest("a paper")
FOUR: Final = {"is_true": True, "is_clear": True, "is_complete": True, "is_accurate": True}


def answer_of(id_: str, bench: Bench) -> Finding:
    return gate(id_).check(bench)


def missing_in(finding: Finding) -> str:
    """What a refusal says is missing, in English; empty for a pass."""
    return "" if finding.missing is None else finding.missing.en


def a_collected(*digests: Sha256, at: datetime = EARLIER, **details: Any) -> Taken:
    """A record of the scene that officers made there, unless the test says otherwise."""
    said = {"form": "site-record", "on_site": True, "how": "on the spot", "medium": "paper"}
    return a_taken(Act.COLLECT, at=at, evidence=digests or (RECORD,), **{**said, **details})


def a_fetched_record(
    *digests: Sha256,
    camera: CameraId = CAMERA,
    captured_at: datetime | None = SEEN_AT,
    **details: Any,
) -> Taken:
    """What officers fetched from a camera."""
    when = {} if captured_at is None else {"captured_at": captured_at}
    said = {"form": "electronic-data", "on_site": False, "camera": camera}
    return a_collected(*(digests or (FRAME,)), **{**said, **when, **details})


def a_review(*digests: Sha256, **details: Any) -> Taken:
    """A record reviewer says yes four times, unless the test says otherwise."""
    return a_taken(
        Act.REVIEW_RECORD,
        person="tang",
        role=Role.RECORD_REVIEWER,
        evidence=digests or (FRAME,),
        **{**FOUR, **details},
    )


def an_exclusion(*digests: Sha256) -> Taken:
    return a_taken(Act.EXCLUDE, evidence=digests, reason="not clear")


def a_proposal(*digests: Sha256, **details: Any) -> Taken:
    return a_taken(Act.PROPOSE, relies_on=digests, **{"facts_clear": True, **details})


def a_telling(**details: Any) -> Taken:
    said = {"facts": "a stall", "where_to_look": "the bureau's page", "limits_rights": False}
    return a_taken(Act.TELL, **{**said, **details})


def an_assignment(first: str = "li", second: str = "wang") -> Taken:
    return a_taken(Act.ASSIGN_OFFICERS, person="zhao", role=Role.HEAD, first=first, second=second)


def a_decision(**details: Any) -> Taken:
    return a_taken(Act.DECIDE, person="zhao", role=Role.HEAD, **details)
