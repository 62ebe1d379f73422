"""All rows of all lives: what the code refuses by, and what the drawings are made from."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from handlers.decisions.lives import (
    deciding_penalty,
    ending,
    fixing,
    footage,
    investigating,
    opinion_and_pack,
    performing,
    softness,
    taking,
)
from handlers.decisions.lives.step import Step
from schemas.act import Act

ALL_STEPS: Final[tuple[Step, ...]] = (
    *taking.TAKING,
    *fixing.FIXING,
    *ending.ENDING,
    *footage.FOOTAGE,
    *softness.STEPS,
    *investigating.STEPS,
    *deciding_penalty.STEPS,
    *performing.STEPS,
    *opinion_and_pack.STEPS,
)


def _by_act() -> Mapping[Act, tuple[Step, ...]]:
    rows: dict[Act, list[Step]] = defaultdict(list)
    for step in ALL_STEPS:
        rows[step.act].append(step)
    return {act: tuple(steps) for act, steps in rows.items()}


STEPS_OF: Final = _by_act()
"""The rows of each act."""
