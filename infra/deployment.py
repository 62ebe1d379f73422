"""Where the parts of a deployment are: your own Kafka and PostgreSQL, or what `offsite up` runs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from infra.securing import from_note, noted, security_of
from infra.settings import Settings
from schemas.errors import RefusedError
from streams.connection import Connection
from streams.durable import write_whole
from streams.security import Security

RUNNING: Final = "running.json"
"""Written by `offsite up` into its data folder, so that other commands find what it started."""

VAULT: Final = "vault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Addresses of the running parts. `is_trial`: the broker forgets at every stop."""

    data: Path
    kafka: str
    database: SecretStr
    api: str
    broker: str
    is_trial: bool
    security: Security = field(default_factory=Security)
    metrics: Mapping[str, str] = field(default_factory=dict)
    """Where each process of `offsite up` shows its metrics, by its name."""

    @property
    def connection(self) -> Connection:
        """How to reach Kafka."""
        return Connection(bootstrap=self.kafka, security=self.security)

    @property
    def journals(self) -> Path:
        """What doors and spools acknowledged."""
        return self.data / "journal"

    @property
    def vault(self) -> Path:
        """Evidence, by digest."""
        return self.data / VAULT

    @property
    def logs(self) -> Path:
        """What each process says."""
        return self.data / "log"


def find(settings: Settings) -> Deployment:
    """Find the deployment that these settings mean.

    Raises:
        RefusedError: nothing is named and nothing runs in the data folder.
    """
    if settings.kafka is not None and settings.database is not None:
        return Deployment(
            data=settings.data,
            kafka=settings.kafka,
            database=settings.database,
            api=f"http://{settings.host}:{settings.port}",
            broker="your own Kafka",
            is_trial=False,
            security=security_of(settings),
        )
    if (settings.kafka is None) != (settings.database is None):
        raise RefusedError("expected OFFSITE_KAFKA and OFFSITE_DATABASE together, got only one")
    try:
        running = json.loads((settings.data / RUNNING).read_text())
    except FileNotFoundError as error:
        raise RefusedError(
            f"nothing runs in {settings.data}: start it with `offsite up`, or name your own "
            "with OFFSITE_KAFKA and OFFSITE_DATABASE"
        ) from error
    return Deployment(
        data=settings.data,
        kafka=running["kafka"],
        database=SecretStr(running["database"]),
        api=running["api"],
        broker=running["broker"],
        is_trial=running["is_trial"],
        security=from_note(running["security"], settings),
        metrics=running.get("metrics", {}),
    )


def note_running(deployment: Deployment) -> None:
    """Tell the other commands; readable by the owner only, since a DSN may hold a secret."""
    path = deployment.data / RUNNING
    content = {
        "kafka": deployment.kafka,
        "database": deployment.database.get_secret_value(),
        "api": deployment.api,
        "broker": deployment.broker,
        "is_trial": deployment.is_trial,
        "security": noted(deployment.security),
        "metrics": dict(deployment.metrics),
    }
    write_whole(path, json.dumps(content).encode())


def forget_running(data: Path) -> None:
    """Nothing runs there any more. May be repeated."""
    (data / RUNNING).unlink(missing_ok=True)
