"""How a connection to Kafka is kept from others: TLS, and who we say we are.

The password is held so that no print, log or traceback shows it.
"""

import ssl
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from schemas.errors import InvalidValueError

SYSTEM_CA: Final = Path("system")
"""Not a file: the authorities that this machine trusts anyway."""


class Mechanism(StrEnum):
    """How a password is proved (SASL)."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are for the brokers."""

    mechanism: Mechanism
    user: str
    password: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Without `ca` nothing is encrypted; without `login` nobody is named.

    `certificate` and `key` (PEM) show who we are by TLS itself. Plain connections are for one
    machine, and for a network that is closed by other means.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    login: Login | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise InvalidValueError(
                field="TLS", expected="certificate and key together", got="only one of them"
            )
        if self.certificate is not None and self.ca is None:
            raise InvalidValueError(
                field="TLS",
                expected="the authority of the brokers' certificates beside our own certificate",
                got="none (OFFSITE_KAFKA_TLS_CA)",
            )
        if self.login is not None and self.login.mechanism is Mechanism.PLAIN and self.ca is None:
            raise InvalidValueError(
                field="SASL",
                expected="TLS under PLAIN, else everybody on the way reads the password",
                got="no OFFSITE_KAFKA_TLS_CA",
            )

    @property
    def is_on(self) -> bool:
        """Whether there is anything that a broker could refuse."""
        return self.ca is not None or self.login is not None

    @property
    def protocol(self) -> str:
        """As Kafka's listeners call it."""
        if self.login is None:
            return "PLAINTEXT" if self.ca is None else "SSL"
        return "SASL_PLAINTEXT" if self.ca is None else "SASL_SSL"

    def context(self) -> ssl.SSLContext | None:
        """For TLS with the brokers' names checked; none where nothing is encrypted. Reads files.

        Raises:
            InvalidValueError: a file isn't there, or isn't what it ought to be.
        """
        if self.ca is None:
            return None
        context = ssl.create_default_context(cafile=None if self.ca == SYSTEM_CA else _there(self))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate is not None:
            try:
                context.load_cert_chain(self.certificate, self.key)
            except (OSError, ssl.SSLError) as error:
                raise InvalidValueError(
                    field="OFFSITE_KAFKA_TLS_CERT and _KEY",
                    expected="a certificate and its key in PEM, without password",
                    got=f"{self.certificate}, {self.key}: {_reason(error)}",
                ) from error
        return context


def _there(security: Security) -> str:
    """Asked before, since the library's word for a missing file names no file."""
    path = str(security.ca)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise InvalidValueError(
            field="OFFSITE_KAFKA_TLS_CA",
            expected=f"certificates in PEM, or `{SYSTEM_CA}` for those that this machine trusts",
            got=f"{path}: {_reason(error)}",
        ) from error
    return path


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
