"""Why a case stands where it stands, in words: every line with its clause and its mark."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from handlers.decisions.ahead import onlooker
from handlers.decisions.explaining import PackSaid, Sighted, pack_line, street_lines
from handlers.decisions.explaining_penalty import band_in_force, penalty_lines
from handlers.decisions.gates.gate import Bench, Prior, Standing
from handlers.decisions.judging import Packs
from handlers.decisions.law.authority import Unregistered
from handlers.decisions.line import Line
from handlers.decisions.penalty_sheet import masked, sheet_of
from schemas.act import Act, SubjectId
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.disposition import Reason
from schemas.ids import CameraId
from schemas.penalty import Ground, PenaltyState
from schemas.person import PersonId
from schemas.words import Words
from tests.support.benches import OTHER_CASE, SEEN_AT, a_bench, a_case, a_taken
from tests.support.builders import STALL, a_digest
from tests.support.bureau import Bureau
from tests.support.cities import PARKING, a_city
from tests.support.courses import (
    PARTY,
    SITE_RECORD,
    TO_THE_DECISION,
    TO_THE_FILING,
    TO_THE_PROPOSAL,
    TO_THE_STREET,
    WHOLE_CASE,
    Walked,
    step,
    take,
)

BY_THE_PACK: Final = Reason(rule="R07-by-the-pack", clause="soft")


def walked(course: Sequence[Walked], **changes: Any) -> tuple[Bureau, SubjectId]:
    bureau = Bureau(**changes)
    subject = bureau.sighting()
    for each in course:
        take(bureau, subject, each)
    return bureau, subject


def looked(course: Sequence[Walked], **changes: Any) -> Bench:
    """The subject after a course, for whoever only looks."""
    bureau, subject = walked(course, **changes)
    facts = bureau.facts(bureau.command(subject, Act.VIEW, "luo"))
    return onlooker(facts, Packs(now=bureau.policy, then=bureau.then))


def sighted(*reasons: Reason, dangers: Sequence[Danger] = (), outcome: str = "opened") -> Sighted:
    return Sighted(
        at=SEEN_AT,
        outcome=outcome,
        reasons=reasons or (BY_THE_PACK,),
        dangers=frozenset(dangers),
    )


def labelled(lines: Sequence[Line], label: str) -> list[Line]:
    return [line for line in lines if line.label.en == label]


def street(bench: Bench, *seen: Sighted) -> list[Line]:
    return list(street_lines(bench, seen or [sighted()]))


def test_the_matter_says_whether_it_is_about_safety_and_why() -> None:
    (line,) = labelled(street(looked(())), "matter")

    assert "not safety-related" in line.text.en
    assert "不涉及安全" in line.text.zh
    assert line.certainty is a_city().matters[STALL].certainty


def test_a_case_without_a_matter_waits_to_be_sorted() -> None:
    bench = a_bench(Act.VIEW, case=a_case(matter=None, site=None))

    (line,) = labelled(street(bench), "matter")

    assert "to be sorted" in line.text.en


def test_a_reason_is_told_once_however_often_it_was_given() -> None:
    seen = [sighted(), sighted(outcome="extended"), sighted(outcome="extended")]

    (line,) = labelled(street(looked(()), *seen), "by rule R07-by-the-pack")

    assert "opened, first at 2026-03-05 10:00, 3 in all" in line.text.en
    assert (line.clause, line.certainty) == ("soft", Certainty.TEXT)


def test_a_rule_that_nobody_marked_is_a_proposal() -> None:
    own = Reason(rule="D05-extend", clause="one open case a place and matter")

    (line,) = labelled(street(looked(()), sighted(own)), "by rule D05-extend")

    assert line.certainty is Certainty.PROPOSAL


@pytest.mark.parametrize(
    ("danger", "said", "clause", "certainty"),
    [
        pytest.param(
            Danger.FIRE_LANE,
            "lifts it to zero tolerance",
            "消防法 28: fire lanes are kept free",
            Certainty.TEXT,
            id="one that always lifts",
        ),
        pytest.param(
            Danger.DEEP_HOLE, "doesn't lift this matter", "", None, id="one that lifts others"
        ),
    ],
)
def test_a_danger_says_whether_it_lifts(
    danger: Danger, said: str, clause: str, certainty: Certainty | None
) -> None:
    (line,) = labelled(street(looked(()), sighted(dangers=[danger])), "danger")

    assert said in line.text.en
    assert line.clause == clause
    assert certainty is None or line.certainty is certainty


def test_no_danger_is_said_too() -> None:
    (line,) = labelled(street(looked(())), "danger")

    assert line.text.en == "none was told of"


def test_a_person_who_set_the_track_is_named_with_the_reason() -> None:
    bench = looked([step(Act.LIFT, "hu", danger="fire-lane", reason="it stands on the lane")])

    (line,) = labelled(street(bench), "lift to zero tolerance")

    assert "handler hu" in line.text.en
    assert "fire-lane, it stands on the lane" in line.text.en


def test_the_designated_places_were_tried() -> None:
    (line,) = labelled(street(looked(())), "tested: lawful here?")

    assert "no designated place and time" in line.text.en
    assert line.clause


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        pytest.param(None, [], id="no camera, nothing to say"),
        pytest.param(
            "cam-nobody", ["isn't registered: what it saw is a lead only"], id="unregistered"
        ),
    ],
)
def test_a_camera_says_how_its_papers_stand(camera: str | None, said: list[str]) -> None:
    city = a_city()
    policy = replace(city, authority=replace(city.authority, unregistered=Unregistered.LEAD))
    named = None if camera is None else CameraId(camera)
    bench = a_bench(Act.VIEW, case=a_case(camera=named), policy=policy)

    lines = labelled(street(bench), "camera")

    assert len(lines) == len(said)
    assert all(text in line.text.en for text, line in zip(said, lines, strict=True))


def test_a_matter_of_another_authority_says_whose_it_is() -> None:
    bench = a_bench(Act.VIEW, case=a_case(matter=PARKING, site=None))

    (line,) = labelled(street(bench), "transfer")

    assert "over only with its receipt" in line.text.en


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(None, "to the police, waits for the receipt", id="no answer yet"),
        pytest.param(
            a_taken(Act.RECEIPT, number="R-1"),
            "to the police, receipt R-1",
            id="a receipt",
        ),
        pytest.param(
            a_taken(Act.REFUSED_BY_RECEIVER, reason="not ours"),
            "to the police, refused: not ours",
            id="refused",
        ),
    ],
)
def test_a_transfer_says_what_became_of_it(answer: Any, said: str) -> None:
    sent = a_taken(Act.TRANSFER, receiver="the police")
    bench = a_bench(Act.VIEW, taken=(sent,) if answer is None else (sent, answer))

    lines = labelled(street(bench), "transfer")

    assert [line.text.en for line in lines] == [said]


@pytest.mark.parametrize(
    ("proposer", "publisher", "said"),
    [
        pytest.param("xie", "cao", "proposed by xie, published by cao", id="two persons"),
        pytest.param("xie", None, "no penalty under it", id="proposed only"),
        pytest.param(None, None, "no penalty under it", id="nobody"),
    ],
)
def test_a_pack_says_who_stands_behind_it(
    proposer: str | None, publisher: str | None, said: str
) -> None:
    standing = Standing(
        digest=a_digest("pack"),
        proposed_by=None if proposer is None else PersonId(proposer),
        published_by=None if publisher is None else PersonId(publisher),
    )

    line = pack_line(
        PackSaid(label=Words("依据", "decided under"), name="city", version="1", standing=standing)
    )

    assert said in line.text.en
    assert a_digest("pack") in line.text.en
    assert line.certainty is Certainty.PROPOSAL


def test_nothing_is_said_of_a_penalty_before_anybody_is_looked_at() -> None:
    assert list(penalty_lines(looked(TO_THE_STREET))) == []


def a_prior(days_ago: float, **changes: Any) -> Prior:
    said: dict[str, Any] = {
        "case": OTHER_CASE,
        "matter": STALL,
        "at": SEEN_AT - timedelta(days=days_ago),
        "ended": PenaltyState.NO_PENALTY,
        "ground": Ground.FIRST,
    }
    return Prior(**{**said, **changes})


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        pytest.param((), "nothing on record", id="nothing"),
        pytest.param((a_prior(30),), "within the look-back period", id="a month ago"),
        pytest.param((a_prior(4000),), "doesn't count", id="eleven years ago"),
        pytest.param(
            (a_prior(30, ground=Ground.NO_FAULT),), "doesn't count", id="without any fault"
        ),
    ],
)
def test_the_first_violation_look_up_is_told(prior: tuple[Prior, ...], said: str) -> None:
    considered = a_taken(Act.CONSIDER, **PARTY)
    bench = a_bench(Act.VIEW, taken=(considered,), prior=prior)

    (line,) = labelled(list(penalty_lines(bench)), "looked up: is it the first?")

    assert said in line.text.en
    assert all(each.case in line.text.zh for each in prior)


@pytest.mark.parametrize(
    ("course", "said"),
    [
        pytest.param(TO_THE_FILING[:5], "not corrected yet, no order to correct", id="before"),
        pytest.param(TO_THE_FILING, "not corrected yet, ordered by 2026-03-07", id="ordered"),
        pytest.param(
            (*TO_THE_FILING[:6], step(Act.CORRECTED, "li", proof="a picture")),
            "corrected since 2026-03-05",
            id="corrected",
        ),
    ],
)
def test_correction_is_told_as_it_stands(course: Sequence[Walked], said: str) -> None:
    (line,) = labelled(list(penalty_lines(looked(course))), "correction")

    assert said in line.text.en


def test_the_band_is_the_one_for_what_is_proposed() -> None:
    before, after = looked(TO_THE_FILING), looked(TO_THE_PROPOSAL)

    (nothing,) = labelled(list(penalty_lines(before)), "the band that holds")
    (line,) = labelled(list(penalty_lines(after)), "the band that holds")
    band = band_in_force(after)

    assert band_in_force(before) is None
    assert nothing.text.en == "nothing is proposed yet"
    assert band is not None
    assert "a citizen, minor harm, lighter" in line.text.en
    assert (line.clause, line.certainty) == (band.clause, band.certainty)


def test_a_sheet_of_a_whole_case_says_all_of_it() -> None:
    sheet = sheet_of(looked(WHOLE_CASE))

    assert sheet.state is PenaltyState.CLOSED
    assert (sheet.party, sheet.party_kind) == ("****000X", "citizen")
    assert (sheet.filed_as, sheet.officers) == ("2026-1", ("li", "wang"))
    assert sheet.proposal is not None
    assert sheet.notice is not None
    assert sheet.decision is not None
    assert (sheet.decision.kind, sheet.decision.fine_fen) == ("fine", 10_000)
    assert (sheet.heard.points, sheet.heard.answers) == (1, 1)
    assert sheet.review is not None
    assert (sheet.review.person, sheet.review.is_passed) == ("chen", True)
    assert sheet.band is not None


def test_a_sheet_before_anything_is_empty() -> None:
    sheet = sheet_of(looked(()))

    assert sheet.state is PenaltyState.NOT_CONSIDERED
    assert (sheet.party, sheet.evidence, sheet.proposal, sheet.decision) == ("", (), None, None)


def test_an_exhibit_says_who_collected_it_and_what_it_is_for() -> None:
    (exhibit,) = sheet_of(looked(TO_THE_DECISION)).evidence

    assert exhibit.digest == SITE_RECORD
    assert exhibit.collected_by == ("li", "wang")
    assert (exhibit.is_relied_on, exhibit.is_excluded, exhibit.is_of_a_device) == (
        *(True, False, False),
    )
    assert exhibit.reviewed_by is None


@pytest.mark.parametrize(
    ("party", "shown"),
    [
        pytest.param("", "", id="nobody"),
        pytest.param("4213", "****", id="too short to show any of it"),
        pytest.param("42130", "****2130", id="one longer"),
        pytest.param("licence 91421300MA00000X", "****000X", id="a licence"),
    ],
)
def test_a_party_is_shown_by_its_last_four_characters(party: str, shown: str) -> None:
    assert masked(party) == shown
