"""Every fault that we can cause: what it does, how it ends. Each is entered, held, and left.

with fault.causes(system, dice):     # begins
    time.sleep(held_s)               # holds
                                     # ends as the block does
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import psycopg

from tests.faults.proxy import FINE, Weather
from tests.faults.system import GENERAL, PARTITIONS, SAFETY, System
from tests.faults.truth import Mix
from tests.support.cluster import NODES

Causes = Callable[[System, Random], AbstractContextManager[None]]
_WORKERS: Final = GENERAL + SAFETY
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`holds_s` is how long it lasts, `in_ci_s` where time is short. Some change what is sent."""

    name: str
    does: str
    ends: str
    causes: Causes
    holds_s: float = 1.0
    in_ci_s: float | None = None
    mix: Mix = field(default_factory=Mix)
    needs: Callable[[System], str | None] = lambda _: None
    """Why it can't be caused here, where that is so."""

    def lasts_s(self, *, is_ci: bool) -> float:
        return self.holds_s if self.in_ci_s is None or not is_ci else self.in_ci_s


@contextmanager
def nothing(_: System, __: Random) -> Iterator[None]:
    yield


def killed(*names: str) -> Causes:
    """SIGKILL for one of them; the supervisor brings it back."""

    @contextmanager
    def causes(system: System, dice: Random) -> Iterator[None]:
        system.processes.signal(dice.choice(names), signal.SIGKILL)
        yield

    return causes


def stopped(*names: str) -> Causes:
    """SIGSTOP, and SIGCONT at the end: long enough to be thrown out of the group."""

    @contextmanager
    def causes(system: System, dice: Random) -> Iterator[None]:
        name = dice.choice(names)
        pid = system.processes.signal(name, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pid, signal.SIGCONT)

    return causes


@contextmanager
def zombie(system: System, dice: Random) -> Iterator[None]:
    """Stopped with an open transaction that holds a shard's head; fenced by the database.

    A lock from outside holds the worker in mid-transaction until it is stopped.
    """
    with system.database.connect() as outsider:
        outsider.execute("BEGIN")
        outsider.execute("LOCK TABLE outcomes IN ACCESS EXCLUSIVE MODE")
        pid = _waiting_worker(outsider, dice)
        if pid is not None:
            _signal(pid, signal.SIGSTOP)
        outsider.execute("ROLLBACK")
    try:
        yield
    finally:
        if pid is not None:
            _signal(pid, signal.SIGCONT)


def _waiting_worker(outsider: "psycopg.Connection[Any]", dice: Random) -> int | None:
    """A general worker's process whose transaction waits for our lock: its name tells."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        rows = outsider.execute(
            "SELECT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name LIKE 'offsite-worker-general-%' ORDER BY 1"
        ).fetchall()
        if rows:
            return int(str(dice.choice(rows)[0]).rpartition("-")[2])
        time.sleep(0.05)
    return None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def broker_killed(system: System, dice: Random) -> Iterator[None]:
    node = dice.choice(NODES)
    system.cluster.kill(node)
    try:
        yield
    finally:
        system.cluster.start(node)
        system.cluster.wait_for(node)


@contextmanager
def leader_killed(system: System, dice: Random) -> Iterator[None]:
    topic = dice.choice(("events.general", "events.safety", "disposition.zero-tolerance"))
    node = system.cluster.leader_of(topic, dice.randrange(PARTITIONS))
    system.cluster.kill(node)
    try:
        yield
    finally:
        system.cluster.start(node)
        system.cluster.wait_for(node)


@contextmanager
def two_brokers_killed(system: System, dice: Random) -> Iterator[None]:
    nodes = dice.sample(NODES, 2)
    for node in nodes:
        system.cluster.kill(node)
    try:
        yield
    finally:
        for node in nodes:
            system.cluster.start(node)
        for node in nodes:
            system.cluster.wait_for(node)


@contextmanager
def broker_stopped(system: System, dice: Random) -> Iterator[None]:
    node = dice.choice(NODES)
    system.cluster.stop(node)
    try:
        yield
    finally:
        system.cluster.cont(node)


@contextmanager
def postgres_killed(system: System, _: Random) -> Iterator[None]:
    system.database.kill()
    try:
        yield
    finally:
        system.database.start()


@contextmanager
def postgres_read_only(system: System, _: Random) -> Iterator[None]:
    _alter(system, "ALTER SYSTEM SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _alter(system, "ALTER SYSTEM RESET default_transaction_read_only")


def _alter(system: System, statement: str) -> None:
    with system.database.connect() as outsider:
        outsider.execute(statement.encode())
        outsider.execute("SELECT pg_reload_conf()")


@contextmanager
def postgres_full_of_clients(system: System, _: Random) -> Iterator[None]:
    """Idle clients take every place, then ours are thrown out and can't come back."""
    clients: list[psycopg.Connection[Any]] = []
    outsider = system.database.connect()
    try:
        for _turn in range(6):
            _throw_out_ours(outsider)
            _take_all_places(system, clients)
        yield
    finally:
        for client in (*clients, outsider):
            client.close()


def _throw_out_ours(outsider: "psycopg.Connection[Any]") -> None:
    outsider.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'offsite%'"
    )


def _take_all_places(system: System, clients: "list[psycopg.Connection[Any]]") -> None:
    with suppress(psycopg.OperationalError):
        for _ in range(100):
            clients.append(system.database.connect())


@contextmanager
def disk_full(system: System, _: Random) -> Iterator[None]:
    """Under journals and spool: nothing may be acknowledged that isn't noted."""
    filler = system.data / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def _needs_small_disk(system: System) -> str | None:
    return None if system.is_small_disk else "no right to mount a small file system"


def weather(kind: Weather, *, database: bool = False, brokers: bool = False) -> Causes:
    """The same weather for all connections to these neighbours."""

    @contextmanager
    def causes(system: System, _: Random) -> Iterator[None]:
        ports = _ports(system, database=database, brokers=brokers)
        system.proxies.set(ports, kind)
        if kind.echoes or kind.cut_after_bytes is not None:
            system.proxies.tear(*ports)  # so that new connections have it from their beginning
        try:
            yield
        finally:
            system.proxies.set(ports, FINE)

    return causes


def _ports(system: System, *, database: bool, brokers: bool) -> list[int]:
    chosen = [system.database_port] if database else []
    return chosen + (list(system.broker_ports) if brokers else [])


def torn(*, database: bool = False, brokers: bool = False) -> Causes:
    """Every connection reset in mid-stream, again and again at random."""

    @contextmanager
    def causes(system: System, dice: Random) -> Iterator[None]:
        ports = _ports(system, database=database, brokers=brokers)
        with _again_and_again(lambda: system.proxies.tear(*ports), dice, (0.2, 1.5)):
            yield

    return causes


def half_closed(*, database: bool = False, brokers: bool = False) -> Causes:
    @contextmanager
    def causes(system: System, _: Random) -> Iterator[None]:
        system.proxies.half_close(*_ports(system, database=database, brokers=brokers))
        yield

    return causes


@contextmanager
def _again_and_again(
    do: Callable[[], None], dice: Random, every_s: tuple[float, float]
) -> Iterator[None]:
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(dice.uniform(*every_s)):
            do()

    thread = threading.Thread(target=loop, name="fault", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def clock_stepped(seconds: int) -> Causes:
    """The wall clock of the door and of a worker."""

    @contextmanager
    def causes(system: System, _: Random) -> Iterator[None]:
        system.clock.step(seconds)
        try:
            yield
        finally:
            system.clock.step(0)

    return causes


def _needs_a_clock(system: System) -> str | None:
    return None if system.clock.can_step else "no C compiler for the clock's shim"


@contextmanager
def rebalance_storm(system: System, dice: Random) -> Iterator[None]:
    """Members leave and join all the time: asked to, or killed."""

    def change() -> None:
        number = dice.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGKILL))
        with suppress(RuntimeError):
            system.processes.signal(dice.choice(GENERAL), number)

    with _again_and_again(change, dice, (1.0, 3.0)):
        yield


def locked(table: str) -> Causes:
    """Longer than `lock_timeout`, so that transactions time out."""

    @contextmanager
    def causes(system: System, _: Random) -> Iterator[None]:
        with system.database.connect() as outsider:
            outsider.execute("BEGIN")
            outsider.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield
            outsider.execute("ROLLBACK")

    return causes


_SLOW: Final = Weather(bytes_per_s=60_000)
_LATE: Final = Weather(delay_s=0.15)
_HOLE: Final = Weather(is_black_hole=True)
_ECHO: Final = Weather(echoes=True)
_TORN: Final = Weather(cut_after_bytes=40_000)

FAULTS: Final = (
    Fault(name="none", does="nothing: the yardstick", ends="-", causes=nothing),
    Fault(
        name="kill-worker",
        does="SIGKILL a worker",
        ends="the supervisor starts it",
        causes=killed(*_WORKERS),
    ),
    Fault(
        name="kill-relay",
        does="SIGKILL the relay",
        ends="the supervisor starts it",
        causes=killed("relay"),
    ),
    Fault(
        name="kill-door",
        does="SIGKILL the front door",
        ends="the supervisor starts it",
        causes=killed("door"),
    ),
    Fault(
        name="kill-camera",
        does="SIGKILL the camera's publisher",
        ends="the supervisor starts it",
        causes=killed("camera"),
    ),
    Fault(
        name="stop-worker",
        does="SIGSTOP a worker",
        ends="SIGCONT",
        causes=stopped(*_WORKERS),
        holds_s=30,
        in_ci_s=9,
    ),
    Fault(
        name="stop-relay",
        does="SIGSTOP the relay, beyond its lease",
        ends="SIGCONT",
        causes=stopped("relay"),
        holds_s=12,
    ),
    Fault(
        name="zombie",
        does="SIGSTOP a worker inside its transaction, head row locked",
        ends="SIGCONT",
        causes=zombie,
        holds_s=30,
        in_ci_s=10,
    ),
    Fault(
        name="kill-broker",
        does="SIGKILL a broker",
        ends="started again",
        causes=broker_killed,
        holds_s=8,
    ),
    Fault(
        name="kill-leader",
        does="SIGKILL the broker that leads a partition",
        ends="started again",
        causes=leader_killed,
        holds_s=8,
    ),
    Fault(
        name="kill-two-brokers",
        does="SIGKILL two of three brokers",
        ends="both started again",
        causes=two_brokers_killed,
        holds_s=12,
    ),
    Fault(
        name="stop-broker",
        does="SIGSTOP a broker",
        ends="SIGCONT",
        causes=broker_stopped,
        holds_s=10,
    ),
    Fault(
        name="kill-postgres",
        does="SIGKILL PostgreSQL",
        ends="started, recovers from its log",
        causes=postgres_killed,
        holds_s=3,
    ),
    Fault(
        name="read-only-postgres",
        does="default_transaction_read_only on",
        ends="off",
        causes=postgres_read_only,
        holds_s=8,
    ),
    Fault(
        name="crowded-postgres",
        does="every connection taken by others, ours thrown out",
        ends="they leave",
        causes=postgres_full_of_clients,
        holds_s=8,
    ),
    Fault(
        name="disk-full",
        does="no byte free under journals and spool",
        ends="space again",
        causes=disk_full,
        holds_s=8,
        needs=_needs_small_disk,
    ),
    Fault(
        name="late-network",
        does="0.15 s later each way, to database and brokers",
        ends="fine again",
        causes=weather(_LATE, database=True, brokers=True),
        holds_s=10,
    ),
    Fault(
        name="slow-consumer",
        does="60 kB/s to the database and from the brokers to whoever reads",
        ends="fine again",
        causes=weather(_SLOW, database=True, brokers=True),
        holds_s=10,
    ),
    Fault(
        name="torn-database",
        does="connections to the database reset at random",
        ends="fine again",
        causes=torn(database=True),
        holds_s=8,
    ),
    Fault(
        name="torn-brokers",
        does="connections to the brokers reset at random",
        ends="fine again",
        causes=torn(brokers=True),
        holds_s=8,
    ),
    Fault(
        name="torn-messages",
        does="every connection cut within a message after 40 kB",
        ends="fine again",
        causes=weather(_TORN, database=True, brokers=True),
        holds_s=10,
    ),
    Fault(
        name="black-hole-database",
        does="the database takes bytes and says nothing",
        ends="all comes out",
        causes=weather(_HOLE, database=True),
        holds_s=15,
    ),
    Fault(
        name="black-hole-brokers",
        does="the brokers take bytes and say nothing",
        ends="all comes out",
        causes=weather(_HOLE, brokers=True),
        holds_s=15,
    ),
    Fault(
        name="half-closed",
        does="database and brokers end their half of each connection",
        ends="clients connect anew",
        causes=half_closed(database=True, brokers=True),
        holds_s=2,
    ),
    Fault(
        name="repeated-connections",
        does="all that is said to the brokers is said twice, over a second connection",
        ends="fine again",
        causes=weather(_ECHO, brokers=True),
        holds_s=8,
    ),
    Fault(
        name="clock-ahead",
        does="the wall clock of door and worker an hour ahead",
        ends="stepped back",
        causes=clock_stepped(_HOUR_S),
        holds_s=8,
        needs=_needs_a_clock,
    ),
    Fault(
        name="clock-behind",
        does="the wall clock of door and worker an hour behind",
        ends="stepped on",
        causes=clock_stepped(-_HOUR_S),
        holds_s=8,
        needs=_needs_a_clock,
    ),
    Fault(
        name="poison",
        does="a third of all messages is poison, in every form",
        ends="-",
        causes=nothing,
        mix=Mix(poison=33),
    ),
    Fault(
        name="duplicates",
        does="half of all events come ten times",
        ends="-",
        causes=nothing,
        mix=Mix(duplicated=50, camera=2, safety=10),
    ),
    Fault(
        name="conflicts",
        does="a third of all ids come with other bytes",
        ends="-",
        causes=nothing,
        mix=Mix(conflicting=33),
    ),
    Fault(
        name="rebalance-storm",
        does="general workers leave, join and die at random",
        ends="calm",
        causes=rebalance_storm,
        holds_s=20,
        in_ci_s=12,
    ),
    Fault(
        name="lock-timeout",
        does="another holds the cases beyond lock_timeout",
        ends="lets go",
        causes=locked("work_files"),
        holds_s=14,
    ),
)
BY_NAME: Final = {fault.name: fault for fault in FAULTS}
