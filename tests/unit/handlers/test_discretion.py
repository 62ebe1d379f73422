from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.discretion import MITIGATING, STEPS, Assessed, band_of, step_of
from handlers.decisions.law.discretion import (
    Band,
    BandKey,
    BandStep,
    Circumstance,
    Discretion,
    HarmClass,
    PartyKind,
)
from schemas.certainty import Certainty
from schemas.words import Words
from tests.support.authorities import STRUCTURE
from tests.support.builders import STALL
from tests.support.cities import a_discretion

TABLE: Final = a_discretion()


def assessed(*circumstances: str, **changes: Any) -> Assessed:
    plain = Assessed(
        matter=STALL,
        harm=HarmClass.ORDINARY,
        party=PartyKind.CITIZEN,
        circumstances=frozenset(circumstances),
    )
    return replace(plain, **changes)


def without(table: Discretion, step: BandStep) -> Discretion:
    bands = {key: band for key, band in table.bands.items() if key[2] is not step}
    return replace(table, bands=bands)


@pytest.mark.parametrize(
    ("circumstances", "expected"),
    [
        pytest.param([], BandStep.ORDINARY, id="none: the middle"),
        pytest.param(["repeated"], BandStep.HEAVIER, id="one that makes it heavier"),
        pytest.param(["confessed"], BandStep.LIGHTER, id="one that makes it lighter"),
        pytest.param(["coerced"], BandStep.BELOW_RANGE, id="one that goes under the range"),
        pytest.param(["repeated", "confessed"], BandStep.LIGHTER, id="the lighter one wins"),
        pytest.param(
            ["repeated", "confessed", "coerced"], BandStep.BELOW_RANGE, id="the lightest one wins"
        ),
        pytest.param(["a bad mood"], BandStep.ORDINARY, id="one that the table doesn't know"),
    ],
)
def test_the_lightest_circumstance_gives_the_step(
    circumstances: list[str], expected: BandStep
) -> None:
    assert step_of(frozenset(circumstances), TABLE) is expected


@pytest.mark.parametrize(
    ("asked", "least_yuan", "most_yuan"),
    [
        pytest.param(assessed(), 500, 1_000, id="ordinary harm by a citizen"),
        pytest.param(assessed("confessed"), 100, 500, id="and a confession"),
        pytest.param(assessed("coerced"), 0, 100, id="and coercion"),
        pytest.param(assessed("repeated"), 1_000, 1_500, id="for the second time"),
        pytest.param(assessed(harm=HarmClass.MINOR), 100, 200, id="minor harm"),
        pytest.param(
            assessed(party=PartyKind.ORGANISATION), 5_000, 10_000, id="by an organisation"
        ),
    ],
)
def test_harm_party_and_circumstances_give_the_band(
    asked: Assessed, least_yuan: int, most_yuan: int
) -> None:
    band = band_of(asked, TABLE, None)

    assert band is not None
    assert (band.least_fen, band.most_fen) == (100 * least_yuan, 100 * most_yuan)


def test_a_matter_that_the_table_lacks_has_no_band() -> None:
    assert band_of(assessed(matter=STRUCTURE), TABLE, TABLE) is None


def test_a_step_that_the_table_in_force_lacks_has_no_band() -> None:
    gap = without(TABLE, BandStep.LIGHTER)

    assert band_of(assessed("confessed"), gap, TABLE) is None
    assert band_of(assessed(), gap, TABLE) is not None


@pytest.mark.parametrize(
    ("now", "then", "most_fen"),
    [
        pytest.param(TABLE, a_discretion(percent=50), 50_000, id="then was lighter"),
        pytest.param(a_discretion(percent=50), TABLE, 50_000, id="now is lighter"),
        pytest.param(TABLE, None, 100_000, id="nobody kept then"),
        pytest.param(
            TABLE, a_discretion(percent=50, published=""), 100_000, id="then was not published"
        ),
        pytest.param(
            TABLE,
            without(a_discretion(percent=20), BandStep.ORDINARY),
            30_000,
            id="then lacks the step: its heavier one bounds it",
        ),
    ],
)
def test_the_lighter_of_two_tables_holds(
    now: Discretion, then: Discretion | None, most_fen: int
) -> None:
    band = band_of(assessed(), now, then)

    assert band is not None
    assert band.most_fen == most_fen


FAST: Final = settings(max_examples=200, deadline=None, database=None)
IDS: Final = tuple("abcdef")
_YUAN: Final = st.integers(min_value=0, max_value=10)


@st.composite
def any_table(draw: st.DrawFn) -> Discretion:
    """Any table: rows may be missing, and a lighter step may cost more than a heavier one."""
    bands: dict[BandKey, Band] = {}
    for step in draw(st.sets(st.sampled_from(STEPS))):
        least, most = sorted((draw(_YUAN), draw(_YUAN)))
        bands[STALL, HarmClass.ORDINARY, step, PartyKind.CITIZEN] = Band(
            matter=STALL,
            harm=HarmClass.ORDINARY,
            step=step,
            party=PartyKind.CITIZEN,
            least_fen=least,
            most_fen=most,
            clause="any",
            certainty=Certainty.PROPOSAL,
        )
    circumstances = {
        id_: Circumstance(
            id=id_,
            title=Words(id_, id_),
            step=draw(st.sampled_from(STEPS)),
            clause="any",
            certainty=Certainty.PROPOSAL,
        )
        for id_ in draw(st.sets(st.sampled_from(IDS)))
    }
    return Discretion(bands=bands, circumstances=circumstances, published="somewhere")


def mitigating(table: Discretion) -> frozenset[str]:
    return frozenset(id_ for id_, each in table.circumstances.items() if each.step in MITIGATING)


def weight(band: Band) -> tuple[int, int]:
    return band.most_fen, band.least_fen


@FAST
@given(
    now=any_table(),
    then=st.none() | any_table(),
    said=st.sets(st.sampled_from(IDS)),
    data=st.data(),
)
def test_adding_mitigating_facts_never_raises_the_band(
    now: Discretion, then: Discretion | None, said: set[str], data: st.DataObject
) -> None:
    lighter = sorted(mitigating(now) | (frozenset() if then is None else mitigating(then)))
    added = data.draw(st.sets(st.sampled_from(lighter)) if lighter else st.just(set()))

    before = band_of(assessed(*said), now, then)
    after = band_of(assessed(*said, *added), now, then)

    assert before is None or after is None or weight(after) <= weight(before)


@FAST
@given(now=any_table(), then=any_table(), said=st.sets(st.sampled_from(IDS)))
def test_the_law_of_then_never_raises_the_band(
    now: Discretion, then: Discretion, said: set[str]
) -> None:
    alone = band_of(assessed(*said), now, None)
    both = band_of(assessed(*said), now, then)

    assert (alone is None) == (both is None)
    assert alone is None or both is None or weight(both) <= weight(alone)


def test_a_circumstance_is_as_light_as_the_milder_table_says() -> None:
    harsher = replace(
        TABLE,
        circumstances={
            **TABLE.circumstances,
            "confessed": replace(TABLE.circumstances["confessed"], step=BandStep.HEAVIER),
        },
    )

    assert step_of(frozenset({"confessed"}), harsher) is BandStep.HEAVIER
    assert step_of(frozenset({"confessed"}), harsher, TABLE) is BandStep.LIGHTER
