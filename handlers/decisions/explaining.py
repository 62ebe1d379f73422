"""Says in words why a case stands where it stands: rules, clauses, facts, each with its mark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.decisions.dangers import ALWAYS, BY_ROW
from handlers.decisions.devices import device_fault, is_for_public_security
from handlers.decisions.gates.gate import Bench, Standing
from handlers.decisions.gates.missing import china_text
from handlers.decisions.gates.registry import GATES
from handlers.decisions.law.words import DANGERS, ROUTES, joined
from handlers.decisions.lawful import lawful_row
from handlers.decisions.line import Line
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.lives.titles import ROLES, limit_title
from handlers.decisions.routing import certainty_of
from schemas.act import Act, Taken
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.disposition import Reason
from schemas.words import Words
from schemas.workfile import WorkFile

_SETTING_THE_TRACK: Final = (Act.CLASSIFY, Act.LIFT, Act.DOWNGRADE, Act.SETTLE_DOUBT)
_DANGER: Final = Words("险情", "danger")
_LAWFUL: Final = Words("合法地点检验", "tested: lawful here?")
_DEVICE: Final = Words("监控设备", "camera")
_TRANSFER: Final = Words("移送", "transfer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What was decided of one message about the case, and which dangers it told of."""

    at: datetime
    outcome: str
    reasons: tuple[Reason, ...]
    dangers: frozenset[Danger] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSaid:
    """A pack that the case has to do with, and who stands behind it."""

    label: Words
    name: str
    version: str
    standing: Standing


def street_lines(bench: Bench, sighted: Sequence[Sighted]) -> Iterator[Line]:
    """The matter, the way that was chosen, and what else was looked at on the way."""
    case = bench.dossier.case
    if case is None:
        return
    yield _matter_line(bench)
    text = ROUTES[case.route]
    yield Line(label=Words("处置路径", "route"), text=text)
    yield from _reason_lines(sighted)
    yield from (_track_line(taken) for taken in bench.all(*_SETTING_THE_TRACK))
    yield from _danger_lines(bench, sighted)
    yield _lawful_line(bench, case)
    yield from _device_lines(bench, case)
    yield from _transfer_lines(bench)


def pack_line(pack: PackSaid) -> Line:
    """Which text decides, and whether anybody may be punished under it."""
    standing, gate = pack.standing, GATES["K01"]
    named = f"{pack.name} {pack.version}, {standing.digest}"
    if standing.is_published:
        zh = f"由 {standing.proposed_by} 提出, {standing.published_by} 发布"
        en = f"proposed by {standing.proposed_by}, published by {standing.published_by}"
    else:
        zh, en = "未经两人发布: 不得据以处罚", "not published by two persons: no penalty under it"
    text = Words(f"{named}, {zh}", f"{named}, {en}")
    return Line(label=pack.label, text=text, clause=gate.clause, certainty=gate.certainty)


def _matter_line(bench: Bench) -> Line:
    label, row = Words("事项", "matter"), bench.matter
    if row is None:
        text = Words("待人工研判: 政策包中无此事项", "to be sorted: the pack has no row for it")
        return Line(label=label, text=text)
    zh = "涉及安全" if row.is_safety else "不涉及安全"
    en = "safety-related" if row.is_safety else "not safety-related"
    limit = limit_title(row.disposal_limit)
    return Line(
        label=label,
        text=Words(
            f"{row.title_zh}, {zh} ({row.why}), 处置时限 {limit.zh}",
            f"{row.title_en}, {en} ({row.why}), to be disposed of in {limit.en}",
        ),
        clause=row.clause,
        certainty=row.certainty,
    )


def _reason_lines(sighted: Sequence[Sighted]) -> Iterator[Line]:
    """Each reason once: a van may be seen for weeks by the same rule."""
    first: dict[Reason, Sighted] = {}
    times: dict[Reason, int] = {}
    for each in sighted:
        for reason in each.reasons:
            first.setdefault(reason, each)
            times[reason] = times.get(reason, 0) + 1
    for reason, seen in first.items():
        at = china_text(seen.at)
        yield Line(
            label=Words(f"规则 {reason.rule}", f"by rule {reason.rule}"),
            text=Words(
                f"{seen.outcome}, 首次 {at}, 共 {times[reason]} 次",
                f"{seen.outcome}, first at {at}, {times[reason]} in all",
            ),
            clause=reason.clause,
            certainty=certainty_of(reason.rule),
        )


def _track_line(taken: Taken) -> Line:
    row, role = STEPS_OF[taken.act][0], ROLES[taken.role]
    said = [taken.details.text(name) for name in ("matter", "danger", "gate", "reason")]
    why = ", ".join(text for text in said if text)
    at = china_text(taken.at)
    return Line(
        label=row.words,
        text=Words(
            f"{role.zh} {taken.person}, {at}: {why}", f"{role.en} {taken.person}, {at}: {why}"
        ),
        clause=row.clause,
        certainty=row.certainty,
    )


def _danger_lines(bench: Bench, sighted: Sequence[Sighted]) -> Iterator[Line]:
    told = sorted({danger for each in sighted for danger in each.dangers})
    if not told:
        yield Line(label=_DANGER, text=Words("未见险情", "none was told of"))
    row = bench.matter
    by_pack = None if row is None else row.certainty
    for danger in told:
        is_by_row = row is not None and danger in row.lifted_by
        clause = ALWAYS.get(danger) or (BY_ROW if is_by_row else "")
        lifts = Words("转为零容忍", "lifts it to zero tolerance")
        stays = Words("本事项不因此转为零容忍", "doesn't lift this matter")
        yield Line(
            label=_DANGER,
            text=joined((DANGERS[danger], lifts if clause else stays)),
            clause=clause,
            certainty=Certainty.TEXT if danger in ALWAYS else by_pack,
        )


def _lawful_line(bench: Bench, case: WorkFile) -> Line:
    gate, seen_at = GATES["A7"], bench.dossier.occurred_at or case.opened_at
    row = None
    if case.matter is not None and case.place is not None:
        row = lawful_row(case.matter, case.place, seen_at, bench.policy.leniency)
    if row is None:
        at = china_text(seen_at)
        text = Words(
            f"{at} 此处不是划定的合法地点和时间",
            f"at {at} no designated place and time makes it lawful here",
        )
        return Line(label=_LAWFUL, text=text, clause=gate.clause, certainty=gate.certainty)
    text = Words(f"{row.title.zh} ({row.id}): 合法", f"{row.title.en} ({row.id}): lawful")
    return Line(label=_LAWFUL, text=text, clause=row.clause, certainty=row.certainty)


def _device_lines(bench: Bench, case: WorkFile) -> Iterator[Line]:
    gate, authority = GATES["P04"], bench.policy.authority
    first_at = bench.dossier.occurred_at or case.opened_at
    seen = {each.camera: each.occurred_at for each in reversed(bench.dossier.seen)}
    cameras = {case.camera: first_at, **seen}
    for camera, at in cameras.items():
        if camera is None:
            continue
        device, fault = authority.devices.get(camera), device_fault(camera, at, authority)
        if fault is not None:
            text = Words(f"{camera} 状态不符: {fault}", f"{camera} is out of status: {fault}")
        elif device is None:
            text = Words(
                f"{camera} 未登记: 其所见只是线索",
                f"{camera} isn't registered: what it saw is a lead only",
            )
        else:
            text = Words(f"{camera} 手续当日有效", f"{camera}'s papers were in order on that day")
        certainty = gate.certainty if device is None else device.certainty
        yield Line(label=_DEVICE, text=text, clause=gate.clause, certainty=certainty)
        if is_for_public_security(camera, authority):
            purpose = GATES["D1"]
            text = Words(f"{camera} 为公共安全设置", f"{camera} was put up for public security")
            yield Line(label=_DEVICE, text=text, clause=purpose.clause, certainty=purpose.certainty)


def _transfer_lines(bench: Bench) -> Iterator[Line]:
    row = bench.matter
    if row is not None and row.receiver is not None:
        text = Words(
            f"处罚权在{row.receiver.zh}: 移送, 收到回执方可终结",
            f"the power is the {row.receiver.en}'s: transferred, and over only with its receipt",
        )
        yield Line(label=_TRANSFER, text=text, clause=row.clause, certainty=row.certainty)
    sent = bench.last(Act.TRANSFER)
    if sent is None:
        return
    answer = next(iter(bench.dossier.since(Act.TRANSFER)), None)
    receiver = sent.details.text("receiver")
    became = Words("等待回执", "waits for the receipt")
    if answer is not None and answer.act is Act.RECEIPT:
        number = answer.details.text("number")
        became = Words(f"回执 {number}", f"receipt {number}")
    elif answer is not None and answer.act is Act.REFUSED_BY_RECEIVER:
        reason = answer.details.text("reason")
        became = Words(f"被拒: {reason}", f"refused: {reason}")
    step = STEPS_OF[Act.TRANSFER][0]
    yield Line(
        label=_TRANSFER,
        text=Words(f"{receiver}, {became.zh}", f"to {receiver}, {became.en}"),
        clause=step.clause,
        certainty=step.certainty,
    )
