"""An opinion incident (舆情): what the public says of us, and how we answer in time."""

from enum import StrEnum


class OpinionState(StrEnum):
    """From first knowledge to the end."""

    DETECTED = "detected"
    GRADED = "graded"
    REPORTED = "reported"
    CLOSED = "closed"


class OpinionGrade(StrEnum):
    """By social impact. Major ones are reported to the province within ten hours."""

    ORDINARY = "ordinary"
    SERIOUS = "serious"
    MAJOR = "major"
