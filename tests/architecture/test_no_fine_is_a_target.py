"""No command, count or query of ours sums, averages or ranks fines, or names a target for them.

行政处罚法 74: fines are nobody's income, and so nobody's target.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from handlers.decisions.counting import By, Measure

HOUSE: Final = Path(__file__).parents[2]
COUNTERS: Final = (
    "handlers/decisions/counting.py",
    "infra/store/counting.py",
    "infra/cli/counts.py",
)
MONEY: Final = ("fen", "yuan", "fine", "amount", "revenue", "surcharge")
TARGETS: Final = ("target", "quota", "ranking", "leaderboard", "league")
SQL_SUM: Final = re.compile(r"(?:sum|avg|max|min)\([^)]*\)|order by [a-z_., ]+")
SUMS: Final = {
    "sum",
    "fsum",
    "avg",
    "mean",
    "median",
    "max",
    "min",
    "sorted",
    "order_by",
    "nlargest",
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Whatever people see, programs ask for, or the store is asked."""
    edges = [str(path.relative_to(HOUSE)) for path in (HOUSE / "infra").rglob("*.py")]
    for name in sorted({*COUNTERS, *edges}):
        yield name, ast.parse((HOUSE / name).read_text("utf-8"))


def names_in(tree: ast.AST) -> Iterator[str]:
    """Names, members and texts, docstrings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def is_money(name: str) -> bool:
    return any(word in MONEY for word in re.split(r"[^a-z]+", name.lower()))


def sums_of_money(tree: ast.AST) -> Iterator[str]:
    """Calls that add up or rank money, in Python or in SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            name = called if isinstance(called, str) else ast.unparse(called)
            if name in SUMS and any(is_money(each) for each in names_in(node)):
                yield ast.unparse(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (each for each in SQL_SUM.findall(node.value.lower()) if is_money(each))


@pytest.mark.parametrize("name", COUNTERS)
def test_what_counts_never_reads_money(name: str) -> None:
    tree = dict(trees())[name]

    assert [each for each in names_in(tree) if is_money(each)] == []


def test_nothing_at_the_edges_sums_averages_or_ranks_money() -> None:
    sums = [f"{name}: {found}" for name, tree in trees() for found in sums_of_money(tree)]

    assert sums == []


def test_no_measure_and_no_command_names_a_target() -> None:
    named = [
        f"{name}: {word}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for word in TARGETS
        if word in node.name.lower()
    ]

    assert named == []
    assert not any(is_money(measure) for measure in (*Measure, *By))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("sum(case.fine_fen for case in cases)", id="a sum"),
        pytest.param("sorted(officers, key=lambda each: each.fine_fen)", id="a rank"),
        pytest.param("func.avg(penalty_cases.c.fine_fen)", id="a mean in the store"),
        pytest.param("query.order_by(penalty_cases.c.fine_fen)", id="a rank in the store"),
        pytest.param("run('SELECT sum(fine_fen) FROM penalty_cases')", id="a sum in SQL"),
        pytest.param("run('SELECT * FROM a ORDER BY fine_fen DESC')", id="a rank in SQL"),
    ],
)
def test_a_sum_or_rank_of_fines_would_be_seen(code: str) -> None:
    assert list(sums_of_money(ast.parse(code)))
