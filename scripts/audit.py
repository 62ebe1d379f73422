"""Asks pip-audit whether what we lock has known vulnerabilities, or says that it can't be asked.

`scripts/audit.py [--with COMMAND]`: exit code 1 only for a vulnerability. A package that the data
doesn't know is told apart from one that has none: else silence would look like health.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
OURS = Path(sys.executable).with_name("pip-audit")


def main() -> int:
    """Ask, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with", dest="command", default=str(OURS))
    command = parser.parse_args().command
    words = [command, "-r", str(LOCK), "--no-deps", "--disable-pip", "-f", "json"]
    done = subprocess.run(
        [*words, "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    try:
        packages: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        print(f"The audit's data could not be asked: {last[0][:300]}")
        return 0
    return tell(packages)


def tell(packages: Sequence[dict[str, Any]]) -> int:
    """What was found of each package."""
    unknown = [each for each in packages if "skip_reason" in each]
    known = [each for each in packages if "skip_reason" not in each]
    for each in known:
        for fault in each["vulns"]:
            mended = ", ".join(fault.get("fix_versions", [])) or "nothing yet"
            print(f"{each['name']} {each['version']}: {fault['id']}, mended in {mended}")
    if not known:
        print(f"The audit's data could not be asked: it knew none of {len(packages)} packages.")
        return 0
    if unknown:
        names = ", ".join(each["name"] for each in unknown)
        print(f"Not audited, since the data doesn't know them: {names}")
    vulnerable = [each["name"] for each in known if each["vulns"]]
    print(f"{len(known)} packages audited, {len(vulnerable)} with known vulnerabilities.")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
