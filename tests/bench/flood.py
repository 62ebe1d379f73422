"""Zero tolerance while the soft lane drowns: how long from the door to the queue, with and without.

The flood lies in Kafka before it is measured: three times what the general worker can do in that
time, so it works without a pause from the first event to the last, as under any flood above what
it can do. The safety events come through the door meanwhile.
"""

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from handlers.policies.pack import SHIPPED, pack_from, read_files
from infra.cli.asking import with_engine
from infra.cli.keys import add
from infra.running import running
from infra.settings import Settings
from infra.store.sources import Sources
from schemas.lane import Lane
from schemas.workfile import Queue
from tests.bench.filling import fill
from tests.bench.latency import Stage, Stand, play
from tests.bench.reports import SOURCE
from tests.bench.tables import tell_rows
from tests.support.services import why_no_kafka, why_no_postgres

_RATE: Final = 50
_SOFT_PER_S: Final = 6_000
"""About what one general worker does here; three times as much is laid down."""
_AIM_TIMES: Final = 2.0
_AIM_MS: Final = 250.0

Answer = dict[str, Any]


def measure(console: Console, *, is_quick: bool) -> Answer:
    """A whole deployment on this machine; general workers stand back for safety's."""
    if reason := why_no_kafka() or why_no_postgres():
        console.print(f"flood: left out: {reason}", markup=False)
        return {"left_out": reason}
    seconds = 5.0 if is_quick else 15.0
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as name:
        folder = Path(name)
        settings = Settings(
            data=folder / "data", policy="base", port=0, kafka=None, database=None, cameras=None,
            probe_every_s=0,
        )  # fmt: skip
        with running(
            settings, tell=lambda _: None, on_event=lambda _: None, stop=threading.Event()
        ) as house:
            key = with_engine(
                house.deployment, lambda engine: add(Sources(engine), SOURCE, Lane.GENERAL)
            )
            stand = Stand(house=house, settings=settings, key=key, folder=folder)
            stage = Stage(
                name="warm-up",
                rate=_RATE,
                seconds=4.0,
                safety_one_in=1,
                queues=(Queue.ZERO_TOLERANCE,),
            )
            play(console, stand, stage)
            dry = play(console, stand, replace(stage, name="no flood", seconds=seconds))
            soft = round(3 * _SOFT_PER_S * seconds)
            fill(
                house.deployment.kafka,
                messages=soft,
                policy=pack_from(read_files("base", SHIPPED), "base"),
            )
            wet = play(console, stand, replace(stage, name="soft flood", seconds=seconds + 0.1))
    limit = max(_AIM_TIMES * dry["ms"]["p99"], _AIM_MS)
    told = {"soft_messages": soft, "aim_ms": limit, "unloaded": dry, "flooded": wet}
    tell_rows(
        console,
        f"Zero tolerance, door → queue, beside a backlog of {soft:,} soft messages",
        ("", "no flood", "soft flood"),
        [
            (f"{point}, ms", *(f"{each['ms'][point]:.0f}" for each in (dry, wet)))
            for point in ("p50", "p95", "p99", "max")
        ]
        + [
            (f"aim for p99: ≤ {limit:.0f} ms", "", "met" if wet["ms"]["p99"] <= limit else "missed")
        ],
    )
    return told
