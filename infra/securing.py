"""From settings to how Kafka is reached securely, and what of it may be written down."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from infra.settings import Settings
from schemas.errors import InvalidValueError, RefusedError
from streams.security import SYSTEM_CA, Login, Mechanism, Security


def security_of(settings: Settings) -> Security:
    """What the settings say; nothing said is a plain connection.

    Raises:
        InvalidValueError: a part is missing; names the setting.
        RefusedError: the file of the password can't be read.
    """
    return Security(
        ca=settings.kafka_tls_ca,
        certificate=settings.kafka_tls_cert,
        key=settings.kafka_tls_key,
        login=_login(settings.kafka_sasl_mechanism, settings.kafka_sasl_user, settings),
    )


def refuse_unused(settings: Settings) -> None:
    """The broker that we start ourselves listens on this machine only, and asks nobody.

    Raises:
        RefusedError: settings that would not hold there.
    """
    unused = sorted(environment_of(settings))
    if unused:
        raise RefusedError(
            f"{', '.join(unused)}: expected OFFSITE_KAFKA beside it, since the broker that "
            "`offsite up` starts is reached without TLS and SASL, from this machine only"
        )


def _login(mechanism: Mechanism | None, user: str | None, settings: Settings) -> Login | None:
    password = _password(settings)
    if mechanism is None:
        if user is not None or password is not None:
            raise InvalidValueError(
                field="OFFSITE_KAFKA_SASL_MECHANISM",
                expected=f"one of {', '.join(Mechanism)}, beside a user or a password",
                got="nothing",
            )
        return None
    if user is None or password is None:
        raise InvalidValueError(
            field="OFFSITE_KAFKA_SASL_USER and _PASSWORD (or _PASSWORD_FILE)",
            expected=f"both with {mechanism}",
            got="no user" if user is None else "no password",
        )
    return Login(mechanism=mechanism, user=user, password=password)


def _password(settings: Settings) -> SecretStr | None:
    file = settings.kafka_sasl_password_file
    if file is None:
        return settings.kafka_sasl_password
    if settings.kafka_sasl_password is not None:
        raise InvalidValueError(
            field="OFFSITE_KAFKA_SASL_PASSWORD", expected="it or its _FILE", got="both"
        )
    try:
        return SecretStr(file.read_text("utf-8").removesuffix("\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(
            f"OFFSITE_KAFKA_SASL_PASSWORD_FILE {file} can't be read: {error}"
        ) from error


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings for a process of ours; whoever owns it may read its environment."""
    paths = {
        "TLS_CA": settings.kafka_tls_ca,
        "TLS_CERT": settings.kafka_tls_cert,
        "TLS_KEY": settings.kafka_tls_key,
        "SASL_PASSWORD_FILE": settings.kafka_sasl_password_file,
    }
    password = settings.kafka_sasl_password
    words = {
        "SASL_MECHANISM": settings.kafka_sasl_mechanism,
        "SASL_USER": settings.kafka_sasl_user,
        "SASL_PASSWORD": None if password is None else password.get_secret_value(),
    }
    said = {name: _whole(path) for name, path in paths.items() if path is not None}
    said |= {name: word for name, word in words.items() if word is not None}
    return {f"OFFSITE_KAFKA_{name}": word for name, word in said.items()}


def noted(security: Security) -> dict[str, str]:
    """What other commands may read in a file: all but the password."""
    paths = {"ca": security.ca, "certificate": security.certificate, "key": security.key}
    said = {name: _whole(path) for name, path in paths.items() if path is not None}
    if security.login is not None:
        said |= {"mechanism": security.login.mechanism.value, "user": security.login.user}
    return said


def from_note(said: Mapping[str, str], settings: Settings) -> Security:
    """Take up again what `noted` wrote, with the password of the settings.

    Raises:
        InvalidValueError: there is no password; names the setting.
    """
    mechanism = Mechanism(said["mechanism"]) if "mechanism" in said else None
    paths = {name: Path(said[name]) for name in ("ca", "certificate", "key") if name in said}
    login = None if mechanism is None else _login(mechanism, said["user"], settings)
    return Security(**paths, login=login)


def _whole(path: Path) -> str:
    """Another process may work in another folder."""
    return str(path if path == SYSTEM_CA else path.absolute())
