"""Real clips and weights, where this machine has them beside the repository."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data"
WEIGHTS = FOLDER / "weights" / "yolo11n_restored.pt"


def shared(name: str) -> Path:
    """A file of the shared data; the test is skipped where there is none."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the real {name} is not on this machine (expected {path})")
    return path
