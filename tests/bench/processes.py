"""What processes cost: memory and CPU seconds, as `/proc` tells them."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one process, or of several that belong together."""

    peak_mib: float
    cpu_s: float


def cost(pid: int) -> Cost:
    """One process, with the children it has outlived; zeros when it is gone."""
    return Cost(peak_mib=_mib(pid, "status", "VmHWM"), cpu_s=_cpu_s(pid))


def family_cost(pid: int) -> Cost:
    """A process with all its children. Pages that they share are counted once."""
    family = [pid, *descendants(pid)]
    return Cost(
        peak_mib=sum(_mib(one, "smaps_rollup", "Pss") for one in family),
        cpu_s=sum(_cpu_s(one) for one in family),
    )


def resident_mib(pid: int) -> float:
    """What one process holds in memory now."""
    return _mib(pid, "status", "VmRSS")


def forget_peak() -> None:
    """From now on the peak of this process is what it takes from now on."""
    with suppress(OSError):
        (_PROC / "self" / "clear_refs").write_text("5")


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on, as they are now."""
    children: dict[int, list[int]] = {}
    for one, parent in _parents():
        children.setdefault(parent, []).append(one)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def find(pids: Iterable[int], word: str) -> int | None:
    """The first of these whose command line has the word."""
    return next((pid for pid in pids if word in _command(pid)), None)


def _parents() -> Iterator[tuple[int, int]]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[1])


def _stat(pid: int) -> list[str]:
    """From the state on: a command's name may hold blanks and brackets."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(each) for each in fields[11:15]) / _TICKS if fields else 0.0


def _mib(pid: int, file: str, key: str) -> float:
    try:
        told = (_PROC / str(pid) / file).read_text()
    except OSError:
        return 0.0
    found = re.search(rf"^{key}:\s*(\d+) kB", told, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _command(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
