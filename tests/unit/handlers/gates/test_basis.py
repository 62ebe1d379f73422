from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from handlers.decisions.gates.gate import Verdict
from handlers.decisions.law.authority import (
    OffsiteItem,
    Publication,
    SectorRule,
)
from handlers.decisions.law.catalogue import MatterPolicy, Norm, PenaltyBasis
from handlers.decisions.law.leniency import Leniency
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.ids import CameraId
from tests.support.authorities import DISTRICT, STRUCTURE, an_authority
from tests.support.benches import SEEN_AT, a_bench, a_case, a_seen, a_taken
from tests.support.builders import BLOCKED_EXIT, STALL
from tests.support.calendars import china
from tests.support.cities import a_city, a_punishable
from tests.support.lawful_places import a_designated_place
from tests.support.proofs import (
    FRAME,
    PAPER,
    RECORD,
    a_collected,
    a_proposal,
    a_telling,
    answer_of,
    missing_in,
)

PASS, BLOCK, NEEDS_HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN


def a_basis(**changes: Any) -> PenaltyBasis:
    basis = PenaltyBasis(
        norm=Norm.RULE, forbids="article 1", punishes="article 2", certainty=Certainty.TEXT
    )
    return replace(basis, **changes)


def with_matter(matter: MatterPolicy) -> Policy:
    city = a_city()
    return a_city(matters={**city.matters, matter.key: matter})


def with_basis(basis: PenaltyBasis | None, **changes: Any) -> Policy:
    return with_matter(a_punishable(basis=basis, **changes))


def with_powers(**changes: Any) -> Policy:
    return a_city(authority=an_authority(**changes))


WITHOUT: Policy = with_basis(None)


@pytest.mark.parametrize(
    ("policy", "then", "expected"),
    [
        pytest.param(with_basis(a_basis()), None, PASS, id="a rule of a ministry"),
        pytest.param(with_basis(a_basis(norm=Norm.LAW)), None, PASS, id="a law"),
        pytest.param(with_basis(a_basis(norm=Norm.LOCAL_REGULATION)), None, PASS, id="a local one"),
        pytest.param(with_basis(a_basis(norm=Norm.NOTICE)), None, BLOCK, id="a notice only"),
        pytest.param(WITHOUT, None, BLOCK, id="none"),
        pytest.param(with_basis(a_basis(forbids=" ")), None, BLOCK, id="nothing forbids it"),
        pytest.param(with_basis(a_basis(punishes="")), None, BLOCK, id="nothing punishes it"),
        pytest.param(a_city(), a_city(), PASS, id="one then and one now"),
        pytest.param(a_city(), WITHOUT, BLOCK, id="none when it was done"),
        pytest.param(WITHOUT, a_city(), BLOCK, id="struck out since: the lighter law holds"),
        pytest.param(
            a_city(), with_basis(a_basis(norm=Norm.NOTICE)), BLOCK, id="a notice when it was done"
        ),
    ],
)
def test_p01_a_published_text_forbids_and_punishes_it(
    policy: Policy, then: Policy | None, expected: Verdict
) -> None:
    bench = a_bench(Act.CONSIDER, policy=policy, then=then)

    assert answer_of("P01", bench).verdict is expected


@pytest.mark.parametrize(
    ("act", "details", "expected"),
    [
        pytest.param(Act.DECIDE, {"basis": "article 36"}, PASS, id="a decision that names it"),
        pytest.param(Act.DECIDE, {"basis": "  "}, BLOCK, id="a decision with a blank"),
        pytest.param(Act.DECIDE_ON_SPOT, {}, BLOCK, id="one on the spot without it"),
        pytest.param(Act.FILE, {}, PASS, id="a filing, which has no such field"),
    ],
)
def test_p01_a_decision_names_its_basis(
    act: Act, details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(act, details=details)

    assert answer_of("P01", bench).verdict is expected


def test_p01_nothing_is_punished_that_nobody_sorted() -> None:
    bench = a_bench(Act.CONSIDER, case=a_case(matter=None))

    finding = answer_of("P01", bench)

    assert finding.verdict is BLOCK
    assert "an unsorted matter" in missing_in(finding)


def a_publication(**changes: Any) -> Publication:
    said = {"body": "a", "filing_basis": "b", "procedure": "c", "remedies": "d"}
    return Publication(**{"areas": (DISTRICT,), **said, **changes})


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        pytest.param((a_publication(),), PASS, id="all four"),
        pytest.param((), BLOCK, id="nothing"),
        pytest.param((a_publication(body=""),), BLOCK, id="not the body"),
        pytest.param((a_publication(filing_basis=""),), BLOCK, id="not the filing basis"),
        pytest.param((a_publication(procedure=" "),), BLOCK, id="not the procedure"),
        pytest.param((a_publication(remedies=""),), BLOCK, id="not the remedies"),
        pytest.param((a_publication(areas=("421399",)),), BLOCK, id="for another area"),
    ],
)
@pytest.mark.parametrize("act", [Act.FILE, Act.DECIDE_ON_SPOT])
def test_p14_nothing_is_filed_where_the_rules_are_not_public(
    act: Act, published: tuple[Publication, ...], expected: Verdict
) -> None:
    bench = a_bench(act, policy=with_powers(publications=published))

    assert answer_of("P14", bench).verdict is expected


RULE_55 = SectorRule(title="令55号", read_by="chen", on=date(2026, 1, 5))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param((RULE_55,), PASS, id="read"),
        pytest.param((), NEEDS_HUMAN, id="not read yet"),
    ],
)
def test_a3_a_lawyer_has_read_the_sectors_rules(
    rules: tuple[SectorRule, ...], expected: Verdict
) -> None:
    bench = a_bench(Act.FILE, policy=with_powers(sector_rules=rules))

    assert answer_of("A3", bench).verdict is expected


def an_offsite_item(**changes: Any) -> OffsiteItem:
    item = OffsiteItem(
        matters=frozenset({STALL}),
        areas=(DISTRICT,),
        clause="for tests",
        published="https://city.example/items",
        certainty=Certainty.PROPOSAL,
    )
    return replace(item, **changes)


TOLD = (a_telling(),)


@pytest.mark.parametrize(
    ("item", "taken", "relies_on", "expected"),
    [
        pytest.param(an_offsite_item(), TOLD, (FRAME,), PASS, id="listed and told"),
        pytest.param(
            an_offsite_item(),
            (a_taken(Act.PERSUADE, content="by telephone"),),
            (FRAME,),
            PASS,
            id="listed and persuaded",
        ),
        pytest.param(an_offsite_item(), (), (FRAME,), BLOCK, id="nobody told the party"),
        pytest.param(None, TOLD, (FRAME,), BLOCK, id="no list"),
        pytest.param(an_offsite_item(published=""), TOLD, (FRAME,), BLOCK, id="unpublished list"),
        pytest.param(an_offsite_item(areas=("421399",)), TOLD, (FRAME,), BLOCK, id="elsewhere"),
        pytest.param(
            an_offsite_item(matters=frozenset({STRUCTURE})), TOLD, (FRAME,), BLOCK, id="others"
        ),
        pytest.param(None, (a_collected(),), (FRAME, RECORD), PASS, id="officers were there"),
        pytest.param(None, (a_collected(),), (RECORD,), PASS, id="no device's record at all"),
        pytest.param(
            None,
            (a_collected(PAPER, on_site=False),),
            (FRAME, PAPER),
            BLOCK,
            id="a camera and a paper from the office",
        ),
        pytest.param(
            None,
            (a_collected(FRAME),),
            (FRAME,),
            BLOCK,
            id="the camera's picture called taken on the spot",
        ),
    ],
)
@pytest.mark.parametrize("act", [Act.PROPOSE, Act.DECIDE])
def test_a4_devices_alone_carry_a_case_only_by_the_list(
    act: Act,
    item: OffsiteItem | None,
    taken: tuple[Taken, ...],
    relies_on: tuple[str, ...],
    expected: Verdict,
) -> None:
    is_proposing = act is Act.PROPOSE
    bench = a_bench(
        act,
        policy=with_powers(offsite_items=() if item is None else (item,)),
        taken=taken if is_proposing else (*taken, a_proposal(*relies_on)),
        details={"relies_on": relies_on} if is_proposing else {},
        seen=(a_seen(),),
    )

    assert answer_of("A4", bench).verdict is expected


def with_market(**changes: Any) -> Policy:
    return a_city(leniency=Leniency(designated=(a_designated_place(**changes),)))


MARKET = with_market(hours=(time(6), time(20)))


@pytest.mark.parametrize(
    ("policy", "then", "seen_at", "expected"),
    [
        pytest.param(MARKET, None, SEEN_AT, BLOCK, id="in the market's hours"),
        pytest.param(MARKET, None, china("2026-03-05 06:00"), BLOCK, id="as it opens"),
        pytest.param(MARKET, None, china("2026-03-05 05:59"), PASS, id="before it opens"),
        pytest.param(MARKET, None, china("2026-03-05 19:59"), BLOCK, id="before it shuts"),
        pytest.param(MARKET, None, china("2026-03-05 20:00"), PASS, id="as it shuts"),
        pytest.param(a_city(), None, SEEN_AT, PASS, id="no market"),
        pytest.param(with_market(place_ids=("x",)), None, SEEN_AT, PASS, id="another place"),
        pytest.param(a_city(), MARKET, SEEN_AT, BLOCK, id="lawful when it was done"),
        pytest.param(MARKET, a_city(), SEEN_AT, BLOCK, id="lawful since"),
    ],
)
@pytest.mark.parametrize("act", [Act.CONSIDER, Act.FILE, Act.DECIDE_ON_SPOT])
def test_a7_what_was_lawful_there_and_then_is_no_offence(
    act: Act, policy: Policy, then: Policy | None, seen_at: datetime, expected: Verdict
) -> None:
    bench = a_bench(act, policy=policy, then=then, occurred_at=seen_at)

    assert answer_of("A7", bench).verdict is expected


def test_a7_no_exemption_makes_a_danger_lawful() -> None:
    policy = with_market(matters=(BLOCKED_EXIT,))
    bench = a_bench(Act.FILE, policy=policy, case=a_case(matter=BLOCKED_EXIT))

    assert answer_of("A7", bench).verdict is PASS


def test_a7_asks_when_the_case_was_opened_where_nobody_kept_when_it_was_seen() -> None:
    case = a_case(opened_at=china("2026-03-05 21:00"))
    bench = a_bench(Act.FILE, policy=MARKET, case=case, occurred_at=None)

    assert answer_of("A7", bench).verdict is PASS


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(with_basis(a_basis(), is_amenity=True), PASS, id="amenity with its clauses"),
        pytest.param(with_basis(None, is_amenity=True), BLOCK, id="amenity without"),
        pytest.param(
            with_basis(a_basis(punishes=""), is_amenity=True), BLOCK, id="amenity half named"
        ),
        pytest.param(
            with_basis(a_basis(norm=Norm.NOTICE), is_amenity=True), BLOCK, id="amenity by a notice"
        ),
        pytest.param(with_basis(None, is_amenity=False), PASS, id="no amenity: P01 asks"),
    ],
)
@pytest.mark.parametrize("act", [Act.CONSIDER, Act.FILE])
def test_a8_an_amenity_matter_has_its_clauses(act: Act, policy: Policy, expected: Verdict) -> None:
    bench = a_bench(act, policy=policy)

    assert answer_of("A8", bench).verdict is expected


def test_a8_looks_at_both_packs() -> None:
    amenity = with_basis(a_basis(), is_amenity=True)
    bench = a_bench(Act.FILE, policy=amenity, then=with_basis(None, is_amenity=True))

    assert answer_of("A8", bench).verdict is BLOCK


def test_a4_an_unknown_camera_is_a_device_all_the_same() -> None:
    bench = a_bench(
        Act.PROPOSE,
        policy=with_powers(offsite_items=()),
        details={"relies_on": (FRAME,)},
        seen=(a_seen(camera=CameraId("somebody's")),),
    )

    assert answer_of("A4", bench).verdict is BLOCK


def test_a4_a_citizens_photograph_is_no_devices_record() -> None:
    bench = a_bench(
        Act.PROPOSE,
        policy=with_powers(offsite_items=()),
        details={"relies_on": (FRAME,)},
        seen=(a_seen(camera=None),),
    )

    assert answer_of("A4", bench).verdict is PASS
