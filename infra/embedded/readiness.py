"""Whether a broker already answers a client's first question."""

import logging
from contextlib import closing
from typing import Final

from infra.embedded.ports import is_answered

_PATIENCE_MS: Final = 2000


def answers_metadata(bootstrap: str) -> bool:
    """One connection and one question; a broker that is starting up says no, never an error."""
    if not is_answered(int(bootstrap.rpartition(":")[2])):
        return False
    # Half a second that whoever only wants to choose a broker need not pay.
    from kafka import KafkaAdminClient  # noqa: PLC0415
    from kafka.errors import KafkaError  # noqa: PLC0415

    # The client's own complaints about a broker that isn't up yet would only alarm people.
    logger = logging.getLogger("kafka")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        client = KafkaAdminClient(
            bootstrap_servers=bootstrap,
            client_id="offsite-readiness",
            request_timeout_ms=_PATIENCE_MS,
            bootstrap_timeout_ms=_PATIENCE_MS,
        )
        with closing(client):
            return bool(client.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        logger.setLevel(before)
