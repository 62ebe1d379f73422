"""Free TCP ports of this machine, the same again at the next start of a data folder."""

import json
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen there now. Promises nothing about a moment later."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_answered(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def find_free_ports(count: int) -> tuple[int, ...]:
    """Different ones: all are held until the last is found."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for each in held:
            each.bind((LOOPBACK, 0))
        return tuple(each.getsockname()[1] for each in held)
    finally:
        for each in held:
            each.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBook:
    """Which name has which port, written in the data folder. One process at a time writes."""

    file: Path

    def ports_for(self, *names: str) -> dict[str, int]:
        """The ports of old where they are free, new ones where somebody else has taken them."""
        known = self._read()
        missing = [n for n in names if n not in known or not is_free(known[n])]
        if missing:
            known |= dict(zip(missing, find_free_ports(len(missing)), strict=True))
            self._write(known)
        return {name: known[name] for name in names}

    def _read(self) -> dict[str, int]:
        try:
            said = json.loads(self.file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            # A torn file costs only the habit of using the same ports.
            return {}
        if not isinstance(said, dict):
            return {}
        return {k: v for k, v in said.items() if isinstance(v, int) and 0 < v < 65536}

    def _write(self, ports: dict[str, int]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(ports, sort_keys=True), "utf-8")
        fresh.replace(self.file)
