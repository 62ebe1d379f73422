"""How to reach a Kafka cluster. Knows no driver, so that every command may import it."""

from dataclasses import dataclass, field
from typing import Any, Final

from streams.security import Security

MEET_WITHIN_MS: Final = 3000
"""The drivers' own patience with absent brokers is half a minute: too long for one who waits."""

NOTICE_WITHIN_MS: Final = 10_000
"""So soon workers and producers see partitions that were added; drivers take five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Addresses of some brokers, `host:port[,host:port …]`, and how the way there is secured."""

    bootstrap: str
    security: Security = field(default_factory=Security)

    @property
    def servers(self) -> list[str]:
        """As kafka-python wants them."""
        return [server.strip() for server in self.bootstrap.split(",")]

    def driver_settings(self) -> dict[str, Any]:
        """Addresses and security as kafka-python wants them. Reads the files of certificates.

        Don't log it: the password is in it.

        Raises:
            InvalidValueError: a file isn't there, or isn't what it ought to be.
        """
        security = self.security
        settings: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "security_protocol": security.protocol,
            "ssl_context": security.context(),
        }
        if security.login is not None:
            settings |= {
                "sasl_mechanism": security.login.mechanism.value,
                "sasl_plain_username": security.login.user,
                "sasl_plain_password": security.login.password.get_secret_value(),
            }
        return settings

    @property
    def faust_url(self) -> str:
        """As Faust wants it."""
        return "kafka://" + ";".join(self.servers)
