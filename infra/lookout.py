"""The lookout: asks its watchers every second what is wrong, and sees that people are told.

It lives beside the parts that it watches, so that it goes on when any of them is away.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from infra import opening
from infra.alarm_book import ALARMS_FILE
from infra.alarm_channels import AlarmTopic, Webhook
from infra.alarming import Alarms
from infra.brokers import BROKER_KINDS, look_at_brokers, troubles_of_brokers
from infra.deployment import Deployment
from infra.health.gathering import gathering
from infra.health.sampling import Sampler
from infra.metrics import LookoutMetrics, serve_metrics
from infra.probe_course import MISSED, Pace
from infra.probe_door import ProbeDoor, ProbeKey
from infra.probing import Prober
from infra.settings import Settings
from infra.stopped_lanes import stopped_lanes
from infra.store.lag_samples import LagSamples
from infra.store.whereabouts import Whereabouts, whereabouts
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address
from schemas.lane import Lane
from schemas.trouble import Trouble
from streams.pausing import pause
from streams.probing import Returns
from streams.producing import Producer

LOOK_EVERY_S: Final = 1.0
_LOOK_WITHIN_S: Final = 10.0
_END_WITHIN_S: Final = 2.0

Watcher = Callable[[], Awaitable[Sequence[Trouble]]]
"""All that is wrong now in one respect. Raises `TemporarilyUnavailableError` where it can't say."""
Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Goes on until told to stop."""


class Lookout:
    """The process. `loops` run beside the watching; an unexpected error in one ends all."""

    def __init__(
        self, *, watchers: Sequence[Watcher], alarms: Alarms, loops: Sequence[Loop] = ()
    ) -> None:
        self._watchers: Final = watchers
        self._alarms: Final = alarms
        self._loops: Final = loops
        self._last: list[Sequence[Trouble] | None] = [None] * len(watchers)
        self._away: set[int] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop."""
        async with asyncio.TaskGroup() as group:
            loops = (*self._loops, self._alarms.deliver, self._watch)
            tasks = [group.create_task(_going(loop, stop)) for loop in loops]
            group.create_task(_ending(tasks, stop))

    async def _watch(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look_once(datetime.now(UTC))
            await pause(stop, LOOK_EVERY_S)

    async def look_once(self, now: datetime) -> None:
        """Ask all watchers. One that can't say is taken at its last word."""
        await asyncio.gather(*(self._ask(number) for number in range(len(self._watchers))))
        troubles = [trouble for said in self._last for trouble in said or ()]
        await self._alarms.tell(troubles, now, is_whole=None not in self._last)

    async def _ask(self, number: int) -> None:
        try:
            async with asyncio.timeout(_LOOK_WITHIN_S):
                self._last[number] = await self._watchers[number]()
        except (TemporarilyUnavailableError, TimeoutError) as error:
            if number not in self._away:  # once, and not each second
                structlog.get_logger().warning("watcher_away", watcher=number, error=str(error))
            self._away.add(number)
        else:
            self._away.discard(number)


async def _going(loop: Loop, stop: asyncio.Event) -> None:
    await loop(stop)


async def _ending(tasks: Collection["asyncio.Task[None]"], stop: asyncio.Event) -> None:
    """A neighbour that is away must not hold up the end: what wasn't told is told next time."""
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=_END_WITHIN_S)
    for task in late:
        task.cancel()


@asynccontextmanager
async def lookout(settings: Settings, deployment: Deployment) -> AsyncIterator[Lookout]:
    """The lookout of a deployment. Starts whoever is away."""
    store = opening.engine(deployment, application="offsite-lookout")
    producer = Producer(deployment.connection)
    registry = CollectorRegistry()
    counts = LookoutMetrics(registry)
    alarms = Alarms(
        file=settings.data / ALARMS_FILE,
        channels=[AlarmTopic(producer), *_webhooks(settings)],
        new_id=lambda: secrets.token_hex(8),
        counts=counts,
    )
    probers: list[Prober] = []
    if settings.probe_every_s:
        probers.append(_prober(settings, deployment, store, alarms, counts))
    serve_metrics(registry, host=settings.host, port=settings.metrics_port)
    try:
        async with gathering(deployment, store, cameras=opening.cameras_folder(settings)) as house:
            yield Lookout(
                watchers=[
                    house.troubles,
                    partial(_stopped_lanes, settings),
                    _Seldom(
                        partial(_forgetful_brokers, deployment, store),
                        every_s=60.0,
                        said_before=_raised(alarms, BROKER_KINDS),
                    ),
                    *(prober.troubles for prober in probers),
                ],
                alarms=alarms,
                loops=[
                    Sampler(house, samples=LagSamples(store)).run,
                    *(prober.run for prober in probers),
                ],
            )
    finally:
        await asyncio.to_thread(producer.close)
        await store.dispose()


async def _stopped_lanes(settings: Settings) -> Sequence[Trouble]:
    return stopped_lanes(settings.data)


async def _forgetful_brokers(deployment: Deployment, store: AsyncEngine) -> Sequence[Trouble]:
    return troubles_of_brokers(await look_at_brokers(deployment, store))


def _raised(alarms: Alarms, kinds: Collection[str]) -> Sequence[Trouble]:
    """What an earlier lookout had raised of these kinds."""
    return [alarm.trouble for alarm in alarms.raised if alarm.trouble.kind in kinds]


class _Seldom:
    """A watcher whose look is long: it reads all journals. Between looks it says the same.

    So it does while a neighbour is away, at first what was raised before this process began: else
    no alarm could be over while the database is away.
    """

    def __init__(self, watcher: Watcher, *, every_s: float, said_before: Sequence[Trouble]) -> None:
        self._watcher: Final = watcher
        self._every_s: Final = every_s
        self._due_at = float("-inf")
        self._said = said_before

    async def __call__(self) -> Sequence[Trouble]:
        now = asyncio.get_running_loop().time()
        if now >= self._due_at:
            with suppress(TemporarilyUnavailableError):
                self._said = await self._watcher()
                self._due_at = now + self._every_s
        return self._said


def _webhooks(settings: Settings) -> Sequence[Webhook]:
    if settings.alarm_webhook is None:
        return ()
    addresses = settings.alarm_webhook.get_secret_value().split()
    return [Webhook(SecretStr(address), secret=settings.alarm_secret) for address in addresses]


def _prober(  # noqa: PLR0917 - what a prober is made of
    settings: Settings,
    deployment: Deployment,
    store: AsyncEngine,
    alarms: Alarms,
    counts: LookoutMetrics,
) -> Prober:
    within_s = settings.probe_within_s
    key = ProbeKey(settings.data / "keys" / "probe", store)

    async def find(address: Address) -> Whereabouts:
        return await whereabouts(store, address, f"{address}/probe")

    troubles = _raised(alarms, {MISSED})
    return Prober(
        send=ProbeDoor(settings.probe_door or deployment.api, key=key, within_s=within_s).send,
        returns=Returns(deployment.connection),
        find=find,
        counts=counts,
        pace=Pace(every_s=settings.probe_every_s, within_s=within_s),
        partitions=settings.partitions,
        missing_since={Lane(one.key.partition(":")[2]): one.since for one in troubles},
    )
