"""Says in words what the first-violation list and the bands say of a case as it stands."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.discretion import Assessed, band_of
from handlers.decisions.first_violation import earlier_findings
from handlers.decisions.gates.course import corrected_at, harm_class, party_kind, proposal
from handlers.decisions.gates.gate import Bench, Prior
from handlers.decisions.gates.missing import china_text, yuan
from handlers.decisions.gates.registry import GATES
from handlers.decisions.law.discretion import Band
from handlers.decisions.law.words import GROUNDS, HARMS, PARTY_KINDS, STEPS
from handlers.decisions.line import Line
from handlers.decisions.lives.titles import PENALTY_STATES
from schemas.act import Act
from schemas.words import Words

_RECORD: Final = Words("首违记录查询", "looked up: is it the first?")
_BAND: Final = Words("适用档次", "the band that holds")


def penalty_lines(bench: Bench) -> Iterator[Line]:
    """Nothing before anybody is looked at."""
    if bench.last(Act.CONSIDER, Act.IDENTIFY) is None:
        return
    yield from _record_lines(bench)
    yield _correction_line(bench)
    yield from _band_lines(bench)


def band_in_force(bench: Bench) -> Band | None:
    """The band for what is proposed or decided; absent where nothing is, or the table has none."""
    basis = bench.last(Act.DECIDE, Act.DECIDE_ON_SPOT) or proposal(bench)
    if basis is None or bench.matter is None:
        return None
    harm = harm_class(basis.details)
    if harm is None:
        return None
    assessed = Assessed(
        matter=bench.matter.key,
        harm=harm,
        party=party_kind(bench),
        circumstances=frozenset(basis.details.listed("circumstances")),
    )
    then = None if bench.then is None else bench.then.discretion
    return band_of(assessed, bench.policy.discretion, then)


def band_words(band: Band) -> Words:
    """Which row of the table, and its span."""
    harm, step, party = HARMS[band.harm], STEPS[band.step], PARTY_KINDS[band.party]
    span = f"{yuan(band.least_fen)} – {yuan(band.most_fen)}"
    return Words(
        f"{party.zh}, {harm.zh}, {step.zh}: {span} 元",
        f"{party.en}, {harm.en}, {step.en}: {span} yuan",
    )


def _record_lines(bench: Bench) -> Iterator[Line]:
    gate, case = GATES["P33"], bench.dossier.case
    if case is None or case.matter is None:
        return
    row = bench.policy.leniency.first_violations.get(case.matter)
    counted = {
        earlier.case
        for earlier in earlier_findings(
            bench.prior,
            row,
            case=case.id,
            matter=case.matter,
            occurred_at=bench.dossier.occurred_at or case.opened_at,
        )
    }
    certainty = gate.certainty if row is None else row.certainty
    clause = gate.clause if row is None else row.clause
    if not bench.prior:
        text = Words("无同类违法记录", "nothing on record about this party and matter")
        yield Line(label=_RECORD, text=text, clause=clause, certainty=certainty)
    for prior in bench.prior:
        text = _prior_words(prior, is_counted=prior.case in counted)
        yield Line(label=_RECORD, text=text, clause=clause, certainty=certainty)


def _prior_words(prior: Prior, *, is_counted: bool) -> Words:
    ended, at = PENALTY_STATES[prior.ended], china_text(prior.at)
    ground = None if prior.ground is None else GROUNDS[prior.ground]
    zh = f"{prior.case}, {at}, {ended.zh}" + ("" if ground is None else f", {ground.zh}")
    en = f"{prior.case}, {at}, {ended.en}" + ("" if ground is None else f", {ground.en}")
    if is_counted:
        return Words(f"{zh}: 在回溯期内", f"{en}: within the look-back period")
    return Words(f"{zh}: 不计入", f"{en}: doesn't count")


def _correction_line(bench: Bench) -> Line:
    gate, since = GATES["P33"], corrected_at(bench.dossier)
    order = bench.last(Act.ORDER_CORRECTION)
    until = None if order is None else order.details.instant("until")
    by = Words("未责令改正", "no order to correct")
    if until is not None:
        at = china_text(until)
        by = Words(f"限期 {at}", f"ordered by {at}")
    if since is None:
        text = Words(f"尚未改正, {by.zh}", f"not corrected yet, {by.en}")
    else:
        at = china_text(since)
        text = Words(f"{at} 起已改正, {by.zh}", f"corrected since {at}, {by.en}")
    label = Words("改正情况", "correction")
    return Line(label=label, text=text, clause=gate.clause, certainty=gate.certainty)


def _band_lines(bench: Bench) -> Iterator[Line]:
    gate, band = GATES["P34"], band_in_force(bench)
    if band is not None:
        yield Line(label=_BAND, text=band_words(band), clause=band.clause, certainty=band.certainty)
        return
    if bench.last(Act.PROPOSE, Act.DECIDE, Act.DECIDE_ON_SPOT) is None:
        text = Words("尚无拟处理意见", "nothing is proposed yet")
        yield from _open_bands(bench)
    else:
        text = Words("裁量基准中无对应档次", "the table has no band for it")
    yield Line(label=_BAND, text=text, clause=gate.clause, certainty=gate.certainty)


def _open_bands(bench: Bench) -> Iterator[Line]:
    """All that the table has for this matter and such a party: harm and steps are open yet."""
    party = party_kind(bench)
    for band in bench.policy.discretion.bands.values():
        if bench.matter is not None and (band.matter, band.party) == (bench.matter.key, party):
            label = Words("可能的档次", "a band that may hold")
            yield Line(
                label=label, text=band_words(band), clause=band.clause, certainty=band.certainty
            )
