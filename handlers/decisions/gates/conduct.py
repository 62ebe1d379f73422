"""How people act: two officers with papers, nobody partial, nobody beyond their duty."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from handlers.decisions.gates.evidence_set import seen
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block
from handlers.decisions.gates.missing import block_for
from handlers.decisions.lives.step import FieldKind, Life
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.instants import CHINA
from schemas.penalty import EvidenceForm
from schemas.person import Person, PersonId, Role
from schemas.words import Words

ON_SITE: Final = frozenset(EvidenceForm) - {EvidenceForm.OPINION}
"""An expert's opinion is asked for afterwards; no officer takes it on the spot."""
CHILD: Final = 14
"""The data of anybody younger are sensitive: 个人信息保护法 28."""


def _told_and_may_look(bench: Bench) -> Finding:
    if bench.command.act is Act.TELL:
        return _tells_all(bench)
    if any(
        taken.details.text("where_to_look").strip() and not taken.details.says("limits_rights")
        for taken in bench.all(Act.TELL)
    ):
        return PASSED
    return block(
        "告知当事人违法事实并提供查询、陈述申辩途径的记录",
        "a record that the party was told the facts and where to look and answer",
    )


def _tells_all(bench: Bench) -> Finding:
    if bench.details.says("limits_rights"):
        return block(
            "不得限制或变相限制陈述权、申辩权",
            "a way that doesn't limit the right to state and defend, openly or in disguise",
        )
    if not bench.details.text("facts").strip() or not bench.details.text("where_to_look").strip():
        return block("违法事实和查询途径", "the facts, and where the party can look and answer")
    return PASSED


def _two_officers(bench: Bench) -> Finding:
    is_assigning = bench.command.act is Act.ASSIGN_OFFICERS
    first = bench.details.person("first") if is_assigning else bench.command.person
    second = bench.details.person("second")
    if first is None or second is None or first == second:
        return block(
            f"两名不同的执法人员, 现为 {first} 和 {second or '无'}",
            f"two different officers, not {first} and {second or 'nobody'}",
        )
    day = bench.command.at.astimezone(CHINA).date()
    faults = [
        fault
        for id_ in (first, second)
        if (fault := _officer_fault(id_, bench.people.get(id_), day)) is not None
    ]
    if not is_assigning:
        faults.extend(_manner_faults(bench, frozenset({first, second})))
    return block_for(faults)


def _officer_fault(id_: PersonId, person: Person | None, day: date) -> Words | None:
    if person is None:
        return Words(f"{id_} 未登记", f"{id_} isn't in the register of people")
    if Role.OFFICER not in person.roles:
        return Words(f"{id_} 不是执法人员", f"{id_} is no enforcement officer")
    certificate = person.certificate
    if certificate is None:
        return Words(f"{id_} 没有执法证", f"{id_} has no enforcement certificate")
    if not certificate.holds_on(day):
        return Words(
            f"{id_} 的执法证 {certificate.number} 在 {day} 无效",
            f"certificate {certificate.number} of {id_} doesn't hold on {day}",
        )
    return None


def _manner_faults(bench: Bench, two: frozenset[PersonId]) -> Iterator[Words]:
    if not bench.details.says("showed_papers"):
        yield Words("出示执法证件", "that the certificates were shown")
    assigned = bench.last(Act.ASSIGN_OFFICERS)
    if assigned is None:
        return
    named = {assigned.details.text("first"), assigned.details.text("second")}
    if named != two:
        yield Words(
            f"指定的承办人 {', '.join(sorted(named))}, 不是 {', '.join(sorted(two))}",
            f"the officers assigned: {', '.join(sorted(named))}, not {', '.join(sorted(two))}",
        )


def _named_to_act(bench: Bench) -> tuple[PersonId, ...]:
    """Who acts and who is named as acting with them; `of` is whom it is about."""
    named = (
        bench.details.person(field.name)
        for field in bench.step.fields
        if field.kind is FieldKind.PERSON and field.name != "of"
    )
    return tuple(dict.fromkeys((bench.command.person, *(each for each in named if each))))


def _nobody_partial(bench: Bench) -> Finding:
    """Investigating goes on while a recusal is open; where the row names P08, it waits."""
    if bench.step.life is not Life.PENALTY and bench.command.act is not Act.SETTLE_DOUBT:
        return PASSED
    aside = _recused(bench)
    for person in _named_to_act(bench):
        if person in aside:
            return block(
                f"{person} 已回避, 须由其他人员办理", f"somebody else: {person} was recused"
            )
    own = bench.details.person("of") == bench.command.person
    if bench.command.act is Act.DECIDE_RECUSAL and own:
        return block(
            "由其他负责人决定本人的回避", "another head: nobody decides on their own recusal"
        )
    undecided = _undecided(bench)
    if "P08" in bench.step.gates and undecided:
        return block(
            f"对 {', '.join(undecided)} 的回避决定",
            f"a decision on the recusal of {', '.join(undecided)}",
        )
    return PASSED


def _recused(bench: Bench) -> frozenset[str]:
    """By the latest decision about each person."""
    decided = {
        taken.details.text("of"): taken.details.says("recused")
        for taken in bench.all(Act.DECIDE_RECUSAL)
    }
    return frozenset(person for person, recused in decided.items() if recused)


def _undecided(bench: Bench) -> tuple[str, ...]:
    latest = {
        taken.details.text("of"): taken.act
        for taken in bench.all(Act.DECLARE_INTEREST, Act.DECIDE_RECUSAL)
    }
    return tuple(sorted(of for of, act in latest.items() if act is Act.DECLARE_INTEREST))


def _no_auxiliary(bench: Bench) -> Finding:
    if Role.AUXILIARY in bench.step.who:
        return PASSED
    helpers = [
        id_
        for id_ in _named_to_act(bench)
        if (id_ == bench.command.person and bench.role is Role.AUXILIARY)
        or _is_only_auxiliary(bench.people.get(id_))
    ]
    if not helpers:
        return PASSED
    zh, en = bench.step.words.zh, bench.step.words.en
    return block(
        f"执法人员: 协管员 {', '.join(helpers)} 不得从事“{zh}”",
        f"an officer: {', '.join(helpers)} is an auxiliary, and may not {en}",
    )


def _is_only_auxiliary(person: Person | None) -> bool:
    return person is not None and person.roles == {Role.AUXILIARY}


def _is_field_evidence(bench: Bench) -> Finding:
    if not bench.details.says("on_site"):
        return PASSED
    form = bench.details.text("form")
    if form not in ON_SITE:
        return block(
            f"现场取证的种类, 不是 {form or '空'}",
            f"a kind that officers take on the spot, not {form or 'none'}",
        )
    if bench.details.text("camera") or any(
        each.camera is not None
        for digest in bench.details.listed("evidence")
        for each in seen(bench, digest)
    ):
        return block(
            "监控设备的记录不是现场取得的证据: 请如实登记",
            "what the officers took themselves: a camera's record isn't taken on the spot",
        )
    return PASSED


def _may_hold_sensitive(bench: Bench) -> Finding:
    age = bench.details.number("age")
    is_child = age is not None and age < CHILD
    if not (bench.details.says("sensitive") or is_child):
        return PASSED
    if bench.details.text("basis").strip():
        return PASSED
    return block(
        "处理敏感个人信息的法定职权依据",
        "the power and procedure by which sensitive data are handled",
    )


GATES: Final = (
    Gate(
        id="P06",
        title=Words("告知并提供查询", "tell and let look"),
        asks=Words(
            "当事人是否被告知事实并可查询、申辩",
            "was the party told the facts, and can they look, state and defend",
        ),
        clause="行政处罚法 41 ¶3",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_told_and_may_look,
    ),
    Gate(
        id="P07",
        title=Words("两名执法人员", "two officers"),
        asks=Words(
            "两名持有效证件的执法人员在场并出示证件吗",
            "are there two officers whose certificates hold, and were these shown",
        ),
        clause="行政处罚法 42, 55",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_two_officers,
    ),
    Gate(
        id="P08",
        title=Words("回避", "recusal"),
        asks=Words(
            "有没有应当回避或尚未决定的人员", "is anybody recused, or a recusal not decided yet"
        ),
        clause="行政处罚法 43",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_nobody_partial,
    ),
    Gate(
        id="A1",
        title=Words("协管人员", "auxiliary staff"),
        asks=Words("是否由协管人员从事执法行为", "does an auxiliary take a legal act"),
        clause="鄂建〔2022〕1536: 协管人员只能从事辅助性事务; "
        "城市管理执法办法 (article from memory)",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER,),
        check=_no_auxiliary,
    ),
    Gate(
        id="A2",
        title=Words("现场取证", "evidence on the spot"),
        asks=Words("现场证据的种类对吗", "is it a kind of evidence that is taken on the spot"),
        clause="城市管理执法办法 (住建部令34号): 勘验、拍照、录音、摄像",
        certainty=Certainty.MEMORY,
        supply=(Role.OFFICER,),
        check=_is_field_evidence,
    ),
    Gate(
        id="D2",
        title=Words("敏感个人信息", "sensitive data"),
        asks=Words("处理敏感信息有没有职权依据", "is there a power to handle sensitive data"),
        clause="个人信息保护法 28 – 30, 34, 35",
        certainty=Certainty.TEXT,
        supply=(Role.OFFICER, Role.LEGAL_REVIEWER),
        check=_may_hold_sensitive,
    ),
)
