from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from handlers.decisions.gates.fork import FORKING, GATES
from handlers.decisions.gates.gate import Gate, Prior, Verdict
from handlers.decisions.law.leniency import Leniency
from schemas.act import Act, Taken
from schemas.limit import Unit
from schemas.matter import MatterKey
from schemas.penalty import Ground, PenaltyState, SoftMeasure
from schemas.workfile import CaseState, Route, WorkFile
from tests.support.benches import a_bench, a_case, a_prior, a_taken
from tests.support.builders import BLOCKED_EXIT, OPEN_MANHOLE, STALL, UNLISTED
from tests.support.calendars import calendar_days, china
from tests.support.cities import a_city, a_first_violation_row

GATE: Mapping[str, Gate] = {gate.id: gate for gate in GATES}
A_STALL = a_case()
A_DANGER = a_case(matter=BLOCKED_EXIT, route=Route.ZERO_TOLERANCE)


@pytest.mark.parametrize("act", [Act.CONSIDER, Act.FILE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize("state", CaseState)
def test_the_penalty_case_starts_from_an_open_work_file(act: Act, state: CaseState) -> None:
    expected = Verdict.PASS if state in FORKING else Verdict.BLOCK

    assert GATE["L01"].check(a_bench(act, case=a_case(state=state))).verdict is expected


def test_a_candidate_and_what_is_over_or_on_its_way_elsewhere_start_nothing() -> None:
    assert set(CaseState) - FORKING == {
        CaseState.CANDIDATE,
        CaseState.TRANSFERRING,
        CaseState.CLOSED,
        CaseState.NOT_OPENED,
        CaseState.DISCARDED,
        CaseState.MERGED,
        CaseState.WITHDRAWN,
        CaseState.TRANSFERRED,
    }


def test_without_a_work_file_there_is_no_penalty_case() -> None:
    assert GATE["L01"].check(a_bench(Act.CONSIDER, case=None)).verdict is Verdict.BLOCK
    assert GATE["L02"].check(a_bench(Act.CONSIDER, case=None)).verdict is Verdict.BLOCK


@pytest.mark.parametrize("act", [Act.CONSIDER, Act.FILE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize(
    ("route", "matter", "expected"),
    [
        pytest.param(Route.SOFT, STALL, Verdict.PASS, id="a stall"),
        pytest.param(Route.ZERO_TOLERANCE, BLOCKED_EXIT, Verdict.PASS, id="a danger"),
        pytest.param(Route.SERVICE, STALL, Verdict.BLOCK, id="a repair"),
        pytest.param(Route.TRIAGE, STALL, Verdict.BLOCK, id="not sorted yet"),
        pytest.param(Route.ZERO_TOLERANCE, OPEN_MANHOLE, Verdict.BLOCK, id="nobody's fault"),
        pytest.param(Route.SOFT, UNLISTED, Verdict.BLOCK, id="a matter of no row"),
        pytest.param(Route.SOFT, None, Verdict.BLOCK, id="no matter"),
    ],
)
def test_only_a_route_with_somebody_to_blame_permits_punishing(
    act: Act, route: Route, matter: MatterKey | None, expected: Verdict
) -> None:
    bench = a_bench(act, case=a_case(route=route, matter=matter))

    assert GATE["L02"].check(bench).verdict is expected


@pytest.mark.parametrize("act", [Act.CLOSE, Act.WITHDRAW])
@pytest.mark.parametrize(
    ("penalty", "noted", "expected"),
    [
        pytest.param(PenaltyState.NOT_CONSIDERED, "", Verdict.PASS, id="nobody is looked at"),
        pytest.param(PenaltyState.TRIAGE, "", Verdict.BLOCK, id="somebody is, and nothing said"),
        pytest.param(PenaltyState.PERFORMING, "", Verdict.BLOCK, id="nearly over"),
        pytest.param(PenaltyState.STAYED, "", Verdict.BLOCK, id="stayed"),
        pytest.param(PenaltyState.INVESTIGATING, "goes on, 2026-17", Verdict.PASS, id="noted"),
        pytest.param(PenaltyState.INVESTIGATING, "   ", Verdict.BLOCK, id="blanks note nothing"),
        pytest.param(PenaltyState.CLOSED, "", Verdict.PASS, id="it is over"),
        pytest.param(PenaltyState.NO_PENALTY, "", Verdict.PASS, id="there is no penalty"),
    ],
)
def test_a_file_that_ends_notes_the_penalty_case_that_goes_on(
    act: Act, penalty: PenaltyState, noted: str, expected: Verdict
) -> None:
    bench = a_bench(act, penalty=penalty, details={"penalty_noted": noted})

    assert GATE["L09"].check(bench).verdict is expected


TALKED = a_taken(Act.PERSUADE)
SHOWN = a_taken(Act.DEMONSTRATE)
WARNED = a_taken(Act.WARN)


@pytest.mark.parametrize(
    ("act", "taken", "skipped", "expected"),
    [
        pytest.param(Act.PERSUADE, (), "", Verdict.PASS, id="the first needs none before"),
        pytest.param(Act.DEMONSTRATE, (), "", Verdict.BLOCK, id="the second without the first"),
        pytest.param(Act.DEMONSTRATE, (TALKED,), "", Verdict.PASS, id="the second after it"),
        pytest.param(Act.WARN, (SHOWN,), "", Verdict.BLOCK, id="one is missing between"),
        pytest.param(Act.WARN, (TALKED, SHOWN), "", Verdict.PASS, id="both were taken"),
        pytest.param(Act.WARN, (), "known to the party", Verdict.PASS, id="skipped with a reason"),
        pytest.param(Act.WARN, (), "  ", Verdict.BLOCK, id="skipped with blanks"),
        pytest.param(Act.INTERVIEW, (TALKED, SHOWN), "", Verdict.BLOCK, id="the last too soon"),
        pytest.param(Act.INTERVIEW, (TALKED, SHOWN, WARNED), "", Verdict.PASS, id="in its turn"),
        pytest.param(Act.PERSUADE, (WARNED,), "", Verdict.PASS, id="going back is no harm"),
    ],
)
def test_soft_measures_go_in_order(
    act: Act, taken: tuple[Taken, ...], skipped: str, expected: Verdict
) -> None:
    bench = a_bench(act, taken=taken, details={"skipped": skipped})

    assert GATE["L12"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(Act.WARN, Verdict.PASS, id="this city warns first"),
        pytest.param(Act.PERSUADE, Verdict.BLOCK, id="and persuades afterwards"),
        pytest.param(Act.INTERVIEW, Verdict.BLOCK, id="and invites nobody"),
    ],
)
def test_the_order_is_the_packs(act: Act, expected: Verdict) -> None:
    measures = (SoftMeasure.WARN, SoftMeasure.PERSUADE)
    policy = a_city(leniency=Leniency(measures=measures))

    assert GATE["L12"].check(a_bench(act, policy=policy)).verdict is expected


@pytest.mark.parametrize(
    ("case", "ground", "expected"),
    [
        pytest.param(A_DANGER, Ground.FIRST, Verdict.BLOCK, id="a danger for being the first"),
        pytest.param(A_DANGER, Ground.MINOR, Verdict.PASS, id="a danger that was minor"),
        pytest.param(A_DANGER, Ground.NO_FAULT, Verdict.PASS, id="a danger without fault"),
        pytest.param(a_case(), Ground.FIRST, Verdict.PASS, id="a stall for being the first"),
        pytest.param(
            a_case(route=Route.ZERO_TOLERANCE), Ground.FIRST, Verdict.BLOCK, id="a lifted stall"
        ),
    ],
)
def test_a_danger_is_not_excused_for_being_the_first(
    case: WorkFile, ground: Ground, expected: Verdict
) -> None:
    bench = a_bench(Act.EXCUSE, case=case, details={"ground": ground.value})

    assert GATE["L15"].check(bench).verdict is expected


UNTIL = china("2026-03-09 09:00")
A_YEAR_BEFORE = china("2025-03-05 10:00")
A_DAY_MORE = china("2025-03-04 10:00")
A_MINUTE_LATER = china("2026-03-09 09:01")


def an_order(until: datetime = UNTIL) -> Taken:
    return a_taken(Act.ORDER_CORRECTION, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    taken: tuple[Taken, ...] = ()
    case: WorkFile = A_STALL
    prior: tuple[Prior, ...] = ()
    harm_fen: int = 0
    at: datetime = A_MINUTE_LATER


CORRECTED = a_taken(Act.RECHECK, is_corrected=True)
UNCORRECTED = a_taken(Act.RECHECK, is_corrected=False)


@pytest.mark.parametrize("act", [Act.FILE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Filing(), Verdict.BLOCK, id="nobody asked to correct"),
        pytest.param(Filing(taken=(an_order(),)), Verdict.PASS, id="the time is over"),
        pytest.param(Filing(taken=(an_order(),), at=UNTIL), Verdict.BLOCK, id="its last instant"),
        pytest.param(Filing(taken=(an_order(), UNCORRECTED)), Verdict.PASS, id="not corrected"),
        pytest.param(
            Filing(taken=(an_order(), UNCORRECTED), at=UNTIL),
            Verdict.BLOCK,
            id="not corrected yet, and time is left",
        ),
        pytest.param(Filing(taken=(an_order(), CORRECTED)), Verdict.BLOCK, id="corrected"),
        pytest.param(
            Filing(taken=(an_order(), CORRECTED, UNCORRECTED)), Verdict.PASS, id="fell back"
        ),
        pytest.param(
            Filing(taken=(CORRECTED, an_order())), Verdict.PASS, id="corrected, and ordered anew"
        ),
        pytest.param(Filing(prior=(a_prior(),)), Verdict.PASS, id="did it before"),
        pytest.param(
            Filing(prior=(a_prior(PenaltyState.NO_PENALTY, ground=Ground.FIRST),)),
            Verdict.PASS,
            id="was excused before",
        ),
        pytest.param(
            Filing(prior=(a_prior(PenaltyState.REVOKED), a_prior(PenaltyState.NOT_FILED))),
            Verdict.BLOCK,
            id="nothing was ever held against the party",
        ),
        pytest.param(
            Filing(prior=(a_prior(at=A_YEAR_BEFORE),)), Verdict.PASS, id="did it a year before"
        ),
        pytest.param(
            Filing(prior=(a_prior(at=A_DAY_MORE),)), Verdict.BLOCK, id="did it a day before that"
        ),
        pytest.param(Filing(case=A_DANGER), Verdict.PASS, id="a danger waits for nothing"),
    ],
)
def test_softness_goes_before_filing(act: Act, asked: Filing, expected: Verdict) -> None:
    bench = a_bench(
        act,
        taken=asked.taken,
        case=asked.case,
        prior=asked.prior,
        at=asked.at,
        details={"harm_fen": asked.harm_fen},
    )

    assert GATE["L16"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("harm_fen", "expected"),
    [
        pytest.param(0, Verdict.BLOCK, id="no damage"),
        pytest.param(1, Verdict.PASS, id="a fen of damage"),
    ],
)
def test_damage_is_filed_without_waiting(harm_fen: int, expected: Verdict) -> None:
    bench = a_bench(Act.FILE, details={"harm_fen": harm_fen})

    assert GATE["L16"].check(bench).verdict is expected


def test_an_order_that_names_no_end_is_never_over() -> None:
    endless = replace(an_order(), details=a_taken(Act.ORDER_CORRECTION).details)

    assert GATE["L16"].check(a_bench(Act.FILE, taken=(endless,))).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("then_months", "expected"),
    [
        pytest.param(12, Verdict.PASS, id="the same look-back then"),
        pytest.param(1, Verdict.BLOCK, id="a shorter one then"),
    ],
)
def test_the_shorter_look_back_of_then_and_now_holds(then_months: int, expected: Verdict) -> None:
    row = a_first_violation_row(look_back=calendar_days(then_months, Unit.MONTH))
    then = a_city(leniency=Leniency(first_violations={STALL: row}))
    bench = a_bench(Act.FILE, prior=(a_prior(),), then=then)

    assert GATE["L16"].check(bench).verdict is expected


def test_where_the_list_has_no_row_every_finding_counts() -> None:
    policy = a_city(leniency=Leniency())
    bench = a_bench(Act.FILE, prior=(a_prior(at=china("2020-03-05 10:00")),), policy=policy)

    assert GATE["L16"].check(bench).verdict is Verdict.PASS
