"""Which band of the table holds: harm and circumstances give a step, the lighter pack the band.

circumstances ─► the lightest of their steps ─┐
matter, harm, party ──────────────────────────┴─► band now ──┐
                                                  band then ─┴─► the lighter (行政处罚法 37)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from handlers.decisions.law.discretion import Band, BandStep, Discretion, HarmClass, PartyKind
from schemas.matter import MatterKey

STEPS: Final = (BandStep.BELOW_RANGE, BandStep.LIGHTER, BandStep.ORDINARY, BandStep.HEAVIER)
"""Lightest first."""
MITIGATING: Final = frozenset({BandStep.BELOW_RANGE, BandStep.LIGHTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What the table is asked about. `circumstances` are ids of the pack."""

    matter: MatterKey
    harm: HarmClass
    party: PartyKind
    circumstances: frozenset[str] = frozenset()


def tables(now: Discretion, then: Discretion | None) -> tuple[Discretion, ...]:
    """What may be looked at: the table in force, and the published one of then, where known."""
    return (now,) if then is None or not then.published else (now, then)


def step_of(circumstances: frozenset[str], *known: Discretion) -> BandStep:
    """The lightest circumstance wins: 从轻 and 减轻 are duties (30 – 32), 从重 is a choice.

    Of several tables the mildest is heard. A circumstance that a table doesn't know says nothing
    in it; gate P32 refuses one that none of them knows.
    """
    steps = (_step_in(table, circumstances) for table in known)
    return min(steps, key=STEPS.index, default=BandStep.ORDINARY)


def _step_in(table: Discretion, circumstances: frozenset[str]) -> BandStep:
    steps = (table.circumstances[id_].step for id_ in circumstances if id_ in table.circumstances)
    return min(steps, key=STEPS.index, default=BandStep.ORDINARY)


def band_of(assessed: Assessed, now: Discretion, then: Discretion | None) -> Band | None:
    """The band that holds; absent where the table in force has no row.

    No heavier step is ever cheaper than a lighter one: where a pack is uneven, the party gets
    the cheaper row. So a mitigating fact never raises the band, whatever the packs say.
    """
    own = step_of(assessed.circumstances, now)
    if (assessed.matter, assessed.harm, own, assessed.party) not in now.bands:
        return None
    known = tables(now, then)
    step = step_of(assessed.circumstances, *known)
    bands = (band for table in known for band in _rows(assessed, table, step))
    return min(bands, key=lambda band: (band.most_fen, band.least_fen))


def _rows(assessed: Assessed, table: Discretion, step: BandStep) -> Iterator[Band]:
    """The row of the step, and those of heavier steps."""
    for each in STEPS[STEPS.index(step) :]:
        band = table.bands.get((assessed.matter, assessed.harm, each, assessed.party))
        if band is not None:
            yield band
