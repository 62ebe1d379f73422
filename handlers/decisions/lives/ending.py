"""How a work file ends: closed, withdrawn, or transferred with a receipt."""

from typing import Final

from handlers.decisions.lives.fields import EVIDENCE, PENALTY_NOTED, REASON, choice, of, text
from handlers.decisions.lives.step import FieldKind, Step
from handlers.decisions.lives.work_file import AT_WORK, LIFE, LIVING, PLATFORM, C
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.person import Role
from schemas.words import Words

ENDING: Final = (
    Step(
        act=Act.CLOSE,
        life=LIFE,
        since=frozenset({C.VERIFIED}),
        to=C.CLOSED,
        who=frozenset({Role.DUTY_CHIEF, Role.INTAKE}),
        words=Words("结案", "close the work file"),
        event="Closed",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        gates=("L03", "L09", "L13"),
        fields=(PENALTY_NOTED,),
    ),
    Step(
        act=Act.REOPEN,
        life=LIFE,
        since=frozenset({C.CLOSED}),
        to=C.OPENED,
        who=frozenset({Role.DUTY_CHIEF}),
        words=Words("重新立卷", "open again"),
        event="Reopened",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        gates=("L11",),
        fields=(
            choice(
                "because",
                ("recurrence", "complaint-upheld", "audit"),
                "原因",
                "recurrence, a complaint upheld, or an audit",
            ),
            REASON,
            EVIDENCE,
        ),
        starts=(ClockKind.DISPATCH,),
    ),
    Step(
        act=Act.WITHDRAW,
        life=LIFE,
        since=LIVING,
        to=C.WITHDRAWN,
        who=frozenset({Role.DUTY_CHIEF}),
        words=Words("作废", "withdraw what was opened in error"),
        event="Withdrawn",
        clause=f"{PLATFORM}: nothing is deleted",
        certainty=Certainty.PROPOSAL,
        gates=("L06", "L09", "L14"),
        fields=(
            REASON,
            text("code", "理由代码", "the reason's code in the pack"),
            PENALTY_NOTED,
        ),
    ),
    Step(
        act=Act.ESCALATE,
        life=LIFE,
        since=LIVING,
        to=None,
        who=frozenset({Role.DUTY_CHIEF, Role.HEAD, Role.OPINION_OFFICER}),
        words=Words("督办", "escalate to a named person"),
        event="Escalated",
        clause=PLATFORM,
        certainty=Certainty.PROPOSAL,
        fields=(
            of(FieldKind.PERSON, "in_charge", "责任人", "who is in charge from now on"),
            REASON,
        ),
    ),
    Step(
        act=Act.TRANSFER,
        life=LIFE,
        since=AT_WORK | {C.FEEDBACK, C.VERIFIED},
        to=C.TRANSFERRING,
        who=frozenset({Role.HEAD, Role.DUTY_CHIEF}),
        words=Words("移送", "transfer to the authority that has the power"),
        event="Transferred",
        clause="行政处罚法 25, 57; 道路交通安全法 93; 消防法 70",
        certainty=Certainty.TEXT,
        gates=("L13",),
        fields=(text("receiver", "受移送机关", "the authority"), REASON, EVIDENCE),
        starts=(ClockKind.TRANSFER_RECEIPT,),
    ),
    Step(
        act=Act.RECEIPT,
        life=LIFE,
        since=frozenset({C.TRANSFERRING}),
        to=C.TRANSFERRED,
        who=frozenset({Role.INTAKE, Role.DUTY_CHIEF, Role.CLERK}),
        words=Words("移送回执", "the receiver's receipt"),
        event="TransferReceipt",
        clause=f"{PLATFORM}: not closed until receipt",
        certainty=Certainty.PROPOSAL,
        gates=("L09", "L13"),
        fields=(text("number", "回执编号", "the receipt's number"), EVIDENCE, PENALTY_NOTED),
        stops=(ClockKind.TRANSFER_RECEIPT,),
    ),
    Step(
        act=Act.REFUSED_BY_RECEIVER,
        life=LIFE,
        since=frozenset({C.TRANSFERRING}),
        to=C.OPENED,
        who=frozenset({Role.INTAKE, Role.DUTY_CHIEF, Role.CLERK}),
        words=Words("移送被拒", "the receiver refuses"),
        event="TransferRefused",
        clause="行政处罚法 25",
        certainty=Certainty.TEXT,
        fields=(REASON,),
        starts=(ClockKind.DISPATCH,),
        stops=(ClockKind.TRANSFER_RECEIPT, ClockKind.VERIFY),
    ),
)
