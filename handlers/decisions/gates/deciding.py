"""What a decision needs of its own: on the spot, by a panel, reviewed, complete: P17, P20 – P22."""

from collections.abc import Iterator, Mapping
from typing import Final

from handlers.decisions.gates.course import (
    done_after,
    harm_class,
    investigators,
    is_heavy,
    notice,
    party_kind,
    penalty_in,
    proposal,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for, unsaid, untold, yuan
from handlers.decisions.law.discretion import HarmClass, PartyKind
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.penalty import PenaltyKind, PenaltyState
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import Route

MOST_ON_SPOT: Final[Mapping[PartyKind, int]] = {
    PartyKind.CITIZEN: 20_000,
    PartyKind.ORGANISATION: 300_000,
}
"""In fen: 行政处罚法 51."""
LEAST_PANEL: Final = 2
"""Others beside the head: two persons are a talk, three are a panel. Our reading of 集体讨论."""
_SIMPLE: Final = frozenset({PenaltyKind.WARNING, PenaltyKind.FINE})
_ON_SPOT: Final = {
    "facts_clear": Words("违法事实确凿", "facts that are certain"),
    "told": Words("告知并听取申辩", "that the party was told and heard"),
    "party_present": Words("当事人在场, 否则适用普通程序", "the party, or the ordinary procedure"),
    "handed_over": Words("当场交付", "that the decision was handed over"),
}
_ITEMS: Final = {
    "number": Words("决定书编号", "the decision's number"),
    "party_named": Words("当事人", "who it is about"),
    "facts": Words("违法事实和证据", "facts and evidence"),
    "basis": Words("处罚种类和依据", "penalty and basis"),
    "how_to_perform": Words("履行方式和期限", "how and by when to perform"),
    "remedies": Words("复议诉讼途径和期限", "remedies and their time limits"),
    "authority_and_date": Words("机关名称和日期", "the authority's name and the date"),
}
_SEAL: Final = {"sealed": Words("机关印章", "the authority's seal")}


def _summary(bench: Bench) -> Finding:
    return block_for((*unsaid(bench.details, _ON_SPOT), *_too_much_for_the_spot(bench)))


def _too_much_for_the_spot(bench: Bench) -> Iterator[Words]:
    penalty = penalty_in(bench.details)
    party = party_kind(bench)
    most = MOST_ON_SPOT[party]
    said = bench.details.text("party_kind")
    if said and said != party:
        yield Words(
            f"与研判一致的当事人类别 ({party})", f"the kind of party that was found: {party}"
        )
    if penalty.kind not in _SIMPLE:
        yield Words(
            "警告或罚款, 否则适用普通程序", "a warning or a fine, or the ordinary procedure"
        )
    if penalty.fine_fen > most:
        yield Words(
            f"至多 {yuan(most)} 元的罚款, 否则适用普通程序",
            f"a fine of at most {yuan(most)} yuan, or the ordinary procedure",
        )


def _one_outcome(bench: Bench) -> Finding:
    proposed = proposal(bench)
    if proposed is None:
        return block("拟处理意见", "a proposal")
    ended = bench.last(Act.EXCUSE, Act.HAND_TO_JUSTICE, Act.NOT_FILE, Act.TERMINATE, Act.DECIDE)
    if ended is not None:
        return block(f"唯一的处理结果: 已有 {ended.act}", f"one outcome: there is {ended.act}")
    if bench.command.person in investigators(bench.dossier):
        return block(
            f"未参与调查的负责人, 不是 {bench.command.person}",
            f"a head who did not investigate, not {bench.command.person}",
        )
    if _needs_panel(bench, proposed) and not _was_discussed(bench, proposed):
        return block(
            f"集体讨论, 除负责人外至少 {LEAST_PANEL} 人",
            f"a panel's discussion with {LEAST_PANEL} others at least",
        )
    return PASSED


def _needs_panel(bench: Bench, proposed: Taken) -> bool:
    harms = {harm_class(proposed.details), harm_class(bench.details)}
    return proposed.details.says("is_complex") or HarmClass.GRAVE in harms


def _was_discussed(bench: Bench, proposed: Taken) -> bool:
    """Of what is proposed now: an older discussion was of something else."""
    return any(
        len(set(each.details.listed("present")) - {each.person, bench.command.person})
        >= LEAST_PANEL
        for each in done_after(bench, proposed, Act.DISCUSS)
    )


def _legal_review(bench: Bench) -> Finding:
    if bench.command.act is Act.REVIEW_LEGALLY:
        return _reviewer_is_fit(bench)
    asked = bench.dossier.penalty is PenaltyState.LEGAL_REVIEW
    if not asked and not _needs_review(bench):
        return PASSED
    told = notice(bench)
    reviews = () if told is None else done_after(bench, told, Act.REVIEW_LEGALLY)
    if not asked or not reviews:
        return block("法制审核", "a legal review of what was notified last")
    if not reviews[-1].details.says("passed"):
        return block("通过的法制审核", "a legal review that passed")
    return PASSED


def _reviewer_is_fit(bench: Bench) -> Finding:
    reviewer = bench.people.get(bench.command.person)
    missing = []
    if bench.command.person in investigators(bench.dossier):
        missing.append(Words("未参与调查的审核人员", "a reviewer who did not investigate the case"))
    if reviewer is None or not reviewer.is_lawyer:
        missing.append(
            Words(
                "取得法律职业资格的审核人员", "a reviewer with the legal-profession qualification"
            )
        )
    return block_for(missing)


def _needs_review(bench: Bench) -> bool:
    """Zero tolerance by default: that one is a proposal, the rest is art. 58."""
    proposed, case = proposal(bench), bench.dossier.case
    if proposed is not None and (
        proposed.details.says("is_major") or proposed.details.says("is_complex")
    ):
        return True
    if case is not None and case.route is Route.ZERO_TOLERANCE:
        return True
    is_weighty = is_heavy(penalty_in(bench.details), party_kind(bench))
    return is_weighty or bench.last(Act.HOLD_HEARING) is not None


def _content(bench: Bench) -> Finding:
    missing = [*untold(bench.details, _ITEMS), *unsaid(bench.details, _SEAL)]
    penalty = penalty_in(bench.details)
    if penalty.kind is PenaltyKind.FINE and penalty.fine_fen == 0:
        missing.append(Words("罚款数额", "the amount of the fine"))
    return block_for(missing)


GATES: Final = (
    Gate(
        id="P17",
        title=Words("简易程序", "Summary procedure"),
        asks=Words(
            "事实确凿, 警告或公民二百元、组织三千元以下罚款, 当事人在场并当场交付",
            "Facts are certain, it is a warning or a fine of at most 200 yuan (3,000 for an "
            "organisation), and the party is there, heard, and handed the decision",
        ),
        clause="行政处罚法 51, 52",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_summary,
    ),
    Gate(
        id="P20",
        title=Words("处理结果", "One outcome"),
        asks=Words(
            "处理结果唯一; 承办人不作决定; 情节复杂或重大的经集体讨论",
            "There is exactly one outcome, by a head who did not investigate; what is complex or "
            "grave was discussed by a panel",
        ),
        clause="行政处罚法 57",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_one_outcome,
    ),
    Gate(
        id="P21",
        title=Words("法制审核", "Legal review"),
        asks=Words(
            "重大、听证、复杂及零容忍案件决定前由非承办的法律资格人员审核通过",
            "Who did not investigate has passed what is major, complex, dangerous or was heard",
        ),
        clause="行政处罚法 58",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER,),
        check=_legal_review,
    ),
    Gate(
        id="P22",
        title=Words("决定书内容", "What a decision says"),
        asks=Words("六项内容和印章齐全", "The decision has its six items and the seal"),
        clause="行政处罚法 52, 59",
        certainty=Certainty.TEXT,
        supply=(Role.CLERK, Role.HEAD),
        check=_content,
    ),
)
