"""Where in the published table a penalty lies: P32, P34."""

from typing import Final

from handlers.decisions.discretion import MITIGATING, Assessed, band_of, step_of, tables
from handlers.decisions.gates.course import (
    corrected_at,
    done_after,
    harm_class,
    party_kind,
    penalty_in,
    proposal,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import yuan
from handlers.decisions.law.discretion import Band, Discretion
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.penalty import PenaltyKind
from schemas.person import Role
from schemas.words import Words


def circumstances(bench: Bench) -> frozenset[str]:
    """Those that the command rests on."""
    return frozenset(bench.details.listed("circumstances"))


def band(bench: Bench) -> Band | None:
    """The band that holds for what the command says, by the lighter of the two packs."""
    matter, harm = bench.matter, harm_class(bench.details)
    if matter is None or harm is None:
        return None
    assessed = Assessed(
        matter=matter.key,
        harm=harm,
        party=party_kind(bench),
        circumstances=circumstances(bench),
    )
    then = None if bench.then is None else bench.then.discretion
    return band_of(assessed, bench.policy.discretion, then)


def is_mitigated(bench: Bench) -> bool:
    """Whether one of the circumstances makes it lighter, under either pack."""
    return step_of(circumstances(bench), *_tables(bench)) in MITIGATING


def _tables(bench: Bench) -> tuple[Discretion, ...]:
    return tables(bench.policy.discretion, None if bench.then is None else bench.then.discretion)


def _lighter_counted(bench: Bench) -> Finding:
    known = frozenset(id_ for table in _tables(bench) for id_ in table.circumstances)
    if unknown := sorted(circumstances(bench) - known):
        return block(
            f"政策包中的裁量情节, 不是 {', '.join(unknown)}",
            f"circumstances of the pack, not {', '.join(unknown)}",
        )
    if corrected_at(bench.dossier) is not None and not is_mitigated(bench):
        return block(
            "从轻或减轻情节: 当事人已改正",
            "a circumstance that makes it lighter: the party has put it right",
        )
    return PASSED


def _within_table(bench: Bench) -> Finding:
    if not bench.policy.discretion.published or not bench.standing.is_published:
        return block("已公布的裁量基准", "a discretion table that is published")
    penalty = penalty_in(bench.details)
    if penalty.fine_fen == 0 and penalty.kind is not PenaltyKind.FINE:
        return PASSED  # the table measures fines
    row = band(bench)
    if row is None:
        return block(
            "裁量基准中对应事项、危害、情节、当事人的档次",
            "a band of the table for this matter, harm, step and party",
        )
    if row.least_fen <= penalty.fine_fen <= row.most_fen:
        return PASSED
    return _outside(bench, row)


def _outside(bench: Bench, row: Band) -> Finding:
    span = f"{yuan(row.least_fen)} – {yuan(row.most_fen)}"
    if not bench.details.text("outside_band").strip():
        return block(
            f"基准内的罚款 ({span} 元), 或偏离的理由",
            f"a fine within the band ({span} yuan), or why it isn't followed",
        )
    if bench.command.act is not Act.PROPOSE and not _is_discussed(bench):
        return block(
            f"偏离基准 ({span} 元) 的集体讨论",
            f"a panel's discussion of going outside the band ({span} yuan)",
        )
    return PASSED


def _is_discussed(bench: Bench) -> bool:
    """Of what is proposed now. Before a filing nobody can: so never on the spot."""
    proposed = proposal(bench)
    return proposed is not None and bool(done_after(bench, proposed, Act.DISCUSS))


GATES: Final = (
    Gate(
        id="P32",
        title=Words("从轻减轻", "Lighter circumstances"),
        asks=Words(
            "裁量情节出自政策包; 已改正的须计入从轻或减轻",
            "Circumstances are those of the pack, and correction counts as a lighter one",
        ),
        clause="行政处罚法 32",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.HEAD),
        check=_lighter_counted,
    ),
    Gate(
        id="P34",
        title=Words("裁量基准", "Published discretion"),
        asks=Words(
            "罚款在已公布基准的档次内; 偏离须有理由并经集体讨论",
            "A fine lies within a band of the published table, by the law then or now, "
            "whichever is lighter; outside it stand a reason and a panel",
        ),
        clause="行政处罚法 34, 37",
        certainty=Certainty.PROPOSAL,
        supply=(Role.POLICY_EDITOR, Role.HEAD),
        check=_within_table,
    ),
)
