"""Zero tolerance while the soft lane drowns: how long from the door to the queue, with and without.

The flood lies in Kafka before it is measured: three times what the general worker can do in that
time, so it works without a pause from the first event to the last, as under any flood above what
it can do. The safety events come through the door meanwhile.
"""

from dataclasses import replace
from typing import Any, Final

from rich.console import Console

from schemas.workfile import Queue
from tests.bench.filling import fill
from tests.bench.latency import Stage, a_stand, play
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
    with a_stand(probe_every_s=0) as stand:
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
        fill(stand.house.deployment.kafka, messages=soft)
        wet = play(console, stand, replace(stage, name="soft flood", seconds=seconds))
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
