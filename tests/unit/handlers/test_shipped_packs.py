"""The packs that come with the house: whole, grounded, and what they say they are."""

from collections.abc import Mapping

import pytest

from handlers.decisions.policy import Policy
from handlers.policies.pack import load


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Policy]:
    """The one look at the disk: the packs are part of the code."""
    return {name: load(name) for name in ("base", "demo")}


def test_the_shipped_packs_are_whole(shipped: Mapping[str, Policy]) -> None:
    assert [pack.name for pack in shipped.values()] == ["base", "demo"]
    assert shipped["base"].matters.keys() == shipped["demo"].matters.keys()
    assert shipped["base"].digest != shipped["demo"].digest


def test_each_shipped_row_names_its_clause_and_its_titles(shipped: Mapping[str, Policy]) -> None:
    rows = [row for pack in shipped.values() for row in pack.matters.values()]

    assert [row.key for row in rows if not (row.clause and row.title_zh and row.title_en)] == []


def test_the_demo_pack_is_the_base_pack_with_shorter_stays(shipped: Mapping[str, Policy]) -> None:
    base, demo = shipped["base"], shipped["demo"]

    longer = [
        key
        for key, row in demo.matters.items()
        if row.dwell_threshold > base.matters[key].dwell_threshold
    ]

    assert longer == []
    assert (demo.triage_limit, demo.sample_one_in) == (base.triage_limit, base.sample_one_in)
