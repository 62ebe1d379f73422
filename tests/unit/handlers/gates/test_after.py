from typing import Any, Final

import pytest

from handlers.decisions.gates.after import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from schemas.act import Act, Taken
from schemas.person import Role
from tests.support.benches import a_bench, a_taken, an_officer, with_people
from tests.support.builders import a_digest
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
FINE_FEN: Final = 100_000
DECIDED: Final = a_taken(Act.DECIDE, person="zhao", role=Role.HEAD, kind="fine", fine_fen=FINE_FEN)
WARNED: Final = a_taken(
    Act.DECIDE, person="zhao", role=Role.HEAD, kind="formal-warning", fine_fen=0
)
SERVED: Final = a_taken(Act.SERVE, person="he", role=Role.CLERK, way="direct")
CONSENT: Final = a_taken(
    Act.CONSENT_TO_E_SERVICE, person="he", role=Role.CLERK, signed=True, address="a mailbox"
)
UNSIGNED: Final = a_taken(
    Act.CONSENT_TO_E_SERVICE, person="he", role=Role.CLERK, address="a mailbox"
)


def serving(*taken: Taken, way: str, **said: Any) -> Bench:
    return a_bench(Act.SERVE, taken=taken, details={"way": way, **said})


PROOF: Final = {"evidence": [a_digest()]}


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(serving(way="at-announcement", signed=True), PASS, id="handed over, signed"),
        pytest.param(serving(way="at-announcement", **PROOF), BLOCK, id="handed over, unsigned"),
        pytest.param(serving(CONSENT, way="electronic"), PASS, id="by mail, consented"),
        pytest.param(serving(UNSIGNED, way="electronic"), BLOCK, id="by mail, consent unsigned"),
        pytest.param(serving(way="electronic", **PROOF), BLOCK, id="by mail, not consented"),
        *(
            pytest.param(serving(way=way, **PROOF), PASS, id=f"{way}, proved")
            for way in ("direct", "left", "entrusted", "post", "public")
        ),
        *(
            pytest.param(serving(CONSENT, way=way, signed=True), BLOCK, id=f"{way}, unproved")
            for way in ("direct", "left", "entrusted", "post", "public")
        ),
        pytest.param(
            a_bench(
                Act.SERVE,
                taken=[DECIDED],
                at=china("2026-05-11 09:00"),
                details={"way": "direct", **PROOF},
            ),
            PASS,
            id="served late is still served",
        ),
    ],
)
def test_service_is_proved_in_its_own_way(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P24"](bench).verdict is expected


def a_payment(amount_fen: int) -> Taken:
    return a_taken(Act.PAY, person="qian", role=Role.FINANCE, amount_fen=amount_fen, receipt="1")


def a_surcharge(amount_fen: int) -> Taken:
    return a_taken(Act.SURCHARGE, person="zhao", role=Role.HEAD, amount_fen=amount_fen, days_late=1)


def on_spot(fine_fen: int) -> Taken:
    return a_taken(Act.DECIDE_ON_SPOT, kind="fine", fine_fen=fine_fen, party_kind="citizen")


def paying(*taken: Taken, amount_fen: int, **more: Any) -> Bench:
    return a_bench(Act.PAY, taken=taken, details={"amount_fen": amount_fen}, **more)


def collecting(*taken: Taken, amount_fen: int, **said: Any) -> Bench:
    details = {"amount_fen": amount_fen, "second": "wang", **said}
    return a_bench(Act.COLLECT_ON_SPOT, taken=taken, details=details)


HEAD_AND_FINANCE: Final = with_people(an_officer("zhao", Role.HEAD, Role.FINANCE))


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(paying(DECIDED, amount_fen=FINE_FEN), PASS, id="the whole fine"),
        pytest.param(paying(DECIDED, amount_fen=1), PASS, id="a part of it"),
        pytest.param(paying(DECIDED, amount_fen=0), BLOCK, id="nothing"),
        pytest.param(paying(DECIDED, amount_fen=FINE_FEN + 1), BLOCK, id="a fen too much"),
        pytest.param(
            paying(DECIDED, a_payment(60_000), amount_fen=40_000), PASS, id="the rest of it"
        ),
        pytest.param(
            paying(DECIDED, a_payment(60_000), amount_fen=40_001), BLOCK, id="more than the rest"
        ),
        pytest.param(
            paying(DECIDED, a_surcharge(3_000), amount_fen=FINE_FEN + 3_000),
            PASS,
            id="the fine with its surcharge",
        ),
        pytest.param(
            paying(DECIDED, amount_fen=1, person="zhao", people=HEAD_AND_FINANCE),
            BLOCK,
            id="who decided does not take the money",
        ),
        pytest.param(
            collecting(on_spot(10_000), amount_fen=10_000), PASS, id="100 yuan on the spot"
        ),
        pytest.param(
            collecting(on_spot(10_001), amount_fen=10_001), BLOCK, id="a fen more on the spot"
        ),
        pytest.param(
            collecting(on_spot(10_001), amount_fen=100), BLOCK, id="the fine counts, not the part"
        ),
        pytest.param(
            collecting(on_spot(20_000), amount_fen=20_000, hard_to_enforce=True),
            PASS,
            id="else hard to enforce",
        ),
        pytest.param(
            collecting(on_spot(20_000), amount_fen=20_000, party_asked=True),
            PASS,
            id="the party asked",
        ),
        pytest.param(
            collecting(DECIDED, amount_fen=FINE_FEN, party_asked=True),
            PASS,
            id="the party asked, after an ordinary decision",
        ),
        pytest.param(
            collecting(DECIDED, amount_fen=FINE_FEN, hard_to_enforce=True),
            BLOCK,
            id="an ordinary decision is paid at the bank",
        ),
        pytest.param(
            collecting(on_spot(10_000), amount_fen=10_001), BLOCK, id="more than the spot fine"
        ),
        pytest.param(
            a_bench(Act.PERFORMED, taken=[DECIDED, a_payment(FINE_FEN)]), PASS, id="paid in full"
        ),
        pytest.param(
            a_bench(Act.PERFORMED, taken=[DECIDED, a_payment(FINE_FEN - 1)]),
            BLOCK,
            id="paid but for a fen",
        ),
        pytest.param(
            a_bench(Act.PERFORMED, taken=[DECIDED, a_surcharge(1), a_payment(FINE_FEN)]),
            BLOCK,
            id="the surcharge is owed too",
        ),
        pytest.param(a_bench(Act.PERFORMED, taken=[WARNED]), PASS, id="a warning costs nothing"),
        pytest.param(a_bench(Act.ARCHIVE, taken=[DECIDED]), BLOCK, id="archived unpaid"),
        pytest.param(
            a_bench(Act.ARCHIVE, taken=[DECIDED, a_payment(FINE_FEN)]), PASS, id="archived paid"
        ),
    ],
)
def test_a_fine_is_paid_to_the_bank_and_in_full(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P26"](bench).verdict is expected


def surcharging(*taken: Taken, at: str, days_late: int, amount_fen: int) -> Bench:
    return a_bench(
        Act.SURCHARGE,
        taken=taken,
        at=china(at),
        details={"days_late": days_late, "amount_fen": amount_fen},
    )


def deferred(until: str) -> Taken:
    return a_taken(Act.DEFER, person="zhao", role=Role.HEAD, until=china(until), reason="illness")


def remedy(act: Act, at: str) -> Taken:
    return a_taken(act, person="he", role=Role.CLERK, at=china(at))


# Served on Friday 6 March: the fifteenth day is a Saturday, so it is due by the end of Monday 23.
@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-03-24 09:00", days_late=1, amount_fen=3_000),
            PASS,
            id="3 % for the first day",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-03-24 09:00", days_late=1, amount_fen=3_001),
            BLOCK,
            id="a fen more",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-03-23 23:59", days_late=1, amount_fen=3_000),
            BLOCK,
            id="still in time",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-03-24 09:00", days_late=2, amount_fen=3_000),
            BLOCK,
            id="a day that hasn't come",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-03-24 09:00", days_late=0, amount_fen=1),
            BLOCK,
            id="no day",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-05-20 09:00", days_late=34, amount_fen=100_000),
            PASS,
            id="never above the fine: as much as it",
        ),
        pytest.param(
            surcharging(DECIDED, SERVED, at="2026-05-20 09:00", days_late=34, amount_fen=100_001),
            BLOCK,
            id="never above the fine: a fen more",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                a_surcharge(3_000),
                at="2026-03-25 09:00",
                days_late=1,
                amount_fen=3_000,
            ),
            PASS,
            id="the second day after the first",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                a_surcharge(3_000),
                at="2026-03-24 09:00",
                days_late=1,
                amount_fen=1,
            ),
            BLOCK,
            id="the same day twice",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                deferred("2026-04-30 18:00"),
                at="2026-04-30 09:00",
                days_late=1,
                amount_fen=3_000,
            ),
            BLOCK,
            id="deferred until later",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                deferred("2026-04-30 18:00"),
                at="2026-05-01 09:00",
                days_late=1,
                amount_fen=3_000,
            ),
            PASS,
            id="deferred, and late even so",
        ),
        pytest.param(
            surcharging(DECIDED, at="2026-05-01 09:00", days_late=1, amount_fen=1),
            BLOCK,
            id="never served",
        ),
        pytest.param(
            surcharging(on_spot(20_000), at="2026-03-24 09:00", days_late=1, amount_fen=600),
            PASS,
            id="handed over on the spot",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                remedy(Act.FILE_REMEDY, "2026-03-24 10:00"),
                remedy(Act.REMEDY_RESULT, "2026-03-26 10:00"),
                at="2026-03-27 09:00",
                days_late=1,
                amount_fen=3_000,
            ),
            PASS,
            id="days under remedy don't count",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                remedy(Act.FILE_REMEDY, "2026-03-24 10:00"),
                remedy(Act.REMEDY_RESULT, "2026-03-26 10:00"),
                at="2026-03-27 09:00",
                days_late=2,
                amount_fen=6_000,
            ),
            BLOCK,
            id="and can't be made to",
        ),
        pytest.param(
            surcharging(
                DECIDED,
                SERVED,
                remedy(Act.FILE_REMEDY, "2026-03-24 10:00"),
                at="2026-03-27 09:00",
                days_late=1,
                amount_fen=1,
            ),
            BLOCK,
            id="nor while the remedy goes on",
        ),
    ],
)
def test_a_surcharge_has_its_limits(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P26"](bench).verdict is expected


FILED: Final = remedy(Act.FILE_REMEDY, "2026-03-24 10:00")
RESULT: Final = remedy(Act.REMEDY_RESULT, "2026-03-26 10:00")


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(a_bench(Act.SURCHARGE, taken=[SERVED]), PASS, id="no remedy was sought"),
        pytest.param(a_bench(Act.SURCHARGE, taken=[FILED]), BLOCK, id="a remedy goes on"),
        pytest.param(a_bench(Act.SURCHARGE, taken=[FILED, RESULT]), PASS, id="it came to its end"),
        pytest.param(
            a_bench(Act.SURCHARGE, taken=[FILED, FILED, RESULT]), BLOCK, id="another goes on"
        ),
        pytest.param(
            a_bench(Act.STAY, details={"by": "court", "number": "2026-9"}),
            PASS,
            id="a stay by paper",
        ),
        pytest.param(
            a_bench(Act.STAY, details={"by": "court", "number": " "}), BLOCK, id="a stay by word"
        ),
    ],
)
def test_a_remedy_stops_the_surcharge_and_nothing_else(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P27"](bench).verdict is expected
