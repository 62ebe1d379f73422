from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from handlers.decisions.dossier import Seen
from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.law.authority import Check, Device, DeviceBasis, PlaceClass, Purpose
from handlers.decisions.law.catalogue import Norm
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.ids import CameraId, Sha256
from tests.support.authorities import (
    OTHER_CAMERA,
    STRUCTURE,
    a_device,
    a_device_basis,
    an_authority,
)
from tests.support.benches import SEEN_AT, a_bench, a_case, a_seen
from tests.support.builders import CAMERA, a_digest
from tests.support.calendars import china
from tests.support.cities import a_city
from tests.support.proofs import (
    FOUR,
    FRAME,
    PAPER,
    RECORD,
    a_collected,
    a_fetched_record,
    a_proposal,
    a_review,
    an_exclusion,
    answer_of,
    missing_in,
)

PASS, BLOCK, NEEDS_HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
MARCH_5 = date(2026, 3, 5)


def with_device(device: Device | None = None, **changes: Any) -> Policy:
    device = device or a_device(**changes)
    return a_city(authority=an_authority(devices={device.camera: device}))


def with_device_bases(*bases: DeviceBasis, **changes: Any) -> Policy:
    return a_city(authority=an_authority(device_bases=bases), **changes)


def proposing(
    *relies_on: Sha256,
    taken: Iterable[Taken] = (),
    seen: Iterable[Seen] = (a_seen(),),
    policy: Policy | None = None,
    **changes: Any,
) -> Bench:
    return a_bench(
        Act.PROPOSE,
        details={"relies_on": relies_on or (FRAME,)},
        taken=taken,
        seen=seen,
        policy=policy,
        **changes,
    )


def deciding(
    *relies_on: Sha256,
    taken: Iterable[Taken] = (),
    seen: Iterable[Seen] = (a_seen(),),
    policy: Policy | None = None,
    **changes: Any,
) -> Bench:
    proposal = a_proposal(*(relies_on or (FRAME,)))
    return a_bench(Act.DECIDE, taken=(*taken, proposal), seen=seen, policy=policy, **changes)


BOTH = pytest.mark.parametrize(
    "asked",
    [pytest.param(proposing, id="proposing"), pytest.param(deciding, id="deciding")],
)


@BOTH
@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        pytest.param((a_device_basis(norm=Norm.LAW),), PASS, id="a law"),
        pytest.param((a_device_basis(),), PASS, id="an administrative regulation"),
        pytest.param((a_device_basis(norm=Norm.LOCAL_REGULATION),), BLOCK, id="a local one"),
        pytest.param((a_device_basis(norm=Norm.RULE),), BLOCK, id="a rule"),
        pytest.param((), BLOCK, id="nothing"),
        pytest.param((a_device_basis(signed_by=" "),), BLOCK, id="no lawyer signed"),
        pytest.param((a_device_basis(areas=("421399",)),), BLOCK, id="for elsewhere"),
        pytest.param((a_device_basis(matters=frozenset({STRUCTURE})),), BLOCK, id="for others"),
        pytest.param((a_device_basis(valid_from=MARCH_5),), PASS, id="valid from that day"),
        pytest.param(
            (a_device_basis(valid_from=date(2026, 3, 6)),), BLOCK, id="valid from the next"
        ),
        pytest.param((a_device_basis(valid_until=MARCH_5),), PASS, id="valid until that day"),
        pytest.param(
            (a_device_basis(valid_until=date(2026, 3, 4)),), BLOCK, id="valid until the day before"
        ),
    ],
)
def test_p03_law_lets_a_device_prove_it(
    asked: Any, bases: tuple[DeviceBasis, ...], expected: Verdict
) -> None:
    bench = asked(policy=with_device_bases(*bases))

    finding = answer_of("P03", bench)

    assert finding.verdict is expected
    if expected is BLOCK:
        assert "a lead only: exclude it and collect on site" in missing_in(finding)


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        pytest.param(a_city(), with_device_bases(), PASS, id="in force before the capture"),
        pytest.param(
            a_city(valid_from=date(2026, 3, 6)), with_device_bases(), BLOCK, id="written in later"
        ),
        pytest.param(
            with_device_bases(valid_from=date(2026, 3, 6)), a_city(), BLOCK, id="struck out since"
        ),
    ],
)
def test_p03_a_basis_is_asked_of_then_and_of_now(
    now: Policy, then: Policy, expected: Verdict
) -> None:
    bench = proposing(policy=now, then=then)

    assert answer_of("P03", bench).verdict is expected


A_PASSED_CHECK = {"by": "chen", "passed": True}


@BOTH
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, PASS, id="all papers"),
        pytest.param({"valid_from": MARCH_5}, PASS, id="valid from that day"),
        pytest.param({"valid_from": date(2026, 3, 6)}, BLOCK, id="valid from the next"),
        pytest.param({"valid_until": MARCH_5}, PASS, id="valid until that day"),
        pytest.param({"valid_until": date(2026, 3, 4)}, BLOCK, id="out of date by a day"),
        pytest.param({"legal_review": None}, BLOCK, id="no legal review"),
        pytest.param({"technical_review": None}, BLOCK, id="no technical review"),
        pytest.param(
            {"legal_review": Check(by="chen", on=MARCH_5, passed=False)}, BLOCK, id="it failed"
        ),
        pytest.param(
            {"legal_review": Check(by="chen", on=MARCH_5, passed=True)},
            PASS,
            id="reviewed that day",
        ),
        pytest.param(
            {"technical_review": Check(by="tang", on=date(2026, 3, 6), passed=True)},
            BLOCK,
            id="reviewed only afterwards",
        ),
        pytest.param(
            {"technical_review": Check(by="chen", on=date(2025, 2, 2), passed=True)},
            BLOCK,
            id="both by one reviewer",
        ),
        pytest.param({"is_marked": False}, BLOCK, id="not marked"),
        pytest.param({"published": " "}, BLOCK, id="site not published"),
    ],
)
def test_p04_the_devices_papers_were_in_order_at_capture(
    asked: Any, changes: Mapping[str, Any], expected: Verdict
) -> None:
    bench = asked(policy=with_device(**changes))

    finding = answer_of("P04", bench)

    assert finding.verdict is expected
    assert (FRAME[:12] in missing_in(finding)) is (expected is BLOCK)


def test_p04_a_camera_that_nobody_registered_proves_nothing() -> None:
    bench = proposing(seen=(a_seen(camera=OTHER_CAMERA),))

    assert "isn't in the register" in missing_in(answer_of("P04", bench))


@pytest.mark.parametrize(
    ("captured_at", "expected"),
    [
        pytest.param(SEEN_AT, PASS, id="said when"),
        pytest.param(None, BLOCK, id="nobody said when"),
        pytest.param(china("2024-12-31 10:00"), BLOCK, id="before the camera was valid"),
    ],
)
def test_p04_asks_of_what_officers_fetched_from_a_camera_too(
    captured_at: datetime | None, expected: Verdict
) -> None:
    bench = proposing(PAPER, taken=(a_fetched_record(PAPER, captured_at=captured_at),))

    assert answer_of("P04", bench).verdict is expected


def test_p04_calling_it_taken_on_the_spot_does_not_hide_the_camera() -> None:
    bench = proposing(taken=(a_collected(FRAME),), policy=with_device(is_marked=False))

    assert answer_of("P04", bench).verdict is BLOCK


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        pytest.param(
            with_device(valid_from=date(2026, 3, 6)),
            with_device(),
            PASS,
            id="renewed since: judged by the papers of then",
        ),
        pytest.param(
            with_device(), with_device(is_marked=False), BLOCK, id="marked only afterwards"
        ),
    ],
)
def test_p04_judges_papers_as_they_were(now: Policy, then: Policy, expected: Verdict) -> None:
    bench = proposing(policy=replace(now, valid_from=date(2026, 3, 6)), then=then)

    assert answer_of("P04", bench).verdict is expected


@pytest.mark.parametrize(
    ("valid_from", "expected"),
    [
        pytest.param(MARCH_5, PASS, id="from that day on"),
        pytest.param(date(2026, 3, 6), BLOCK, id="from the next day on"),
    ],
)
def test_p04_the_pack_in_force_on_the_day_of_capture_counts(
    valid_from: date, expected: Verdict
) -> None:
    now = replace(with_device(), valid_from=valid_from)
    bench = proposing(policy=now, then=with_device(is_marked=False))

    assert answer_of("P04", bench).verdict is expected


@pytest.mark.parametrize("gate", ["P03", "D1", "D3", "D4", "D5"])
def test_a_record_of_no_known_time_is_judged_by_todays_pack(gate: str) -> None:
    bench = proposing(PAPER, taken=(a_fetched_record(PAPER, captured_at=None),))

    assert answer_of(gate, bench).verdict is PASS


@BOTH
@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        pytest.param((a_review(),), PASS, id="four times yes"),
        pytest.param((), BLOCK, id="no review"),
        pytest.param((a_review(PAPER),), BLOCK, id="of something else"),
        *(pytest.param((a_review(**{no: False}),), BLOCK, id=f"not {no}") for no in FOUR),
        pytest.param((a_review(is_clear=False), a_review()), PASS, id="looked at again"),
        pytest.param((a_review(), a_review(is_clear=False)), BLOCK, id="failed a later look"),
    ],
)
def test_p05_a_person_found_the_record_sound(
    asked: Any, reviews: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = asked(taken=reviews)

    assert answer_of("P05", bench).verdict is expected


def test_p05_names_each_record_that_nobody_reviewed() -> None:
    other = a_digest("another frame")
    bench = proposing(FRAME, other, seen=(a_seen(), a_seen("another frame")))

    missing = missing_in(answer_of("P05", bench))

    assert f"{FRAME[:12]}…: no record review" in missing
    assert f"{other[:12]}…: no record review" in missing


@pytest.mark.parametrize("gate", ["P03", "P04", "P05", "D1", "D3", "D4", "D5"])
def test_what_officers_took_on_the_spot_needs_no_device(gate: str) -> None:
    nothing = a_city(authority=an_authority(devices={}, device_bases=()))
    bench = proposing(RECORD, taken=(a_collected(),), policy=nothing)

    assert answer_of(gate, bench).verdict is PASS


@pytest.mark.parametrize("gate", ["P03", "P04", "P05"])
def test_nothing_is_relied_on_on_the_spot(gate: str) -> None:
    nothing = a_city(authority=an_authority(devices={}, device_bases=()))
    bench = a_bench(Act.DECIDE_ON_SPOT, policy=nothing, seen=(a_seen(),))

    assert answer_of(gate, bench).verdict is PASS


def test_a_new_proposal_counts_instead_of_the_old_one() -> None:
    taken = (a_collected(), a_proposal(FRAME), an_exclusion(FRAME), a_proposal(RECORD))
    bench = a_bench(Act.DECIDE, taken=taken, seen=(a_seen(),))

    assert answer_of("P05", bench).verdict is PASS


@pytest.mark.parametrize(
    ("purpose", "is_amenity", "expected"),
    [
        pytest.param(Purpose.PUBLIC_SECURITY, True, NEEDS_HUMAN, id="security camera, amenity"),
        pytest.param(Purpose.PUBLIC_SECURITY, False, PASS, id="security camera, other matter"),
        pytest.param(Purpose.ENFORCEMENT, True, PASS, id="enforcement camera, amenity"),
        pytest.param(Purpose.TRAFFIC, True, PASS, id="traffic camera, amenity"),
    ],
)
@pytest.mark.parametrize("act", [Act.OPEN, Act.PROPOSE, Act.DECIDE])
def test_d1_a_lawyer_says_whether_a_security_camera_may_feed_it(
    act: Act, purpose: Purpose, is_amenity: bool, expected: Verdict
) -> None:
    policy = with_device(purpose=purpose)
    stall = replace(policy.matters[a_case().matter], is_amenity=is_amenity)
    policy = replace(policy, matters={**policy.matters, stall.key: stall})
    bench = a_bench(
        act,
        policy=policy,
        taken=(a_proposal(FRAME),) if act is Act.DECIDE else (),
        details={"relies_on": (FRAME,)} if act is Act.PROPOSE else {},
        seen=() if act is Act.OPEN else (a_seen(),),
    )

    finding = answer_of("D1", bench)

    assert finding.verdict is expected
    assert ("unsettled" in missing_in(finding)) is (expected is NEEDS_HUMAN)


def test_d1_one_security_camera_among_others_is_enough() -> None:
    other = a_device(OTHER_CAMERA, purpose=Purpose.PUBLIC_SECURITY)
    policy = a_city(authority=an_authority(devices={CAMERA: a_device(), OTHER_CAMERA: other}))
    bench = a_bench(Act.OPEN, policy=policy, seen=(a_seen(), a_seen("b", camera=OTHER_CAMERA)))

    assert str(OTHER_CAMERA) in missing_in(answer_of("D1", bench))


@pytest.mark.parametrize(
    ("seen_at", "expected"),
    [
        pytest.param(china("2026-03-05 10:00"), NEEDS_HUMAN, id="while it was for security"),
        pytest.param(china("2026-03-06 10:00"), PASS, id="after it was put to enforcement"),
        pytest.param(None, NEEDS_HUMAN, id="nobody kept when: as it was opened"),
    ],
)
def test_d1_asks_what_the_camera_was_for_when_it_saw_it(
    seen_at: datetime | None, expected: Verdict
) -> None:
    now = replace(with_device(), valid_from=date(2026, 3, 6))
    then = with_device(purpose=Purpose.PUBLIC_SECURITY)
    bench = a_bench(Act.OPEN, policy=now, then=then, occurred_at=seen_at)

    assert answer_of("D1", bench).verdict is expected


def test_d1_a_citizens_report_has_no_camera() -> None:
    bench = a_bench(Act.OPEN, case=a_case(camera=None), seen=(a_seen(camera=None),))

    assert answer_of("D1", bench).verdict is PASS


IN_USE = date(2025, 3, 1)


@pytest.mark.parametrize(
    ("assessed", "missing"),
    [
        pytest.param(date(2025, 2, 3), "", id="before it was switched on"),
        pytest.param(IN_USE, "", id="on that day"),
        pytest.param(date(2025, 3, 2), "it is of 2025-03-02", id="a day late"),
        pytest.param(None, "there is none", id="never"),
    ],
)
def test_d3_the_impact_was_assessed_beforehand(assessed: date | None, missing: str) -> None:
    bench = proposing(policy=with_device(impact_assessed_on=assessed))

    finding = answer_of("D3", bench)

    assert (finding.verdict is PASS) == (not missing)
    assert missing_in(finding).endswith(missing)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, PASS, id="on a road by plan"),
        pytest.param({"plan": " "}, BLOCK, id="on a road without a plan"),
        pytest.param({"place_class": PlaceClass.SQUARE, "plan": ""}, BLOCK, id="on a square"),
        pytest.param(
            {"place_class": PlaceClass.COMPOUND, "plan": ""}, PASS, id="in a compound by its owner"
        ),
        pytest.param(
            {"place_class": PlaceClass.COMPOUND, "operator": ""}, BLOCK, id="in one by nobody"
        ),
        pytest.param({"operator": ""}, BLOCK, id="nobody operates it"),
        pytest.param({"place_class": PlaceClass.FORBIDDEN}, BLOCK, id="where none may hang"),
    ],
)
def test_d4_the_device_may_hang_there(changes: Mapping[str, Any], expected: Verdict) -> None:
    bench = proposing(policy=with_device(**changes))

    assert answer_of("D4", bench).verdict is expected


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        pytest.param({"filed_on": date(2025, 3, 31)}, "", id="on the thirtieth day"),
        pytest.param(
            {"filed_on": date(2025, 4, 1)},
            "by 2025-03-31: filed on 2025-04-01",
            id="on the thirty-first",
        ),
        pytest.param({"filed_on": None}, "by 2025-03-31: not filed", id="never, after a year"),
        pytest.param(
            {"filed_on": None, "in_use_from": date(2026, 2, 7)}, "", id="the last day is today"
        ),
        pytest.param(
            {"filed_on": None, "in_use_from": date(2026, 2, 6)},
            "by 2026-03-08: not filed",
            id="it was yesterday",
        ),
    ],
)
def test_d5_the_device_is_filed_with_the_police_in_time(
    changes: Mapping[str, Any], missing: str
) -> None:
    bench = proposing(policy=with_device(**changes))

    finding = answer_of("D5", bench)

    assert (finding.verdict is PASS) == (not missing)
    assert missing_in(finding).endswith(missing)


@pytest.mark.parametrize("gate", ["D3", "D4", "D5"])
def test_an_unregistered_camera_is_said_once_by_p04(gate: str) -> None:
    bench = proposing(seen=(a_seen(camera=OTHER_CAMERA),))

    assert answer_of(gate, bench).verdict is PASS


def test_p04_a_picture_that_nobody_relies_on_is_not_asked_about() -> None:
    bench = proposing(
        RECORD, taken=(a_collected(),), seen=(a_seen(camera=CameraId("never registered")),)
    )

    assert answer_of("P04", bench).verdict is PASS
