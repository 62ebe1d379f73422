import re

import pytest

from detectors.rulebook import BASE, read_rules
from handlers.policies.pack import SHIPPED, pack_from, read_files
from schemas.errors import InvalidValueError

GOOD = """
[[rule]]
id = "V01"
matter = "GB/T 47678.5-2026|matter|09012"
zone = "fire-lane"
things = ["vehicle"]
"""


def test_a_rule_that_we_ship_is_for_a_matter_of_the_base_pack_or_says_its_own_threshold() -> None:
    rules = read_rules(BASE.read_text("utf-8"), name="base")
    pack = pack_from(read_files("base", SHIPPED), "base")

    unlisted = {rule.id for rule in rules if pack.matter(rule.matter) is None}
    assert len(rules) == 16
    assert unlisted == {"V12-crowd", "V15-person-in-closed-zone", "V16-thing-left-behind"}
    assert all(rule.dwell is not None for rule in rules if rule.id in unlisted)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[[rule", "book: expected TOML", id="no TOML"),
        pytest.param("", "expected at least one [[rule]]", id="empty"),
        pytest.param(
            GOOD.replace("zone", "zones"),
            "book, rule 1: expected only also, apart_from",
            id="a typo",
        ),
        pytest.param(
            GOOD.replace("fire-lane", "fire"),
            "book, rule 1 (V01), zone: expected one of",
            id="zone",
        ),
        pytest.param(
            GOOD.replace('["vehicle"]', "[]"),
            "rule 1 (V01), things: expected at least one",
            id="nothing",
        ),
        pytest.param(
            GOOD.replace('["vehicle"]', "3"), "rule 1 (V01), things: expected a list", id="3"
        ),
        pytest.param(GOOD.replace("|09012", ""), "standard|kind|code", id="half a matter"),
        pytest.param(GOOD + GOOD, "expected rule ids that differ", id="twice"),
        pytest.param(GOOD + "reach = true", "reach: expected a number", id="reach"),
    ],
)
def test_a_broken_rule_book_says_where(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=re.escape(said)):
        read_rules(text, name="book")
