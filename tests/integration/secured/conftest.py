"""One secured Kafka for the suites of this folder."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.connection import Connection
from streams.provisioning import make_topics
from streams.security import Login, Mechanism, Security
from streams.topics import wanted_topics
from tests.support import services
from tests.support.secured import OWNER, SecuredKafka, running_secured_kafka

PASSWORDS = {
    name: f"s3cret-of-{name}"
    for name in (
        *(OWNER, "door", "worker", "relay", "camera", "operations", "lookout", "auditor"),
        "dispatcher",
    )
}


@pytest.fixture(scope="session")
def secured_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    if reason := services.why_no_kafka():
        pytest.skip(reason)
    with running_secured_kafka(tmp_path_factory.mktemp("secured"), PASSWORDS) as kafka:
        make_topics(kafka.inside, wanted_topics(partitions=2, replication=1))
        yield kafka


def as_user(kafka: SecuredKafka, name: str, *, password: str | None = None) -> Connection:
    """The way in by TLS and password."""
    said = PASSWORDS[name] if password is None else password
    login = Login(mechanism=Mechanism.SCRAM_SHA_512, user=name, password=SecretStr(said))
    security = Security(ca=kafka.authority.ca, login=login)
    return Connection(bootstrap=kafka.by_password, security=security)


def settings_of(connection: Connection, data: Path, database: str) -> dict[str, str]:
    """The same for a process: by environment, the password in a file."""
    security = connection.security
    settings = {
        "OFFSITE_DATA": str(data),
        "OFFSITE_KAFKA": connection.bootstrap,
        "OFFSITE_DATABASE": database,
    }
    if security.ca is not None:
        settings["OFFSITE_KAFKA_TLS_CA"] = str(security.ca)
    if security.login is not None:
        file = data / "kafka-password"
        file.write_text(security.login.password.get_secret_value() + "\n")
        settings |= {
            "OFFSITE_KAFKA_SASL_MECHANISM": security.login.mechanism.value,
            "OFFSITE_KAFKA_SASL_USER": security.login.user,
            "OFFSITE_KAFKA_SASL_PASSWORD_FILE": str(file),
        }
    return settings


@pytest.fixture
def closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
