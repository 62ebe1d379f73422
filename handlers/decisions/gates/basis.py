"""Whether there may be a penalty at all: by which text, and what is lawful at that place."""

from collections.abc import Iterator
from typing import Final

from handlers.decisions.gates import powers
from handlers.decisions.gates.evidence_set import (
    device_records,
    is_taken_on_the_spot,
    relied_on,
)
from handlers.decisions.gates.gate import PASSED, Bench, Finding, Gate, block, needs_human
from handlers.decisions.gates.powers import matter_and_area
from handlers.decisions.law.authority import covers
from handlers.decisions.law.catalogue import MatterPolicy, Norm, PenaltyBasis
from handlers.decisions.lawful import lawful_row
from handlers.decisions.policy import Policy
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.person import Role
from schemas.words import Words

_FIRST_CONTACT: Final = (Act.TELL, Act.PERSUADE, Act.DEMONSTRATE, Act.WARN, Act.INTERVIEW)
_EDITORS: Final = (Role.POLICY_EDITOR, Role.PUBLISHER)
_READERS: Final = (Role.LEGAL_REVIEWER, Role.POLICY_EDITOR)


def _packs(bench: Bench) -> Iterator[Policy]:
    """The pack in force and the one of then: the lighter for the party holds (行政处罚法 37)."""
    yield bench.policy
    if bench.then is not None:
        yield bench.then


def _rows(bench: Bench) -> Iterator[MatterPolicy | None]:
    """The matter's row in each of the two packs."""
    case = bench.dossier.case
    return (policy.matter(None if case is None else case.matter) for policy in _packs(bench))


def _is_usable(basis: PenaltyBasis | None) -> bool:
    return (
        basis is not None
        and basis.norm is not Norm.NOTICE
        and bool(basis.forbids.strip())
        and bool(basis.punishes.strip())
    )


def _has_basis(bench: Bench) -> Finding:
    where = matter_and_area(bench)
    for row in _rows(bench):
        basis = None if row is None else row.basis
        if basis is not None and basis.norm is Norm.NOTICE:
            return block(
                f"{where.zh}的处罚依据只有规范性文件, 不得作为依据",
                f"a law, regulation or rule for {where.en}: a notice is never a basis",
            )
        if not _is_usable(basis):
            return block(
                f"{where.zh}的已公布处罚依据 (行为时和决定时均须有)",
                f"a published text that forbids and punishes {where.en}, then as well as now",
            )
    asks_for_basis = any(field.name == "basis" for field in bench.step.fields)
    if asks_for_basis and not bench.details.text("basis").strip():
        return block("本文书未写明处罚依据", "the basis: the text of this act doesn't name it")
    return PASSED


def _is_published_beforehand(bench: Bench) -> Finding:
    rows = [
        row for row in bench.policy.authority.publications if covers(row.areas, bench.grid_cell)
    ]
    if any(
        all(said.strip() for said in (row.body, row.filing_basis, row.procedure, row.remedies))
        for row in rows
    ):
        return PASSED
    cell = bench.grid_cell or "?"
    return block(
        f"网格 {cell} 的事前公示: 实施机关、立案依据、实施程序、救济渠道均须公布",
        f"publication for grid {cell} of body, filing basis, procedure and remedies",
    )


def _sector_rules_are_read(bench: Bench) -> Finding:
    if bench.policy.authority.sector_rules:
        return PASSED
    return needs_human(
        "政策包未录入行业程序规定 (住建部令55号): 由法制审核员核对立案要求",
        "the sector's rules of procedure aren't in the pack: a legal reviewer checks this filing",
    )


def _is_off_site_by_the_list(bench: Bench) -> Finding:
    """Where officers took nothing on the spot, devices' records carry the whole case."""
    if not device_records(bench) or any(
        is_taken_on_the_spot(bench, digest) for digest in relied_on(bench)
    ):
        return PASSED
    case, where = bench.dossier.case, matter_and_area(bench)
    listed = any(
        case is not None
        and case.matter in item.matters
        and covers(item.areas, bench.grid_cell)
        and item.published.strip()
        for item in bench.policy.authority.offsite_items
    )
    if not listed:
        return block(
            f"现场证据: {where.zh}不在已公布的非现场执法事项清单",
            f"evidence taken on the spot: {where.en} is on no published off-site list",
        )
    if not bench.all(*_FIRST_CONTACT):
        return block(
            "非现场案件须先电话或短信告知、劝导当事人",
            "that the party was told or persuaded first, by telephone or message",
        )
    return PASSED


def _is_not_exempt(bench: Bench) -> Finding:
    """No exemption makes a danger lawful."""
    case, matter = bench.dossier.case, bench.matter
    if case is None or case.place is None or matter is None or matter.is_safety:
        return PASSED
    at = bench.dossier.occurred_at or case.opened_at
    for policy in _packs(bench):
        row = lawful_row(matter.key, case.place, at, policy.leniency)
        if row is not None:
            return block(
                f"违法事实: 该时段该地点属疏导点 {row.id} {row.title.zh} ({row.clause}), 经营合法",
                f"an offence: at that place and time it is lawful, by {row.id} {row.title.en} "
                f"({row.clause})",
            )
    return PASSED


def _has_amenity_basis(bench: Bench) -> Finding:
    if not any(row is not None and row.is_amenity for row in _rows(bench)):
        return PASSED
    if all(row is not None and _is_usable(row.basis) for row in _rows(bench)):
        return PASSED
    where = matter_and_area(bench)
    return block(
        f"{where.zh}的市容法规条款 (市容条例 14, 34, 36; 城市道路管理条例 27, 42)",
        f"the clauses of the amenity regulations for {where.en}, both what forbids and what "
        "punishes it",
    )


GATES: Final = (
    *powers.GATES,
    Gate(
        id="P01",
        title=Words("处罚依据", "published basis"),
        asks=Words("有没有已公布的法律、法规、规章依据", "is there a published text to punish by"),
        clause="行政处罚法 4, 5, 16, 37, 38",
        certainty=Certainty.TEXT,
        supply=_READERS,
        check=_has_basis,
    ),
    Gate(
        id="P14",
        title=Words("事前公示", "publication beforehand"),
        asks=Words(
            "实施机关、立案依据、程序、救济渠道是否公示",
            "are body, filing basis, procedure and remedies public",
        ),
        clause="行政处罚法 39",
        certainty=Certainty.TEXT,
        supply=_EDITORS,
        check=_is_published_beforehand,
    ),
    Gate(
        id="A3",
        title=Words("行业程序规定", "the sector's rules of procedure"),
        asks=Words("行业程序规定读过没有", "has a lawyer read the sector's rules into the pack"),
        clause="住房和城乡建设行政处罚程序规定 (住建部令55号)",
        certainty=Certainty.MEMORY,
        supply=(Role.LEGAL_REVIEWER,),
        check=_sector_rules_are_read,
    ),
    Gate(
        id="A4",
        title=Words("非现场执法事项", "off-site items"),
        asks=Words(
            "只凭监控记录的, 是否在公布的清单内并先行告知",
            "if devices alone prove it: is it on a published list, and was the party told first",
        ),
        clause="上海市浦东新区非现场执法规定 4, 7, 9, 15: the pattern, not its authority",
        certainty=Certainty.PROPOSAL,
        supply=(Role.OFFICER, *_EDITORS),
        check=_is_off_site_by_the_list,
    ),
    Gate(
        id="A7",
        title=Words("合法经营", "lawful vending"),
        asks=Words(
            "当时当地是否为指定的场所和时间", "was it at a place and time that is designated"
        ),
        clause="无证无照经营查处办法 3",
        certainty=Certainty.TEXT,
        supply=(Role.HEAD,),
        check=_is_not_exempt,
    ),
    Gate(
        id="A8",
        title=Words("市容依据", "amenity base"),
        asks=Words("市容事项有没有法规条款", "does an amenity matter have its clauses"),
        clause="城市市容和环境卫生管理条例 14, 34, 36; 城市道路管理条例 27, 42",
        certainty=Certainty.TEXT,
        supply=_READERS,
        check=_has_amenity_basis,
    ),
)
