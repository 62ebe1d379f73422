"""Keeps weights in the form of another engine, so that each is made once.

    cache/street-db6a1e2b3c43-openvino-5f0c8a1e/
        form/               what Ultralytics exported
        made.json           of which weights, by which versions, with which digest

The key is the weights' digest, the engine and the versions that make it; the picture's size is
none of it, for a form takes every size. What lies there is loaded only while it has the digest
that was written down when it was made. That finds broken disks and hasty hands; who may write
the folder could write both, so it belongs to whom the worker runs as, and to nobody else.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from detectors.eyes import library
from detectors.eyes.engines import Engine
from detectors.eyes.weights import Weights, read_weights
from schemas.errors import RefusedError

_MADE: Final = "made.json"
_FORM: Final = "form"
Say = Callable[[str], None]


def in_form_of(engine: Engine, weights: Weights, *, cache: Path, say: Say) -> Weights:
    """The weights as the engine takes them: as kept, or made now. `say` tells what takes long.

    Raises:
        RefusedError: the cache can't be written.
    """
    made_of = {"weights": weights.digest, "engine": engine.value, **library.makers(engine)}
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:8]
    place = cache / f"{weights.name}-{weights.digest[:12]}-{engine}-{key}"
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(place.with_name(f"{place.name}.lock")):
            kept = _kept(place, made_of, say) or _make(place, made_of, weights, say)
    except OSError as error:
        raise RefusedError(
            f"the cache {cache} can't be used: {error.strerror}; free the disk, let the worker "
            f"write there, or name another folder"
        ) from error
    return replace(kept, path=weights.path)


def _kept(place: Path, made_of: dict[str, str], say: Say) -> Weights | None:
    """What is kept, unless it isn't what was made."""
    if not place.is_dir():
        return None
    told = _told(place / _MADE)
    try:
        kept = read_weights(place / _FORM / str(told.get("file")))
    except RefusedError:
        kept = None
    if kept is not None and told == made_of | {"file": kept.path.name, "sha256": kept.digest}:
        return kept
    say(f"{place.name}: not what was made once; it is thrown away and made anew")
    shutil.rmtree(place)
    return None


def _make(place: Path, made_of: dict[str, str], weights: Weights, say: Say) -> Weights:
    """Whole or not at all. What a power cut leaves torn hasn't its digest, and is made anew."""
    engine = Engine(made_of["engine"])
    say(f"{weights.name}: making its form for {engine}, once")
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as folder:
        fresh = Path(folder) / "fresh"
        (fresh / _FORM).mkdir(parents=True)
        made = read_weights(library.export(weights, engine, fresh / _FORM))
        told = made_of | {"file": made.path.name, "sha256": made.digest}
        (fresh / _MADE).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        fresh.rename(place)
    say(f"{weights.name}: made")
    return made


def _told(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time: of several cameras that start together, one makes it."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
