"""The wall clock of some processes, stepped while they run.

libfaketime does the same, and more than we want: with its monotonic clock left alone `time.sleep`
answers EINVAL and Faust's consumer thread hangs; with it faked, `Lock.acquire(timeout=…)` never
returns. A clock that is stepped leaves waiting alone, so three functions of libc are enough.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("wall_clock.c")


class Clock:
    """Seconds off, in a file that the processes have mapped. Without a compiler it can't step."""

    def __init__(self, folder: Path) -> None:
        self._file: Final = folder / "wall-clock"
        self._file.write_bytes(bytes(8))
        self._library: Final = _built(folder)

    @property
    def can_step(self) -> bool:
        return self._library is not None

    def step(self, seconds: int) -> None:
        with self._file.open("r+b", buffering=0) as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    @property
    def environment(self) -> Mapping[str, str]:
        """Of the processes that have this clock."""
        if self._library is None:
            return {}
        return {"LD_PRELOAD": str(self._library), "FAULTS_WALL_CLOCK": str(self._file)}


def _built(folder: Path) -> Path | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "wall-clock.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(_SOURCE)]
    done = subprocess.run(command, capture_output=True, check=False)
    return library if done.returncode == 0 else None
