"""Eyes of the shipped model, and maps that vouch for what a test brings."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from detectors.eyes.class_maps import ClassMap, find_class_map
from detectors.eyes.engines import Engine, Running
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.slicing import Slicing
from detectors.eyes.weights import digest_of
from infra.composition import SAMPLE_WEIGHTS


def map_of(weights: Path = SAMPLE_WEIGHTS) -> ClassMap:
    """The map that vouches for these weights."""
    return find_class_map(weights, digest_of(weights))


@cache
def kept_forms() -> Path:
    """Where this run of the tests keeps what it made of weights: making it takes seconds."""
    folder = tempfile.mkdtemp(prefix="offsite-test-eyes-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def open_eyes(
    *,
    cache: Path | None = None,
    weights: Path = SAMPLE_WEIGHTS,
    engine: Engine = Engine.AUTO,
    image_size: int | None = None,
    slicing: Slicing | None = None,
    running: Running | None = None,
) -> Eyes:
    """Eyes as a camera's worker has them."""
    return load_eyes(
        weights,
        class_map=map_of(weights),
        cache=cache or kept_forms(),
        engine=engine,
        image_size=image_size,
        slicing=slicing,
        running=running,
    )
