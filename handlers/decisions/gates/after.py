"""After the decision: service, payment, remedies: P24, P26, P27."""

from typing import Final

from handlers.decisions.gates.course import decision, is_annulled, is_remedy_open
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import china_text, yuan
from handlers.decisions.gates.payments import (
    days_late,
    fine_fen,
    most_surcharge_fen,
    open_fen,
    payment_due,
    surcharged_fen,
)
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.person import Role
from schemas.words import Words

MOST_ON_SPOT_FEN: Final = 10_000
"""A fine of 100 yuan: 行政处罚法 68."""


def _service(bench: Bench) -> Finding:
    """Served late is still served: the clock tells the breach."""
    match bench.details.text("way"):
        case "electronic":
            consents = bench.all(Act.CONSENT_TO_E_SERVICE)
            if any(consent.details.says("signed") for consent in consents):
                return PASSED
            return block(
                "当事人签字的送达地址确认书",
                "the party's signed consent to electronic service",
            )
        case "at-announcement":
            if bench.details.says("signed"):
                return PASSED
            return block("当事人签收, 或改用留置送达", "the party's signature, or another way")
        case _:
            if bench.details.listed("evidence"):
                return PASSED
            return block("送达证明", "proof of the service")


def _payment(bench: Bench) -> Finding:
    match bench.command.act:
        case Act.PAY:
            return _paid_to_another(bench)
        case Act.COLLECT_ON_SPOT:
            return _collected_rightly(bench)
        case Act.SURCHARGE:
            return _surcharged_rightly(bench)
        case Act.DEFER:
            return _put_off(bench)
        case _:
            return _paid_in_full(bench)


def _paid_to_another(bench: Bench) -> Finding:
    if bench.command.person in bench.dossier.people_of(Act.DECIDE, Act.DECIDE_ON_SPOT):
        return block(
            f"罚缴分离: {bench.command.person} 是决定人",
            f"somebody who did not decide, not {bench.command.person}",
        )
    return _no_more_than_owed(bench)


def _no_more_than_owed(bench: Bench) -> Finding:
    amount = bench.details.number("amount_fen") or 0
    if 0 < amount <= open_fen(bench):
        return PASSED
    return block(
        f"大于零且不超过未缴的 {yuan(max(0, open_fen(bench)))} 元的金额",
        f"an amount above zero, and no more than the {yuan(max(0, open_fen(bench)))} yuan owed",
    )


def _collected_rightly(bench: Bench) -> Finding:
    """68 is for decisions on the spot only; 69, at the party's own request, for any."""
    decided = decision(bench)
    on_spot = decided is not None and decided.act is Act.DECIDE_ON_SPOT
    small = fine_fen(bench) <= MOST_ON_SPOT_FEN
    allowed = on_spot and (small or bench.details.says("hard_to_enforce"))
    if not allowed and not bench.details.says("party_asked"):
        return block(
            "当场收缴的条件: 当场处罚一百元以下或事后难以执行, 或当事人提出",
            "a ground to collect: a spot fine of 100 yuan at most, or one that is hard to enforce "
            "later, or the party's own request",
        )
    return _no_more_than_owed(bench)


def _put_off(bench: Bench) -> Finding:
    """A favour that the party asks for: it never makes the time shorter."""
    until, due_at = bench.details.instant("until"), payment_due(bench)
    if not bench.details.says("party_asked"):
        return block("当事人的申请", "that the party asked for it")
    if until is not None and due_at is not None and until < due_at:
        return block(
            f"不早于原缴纳期限 {china_text(due_at)}",
            f"no less time than there is, until {china_text(due_at)} in China",
        )
    return PASSED


def _surcharged_rightly(bench: Bench) -> Finding:
    due_at = payment_due(bench)
    days = bench.details.number("days_late") or 0
    late = days_late(bench)
    if not 0 < days <= late:
        ends = "-" if due_at is None else china_text(due_at)
        return block(
            f"逾期天数: 缴纳期限至 {ends}, 逾期 {late} 日 (复议诉讼期间不计)",
            f"days that are late: payment is due by {ends} in China, {late} day(s) late, "
            "not counting those under remedy",
        )
    amount = bench.details.number("amount_fen") or 0
    before = surcharged_fen(bench)
    most = min(most_surcharge_fen(bench, days), most_surcharge_fen(bench, late) - before)
    if amount > most:
        return block(
            f"至多 {yuan(max(0, most))} 元: 每日百分之三, 总额不超过罚款",
            f"at most {yuan(max(0, most))} yuan: 3 % a day, never above the fine in all",
        )
    return PASSED


def _paid_in_full(bench: Bench) -> Finding:
    if open_fen(bench) > 0:
        return block(
            f"缴清罚款: 尚欠 {yuan(open_fen(bench))} 元",
            f"payment in full: {yuan(open_fen(bench))} yuan are owed",
        )
    return PASSED


def _remedy(bench: Bench) -> Finding:
    if bench.command.act is Act.STAY:
        if bench.details.text("number").strip():
            return PASSED
        return block("停止执行的文书号", "the number of the paper that stays it")
    if is_annulled(bench.dossier):
        return block(
            "撤销决定: 复议或诉讼已撤销该决定", "its revocation: the decision was annulled"
        )
    if bench.command.act is Act.SURCHARGE and is_remedy_open(bench.dossier):
        return block(
            "复议或诉讼的结果: 期间加处罚款不计算",
            "the end of the remedy: no surcharge runs meanwhile",
        )
    return PASSED


GATES: Final = (
    Gate(
        id="P24",
        title=Words("送达", "Service"),
        asks=Words(
            "送达方式有据; 电子送达须当事人签字同意",
            "Service is proved in its own way; electronic service has the party's signed consent",
        ),
        clause="行政处罚法 61",
        certainty=Certainty.TEXT,
        supply=(Role.CLERK,),
        check=_service,
    ),
    Gate(
        id="P26",
        title=Words("缴纳罚款", "Payment"),
        asks=Words(
            "罚缴分离; 当场收缴和加处罚款有限; 暂缓依申请且不得缩短期限; 缴清方可结案",
            "Who decides doesn't collect; collecting on the spot and surcharges have their limits; "
            "paying is put off at the party's request, and never brought forward; a case closes "
            "paid in full",
        ),
        clause="行政处罚法 66 – 70, 72",
        certainty=Certainty.TEXT,
        supply=(Role.FINANCE,),
        check=_payment,
    ),
    Gate(
        id="P27",
        title=Words("复议诉讼期间", "Remedies and execution"),
        asks=Words(
            "复议诉讼期间不加处罚款; 停止执行须有文书; 被撤销的决定不得执行",
            "No surcharge runs under a remedy; a stay has its paper; an annulled decision is "
            "never enforced",
        ),
        clause="行政处罚法 73",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_remedy,
    ),
)
