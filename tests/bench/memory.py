"""How much memory each process took at its peak, from all that was measured."""

from typing import Any

from rich.console import Console

from tests.bench.tables import tell_rows


def tell(console: Console, told: dict[str, Any]) -> None:
    """One row a process; nothing where nothing was measured."""
    rows = [
        (where, process, f"{mib:,.0f}")
        for where, processes in _found(told)
        for process, mib in processes.items()
    ]
    if rows:
        tell_rows(console, "Memory", ("measured in", "process", "peak, MiB"), rows)


def _found(told: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    found = [
        (f"workers, {each['partitions']} partition(s)", each["memory_mib"])
        for each in told.get("workers", {}).get("measured", [])
    ]
    found += [
        (f"clocks, {each['keepers']} keeper(s)", {"keeper": each["keeper_mib"]})
        for each in told.get("clocks", {}).get("measured", [])
    ]
    if "memory_mib" in told.get("latency", {}):
        found.append(("latency, whole deployment", told["latency"]["memory_mib"]))
    found += [
        (f"vision, {each['clip']}", each["memory_mib"])
        for each in told.get("vision", {}).get("clips", [])
    ]
    return found
