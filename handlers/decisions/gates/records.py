"""Whether the record carries the decision, and how evidence is seen, kept and shown."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.gates.course import decision, is_public, is_remedy_open, proposal
from handlers.decisions.gates.evidence_set import (
    collected,
    excluded,
    proposed,
    proposed_at,
    relied_on,
    seen,
    short,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for
from handlers.decisions.retention import has_open_penalty, is_held
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.person import Role
from schemas.words import Words

LEAST_REASON: Final = 4
"""Characters: 查看 is no reason, 核实案情 is one."""
_APPROVERS: Final = frozenset({Role.HEAD, Role.DUTY_CHIEF})


def _evidence_is_sound(bench: Bench) -> Finding:
    if bench.command.act is Act.COLLECT:
        return _is_lawfully_taken(bench)
    return block_for(_unsound(bench))


def _is_lawfully_taken(bench: Bench) -> Finding:
    if not bench.details.says("unlawfully_taken"):
        return PASSED
    return block(
        "以合法方式取得的证据: 非法取得的不得作为证据",
        "evidence that was taken lawfully: what wasn't proves nothing",
    )


def _unsound(bench: Bench) -> Iterator[Words]:
    out = excluded(bench)
    by = proposed_at(bench)
    for digest in dict.fromkeys(relied_on(bench)):
        came = [taken.at for taken in collected(bench, digest)]
        came += [each.received_at for each in seen(bench, digest)]
        if digest in out:
            yield Words(
                f"{short(digest)} 已被排除, 请重新拟处理意见",
                f"a proposal without {short(digest)}, which was excluded",
            )
        elif not came:
            yield Words(
                f"{short(digest)} 不在本案证据中", f"{short(digest)}: no evidence of this case"
            )
        elif min(came) > by:
            yield Words(
                f"{short(digest)} 在拟处理意见之后取得",
                f"{short(digest)} before the proposal: it came only afterwards",
            )


def _facts_are_proved(bench: Bench) -> Finding:
    details = proposed(bench)
    if details is None:
        return block("调查终结后的处理意见", "a proposal at the end of the investigation")
    if not details.says("facts_clear"):
        return block("违法事实清楚", "clear facts: the proposal doesn't say that they are")
    if not set(relied_on(bench)) - excluded(bench):
        return block("未被排除的证据", "evidence: all that the proposal relies on was excluded")
    return PASSED


def _record_is_whole(bench: Bench) -> Finding:
    missing = list(_missing_stages(bench))
    if not missing:
        return PASSED
    return block(
        f"全过程记录缺少: {'、'.join(stage.zh for stage in missing)}",
        f"a whole record, without a gap: {', '.join(stage.en for stage in missing)}",
    )


def _missing_stages(bench: Bench) -> Iterator[Words]:
    """启动、调查取证、审核、决定、送达、执行, as the decision's procedure has them."""
    decided = decision(bench)
    on_spot = decided is not None and decided.act is Act.DECIDE_ON_SPOT
    if not (on_spot or bench.all(Act.FILE)):
        yield Words("启动", "the start")
    if not (on_spot or bench.all(Act.COLLECT)):
        yield Words("调查取证", "the investigation")
    if not _was_checked(bench, decided):
        yield Words("审核", "the review")
    if decided is None:
        yield Words("决定", "the decision")
    if not (bench.all(Act.SERVE) or (on_spot and _was_handed_over(decided))):
        yield Words("送达", "the service")
    if not bench.all(Act.PERFORMED):
        yield Words("执行", "the execution")


def _was_handed_over(decided: Taken | None) -> bool:
    return decided is not None and decided.details.says("handed_over")


def _was_checked(bench: Bench, decided: Taken | None) -> bool:
    """Legally, or as a device's record, or by a head who decided on another's proposal.

    On the spot there is nobody to check it: the body does when the decision is filed with it.
    """
    if decided is not None and decided.act is Act.DECIDE_ON_SPOT:
        return bool(bench.all(Act.REPORT_SPOT))
    if bench.all(Act.REVIEW_LEGALLY, Act.REVIEW_RECORD):
        return True
    basis = proposal(bench)
    return basis is not None and decided is not None and basis.person != decided.person


def _is_published_as_due(bench: Bench) -> Finding:
    """At publishing, withdrawing and archiving; how soon one withdraws is a clock's matter."""
    decided = decision(bench)
    act = bench.command.act
    if act is Act.WITHDRAW_PUBLICATION and not is_public(bench.dossier):
        return block("已公开的决定", "a published decision: there is nothing to withdraw")
    if act is Act.PUBLISH_DECISION and decided is None:
        return block("处罚决定", "a decision to publish")
    if act is not Act.ARCHIVE or decided is None or is_public(bench.dossier):
        return PASSED
    if not decided.details.says("has_social_impact"):
        return PASSED
    return block(
        "具有一定社会影响的决定须先依法公开",
        "the decision's publication: it has a certain social impact",
    )


def _is_checked_mask(bench: Bench) -> bool:
    return bench.details.says("masked") and bool(bench.details.text("masked_by").strip())


def _is_masked(bench: Bench) -> Finding:
    if _is_checked_mask(bench):
        return _is_no_original(bench)
    return block(
        "国家秘密、商业秘密、个人隐私已处理, 并写明处理人员",
        "that secrets and privacy are masked, and by whom it was checked",
    )


def _hides_faces(bench: Bench) -> Finding:
    if _is_checked_mask(bench):
        return _is_no_original(bench)
    return block(
        "人脸、车牌、商号已遮挡, 并写明遮挡人员",
        "that faces, plates and firm names are masked, and by whom it was checked",
    )


def _is_no_original(bench: Bench) -> Finding:
    """Whoever masks a picture makes another file: an original that is called masked is none."""
    named = bench.details.listed("evidence")
    plain = [
        digest for digest in named if any(not each.item.is_open for each in seen(bench, digest))
    ]
    if not plain:
        return PASSED
    listed = ", ".join(short(digest) for digest in plain)
    return block(
        f"遮挡后的副本: {listed} 是未经遮挡的原始影像",
        f"a masked copy: {listed} is footage as it was recorded",
    )


def _look_is_explained(bench: Bench) -> Finding:
    viewer = bench.people.get(bench.command.person)
    if len(bench.details.text("reason").strip()) < LEAST_REASON:
        return block(
            f"调阅理由, 至少 {LEAST_REASON} 个字", f"a reason of at least {LEAST_REASON} characters"
        )
    if viewer is None or not viewer.unit.strip():
        return block("调阅人员的单位", "the unit of who looks")
    return PASSED


def _hold_may_go(bench: Bench) -> Finding:
    if not is_held(bench.dossier):
        return block("有效的证据留存", "a hold that stands: there is none to release")
    if has_open_penalty(bench.dossier):
        return block(
            f"处罚案件终结 (现为 {bench.dossier.penalty})",
            f"the end of the penalty case, which is {bench.dossier.penalty}",
        )
    if is_remedy_open(bench.dossier):
        return block("复议或诉讼的结果", "the result of the reconsideration or lawsuit")
    return PASSED


def _fetch_is_approved(bench: Bench) -> Finding:
    approver = bench.details.person("approved_by")
    person = None if approver is None else bench.people.get(approver)
    if approver is None or approver == bench.command.person:
        return block("他人的批准", "approval by somebody other than who fetches")
    if person is None or not person.roles & _APPROVERS:
        return block(
            f"负责人或值班长的批准, 不是 {approver}",
            f"approval by a head or duty chief, and {approver} is neither",
        )
    missing = [
        name for name in ("scope", "holder", "basis") if not bench.details.text(name).strip()
    ]
    if bench.dossier.case is None or missing:
        return block(
            f"案件、调取范围、持有单位和法定职权: 缺 {', '.join(missing) or '案件'}",
            f"a case, the scope, the holder and the power: no {', '.join(missing) or 'case'}",
        )
    return PASSED


GATES: Final = (
    Gate(
        id="P11",
        title=Words("证据", "evidence"),
        asks=Words(
            "证据合法取得、在案、未被排除吗", "was all of it taken lawfully, known and not excluded"
        ),
        clause="行政处罚法 46; 行政诉讼证据规定 57, 58, 60",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.LEGAL_REVIEWER),
        check=_evidence_is_sound,
    ),
    Gate(
        id="P12",
        title=Words("全过程记录", "whole record"),
        asks=Words("六个阶段都有记录吗", "is each of the six stages on record"),
        clause="行政处罚法 47, 52",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.CLERK),
        check=_record_is_whole,
    ),
    Gate(
        id="P13",
        title=Words("事实清楚", "facts proved"),
        asks=Words("事实清楚、证据充分吗", "are the facts clear and proved"),
        clause="行政处罚法 40",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_facts_are_proved,
    ),
    Gate(
        id="P15",
        title=Words("决定公开", "decision published"),
        asks=Words(
            "有社会影响的决定公开了吗, 撤回的公开过吗",
            "is a decision of social impact public, and was there anything to withdraw",
        ),
        clause="行政处罚法 48",
        certainty=Certainty.TEXT,
        supply=(Role.PUBLISHER, Role.CLERK),
        check=_is_published_as_due,
    ),
    Gate(
        id="P16",
        title=Words("保密", "secrecy"),
        asks=Words("秘密和隐私处理了吗", "are secrets and privacy masked"),
        clause="行政处罚法 50",
        certainty=Certainty.TEXT,
        supply=(Role.PUBLISHER, Role.CLERK),
        check=_is_masked,
    ),
    Gate(
        id="D7",
        title=Words("调阅留痕", "every look is logged"),
        asks=Words("谁、哪个单位、为什么调阅", "who looks, of which unit, and why"),
        clause="国令799 16(3)",
        certainty=Certainty.TEXT,
        supply=(Role.DUTY_CHIEF, Role.OFFICER),
        check=_look_is_explained,
    ),
    Gate(
        id="D8",
        title=Words("保存和删除", "keep and delete"),
        asks=Words("留存可以解除吗", "may the hold be released"),
        clause="国令799 17",
        certainty=Certainty.TEXT,
        supply=(Role.LEGAL_REVIEWER, Role.HEAD),
        check=_hold_may_go,
    ),
    Gate(
        id="D9",
        title=Words("向他方调取", "fetching from others"),
        asks=Words(
            "调取经批准、限于本案范围吗", "was it approved, for a case, and within its scope"
        ),
        clause="国令799 20",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.DUTY_CHIEF),
        check=_fetch_is_approved,
    ),
    Gate(
        id="D10",
        title=Words("公开影像", "going public"),
        asks=Words("人脸、车牌、商号遮挡了吗", "are faces, plates and firm names masked"),
        clause="国令799 22",
        certainty=Certainty.TEXT,
        supply=(Role.PUBLISHER, Role.CLERK),
        check=_hides_faces,
    ),
)
