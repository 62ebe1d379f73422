"""How a pack's values are said in Chinese and in English."""

from collections.abc import Iterable, Mapping
from typing import Final

from handlers.decisions.law.catalogue import HasParty, Norm
from handlers.decisions.law.discretion import BandStep, HarmClass, PartyKind
from schemas.danger import Danger
from schemas.penalty import Ground, SoftMeasure
from schemas.words import Words
from schemas.workfile import Route

ROUTES: Final[Mapping[Route, Words]] = {
    Route.ZERO_TOLERANCE: Words("零容忍: 立即排除险情", "zero tolerance: stop the danger at once"),
    Route.SOFT: Words("柔性执法", "soft: persuade before anything else"),
    Route.SERVICE: Words("服务: 修复、清运、救助", "service: repair, clear, help"),
    Route.TRIAGE: Words("人工研判", "a person sorts it first"),
}
PARTIES: Final[Mapping[HasParty, Words]] = {
    HasParty.YES: Words("一般有当事人", "normally somebody to answer for it"),
    HasParty.SOMETIMES: Words("有时有当事人", "sometimes somebody to answer for it"),
    HasParty.NO: Words("无当事人", "nobody to answer for it"),
}
NORMS: Final[Mapping[Norm, Words]] = {
    Norm.LAW: Words("法律", "law"),
    Norm.ADMINISTRATIVE_REGULATION: Words("行政法规", "administrative regulation"),
    Norm.LOCAL_REGULATION: Words("地方性法规", "local regulation"),
    Norm.RULE: Words("规章", "rule"),
    Norm.NOTICE: Words("规范性文件", "notice"),
}
DANGERS: Final[Mapping[Danger, Words]] = {
    Danger.FIRE_LANE: Words("位于消防车通道", "on a fire lane"),
    Danger.ESCAPE_ROUTE: Words("堵塞疏散通道", "blocks an escape route"),
    Danger.UNGUARDED: Words("无防护", "without a guard"),
    Danger.GAS_BOTTLES: Words("有燃气瓶", "gas bottles"),
    Danger.FLAMES: Words("有明火", "open flames"),
    Danger.MAY_FALL: Words("可能坠落或者倒塌", "may fall"),
    Danger.DEEP_HOLE: Words("深坑", "a deep hole"),
    Danger.SKIDDING: Words("路面打滑", "skidding"),
}
MEASURES: Final[Mapping[SoftMeasure, Words]] = {
    SoftMeasure.PERSUADE: Words("说服教育", "persuade"),
    SoftMeasure.DEMONSTRATE: Words("劝导示范", "show how it is done rightly"),
    SoftMeasure.WARN: Words("警示告诫", "caution"),
    SoftMeasure.INTERVIEW: Words("指导约谈", "invite for guidance"),
}
GROUNDS: Final[Mapping[Ground, Words]] = {
    Ground.MINOR: Words("轻微不罚", "minor: no penalty"),
    Ground.FIRST: Words("首违不罚", "first: no penalty"),
    Ground.NO_FAULT: Words("无过错不罚", "no fault: no penalty"),
}
STEPS: Final[Mapping[BandStep, Words]] = {
    BandStep.BELOW_RANGE: Words("减轻", "below the range"),
    BandStep.LIGHTER: Words("从轻", "lighter"),
    BandStep.ORDINARY: Words("一般", "ordinary"),
    BandStep.HEAVIER: Words("从重", "heavier"),
}
HARMS: Final[Mapping[HarmClass, Words]] = {
    HarmClass.MINOR: Words("危害较轻", "minor harm"),
    HarmClass.ORDINARY: Words("危害一般", "ordinary harm"),
    HarmClass.GRAVE: Words("危害严重", "grave harm"),
}
PARTY_KINDS: Final[Mapping[PartyKind, Words]] = {
    PartyKind.CITIZEN: Words("公民", "a citizen"),
    PartyKind.ORGANISATION: Words("法人、其他组织", "an organisation"),
}


def yuan(fen: int) -> str:
    """In yuan, with what is left of one where there is any."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


def joined(parts: Iterable[Words]) -> Words:
    """Several, one after the other; at least one."""
    listed = list(parts)
    return Words("；".join(part.zh for part in listed), "; ".join(part.en for part in listed))
