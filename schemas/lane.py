"""How urgently a message travels. A hint, never a decision."""

from enum import StrEnum


class Lane(StrEnum):
    """One topic and one set of workers a lane, so that a flood in one never delays the other."""

    SAFETY = "safety"
    GENERAL = "general"
