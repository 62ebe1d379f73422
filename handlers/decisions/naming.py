"""Which row of the pack a source means: vendors and old code books say it in their own words."""

from typing import Final

from handlers.decisions.policy import Policy
from schemas.disposition import Reason
from schemas.matter import MatterKey

ALIAS: Final = "R08-alias"


def named(told: MatterKey | None, policy: Policy) -> MatterKey | None:
    """The matter that is meant; as it was told where the pack knows neither it nor an alias."""
    if told is None or not policy.aliases or told in policy.matters:
        return told
    return policy.aliases.get(told.code, told)


def alias_reason(told: MatterKey | None, meant: MatterKey | None) -> Reason | None:
    """Says both codes, where they differ."""
    if told is meant:
        return None
    return Reason(rule=ALIAS, clause=f"the pack's alias: {told} is {meant}")
