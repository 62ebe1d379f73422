"""How to reach a Kafka cluster. Knows no driver, so that every command may import it."""

from dataclasses import dataclass
from typing import Final

MEET_WITHIN_MS: Final = 3000
"""The drivers' own patience with absent brokers is half a minute: too long for one who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Addresses of some brokers, `host:port[,host:port …]`."""

    bootstrap: str

    @property
    def servers(self) -> list[str]:
        """As kafka-python wants them."""
        return [server.strip() for server in self.bootstrap.split(",")]

    @property
    def faust_url(self) -> str:
        """As Faust wants it."""
        return "kafka://" + ";".join(self.servers)
