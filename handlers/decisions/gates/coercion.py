"""Sealing, seizing, keeping and giving back: 行政强制法, C1 – C8."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.gates.course import done_after, limit_end
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block, needs_human
from handlers.decisions.gates.missing import block_for, china_text, unsaid, untold
from handlers.decisions.law.authority import Grant, GrantKind, covers
from handlers.decisions.law.catalogue import Norm
from schemas.act import Act, Details, Taken
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.instants import CHINA
from schemas.person import PersonId, Role
from schemas.words import Words
from schemas.workfile import Route

MOST_EXTENSION_DAYS: Final = 30
_NORMS: Final = frozenset({Norm.LAW, Norm.ADMINISTRATIVE_REGULATION, Norm.LOCAL_REGULATION})
_POWER: Final = {
    "power": Words("法律法规依据", "the law or regulation that gives the measure"),
    "why_not_softer": Words("非强制手段不足的理由", "why softer means are not enough"),
}
_CALLED: Final = {
    "party_called": Words("通知当事人到场", "that the party was called"),
    "scene_record": Words("现场笔录", "a record of the scene"),
}
_HEARD: Final = {
    "rights_told": Words("告知理由依据和权利", "that reasons, basis and rights were told"),
    "party_heard": Words("听取陈述申辩", "that the party was heard"),
}
_OUT_OF_SCOPE: Final = {
    "unrelated_items": Words("不含无关财物的清单", "a list without unrelated things"),
    "living_necessities": Words("不含生活必需品的清单", "a list without what people need to live"),
    "sealed_before": Words("未被其他机关查封的财物", "things that no other body has sealed"),
}


def _power(bench: Bench) -> Finding:
    if bench.command.act is Act.SEIZE:
        return block_for((*_unqualified(bench), *_entrusted(bench)))
    return block_for((*_groundless(bench), *_entrusted(bench)))


def _groundless(bench: Bench) -> Iterator[Words]:
    yield from untold(bench.details, _POWER)
    if bench.details.text("norm") not in _NORMS:
        yield Words(
            "法律、行政法规或地方性法规", "a law or regulation: a rule or notice gives none"
        )
    case = bench.dossier.case
    is_soft = case is None or case.route is Route.SOFT
    if is_soft and not bench.details.says("evident_harm"):
        yield Words("明显社会危害: 柔性案件默认不采取强制", "evident harm: else softness is enough")


def _entrusted(bench: Bench) -> Iterator[Words]:
    """Coercion is never delegated (17), whatever penalty power was."""
    grants = tuple(_grants(bench))
    if grants and all(grant.kind is GrantKind.ENTRUSTED for grant in grants):
        yield Words(
            "本机关自有的强制权: 行政强制不得委托",
            "a power of the body's own: coercion can't be entrusted",
        )


def _grants(bench: Bench) -> Iterator[Grant]:
    case, day = bench.dossier.case, bench.command.at.astimezone(CHINA).date()
    for grant in bench.policy.authority.grants:
        is_valid = grant.valid_from <= day <= grant.valid_until
        is_here = is_valid and covers(grant.areas, bench.grid_cell)
        if is_here and case is not None and case.matter in grant.matters:
            yield grant


def _unqualified(bench: Bench) -> Iterator[Words]:
    for officer in (bench.command.person, bench.details.person("second")):
        if officer is None or not _is_qualified(bench, officer):
            who = officer or "-"
            yield Words(
                f"两名具备资格的执法人员, {who} 不是",
                f"two qualified officers with valid certificates, and {who} isn't one",
            )


def _is_qualified(bench: Bench, officer: PersonId) -> bool:
    person = bench.people.get(officer)
    if person is None or Role.OFFICER not in person.roles or person.certificate is None:
        return False
    return person.certificate.holds_on(bench.command.at.astimezone(CHINA).date())


def _steps(bench: Bench) -> Finding:
    return block_for((*unsaid(bench.details, _CALLED), *_unheard_or_unsigned(bench.details)))


def _unheard_or_unsigned(details: Details) -> Iterator[Words]:
    """Who doesn't come can't be heard: then, as where somebody refuses to sign, a witness signs."""
    unheard = tuple(unsaid(details, _HEARD))
    has_witness = bool(details.text("witness").strip())
    is_absent = not details.says("signed") and has_witness and len(unheard) == len(_HEARD)
    if not is_absent:
        yield from unheard
    if not details.says("signed") and not has_witness:
        yield Words("当事人签字, 或见证人", "the party's signature, or a witness")


def _approved(bench: Bench) -> Finding:
    """Each seizure has an approval of its own; an urgent one gets it within the 24 hours."""
    if bench.details.says("urgent"):
        return PASSED
    if len(bench.all(Act.APPROVE_SEIZURE)) > len(bench.all(Act.SEIZE)):
        return PASSED
    return block("负责人事先批准", "a head's approval before it")


def _scope(bench: Bench) -> Finding:
    return block_for(words for name, words in _OUT_OF_SCOPE.items() if bench.details.says(name))


def _papers(bench: Bench) -> Finding:
    number = {"decision_number": Words("查封扣押决定书编号", "the decision's number")}
    handed = {"list_handed": Words("当场交付决定书和清单", "decision and list, handed over there")}
    return block_for((*untold(bench.details, number), *unsaid(bench.details, handed)))


def _held(bench: Bench) -> tuple[Taken, ...]:
    """Seizures that nobody has lifted."""
    released = bench.last(Act.RELEASE)
    seized = bench.all(Act.SEIZE)
    return seized if released is None else done_after(bench, released, Act.SEIZE)


def _extension(bench: Bench) -> Finding:
    held = _held(bench)
    if not held:
        return block("在扣押期间的财物", "something that is held")
    return block_for(_wrong_with_extension(bench, held[0]))


def _wrong_with_extension(bench: Bench, seized: Taken) -> Iterator[Words]:
    days = bench.details.number("days") or 0
    end = limit_end(bench, ClockKind.SEIZURE, seized.at)
    if not 0 < days <= MOST_EXTENSION_DAYS:
        yield Words(f"1 至 {MOST_EXTENSION_DAYS} 日", f"1 to {MOST_EXTENSION_DAYS} days")
    if done_after(bench, seized, Act.EXTEND_SEIZURE):
        yield Words("未延长过的期限: 只能延长一次", "a first extension: there was one already")
    if bench.command.at > end:
        yield Words(
            f"在 {china_text(end)} 期满前的延长, 期满应解除",
            f"an extension before {china_text(end)} in China; after it, release",
        )
    if not bench.details.says("party_told"):
        yield Words("书面告知当事人", "that the party was told in writing")


def _released(bench: Bench) -> Finding:
    """Giving back is never refused; ending a case that still holds things is."""
    held = () if bench.command.act is Act.RELEASE else _held(bench)
    if held:
        return block(f"解除 {len(held)} 项查封扣押", f"the release of {len(held)} seizure(s)")
    return PASSED


def _care(bench: Bench) -> Finding:
    cost = bench.details.number("cost_to_party_fen") or 0
    if cost > 0:
        return block("由机关承担的保管费用", "storage at the body's cost, and never the party's")
    if not bench.details.says("undamaged"):
        return needs_human(
            "负责人确认赔偿损坏", "a head who sees to it that the damage is made good"
        )
    return PASSED


GATES: Final = (
    Gate(
        id="C1",
        title=Words("强制权限", "Power to coerce"),
        asks=Words(
            "法律法规赋予本机关强制权, 有明显危害, 由具备资格的人员实施",
            "A law or regulation gives this body the measure, there is evident harm, and "
            "qualified officers take it",
        ),
        clause="行政强制法 10, 16, 17, 22",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_power,
    ),
    Gate(
        id="C2",
        title=Words("强制步骤", "Steps of a seizure"),
        asks=Words(
            "通知到场、告知、听取、笔录齐全; 拒签或不到场有见证人",
            "The party is called, told and heard, and a record is made; a witness stands in where "
            "it is absent or refuses",
        ),
        clause="行政强制法 18",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_steps,
    ),
    Gate(
        id="C3",
        title=Words("事先批准", "Approved first"),
        asks=Words(
            "事先经负责人批准; 紧急的二十四小时内补办",
            "A head approved it before; where it was urgent, within 24 hours",
        ),
        clause="行政强制法 18, 19",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_approved,
    ),
    Gate(
        id="C4",
        title=Words("查封扣押范围", "Scope of a seizure"),
        asks=Words(
            "不涉及无关财物、生活必需品和已被查封的财物",
            "Nothing unrelated, nothing that people need to live, nothing sealed before",
        ),
        clause="行政强制法 23",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_scope,
    ),
    Gate(
        id="C5",
        title=Words("查封扣押文书", "Papers of a seizure"),
        asks=Words("决定书和清单当场交付", "Decision and list are handed over on the spot"),
        clause="行政强制法 24",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_papers,
    ),
    Gate(
        id="C6",
        title=Words("查封扣押期限", "Limit of a seizure"),
        asks=Words(
            "三十日, 经批准书面告知后可延长一次, 至多三十日",
            "30 days, extended once by at most 30, before the end and told in writing",
        ),
        clause="行政强制法 25",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_extension,
    ),
    Gate(
        id="C7",
        title=Words("解除查封扣押", "Release"),
        asks=Words("案件终结前已解除并退还", "Nothing is held any more when a case ends"),
        clause="行政强制法 27, 28",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD, Role.OFFICER),
        check=_released,
    ),
    Gate(
        id="C8",
        title=Words("妥善保管", "Care"),
        asks=Words(
            "未使用或损毁, 费用由机关承担",
            "What was held is undamaged, and its storage costs the party nothing",
        ),
        clause="行政强制法 26",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_care,
    ),
)
