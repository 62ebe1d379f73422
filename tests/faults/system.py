"""The system under test: our own processes, three brokers and a PostgreSQL, all of them real.

    our processes ──► proxies ──► three brokers
                              └─► PostgreSQL (fsync on)

Journals and spool lie in a small file system of their own where we may mount one.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from pydantic import SecretStr

from infra import composition, opening
from infra.cli.keys import add
from infra.deployment import Deployment, find
from infra.embedded.child import ChildSpec, end, kill_group, launch
from infra.embedded.database import EmbeddedDatabase
from infra.embedded.ports import LOOPBACK, find_free_ports
from infra.embedded.supervisor import ChildStatus, Supervisor
from infra.settings import Settings
from infra.store.sources import Sources
from schemas.lane import Lane
from tests.faults.clock import Clock
from tests.faults.proxy import Proxies
from tests.faults.truth import CAMERA, SOURCE
from tests.support.cluster import NODES, REPLICATION, Cluster, make_cluster

DATA_MIB: Final = 256
"""Of the small file system under journals and spool."""
UP_WITHIN_S: Final = 120
PARTITIONS: Final = 4
GENERAL: Final = ("worker-general-1", "worker-general-2")
SAFETY: Final = ("worker-safety-1",)


class Processes:
    """Our processes under the product's own supervisor, in the thread that started them."""

    def __init__(self, specs: Sequence[ChildSpec]) -> None:
        self._specs: Final = specs
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._supervisor: Supervisor | None = None
        self.deaths: list[ChildStatus] = []
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(UP_WITHIN_S) or self._fault is not None:
            raise RuntimeError(f"our processes are not up: {self._fault}")

    def stop(self) -> None:
        """May be repeated."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(60)

    def pid(self, name: str, within_s: float = 40.0) -> int:
        """Of a process that runs; waits for one that is being started again."""
        until = time.monotonic() + within_s
        while True:
            pid = self._pid(name)
            if pid is not None:
                return pid
            if time.monotonic() > until:
                raise RuntimeError(f"{name} doesn't come back: {self._fault}")
            time.sleep(0.05)

    def signal(self, name: str, number: signal.Signals) -> int:
        """Answer whom it was sent to."""
        pid = self.pid(name)
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid

    def _pid(self, name: str) -> int | None:
        statuses = () if self._supervisor is None else self._supervisor.statuses()
        return next((one.pid for one in statuses if one.name == name), None)

    def _watch(self) -> None:
        try:
            with Supervisor(self._specs, on_event=self._note) as supervisor:
                self._supervisor = supervisor
                supervisor.start(self._stop)
                self._ready.set()
                while not self._stop.is_set():
                    supervisor.tick()
                    time.sleep(0.05)
        except BaseException as fault:  # noqa: BLE001 - told by the thread that waits
            self._fault = fault
        finally:
            self._ready.set()

    def _note(self, status: ChildStatus) -> None:
        if status.exit_code is not None:
            self.deaths.append(status)


class Database:
    """PostgreSQL as a process that can be killed and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        self._embedded = EmbeddedDatabase(
            folder=folder / "postgres",
            log=folder / "postgres.log",
            tcp_port=port,
            settings={"fsync": "on", "max_connections": "60", "log_min_messages": "warning"},
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.port: Final = port

    @property
    def dsn(self) -> str:
        """For us, and not through a proxy."""
        return self.dsn_at(self.port)

    @staticmethod
    def dsn_at(port: int) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{port}/offsite"

    @property
    def log(self) -> Path:
        return self._embedded.log

    def start(self) -> None:
        """Return when it answers."""
        spec = self._embedded.child()
        self._embedded.prepare()
        self._process = launch(spec)
        until = time.monotonic() + UP_WITHIN_S
        while not self._embedded.is_ready():
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL is not up; see {self.log}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL for the server; its helpers notice and go. May be repeated."""
        if self._process is not None:
            kill_group(self._process)

    def stop(self) -> None:
        """In order. May be repeated."""
        if self._process is not None:
            end(self._process, self._embedded.child())
        self._embedded.forget_sockets()

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """An outsider's session, which may write whatever the server's settings say."""
        return psycopg.connect(
            self.dsn,
            autocommit=True,
            connect_timeout=5,
            application_name="faults",
            options="-c default_transaction_read_only=off",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """All of it, started. Faults take hold of its parts."""

    folder: Path
    settings: Settings
    deployment: Deployment
    cluster: Cluster
    database: Database
    proxies: Proxies
    database_port: int
    broker_ports: Sequence[int]
    processes: Processes
    clock: Clock
    key: str
    orders: Path
    is_small_disk: bool

    @property
    def data(self) -> Path:
        """Where journals and spool lie."""
        return self.settings.data


@contextmanager
def running_system(folder: Path) -> Iterator[System]:
    """Start everything; end all of it, and only that, when the block ends."""
    with ExitStack() as stack:
        folder.mkdir(parents=True, exist_ok=True)
        ports = find_free_ports(6)
        door_port, database_port, *broker_ports = ports[0], ports[1], *ports[2:5]
        database = Database(folder, ports[5])
        cluster = make_cluster(
            folder / "kafka", advertised=dict(zip(NODES, broker_ports, strict=True))
        )
        targets = {database_port: database.port} | {
            port: cluster.ports[node].client for node, port in zip(NODES, broker_ports, strict=True)
        }
        proxies = stack.enter_context(Proxies(targets))
        stack.callback(database.stop)
        stack.callback(cluster.end_all)
        database.start()
        cluster.start_all()
        is_small = stack.enter_context(_small_disk(folder / "data"))
        settings = Settings(
            data=folder / "data",
            kafka=cluster.bootstrap,
            database=SecretStr(Database.dsn_at(database_port)),
            port=door_port,
            partitions=PARTITIONS,
            replication=REPLICATION,
        )
        deployment = find(settings)
        composition.prepare(settings, deployment)
        clock = Clock(folder)
        orders = folder / "camera-orders.jsonl"
        orders.touch()
        processes = Processes(_specs(settings, folder, clock, orders))
        stack.callback(processes.stop)
        key = asyncio.run(_key(deployment))
        processes.start()
        yield System(
            folder=folder,
            settings=settings,
            deployment=deployment,
            cluster=cluster,
            database=database,
            proxies=proxies,
            database_port=database_port,
            broker_ports=broker_ports,
            processes=processes,
            clock=clock,
            key=key,
            orders=orders,
            is_small_disk=is_small,
        )


async def _key(deployment: Deployment) -> str:
    store = opening.engine(deployment, application="faults", connections=1)
    try:
        return await add(Sources(store), SOURCE, Lane.GENERAL)
    finally:
        await store.dispose()


def _specs(settings: Settings, folder: Path, clock: Clock, orders: Path) -> list[ChildSpec]:
    secret = "" if settings.database is None else settings.database.get_secret_value()
    environment = {
        "OFFSITE_DATA": str(settings.data),
        "OFFSITE_KAFKA": settings.kafka or "",
        "OFFSITE_DATABASE": secret,
        "OFFSITE_PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }

    def spec(
        name: str, *words: str, clocked: bool = False, ready: Callable[[], bool] | None = None
    ) -> ChildSpec:
        return ChildSpec(
            name=name,
            argv=(sys.executable, "-m", *words),
            log=folder / "log" / f"{name}.log",
            env={**environment, **(clock.environment if clocked else {})},
            ready=ready,
        )

    def run(name: str, *words: str, clocked: bool = False) -> ChildSpec:
        return spec(name, "infra.cli.main", "run", *words, clocked=clocked)

    door = ("infra.cli.main", "run", "api")
    done = folder / "camera-done"
    return [
        spec("door", *door, clocked=True, ready=lambda: _answers(settings.port)),
        run(GENERAL[0], "worker", "--lane", "general", clocked=True),
        run(GENERAL[1], "worker", "--lane", "general"),
        run(SAFETY[0], "worker", "--lane", "safety"),
        run("relay", "relay"),
        run("clocks", "clocks"),
        spec("camera", "tests.faults.camera", CAMERA, str(orders), str(done)),
    ]


def _answers(port: int) -> bool:
    url = f"http://{LOOPBACK}:{port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Whether it is a file system of its own; without the right to mount it is a plain folder."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={DATA_MIB}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "offsite-faults", str(folder)],
        capture_output=True,
        check=False,
    )
    is_small = done.returncode == 0
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
