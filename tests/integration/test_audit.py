"""`make audit` tells a vulnerability from silence, and silence from health."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / "scripts" / "audit.py"
FINE: dict[str, Any] = {"name": "structlog", "version": "26.1", "vulns": []}
BAD: dict[str, Any] = {
    "name": "orjson",
    "version": "3.0",
    "vulns": [{"id": "CVE-0000-1", "fix_versions": ["3.1"]}],
}
UNKNOWN: dict[str, Any] = {"name": "psycopg", "skip_reason": "not found"}


def audit(folder: Path, *, says: str, code: int) -> "subprocess.CompletedProcess[str]":
    """With somebody in place of pip-audit."""
    stand_in = folder / "pip-audit"
    said = folder / "said"
    said.write_text(says)
    stand_in.write_text(
        f"#!/bin/sh\ncat {said}\necho 'ConnectionError: nobody there' >&2\nexit {code}\n"
    )
    stand_in.chmod(0o755)
    return subprocess.run(
        [sys.executable, str(AUDIT), "--with", str(stand_in)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("packages", "code", "told", "ends"),
    [
        pytest.param([FINE], 0, "1 packages audited, 0 with known", 0, id="all is well"),
        pytest.param([FINE, BAD], 1, "orjson 3.0: CVE-0000-1, mended in 3.1", 1, id="one is bad"),
        pytest.param([FINE, UNKNOWN], 0, "doesn't know them: psycopg", 0, id="one is not known"),
        pytest.param([UNKNOWN], 0, "could not be asked: it knew none of 1", 0, id="none is known"),
    ],
)
def test_what_was_found_is_told(
    tmp_path: Path, packages: list[dict[str, Any]], code: int, told: str, ends: int
) -> None:
    done = audit(tmp_path, says=json.dumps({"dependencies": packages}), code=code)

    assert told in done.stdout
    assert done.returncode == ends


@pytest.mark.parametrize("says", ["", "Traceback", "{}"])
def test_data_that_is_away_is_told_and_breaks_nothing(tmp_path: Path, says: str) -> None:
    done = audit(tmp_path, says=says, code=1)

    assert "could not be asked: ConnectionError: nobody there" in done.stdout
    assert done.returncode == 0
