"""Puts a relay together: the outbox, the way to Kafka, and what it says of itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from infra.beating import beats_of
from infra.deployment import Deployment
from infra.metrics import RelayMetrics, serve_metrics
from infra.opening import engine, open_traces
from infra.settings import Settings
from infra.store.outbox import Outbox
from schemas.wire.envelope import STRUCTURED
from streams.beats import keep_beating, stop_beating
from streams.producing import Outgoing, Producer
from streams.pulse import RelayPulse
from streams.relay import Lease, Posted, Relay, Relays, Waiting
from streams.tracing import TRACE_HEADER, UNTRACED


@asynccontextmanager
async def relay(
    deployment: Deployment, *, owner: str, settings: Settings | None = None
) -> AsyncIterator[Relays]:
    """The outbox's way to Kafka. `owner` tells relays apart. Metrics are shown as settings say."""
    store = engine(deployment, application="offsite-relay")
    producer = Producer(deployment.connection)

    traces = UNTRACED if settings is None else open_traces(settings, "offsite-relay")

    async def post(waiting: Waiting) -> Posted:
        with traces.carried(waiting.trace, waiting.topic) as trace:
            headers = [("content-type", STRUCTURED.encode())]
            if trace is not None:
                headers.append((TRACE_HEADER, trace.encode()))
            receipt = await producer.apublish(
                Outgoing(topic=waiting.topic, key=waiting.key, value=waiting.value, headers=headers)
            )
        return Posted(
            id=waiting.id, partition=receipt.address.partition, offset=receipt.address.offset
        )

    registry = CollectorRegistry()
    counts = RelayMetrics(registry)
    if settings is not None:
        serve_metrics(registry, host=settings.host, port=settings.metrics_port)
    urgent, others = (Outbox(store, owner=owner, urgent=each) for each in (True, False))
    lease = Lease(others)
    carrier = Relays(
        *(
            Relay(outbox=outbox, post=post, lease=lease, counts=counts)
            for outbox in (urgent, others)
        )
    )
    pulse = RelayPulse(carrier, now=lambda: datetime.now(UTC))
    beating = asyncio.create_task(keep_beating(beats_of(deployment, store), pulse.look))
    try:
        yield carrier
    finally:
        await stop_beating(beating)
        producer.close()
        await store.dispose()
