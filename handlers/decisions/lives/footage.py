"""What is done with evidence and footage on a case in any state, and doubts that are settled."""

from typing import Final

from handlers.decisions.lives.fields import EVIDENCE, REASON, flag, may, of, text
from handlers.decisions.lives.step import FieldKind, Step
from handlers.decisions.lives.work_file import LIFE, LIVING
from schemas.act import Act, Method721
from schemas.certainty import Certainty
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import CaseState

FOOTAGE: Final = (
    Step(
        act=Act.SETTLE_DOUBT,
        life=LIFE,
        since=frozenset(CaseState),
        to=None,
        who=frozenset({Role.LEGAL_REVIEWER, Role.HEAD}),
        words=Words("疑义裁定", "settle what a gate leaves to a person"),
        event="DoubtSettled",
        clause="the gate's own",
        certainty=Certainty.PROPOSAL,
        fields=(text("gate", "关口编号", "the gate's id"), REASON),
    ),
    Step(
        act=Act.VIEW,
        life=LIFE,
        since=frozenset(CaseState),
        to=None,
        who=frozenset(set(Role) - {Role.MACHINE, Role.AUXILIARY}),
        words=Words("调阅影像", "look at footage"),
        event="FootageViewed",
        clause="国令799 16(3)",
        certainty=Certainty.TEXT,
        gates=("D7",),
        fields=(REASON, may(of(FieldKind.DIGESTS, "items", "调阅内容", "sha256 of what is seen"))),
        tag=Method721.SERVICE,
    ),
    Step(
        act=Act.FETCH,
        life=LIFE,
        since=LIVING,
        to=None,
        who=frozenset({Role.OFFICER, Role.DUTY_CHIEF}),
        words=Words("调取他方影像", "fetch footage from others"),
        event="FootageFetched",
        clause="国令799 20",
        certainty=Certainty.TEXT,
        gates=("D9", "D2"),
        fields=(
            of(FieldKind.PERSON, "approved_by", "批准人", "who approved it"),
            text("holder", "持有单位", "who holds it"),
            text("scope", "调取范围", "what exactly, and no more"),
            text("basis", "法定职权", "under which power"),
            flag("sensitive", "含敏感个人信息", "holds sensitive personal data"),
            REASON,
        ),
        harms=True,
    ),
    Step(
        act=Act.PUBLISH_MEDIA,
        life=LIFE,
        since=frozenset(CaseState),
        to=None,
        who=frozenset({Role.PUBLISHER, Role.CLERK}),
        words=Words("公开影像", "make footage public"),
        event="MediaPublished",
        clause="国令799 22; 行政处罚法 50",
        certainty=Certainty.TEXT,
        gates=("D10", "P16"),
        fields=(
            EVIDENCE,
            flag("masked", "已遮挡人脸车牌商号", "faces, plates and firm names are masked"),
            of(FieldKind.PERSON, "masked_by", "遮挡人员", "who checked the masks"),
            REASON,
        ),
        harms=True,
    ),
    Step(
        act=Act.HOLD,
        life=LIFE,
        since=frozenset(CaseState),
        to=None,
        who=frozenset({Role.OFFICER, Role.LEGAL_REVIEWER, Role.HEAD, Role.DUTY_CHIEF}),
        words=Words("证据留存", "hold evidence beyond its term"),
        event="LegalHoldSet",
        clause="国令799 17; 行政处罚法 47",
        certainty=Certainty.TEXT,
        fields=(REASON,),
    ),
    Step(
        act=Act.RELEASE_HOLD,
        life=LIFE,
        since=frozenset(CaseState),
        to=None,
        who=frozenset({Role.LEGAL_REVIEWER, Role.HEAD}),
        words=Words("解除留存", "release the hold"),
        event="LegalHoldReleased",
        clause="国令799 17",
        certainty=Certainty.TEXT,
        gates=("D8",),
        fields=(REASON,),
    ),
)
