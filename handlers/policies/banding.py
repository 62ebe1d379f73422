"""Explains what a matter may cost: bands of fines, and what moves a case between them."""

from collections.abc import Iterator

from handlers.decisions.law.catalogue import HasParty, MatterPolicy
from handlers.decisions.law.discretion import Band, BandStep, Discretion, HarmClass, PartyKind
from handlers.decisions.law.words import HARMS, PARTY_KINDS, STEPS, joined, yuan
from handlers.decisions.line import Line
from handlers.decisions.policy import Policy
from schemas.certainty import Certainty
from schemas.words import Words


def banding_lines(row: MatterPolicy, pack: Policy) -> Iterator[Line]:
    """A line for each party and harm, then the circumstances of each step."""
    if row.has_party is HasParty.NO:
        return
    table = pack.discretion
    bands = [band for band in table.bands.values() if band.matter == row.key]
    if not bands:
        text = Words("本政策包未设档次", "none in this pack")
        yield Line(label=Words("裁量基准", "discretion bands"), text=text)
        return
    yield _published(table)
    for party in PartyKind:
        for harm in HarmClass:
            yield from _row([b for b in bands if (b.party, b.harm) == (party, harm)])
    for step in BandStep:
        yield from _circumstances(table, step)


def _published(table: Discretion) -> Line:
    label = Words("裁量基准", "discretion bands")
    if table.published:
        said = Words(f"已公布于 {table.published}", f"published at {table.published}")
    else:
        said = Words("未公布: 不得作为依据", "not published: not to be relied on")
    return Line(label=label, text=said, clause="行政处罚法 34", certainty=Certainty.TEXT)


def _row(bands: list[Band]) -> Iterator[Line]:
    if not bands:
        return
    party, harm = PARTY_KINDS[bands[0].party], HARMS[bands[0].harm]
    by_step = {band.step: band for band in bands}
    yield Line(
        label=Words(f"{party.zh}, {harm.zh}", f"{party.en}, {harm.en}"),
        text=joined(_band_words(by_step[step]) for step in BandStep),
        clause=bands[0].clause,
        certainty=bands[0].certainty,
    )


def _band_words(band: Band) -> Words:
    step = STEPS[band.step]
    if band.most_fen == 0:
        return Words(f"{step.zh} 不罚款", f"{step.en} no fine")
    span = f"{yuan(band.least_fen)}–{yuan(band.most_fen)}"
    return Words(f"{step.zh} {span}元", f"{step.en} {span} yuan")


def _circumstances(table: Discretion, step: BandStep) -> Iterator[Line]:
    for row in table.circumstances.values():
        if row.step is step:
            label = STEPS[step]
            yield Line(
                label=Words(f"{label.zh}情形", f"{label.en} when"),
                text=row.title,
                clause=row.clause,
                certainty=row.certainty,
            )
