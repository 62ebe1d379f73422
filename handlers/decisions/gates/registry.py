"""All gates by their ids: what a row of a life's table means when it names one."""

from collections.abc import Mapping
from typing import Final

from handlers.decisions.gates import (
    after,
    banding,
    basis,
    coercion,
    conduct,
    danger,
    deciding,
    devices,
    excusing,
    forcing,
    fork,
    life,
    notice,
    opening,
    others,
    records,
    severity,
)
from handlers.decisions.gates.gate import Gate
from schemas.errors import InvalidValueError

GLOBAL: Final = ("A1", "P08")
"""Asked before every act, whatever its row says."""

ALL_GATES: Final[tuple[Gate, ...]] = (
    *basis.GATES,
    *devices.GATES,
    *conduct.GATES,
    *records.GATES,
    *opening.GATES,
    *notice.GATES,
    *deciding.GATES,
    *banding.GATES,
    *excusing.GATES,
    *severity.GATES,
    *after.GATES,
    *coercion.GATES,
    *forcing.GATES,
    *fork.GATES,
    *danger.GATES,
    *life.GATES,
    *others.GATES,
)

GATES: Final[Mapping[str, Gate]] = {gate.id: gate for gate in ALL_GATES}


def gate(id_: str) -> Gate:
    """The gate of that id.

    Raises:
        InvalidValueError: there is none.
    """
    found = GATES.get(id_)
    if found is None:
        raise InvalidValueError(expected="the id of a gate", got=id_, field="gate")
    return found
