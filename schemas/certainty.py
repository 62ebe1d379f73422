"""How well a rule or a row is grounded."""

from enum import StrEnum


class Certainty(StrEnum):
    """Every screen and document that shows the rule shows this too."""

    TEXT = "statute text"
    SECONDARY = "secondary source"
    PROPOSAL = "design proposal, to be confirmed by the city"
    MEMORY = "from memory, to be confirmed by the city"
