"""Before any filing: who it is, the four soft measures, correction, and no penalty (S0 … S3)."""

from typing import Final

from handlers.decisions.law.discretion import PartyKind
from handlers.decisions.lives.fields import (
    EVIDENCE,
    OFFICERS,
    choice,
    flag,
    may,
    of,
    text,
)
from handlers.decisions.lives.penalty_case import (
    AFTER_DECISION,
    BEFORE_DECISION,
    BEFORE_FILING,
    HEAD,
    LIFE,
    OFFICER,
    P,
)
from handlers.decisions.lives.step import Field, FieldKind, Step
from schemas.act import Act, Method721
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.penalty import Ground
from schemas.person import Role
from schemas.words import Words

PARTY: Final = (
    text("party", "当事人标识", "what tells the party apart: a licence number, a sealed id"),
    choice("party_kind", PartyKind, "当事人类别", "citizen or organisation"),
    may(of(FieldKind.COUNT, "age", "年龄", "years, where it is a citizen")),
    flag("no_capacity", "无行为能力", "can't answer for what they do"),
)
_TALKS: Final = frozenset({Role.OFFICER, Role.AUXILIARY})
_MEASURES: Final = "鄂建〔2022〕1536: 说服教育、劝导示范、警示告诫、指导约谈"


def _measure(act: Act, who: frozenset[Role], words: Words) -> Step:
    content: tuple[Field, ...] = (
        text("content", "内容", "what was said or shown"),
        text("result", "效果", "what came of it"),
        may(EVIDENCE),
        may(text("skipped", "跳过前项的理由", "why an earlier measure was passed over")),
    )
    return Step(
        act=act,
        life=LIFE,
        since=frozenset({P.TRIAGE, P.SOFT_MEASURE}),
        to=P.SOFT_MEASURE,
        who=who,
        words=words,
        event="SoftMeasureTaken",
        clause=_MEASURES,
        certainty=Certainty.TEXT,
        gates=("L12",),
        fields=content,
        tag=Method721.SERVICE,
    )


def _order(since: frozenset[P], to: P | None, words: Words) -> Step:
    """A danger is filed at once, and its party is ordered to correct all the same."""
    return Step(
        act=Act.ORDER_CORRECTION,
        life=LIFE,
        since=since,
        to=to,
        who=OFFICER,
        words=words,
        event="CorrectionAsked",
        clause="行政处罚法 28",
        certainty=Certainty.TEXT,
        gates=("P07", "P29"),
        fields=(
            *OFFICERS,
            text("content", "改正内容", "what is to be put right"),
            of(FieldKind.INSTANT, "until", "改正期限", "by when"),
        ),
        starts=(ClockKind.CORRECTION,),
        stops=(ClockKind.CORRECTION,),
        harms=True,
    )


STEPS: Final = (
    Step(
        act=Act.CONSIDER,
        life=LIFE,
        since=frozenset({P.NOT_CONSIDERED}),
        to=P.TRIAGE,
        who=OFFICER,
        words=Words("启动处罚研判", "look whether anybody is answerable"),
        event="PenaltyConsidered",
        clause="行政处罚法 4, 17, 38",
        certainty=Certainty.TEXT,
        gates=("L01", "L02", "P01", "P02", "A7", "A8"),
        fields=(*PARTY, EVIDENCE),
        starts=(ClockKind.FILING,),
    ),
    _measure(Act.PERSUADE, _TALKS, Words("说服教育", "persuade")),
    _measure(Act.DEMONSTRATE, _TALKS, Words("劝导示范", "show how it is done rightly")),
    _measure(Act.WARN, OFFICER, Words("警示告诫", "caution (not the penalty 警告)")),
    _measure(Act.INTERVIEW, OFFICER, Words("指导约谈", "invite for guidance")),
    _order(BEFORE_FILING, P.CORRECTION_WAIT, Words("责令改正", "order to correct")),
    _order(BEFORE_DECISION, None, Words("立案后责令改正", "order to correct, after the filing")),
    Step(
        act=Act.CORRECTED,
        life=LIFE,
        since=BEFORE_FILING | {P.FILED, P.INVESTIGATING, P.NOTIFIED, P.DEFENCE},
        to=None,
        who=frozenset({Role.OFFICER, Role.INTAKE, Role.AUXILIARY}),
        words=Words("自我纠错", "the party says it is put right"),
        event="CorrectionProved",
        clause="行政处罚法 32, 33",
        certainty=Certainty.TEXT,
        fields=(text("proof", "改正证明", "what the party shows"), may(EVIDENCE)),
        tag=Method721.SERVICE,
    ),
    Step(
        act=Act.RECHECK,
        life=LIFE,
        since=frozenset({P.CORRECTION_WAIT, P.SOFT_MEASURE}) | BEFORE_DECISION | AFTER_DECISION,
        to=None,
        who=frozenset({Role.OFFICER, Role.VERIFIER, Role.AUXILIARY}),
        words=Words("复查", "look again, on site or by camera"),
        event="Rechecked",
        clause="行政处罚法 28, 33",
        certainty=Certainty.TEXT,
        fields=(flag("is_corrected", "已改正", "it is put right"), EVIDENCE),
        stops=(ClockKind.CORRECTION,),
        tag=Method721.SERVICE,
    ),
    Step(
        act=Act.EXCUSE,
        life=LIFE,
        since=BEFORE_FILING | {P.INVESTIGATING, P.DEFENCE, P.LEGAL_REVIEW},
        to=P.NO_PENALTY,
        who=HEAD,
        words=Words("不予处罚", "no penalty, by the head's decision"),
        event="NoPenalty",
        clause="行政处罚法 33, 57(2)",
        certainty=Certainty.TEXT,
        gates=("P33", "P19", "P35", "L15", "C7"),
        fields=(
            choice("ground", Ground, "依据", "minor, first, or no fault"),
            of(FieldKind.PERSON, "proposed_by", "提出人", "the officer who proposes it"),
            of(FieldKind.FEN, "harm_fen", "损失(分)", "the damage, in fen"),
            flag("is_minor", "违法行为轻微", "the act was minor"),
            flag("no_fault", "当事人证明无主观过错", "the party proves that there was no fault"),
            flag("cooperated", "配合调查", "the party cooperated"),
            text("education", "教育情况", "how the party was taught: art. 33 wants it"),
        ),
        stops=(ClockKind.FILING, ClockKind.CORRECTION, ClockKind.PENALTY_90),
        tag=Method721.SERVICE,
    ),
)
