"""How a work file comes to be taken: sorted, opened, declined, joined, lifted."""

from typing import Final

from handlers.decisions.lives.fields import EVIDENCE, PENALTY_NOTED, REASON, choice, may, of, text
from handlers.decisions.lives.step import FieldKind, Step
from handlers.decisions.lives.work_file import LIFE, LIVING, PLATFORM, SAFETY, C
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.danger import Danger
from schemas.person import Role
from schemas.words import Words

TAKING: Final = (
    Step(
        act=Act.CLASSIFY,
        life=LIFE,
        since=frozenset({C.CANDIDATE}),
        to=None,
        who=frozenset({Role.INTAKE, Role.DUTY_CHIEF}),
        words=Words("研判归类", "sort a sighting into a matter"),
        event="WorkFileClassified",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        gates=("L04", "L06"),
        fields=(
            of(FieldKind.MATTER, "matter", "事项", "standard|kind|code"),
            may(text("place", "地点编号", "the id of the place")),
            REASON,
        ),
    ),
    Step(
        act=Act.OPEN,
        life=LIFE,
        since=frozenset({C.CANDIDATE}),
        to=C.OPENED,
        who=frozenset({Role.INTAKE, Role.DUTY_CHIEF}),
        words=Words("案卷建立", "open the work file"),
        event="WorkFileOpened",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        gates=("L05", "D1"),
        stops=(ClockKind.TAKE, ClockKind.DANGER),
        starts=(ClockKind.DISPATCH,),
    ),
    Step(
        act=Act.DECLINE,
        life=LIFE,
        since=frozenset({C.CANDIDATE}),
        to=C.NOT_OPENED,
        who=frozenset({Role.DUTY_CHIEF}),
        words=Words("不予建案", "decline to open"),
        event="WorkFileNotOpened",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        fields=(
            of(FieldKind.PERSON, "proposed_by", "提出的受理员", "the intake clerk who proposes it"),
            REASON,
            text("code", "理由代码", "the reason's code in the pack"),
        ),
        gates=("L06", "L14"),
    ),
    Step(
        act=Act.DISCARD,
        life=LIFE,
        since=frozenset({C.CANDIDATE}),
        to=C.DISCARDED,
        who=frozenset({Role.OBSERVER, Role.INTAKE}),
        words=Words("线索不予采用", "discard a soft lead"),
        event="LeadDiscarded",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        gates=("L04", "L14"),
        fields=(text("code", "理由代码", "the reason's code in the pack"), REASON),
    ),
    Step(
        act=Act.MERGE,
        life=LIFE,
        since=frozenset({C.CANDIDATE, C.OPENED}),
        to=C.MERGED,
        who=frozenset({Role.INTAKE, Role.DUTY_CHIEF}),
        words=Words("并案", "join to another case"),
        event="WorkFileMerged",
        clause="行政处罚法 29: the same act stays together",
        certainty=Certainty.PROPOSAL,
        gates=("L04", "L09"),
        fields=(
            of(FieldKind.CASE, "into", "并入案卷", "the case that it joins"),
            REASON,
            PENALTY_NOTED,
        ),
    ),
    Step(
        act=Act.LIFT,
        life=LIFE,
        since=LIVING,
        to=None,
        who=frozenset({Role.OBSERVER, Role.INTAKE, Role.DUTY_CHIEF, Role.HANDLER, Role.OFFICER}),
        words=Words("转为零容忍", "lift to zero tolerance"),
        event="TrackSet",
        clause=SAFETY,
        certainty=Certainty.PROPOSAL,
        fields=(choice("danger", Danger, "险情", "what is dangerous"), REASON),
        starts=(ClockKind.DANGER,),
    ),
    Step(
        act=Act.DOWNGRADE,
        life=LIFE,
        since=LIVING,
        to=None,
        who=frozenset({Role.DUTY_CHIEF, Role.HEAD}),
        words=Words("转为柔性", "downgrade to soft, by name and with a reason"),
        event="TrackSet",
        clause=SAFETY,
        certainty=Certainty.PROPOSAL,
        gates=("L06",),
        fields=(REASON, EVIDENCE),
        stops=(ClockKind.DANGER,),
    ),
)
