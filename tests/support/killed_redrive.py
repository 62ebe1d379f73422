"""Re-drives a dead letter and is killed once the broker has it, before that is on record.

python -m tests.support.killed_redrive ADDRESS PERSON
"""

import os
import signal
import sys

from streams.producing import Outgoing, Producer, Receipt

_publish = Producer.apublish


async def _publish_and_die(self: Producer, record: Outgoing) -> Receipt:
    await _publish(self, record)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


if __name__ == "__main__":
    Producer.apublish = _publish_and_die  # type: ignore[method-assign]
    from infra.cli.main import app

    address, person = sys.argv[1:]
    app(["dead", "redrive", address, "--reason", "the reader is mended", "--as", person])
