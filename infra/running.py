"""A whole deployment on one machine: started in order, watched, and ended without a trace.

folder locked ─► database, broker ─► migrations, topics, policy ─► door, workers, relay, lookout
"""

import fcntl
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Final

from pydantic import SecretStr

from infra import composition
from infra.deployment import Deployment, find, forget_running, note_running
from infra.embedded.broker import EmbeddedBroker, embed_broker, settle_broker
from infra.embedded.child import ChildSpec
from infra.embedded.database import EmbeddedDatabase
from infra.embedded.ports import PortBook
from infra.embedded.supervisor import ChildStatus, Supervisor
from infra.securing import environment_of, refuse_unused
from infra.settings import Settings
from infra.stopped_lanes import STOPPED, why_stopped
from schemas.errors import RefusedError
from schemas.lane import Lane

Tell = Callable[[str], None]
OnEvent = Callable[[ChildStatus], None]

_TICK_S: Final = 0.2


class Running:
    """A started deployment. Watch it with `run_until`; it ends with the block that started it."""

    def __init__(
        self, deployment: Deployment, services: Supervisor | None, workers: Supervisor
    ) -> None:
        self.deployment = deployment
        self._services = services
        self._workers = workers

    def statuses(self) -> tuple[ChildStatus, ...]:
        """Each process with its state."""
        services = () if self._services is None else self._services.statuses()
        return services + self._workers.statuses()

    def run_until(self, stop: threading.Event) -> None:
        """Restart what dies, until told to stop."""
        self.run_while(lambda: True, stop)

    def run_while(self, goes_on: Callable[[], bool], stop: threading.Event) -> None:
        """The same, while something goes on: it is asked every fifth of a second."""
        while not stop.is_set() and goes_on():
            time.sleep(_TICK_S)  # not stop.wait: a signal handler sets it in this very thread
            if self._services is not None:
                self._services.tick()
            self._workers.tick()


@contextmanager
def running(
    settings: Settings, *, tell: Tell, on_event: OnEvent, stop: threading.Event
) -> Iterator[Running]:
    """Start everything in the data folder; end it all when the block ends.

    Raises:
        RefusedError: the folder is in use, or a part can't come up; the message names its log.
    """
    with ExitStack() as stack:
        settings.data.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_locked(settings.data))
        book = PortBook(file=settings.data / "ports.json")
        services: Supervisor | None = None
        if settings.kafka is None or settings.database is None:
            refuse_unused(settings)
            database = EmbeddedDatabase(
                folder=settings.data / "postgres", log=settings.data / "log" / "postgres.log"
            )
            stack.callback(database.forget_sockets)
            deployment, specs = _embedded(settings, database, book, tell)
            services = stack.enter_context(Supervisor(specs, on_event=on_event))
            services.start(stop)
        else:
            deployment = _your_own(settings, tell)
        if not stop.is_set():
            composition.prepare(settings, deployment)
        specs, shown = _showing_metrics(_worker_specs(settings, deployment), settings, book)
        deployment = replace(deployment, metrics=shown)
        note_running(deployment)
        stack.callback(forget_running, settings.data)
        workers = Supervisor(specs, on_event=on_event)
        stack.enter_context(workers)
        workers.start(stop)
        yield Running(deployment, services, workers)


def _embedded(
    settings: Settings, database: EmbeddedDatabase, book: PortBook, tell: Tell
) -> tuple[Deployment, Sequence[ChildSpec]]:
    plan = settle_broker(tell)
    broker: EmbeddedBroker = embed_broker(
        plan,
        folder=settings.data / "kafka",
        log=settings.data / "log" / "kafka.log",
        ports=book,
        heap_mib=settings.java_heap_mib,
    )
    deployment = Deployment(
        data=settings.data,
        kafka=broker.bootstrap,
        database=SecretStr(database.dsn),
        api=f"http://{settings.host}:{_api_port(settings, book)}",
        broker=plan.sentence,
        is_trial=plan.is_trial,
    )
    return deployment, [database.child(), broker.child]


def _your_own(settings: Settings, tell: Tell) -> Deployment:
    tell("Broker: your own Kafka; database: your own PostgreSQL.")
    return find(settings)


def _api_port(settings: Settings, book: PortBook) -> int:
    return settings.port or book.ports_for("api")["api"]


def _worker_specs(settings: Settings, deployment: Deployment) -> list[ChildSpec]:
    environment = _environment(settings, deployment)
    door = deployment.api

    def spec(
        name: str,
        *words: str,
        ready: Callable[[], bool] | None = None,
        held: Callable[[], str | None] | None = None,
    ) -> ChildSpec:
        return ChildSpec(
            name=name,
            argv=(sys.executable, "-m", "infra.cli.main", "run", *words),
            log=deployment.logs / f"{name}.log",
            env=environment,
            ready=ready,
            held=held,
        )

    return [
        spec("door", "api", ready=lambda: _answers(f"{door}/healthz")),
        *(
            spec(
                f"worker-{lane}-{number}",
                "worker",
                "--lane",
                lane.value,
                held=partial(_held, settings, lane),
            )
            for lane, count in _worker_sets(settings).items()
            for number in range(1, count + 1)
        ),
        spec("relay", "relay"),
        spec("clocks", "clocks"),
        spec("lookout", "lookout"),
    ]


def _held(settings: Settings, lane: Lane) -> str | None:
    return None if why_stopped(settings.data, lane) is None else STOPPED


_SHOWN_ELSEWHERE: Final = frozenset({"door", "clocks"})
"""The door has a port of its own, and the clocks are looked at by `offsite clock audit`."""


def _showing_metrics(
    specs: Sequence[ChildSpec], settings: Settings, book: PortBook
) -> tuple[list[ChildSpec], Mapping[str, str]]:
    """Give each process a port for its metrics; answer where that is, by the process's name."""
    names = [spec.name for spec in specs if spec.name not in _SHOWN_ELSEWHERE]
    ports = book.ports_for(*(f"metrics-{name}" for name in names))
    told = {name: ports[f"metrics-{name}"] for name in names}
    showing = [
        replace(spec, env={**spec.env, "OFFSITE_METRICS_PORT": str(told.get(spec.name, 0))})
        for spec in specs
    ]
    return showing, {name: f"http://{settings.host}:{port}/metrics" for name, port in told.items()}


def _worker_sets(settings: Settings) -> Mapping[Lane, int]:
    return {Lane.SAFETY: settings.workers_safety, Lane.GENERAL: settings.workers_general}


def _environment(settings: Settings, deployment: Deployment) -> dict[str, str]:
    """What the children need to find the same deployment."""
    host, _, port = deployment.api.removeprefix("http://").rpartition(":")
    chosen = {
        "OFFSITE_DATA": str(settings.data.absolute()),
        "OFFSITE_KAFKA": deployment.kafka,
        "OFFSITE_DATABASE": deployment.database.get_secret_value(),
        **environment_of(settings),
        "OFFSITE_POLICY": settings.policy,
        "OFFSITE_HOST": host,
        "OFFSITE_PORT": port,
        "OFFSITE_PROBE_EVERY_S": str(settings.probe_every_s),
        "OFFSITE_GENERAL_NICE": str(settings.general_nice),
        "PYTHONUNBUFFERED": "1",
    }
    if settings.policies is not None:
        chosen["OFFSITE_POLICIES"] = str(settings.policies.absolute())
    return chosen


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - our own loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One deployment a folder: a second would end the first one's database."""
    file: IO[str] = (folder / "lock").open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise RefusedError(
                f"{folder} is in use by process {file.read().strip() or 'unknown'}: "
                "stop that one, or name another folder with --data"
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
