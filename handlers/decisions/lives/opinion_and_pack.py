"""The lives of an opinion incident (舆情) and of a policy pack on its way into force."""

from typing import Final

from handlers.decisions.lives.fields import REASON, choice, flag, may, of, text
from handlers.decisions.lives.step import FieldKind, Life, PackState, Step
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.opinion import OpinionGrade, OpinionState
from schemas.person import Role
from schemas.words import Words

O = OpinionState  # noqa: E741 - read as a letter of the table
_WATCH: Final = frozenset({Role.OPINION_OFFICER, Role.DUTY_CHIEF})
_NOTICE: Final = "鄂建〔2022〕1536: 舆情分级管理, 10小时内上报省厅"
_OPEN: Final = frozenset({O.DETECTED, O.GRADED, O.REPORTED})


def _grade(since: frozenset[O], to: O | None, words: Words) -> Step:
    """Also after the report: who reports first and grades later is in time."""
    return Step(
        act=Act.GRADE_OPINION,
        life=Life.OPINION,
        since=since,
        to=to,
        who=_WATCH,
        words=words,
        event="OpinionGraded",
        clause=_NOTICE,
        certainty=Certainty.TEXT,
        gates=("N01",),
        fields=(choice("grade", OpinionGrade, "级别", "the grade"), REASON),
    )


OPINION: Final = (
    Step(
        act=Act.DETECT_OPINION,
        life=Life.OPINION,
        since=frozenset(),
        to=O.DETECTED,
        who=_WATCH | {Role.OBSERVER, Role.INTAKE},
        words=Words("发现舆情", "an incident is known of"),
        event="OpinionDetected",
        clause=_NOTICE,
        certainty=Certainty.TEXT,
        fields=(
            text("title", "标题", "what is said"),
            of(
                FieldKind.INSTANT, "first_known_at", "首次知悉时间", "when anybody of us first knew"
            ),
            of(FieldKind.WORDS, "links", "来源", "where it is said"),
            may(of(FieldKind.CASE, "case", "关联案件", "the case that it is about")),
        ),
        starts=(ClockKind.OPINION_REPORT,),
    ),
    _grade(
        frozenset({O.DETECTED, O.GRADED}), O.GRADED, Words("舆情定级", "grade it by social impact")
    ),
    _grade(frozenset({O.REPORTED}), None, Words("上报后定级", "grade what was reported already")),
    Step(
        act=Act.ANSWER_OPINION,
        life=Life.OPINION,
        since=_OPEN,
        to=None,
        who=_WATCH,
        words=Words("回应", "answer the public"),
        event="OpinionAnswered",
        clause="鄂建〔2022〕1536: 快速响应, 尽快核实, 口径一致",
        certainty=Certainty.TEXT,
        gates=("N02",),
        fields=(
            text("verified_facts", "核实情况", "what was verified"),
            text("statement", "回应口径", "the statement"),
            text("spokesperson", "发言人", "who speaks"),
            of(FieldKind.PERSON, "approved_by", "批准人", "who approved the statement"),
        ),
    ),
    Step(
        act=Act.REPORT_OPINION,
        life=Life.OPINION,
        since=frozenset({O.DETECTED, O.GRADED}),
        to=O.REPORTED,
        who=_WATCH,
        words=Words("上报省厅", "report to the province"),
        event="OpinionReported",
        clause=_NOTICE,
        certainty=Certainty.TEXT,
        fields=(
            text("receipt", "上报凭证", "the proof of the report"),
            text("content", "上报内容", "what was reported"),
        ),
        stops=(ClockKind.OPINION_REPORT,),
    ),
    Step(
        act=Act.CLOSE_OPINION,
        life=Life.OPINION,
        since=_OPEN,
        to=O.CLOSED,
        who=_WATCH,
        words=Words("舆情办结", "close the incident"),
        event="OpinionClosed",
        clause=_NOTICE,
        certainty=Certainty.TEXT,
        gates=("N03",),
        fields=(REASON, flag("was_answered", "已回应", "the public was answered")),
        stops=(ClockKind.OPINION_REPORT,),
    ),
)

PACK: Final = (
    Step(
        act=Act.PROPOSE_PACK,
        life=Life.PACK,
        since=frozenset({PackState.DRAFT}),
        to=PackState.PROPOSED,
        who=frozenset({Role.POLICY_EDITOR}),
        words=Words("提出政策包", "propose a policy pack"),
        event="PackProposed",
        clause="行政处罚法 34: the discretion table is published",
        certainty=Certainty.PROPOSAL,
        gates=("K01",),
        fields=(
            text("name", "名称", "the pack's name"),
            text("version", "版本", "its version"),
            REASON,
        ),
    ),
    Step(
        act=Act.PUBLISH_PACK,
        life=Life.PACK,
        since=frozenset({PackState.PROPOSED}),
        to=PackState.PUBLISHED,
        who=frozenset({Role.PUBLISHER}),
        words=Words("发布政策包", "publish a policy pack"),
        event="PackPublished",
        clause="行政处罚法 34, 39",
        certainty=Certainty.PROPOSAL,
        gates=("K01",),
        fields=(text("where", "公布渠道", "where the city publishes it"),),
    ),
)

STEPS: Final = (*OPINION, *PACK)
