"""Runs a part of a measurement in a process of its own, which outlives nobody."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.embedded.child import ChildSpec, end, last_lines, launch

_LOOK_EVERY_S: Final = 0.02


class Child:
    """A started process that will write its answer into a file."""

    def __init__(
        self,
        module: str,
        order: Mapping[str, Any],
        *,
        folder: Path,
        name: str,
        python: str = sys.executable,
    ) -> None:
        self._answer = folder / f"{name}.json"
        self._spec = ChildSpec(
            name=name,
            argv=(python, "-m", module, json.dumps(dict(order)), str(self._answer)),
            log=folder / f"{name}.log",
            cwd=Path(__file__).parents[2],
            env={"PYTHONWARNINGS": "ignore", "YOLO_OFFLINE": "true"},
        )
        self._process = launch(self._spec)

    @property
    def pid(self) -> int:
        return self._process.pid

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def answer(self, *, within_s: float) -> Any:
        """Wait until it has ended by itself."""
        until = time.monotonic() + within_s
        while not self.has_ended():
            if time.monotonic() > until:
                raise TimeoutError(f"{self._spec.name}: no answer within {within_s:.0f} s\n{self}")
            time.sleep(_LOOK_EVERY_S)
        if not self._answer.exists():
            raise RuntimeError(f"{self._spec.name} ended without an answer\n{self}")
        return json.loads(self._answer.read_bytes())

    def close(self) -> None:
        """May be repeated."""
        end(self._process, self._spec)

    def __str__(self) -> str:
        return last_lines(self._spec.log)


@contextmanager
def child(
    module: str,
    order: Mapping[str, Any],
    *,
    folder: Path,
    name: str,
    python: str = sys.executable,
) -> Iterator[Child]:
    started = Child(module, order, folder=folder, name=name, python=python)
    try:
        yield started
    finally:
        started.close()


def told() -> tuple[dict[str, Any], Path]:
    """In the child: what it was told, and where its answer goes."""
    return json.loads(sys.argv[1]), Path(sys.argv[2])


def give(answer: Mapping[str, Any], path: Path) -> None:
    """In the child: whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(dict(answer)), "utf-8")
    fresh.replace(path)
