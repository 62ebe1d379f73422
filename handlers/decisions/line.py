"""One thing that an explanation says."""

from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and a text, with the clause and how well it is grounded where that is known."""

    label: Words
    text: Words
    clause: str = ""
    certainty: Certainty | None = None
