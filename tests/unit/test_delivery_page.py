"""The table of hops and faults names tests that are there."""

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "delivery.md"
DEFINED = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
HOPS = {
    "front door", "camera spool", "Kafka", "agent", "transaction", "outbox", "relay",
    "dispatcher's topic",
}  # fmt: skip


def rows() -> list[list[str]]:
    """Of the second table: hop, fault, what happens, proved by."""
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in cells if len(row) == 4 and row[0] not in {"hop", "---"}]


def test_every_test_that_it_names_exists() -> None:
    there = {
        name
        for path in (HOUSE / "tests").rglob("test_*.py")
        for name in DEFINED.findall(path.read_text("utf-8"))
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text("utf-8")))

    assert len(named) > 30
    assert sorted(named - there) == []


def test_every_hop_has_its_faults_and_every_fault_its_proof() -> None:
    assert {row[0] for row in rows()} >= HOPS
    assert [row[1] for row in rows() if "`test_" not in row[3]] == []
