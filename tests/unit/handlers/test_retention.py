from datetime import datetime
from typing import Any

import pytest

from handlers.decisions.dossier import Dossier
from handlers.decisions.retention import Keeps, kept_by, may_delete
from schemas.act import Act, Taken
from schemas.penalty import PenaltyState
from schemas.workfile import ENDED, CaseState
from tests.support.benches import a_case, a_dossier, a_taken
from tests.support.calendars import china
from tests.support.proofs import FRAME, PAPER, a_fetched_record, a_proposal

RECORDED = china("2026-03-05 10:00")
LATER = china("2027-03-05 10:00")


def an_ended(
    *taken: Taken,
    state: CaseState = CaseState.CLOSED,
    penalty: PenaltyState = PenaltyState.NOT_CONSIDERED,
    **changes: Any,
) -> Dossier:
    return a_dossier(*taken, case=a_case(state=state), penalty=penalty, **changes)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(china("2026-03-05 10:01"), False, id="a minute later"),
        pytest.param(china("2026-04-04 10:00"), False, id="thirty times 24 hours later"),
        pytest.param(china("2026-04-04 23:59"), False, id="at the end of the thirtieth day"),
        pytest.param(china("2026-04-05 00:00"), True, id="when the thirtieth day is over in China"),
    ],
)
def test_footage_is_kept_for_thirty_whole_days(now: datetime, expected: bool) -> None:
    assert may_delete(FRAME, RECORDED, (), now=now) is expected


HELD = a_taken(Act.HOLD, reason="a lawsuit")
RELEASED = a_taken(Act.RELEASE_HOLD, reason="over")
REMEDY = a_taken(Act.FILE_REMEDY, way="litigation")
RESULT = a_taken(Act.REMEDY_RESULT, result="upheld")
CLOSED = PenaltyState.CLOSED


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        pytest.param(an_ended(), (), id="an ended case, nobody punished"),
        pytest.param(an_ended(HELD), (Keeps.HOLD,), id="held"),
        pytest.param(an_ended(HELD, RELEASED), (), id="held and released"),
        pytest.param(an_ended(HELD, RELEASED, HELD), (Keeps.HOLD,), id="held anew"),
        pytest.param(an_ended(penalty=PenaltyState.TRIAGE), (Keeps.OPEN_PENALTY,), id="looked at"),
        pytest.param(
            an_ended(penalty=PenaltyState.STAYED), (Keeps.OPEN_PENALTY,), id="stayed by a court"
        ),
        pytest.param(an_ended(penalty=PenaltyState.NO_PENALTY), (), id="no penalty"),
        pytest.param(an_ended(REMEDY, penalty=CLOSED), (Keeps.REMEDY,), id="a lawsuit runs"),
        pytest.param(an_ended(REMEDY, RESULT, penalty=CLOSED), (), id="a lawsuit is over"),
        pytest.param(
            an_ended(a_fetched_record(FRAME), penalty=CLOSED), (Keeps.ARCHIVE,), id="archived"
        ),
        pytest.param(
            an_ended(a_proposal(FRAME), penalty=CLOSED), (Keeps.ARCHIVE,), id="relied on, archived"
        ),
        pytest.param(
            an_ended(a_fetched_record(PAPER), penalty=CLOSED), (), id="another item is archived"
        ),
        pytest.param(
            an_ended(a_fetched_record(FRAME), penalty=PenaltyState.REVOKED), (), id="revoked"
        ),
    ],
)
def test_what_a_case_needs_is_kept_beyond_its_term(
    dossier: Dossier, expected: tuple[Keeps, ...]
) -> None:
    assert kept_by(FRAME, RECORDED, (dossier,), now=LATER) == expected


@pytest.mark.parametrize("state", CaseState)
def test_an_open_case_keeps_its_footage(state: CaseState) -> None:
    kept = kept_by(FRAME, RECORDED, (an_ended(state=state),), now=LATER)

    assert kept == (() if state in ENDED else (Keeps.OPEN_CASE,))


def test_one_case_that_needs_it_is_enough() -> None:
    dossiers = (an_ended(), an_ended(HELD), an_ended(state=CaseState.OPENED))

    assert kept_by(FRAME, RECORDED, dossiers, now=LATER) == (Keeps.HOLD, Keeps.OPEN_CASE)
    assert not may_delete(FRAME, RECORDED, dossiers, now=LATER)
