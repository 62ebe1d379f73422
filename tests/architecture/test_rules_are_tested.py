"""A rule that no test names is a rule that nobody checks."""

from pathlib import Path
from typing import Final

import pytest

from handlers.decisions import deciding, naming, thinning
from handlers.decisions.routing import RULES

TESTS: Final = Path(__file__).parents[1]
IDS: Final = (
    *(rule.id for rule in RULES),
    naming.ALIAS,
    deciding.UNKNOWN_YEAR,
    thinning.THIN,
    *(
        reason.rule
        for reason in (
            deciding.PARK,
            deciding.REPEAT,
            deciding.CONFLICT,
            deciding.SIGNAL,
            deciding.EXTEND,
            deciding.NOTHING_OPEN,
        )
    ),
)


def test_no_two_rules_have_one_number() -> None:
    numbers = [id_.split("-")[0] for id_ in IDS]

    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_is_named_in_a_test(rule: str) -> None:
    tests = (TESTS / "unit" / "handlers").glob("test_*.py")

    assert any(rule in test.read_text(encoding="utf-8") for test in tests)
