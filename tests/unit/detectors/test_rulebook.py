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


def test_every_rule_that_we_ship_is_for_a_matter_that_the_base_pack_has() -> None:
    rules = read_rules(BASE.read_text("utf-8"), name="base")
    pack = pack_from(read_files("base", SHIPPED), "base")

    assert len(rules) == 4
    assert all(pack.matter(rule.matter) is not None for rule in rules)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[[rule", "book: expected TOML", id="no TOML"),
        pytest.param("", "expected at least one [[rule]]", id="empty"),
        pytest.param(GOOD.replace("zone", "zones"), "expected only company, group", id="a typo"),
        pytest.param(
            GOOD.replace("fire-lane", "fire"), "book, rule 1, zone: expected one of", id="zone"
        ),
        pytest.param(GOOD.replace('["vehicle"]', "[]"), "rule V01.things: expected", id="nothing"),
        pytest.param(GOOD.replace('["vehicle"]', "3"), "rule 1, things: expected a list", id="3"),
        pytest.param(GOOD.replace("|09012", ""), "standard|kind|code", id="half a matter"),
        pytest.param(GOOD + GOOD, "expected rule ids that differ", id="twice"),
        pytest.param(GOOD + "reach = true", "reach: expected a number", id="reach"),
    ],
)
def test_a_broken_rule_book_says_where(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=re.escape(said)):
        read_rules(text, name="book")
