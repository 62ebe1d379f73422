"""Settings say how Kafka is reached, and no password is written where others read."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from infra.deployment import Deployment, find, note_running
from infra.securing import environment_of, refuse_unused, security_of
from infra.settings import Settings
from schemas.errors import InvalidValueError, RefusedError
from streams.connection import Connection
from streams.security import Login, Mechanism, Security

PASSWORD = "corr3ct-horse"
BY_PASSWORD: dict[str, Any] = {
    "kafka_tls_ca": Path("ca.pem"),
    "kafka_sasl_mechanism": Mechanism.SCRAM_SHA_512,
    "kafka_sasl_user": "door",
    "kafka_sasl_password": SecretStr(PASSWORD),
}


def settings(**said: Any) -> Settings:
    return Settings(**{"kafka": "a:1", "database": SecretStr("postgresql://h/d"), **said})


@pytest.mark.parametrize(
    ("said", "protocol"),
    [
        pytest.param({}, "PLAINTEXT", id="nothing said"),
        pytest.param({"kafka_tls_ca": Path("ca.pem")}, "SSL", id="only encrypted"),
        pytest.param(BY_PASSWORD, "SASL_SSL", id="by password"),
        pytest.param({**BY_PASSWORD, "kafka_tls_ca": None}, "SASL_PLAINTEXT", id="scram, no tls"),
    ],
)
def test_what_is_said_chooses_the_protocol(said: dict[str, Any], protocol: str) -> None:
    assert security_of(settings(**said)).protocol == protocol


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"kafka_sasl_user": None}, "SASL_USER", id="no user"),
        pytest.param({"kafka_sasl_password": None}, "SASL_USER and _PASSWORD", id="no password"),
        pytest.param({"kafka_sasl_mechanism": None}, "SASL_MECHANISM", id="no mechanism"),
        pytest.param({"kafka_tls_cert": Path("c")}, "TLS", id="certificate without key"),
        pytest.param(
            {"kafka_sasl_mechanism": Mechanism.PLAIN, "kafka_tls_ca": None}, "SASL",
            id="a password that everybody on the way reads",
        ),
        pytest.param(
            {"kafka_sasl_password_file": Path("f")}, "SASL_PASSWORD", id="two passwords"
        ),
    ],
)  # fmt: skip
def test_half_a_word_is_refused_without_the_password(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        security_of(settings(**{**BY_PASSWORD, **changed}))

    assert field in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")

    found = security_of(
        settings(**{**BY_PASSWORD, "kafka_sasl_password": None, "kafka_sasl_password_file": file})
    )

    assert found.login is not None
    assert found.login.password.get_secret_value() == PASSWORD


def test_an_absent_file_of_the_password_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "absent"

    with pytest.raises(RefusedError, match="can't be read") as refused:
        security_of(settings(kafka_sasl_password_file=absent))

    assert str(absent) in str(refused.value)


def test_a_child_gets_all_that_it_needs() -> None:
    passed = environment_of(settings(**BY_PASSWORD))

    assert passed == {
        "OFFSITE_KAFKA_TLS_CA": str(Path("ca.pem").absolute()),
        "OFFSITE_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "OFFSITE_KAFKA_SASL_USER": "door",
        "OFFSITE_KAFKA_SASL_PASSWORD": PASSWORD,
    }


def test_the_machines_own_authorities_are_no_path() -> None:
    passed = environment_of(settings(kafka_tls_ca=Path("system")))

    assert passed == {"OFFSITE_KAFKA_TLS_CA": "system"}


def test_the_broker_that_we_start_takes_no_such_setting() -> None:
    with pytest.raises(RefusedError, match="OFFSITE_KAFKA_SASL_USER"):
        refuse_unused(Settings(**{**BY_PASSWORD, "kafka": None}))


def a_deployment(folder: Path) -> Deployment:
    return Deployment(
        data=folder,
        kafka="a:1",
        database=SecretStr("postgresql://h/d"),
        api="http://127.0.0.1:1",
        broker="your own Kafka",
        is_trial=False,
        security=security_of(settings(**BY_PASSWORD)),
    )


def test_what_other_commands_read_holds_no_password(tmp_path: Path) -> None:
    note_running(a_deployment(tmp_path))

    written = (tmp_path / "running.json").read_text()
    assert PASSWORD not in written
    assert json.loads(written)["security"]["user"] == "door"
    assert (tmp_path / "running.json").stat().st_mode & 0o077 == 0


def test_other_commands_bring_the_password_themselves(tmp_path: Path) -> None:
    note_running(a_deployment(tmp_path))

    found = find(Settings(data=tmp_path, kafka_sasl_password=SecretStr(PASSWORD)))

    assert found.security.protocol == "SASL_SSL"
    with pytest.raises(InvalidValueError, match="got no password"):
        find(Settings(data=tmp_path))


def test_a_connection_shows_its_password_to_the_driver_only() -> None:
    login = Login(mechanism=Mechanism.SCRAM_SHA_256, user="door", password=SecretStr(PASSWORD))
    connection = Connection(bootstrap="a:1", security=Security(login=login))

    assert PASSWORD not in f"{connection!r} {connection}"
    assert connection.driver_settings()["sasl_plain_password"] == PASSWORD


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["absent", "something else"])
def test_a_wrong_file_of_the_authority_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(InvalidValueError, match="OFFSITE_KAFKA_TLS_CA") as refused:
        Security(ca=file).context()

    assert str(file) in str(refused.value)
