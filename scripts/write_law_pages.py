#!/usr/bin/env python
"""Writes `docs/gates/` and `docs/lives/` from the tables: what the code asks, not what we think."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from handlers.decisions.gates.gate import Gate
from handlers.decisions.gates.registry import GATES, GLOBAL
from handlers.decisions.lives.drawing import KNOWN, drawn, ordered, steps_of, where, whither
from handlers.decisions.lives.step import Life, Step
from handlers.decisions.lives.tables import ALL_STEPS
from handlers.decisions.lives.titles import CERTAINTIES, CLOCKS, LIVES, METHODS, ROLES, state_title
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.person import Role
from schemas.words import Words

DOCS: Final = Path(__file__).parents[1] / "docs"
WRITTEN: Final = "<!-- written by scripts/write_law_pages.py: change the code, then run it -->\n"
PAGE_OF: Final[Mapping[Life, str]] = {
    Life.WORK_FILE: "work-file.md",
    Life.PENALTY: "penalty-case.md",
    Life.OPINION: "opinion.md",
    Life.PACK: "pack.md",
}
FAMILIES: Final[Mapping[str, Words]] = {
    "P": Words("行政处罚法", "the law on administrative penalties"),
    "C": Words("行政强制法", "the law on administrative coercion"),
    "A": Words("行业规则与人员", "rules of the sector, and people"),
    "D": Words("摄像与数据", "cameras and data"),
    "E": Words("电子数据与时间", "electronic data and time"),
    "L": Words("案卷流程", "the work file's way"),
    "N": Words("舆情", "opinion incidents"),
    "K": Words("政策包", "policy packs"),
}
_MANY_ROLES: Final = 8


def pages() -> Mapping[str, str]:
    """Each page by its path under `docs/`."""
    gates = {f"gates/{gate.id}.md": _gate_page(gate) for gate in GATES.values()}
    lives = {f"lives/{name}": _life_page(life) for life, name in PAGE_OF.items()}
    return {**gates, "gates/index.md": _index(), **lives}


def _listed(many: Iterable[Words]) -> str:
    return "<br>".join(str(each) for each in many)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") or "–" for cell in cells) + " |"


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    return "\n".join((_row(*heads), _row(*("---" for _ in heads)), *rows))


def _short(certainty: Certainty) -> str:
    """The mark of a table's cell: what isn't the law's own text is seen at a glance."""
    words = CERTAINTIES[certainty]
    mark = "" if certainty is Certainty.TEXT else "⚠ "
    return f"{mark}{words.zh.split(',')[0]} {words.en.split(',')[0]}"


def _loud(certainty: Certainty) -> str:
    """What a reader must know before the rest, where it isn't the law's own text."""
    words = CERTAINTIES[certainty]
    return f"\n> ⚠ **{words.zh}** · **{words.en}**\n" if certainty is not Certainty.TEXT else ""


def _gate_page(gate: Gate) -> str:
    certainty, supply = CERTAINTIES[gate.certainty], [ROLES[role] for role in gate.supply]
    module = gate.check.__module__.replace(".", "/") + ".py"
    facts = _table(
        ("项 item", "中文", "English"),
        (
            _row("问什么 asks", gate.asks.zh, _capital(gate.asks.en)),
            _row("可靠程度 certainty", certainty.zh, certainty.en),
            _row(
                "谁能补正 who can supply what is missing",
                "、".join(role.zh for role in supply),
                ", ".join(role.en for role in supply),
            ),
        ),
    )
    title = f"{gate.id} {gate.title.zh} · {_capital(gate.title.en)}"
    return (
        f"{WRITTEN}\n# {title}\n{_loud(gate.certainty)}\n"
        f"依据 clause: **{gate.clause}**\n\n{facts}\n\n"
        f"## 在哪些行为之前 · Before which acts\n\n{_stands_before(gate)}\n\n"
        f"代码 in the code: [{module}](../../{module}) · [所有关口 all gates](index.md)\n"
    )


def _stands_before(gate: Gate) -> str:
    if gate.id in GLOBAL:
        return "每一行为之前 before every act."
    rows = (
        _row(
            f"[{LIVES[step.life]}](../lives/{PAGE_OF[step.life]})",
            f"{step.words.zh} `{step.act}`<br>{step.words.en}",
            _who(step.who),
        )
        for step in ALL_STEPS
        if gate.id in step.gates
    )
    return _table(("案 life", "行为 act", "谁 who"), rows)


def _index() -> str:
    parts = [
        f"{WRITTEN}\n# 关口 · Gates\n",
        "每一关口回答: 通过、不通过, 或须由人裁定。不通过的, 任何人不得放行。",
        "Each gate answers: pass, block, or a person must settle it. Nobody waves a block through.",
        "",
        "⚠ 不是法条原文, 使用前须由本市确认 · not the law's own text: the city confirms it first.",
        "",
        "流程 lives: "
        + " · ".join(f"[{LIVES[life]}](../lives/{page})" for life, page in PAGE_OF.items()),
    ]
    for letter, words in FAMILIES.items():
        rows = (
            _row(
                f"[{id_}]({id_}.md)",
                f"{GATES[id_].title.zh}<br>{_capital(GATES[id_].title.en)}",
                f"{GATES[id_].asks.zh}<br>{_capital(GATES[id_].asks.en)}",
                GATES[id_].clause,
                _short(GATES[id_].certainty),
            )
            for id_ in sorted(GATES, key=lambda id_: (id_[0], int(id_[1:])))
            if id_.startswith(letter)
        )
        heads = ("编号 id", "关口 gate", "问什么 asks", "依据 clause", "可靠程度 certainty")
        parts += ["", f"## {words.zh} · {_capital(words.en)}", "", _table(heads, rows)]
    return "\n".join(parts) + "\n"


def _life_page(life: Life) -> str:
    heads = (
        "行为 act",
        "从 from → 到 to",
        "谁 who",
        "关口 gates",
        "时钟 clocks",
        "台账 ledger",
        "依据 clause",
        "对人不利 harms",
    )
    always = ", ".join(f"[{id_}](../gates/{id_}.md)" for id_ in GLOBAL)
    return (
        f"{WRITTEN}\n# {LIVES[life].zh} · {_capital(LIVES[life].en)}\n\n"
        f"```mermaid\n{drawn(life)}\n```\n\n"
        "图中只有改变状态的行为, 其余见下表。The drawing has the acts that change the state; the "
        f"others stand in the table.\n\n{_known(life)}"
        f"表中没有的步骤一律拒绝。每一行为之前另问 {always}。对人不利的行为从不由设备或程序作出。\n"
        f"A step that isn't in the table is refused. Before every act {always} are asked too. What "
        "harms a person is never a machine's act.\n\n"
        "⚠ 不是法条原文, 使用前须由本市确认 · not the law's own text: the city confirms it first. "
        "时钟 clocks: ▶ 起 starts, ■ 止 stops, ⏸ 暂停 pauses, ⏵ 恢复 resumes.\n\n"
        f"{_table(heads, (_step_row(step) for step in steps_of(life)))}\n\n"
        "[所有关口 all gates](../gates/index.md)\n"
    )


def _known(life: Life) -> str:
    """What the dashed boxes hold; `any` holds all, and says so itself."""
    rows = [
        f"- {known.words} = {'; '.join(str(state_title(state)) for state in ordered(known.states))}"
        for known in KNOWN[life]
        if known.id != "any"
    ]
    if not rows:
        return ""
    return "\n".join(
        ("虚线框代表其中每一状态 a dashed box stands for each of these:", "", *rows, "\n")
    )


def _step_row(step: Step) -> str:
    return _row(
        f"`{step.act}`<br>{step.words.zh}<br>{step.words.en}",
        f"{_listed(where(step))}<br>→ {whither(step)}",
        _who(step.who),
        " ".join(f"[{id_}](../gates/{id_}.md)" for id_ in step.gates),
        "<br>".join(_clocks(step)),
        f"`{step.event}`<br>{METHODS[step.tag]}",
        f"{step.clause}<br>{_short(step.certainty)}",
        "**是 yes**" if step.harms else "",
    )


def _who(who: frozenset[Role]) -> str:
    """In the order of the duties; where nearly everybody may, who may not."""
    if len(who) <= _MANY_ROLES:
        return _listed(ROLES[role] for role in Role if role in who)
    left_out = [ROLES[role] for role in Role if role not in who]
    zh, en = "、".join(role.zh for role in left_out), ", ".join(role.en for role in left_out)
    return f"除{zh}外的所有人<br>everybody but {en}"


def _clocks(step: Step) -> Iterator[str]:
    def line(mark: str, kind: ClockKind) -> str:
        return f"{mark} {CLOCKS[kind]}"

    yield from (line("▶", kind) for kind in step.starts)
    yield from (f"{line('▶', kind)} (`{flag}`)" for flag, kind in step.starts_if)
    yield from (line("■", kind) for kind in step.stops)
    if step.pauses:
        yield "⏸ 平台时钟 the platform's clocks"
    if step.resumes:
        yield "⏵ 平台时钟 the platform's clocks"


def main() -> None:
    """Write every page, and take away what no table knows any more."""
    written = pages()
    for path, text in written.items():
        page = DOCS / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    for folder in ("gates", "lives"):
        for page in (DOCS / folder).glob("*.md"):
            if f"{folder}/{page.name}" not in written:
                page.unlink()


if __name__ == "__main__":
    main()
