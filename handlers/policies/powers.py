"""Explains who may punish a matter, and by which text."""

from collections.abc import Iterator

from handlers.decisions.law.authority import Grant
from handlers.decisions.law.catalogue import HasParty, MatterPolicy, PenaltyBasis
from handlers.decisions.law.words import NORMS, PARTIES
from handlers.decisions.line import Line
from handlers.decisions.policy import Policy
from schemas.certainty import Certainty
from schemas.words import Words


def power_lines(row: MatterPolicy, pack: Policy) -> Iterator[Line]:
    """The party, the receiver or the grants, and the basis."""
    yield Line(label=Words("当事人", "party"), text=PARTIES[row.has_party])
    if row.has_party is HasParty.NO:
        return
    grants = [grant for grant in pack.authority.grants if row.key in grant.matters]
    if row.receiver is not None:
        zh, en = f"移送{row.receiver.zh}", f"transferred to the {row.receiver.en}"
        yield _power(Words(zh, en), row.clause, row.certainty)
    for grant in grants:
        yield _power(_grant_words(grant), grant.clause, grant.certainty)
    if not grants and row.receiver is None:
        nobody = Words("本政策包未授予任何机关: 不得处罚", "no body in this pack: no penalty")
        yield _power(nobody, "行政处罚法 17 – 24", Certainty.TEXT)
    yield _basis(row.basis)


def _power(text: Words, clause: str, certainty: Certainty) -> Line:
    label = Words("处罚权", "power to punish")
    return Line(label=label, text=text, clause=clause, certainty=certainty)


def _grant_words(grant: Grant) -> Words:
    areas = ", ".join(area or "*" for area in grant.areas)
    return Words(
        f"{grant.body.zh}, 区域 {areas}, {grant.valid_from} 至 {grant.valid_until}",
        f"{grant.body.en}, in {areas}, {grant.valid_from} to {grant.valid_until}",
    )


def _basis(basis: PenaltyBasis | None) -> Line:
    label = Words("处罚依据", "basis of a penalty")
    if basis is None:
        return Line(
            label=label,
            text=Words("未列明: 不得处罚", "none named: no penalty"),
            clause="行政处罚法 4, 16, 38",
            certainty=Certainty.TEXT,
        )
    norm = NORMS[basis.norm]
    return Line(
        label=label,
        text=Words(
            f"{norm.zh}: 禁止 {basis.forbids}, 处罚 {basis.punishes}",
            f"{norm.en}: forbidden by {basis.forbids}, punished by {basis.punishes}",
        ),
        certainty=basis.certainty,
    )
