"""A worker of bare Faust: it reads the topic and acknowledges, and that is all. Its own process."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import faust

from streams.app import faust_app
from streams.connection import Connection
from tests.bench.children import give, told
from tests.bench.processes import cost


def build(order: dict[str, Any], answer: Path) -> faust.App:
    """The same settings as those of a lane's worker, for the same treatment by the broker."""
    app = faust_app(
        order["group"],
        Connection(bootstrap=order["bootstrap"]),
        folder=Path(order["data"]),
    )
    messages = order["messages"]

    @app.agent(app.topic(order["topic"], value_type=bytes), concurrency=1)
    async def intake(stream: Any) -> None:
        seen, began, cpu = 0, 0.0, 0.0
        async for event in stream.noack().events():
            event.ack()
            seen += 1
            if seen == 1:
                began, cpu = time.perf_counter(), time.process_time()
            elif seen == messages:
                took, cpu = time.perf_counter() - began, time.process_time() - cpu
                mine = cost(os.getpid())
                give(
                    {
                        "rate": (messages - 1) / took,
                        "cpu_us_per_event": cpu / messages * 1e6,
                        "peak_mib": mine.peak_mib,
                    },
                    answer,
                )
                os.kill(os.getpid(), signal.SIGTERM)

    return app


if __name__ == "__main__":
    faust.Worker(build(*told()), loglevel="WARN", redirect_stdouts=False).execute_from_commandline()
