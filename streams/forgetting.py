"""Notices a broker that forgot: the same topic id, but less or other messages than were decided.

    decided ──────────────► head
    the broker holds ──► end               it ends below what was decided: an older copy came back
                         └► other bytes    it gives these offsets out again

Messages that get a decided offset again would pass for repeats and would never be decided. So the
lane stops, and a person looks: what was acknowledged is in the journals.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from handlers.ports import Settled, Shard
from schemas.errors import OffsiteError, TemporarilyUnavailableError
from schemas.ids import Partition, Sha256
from streams.decoding import Message, received
from streams.logs import LogRange
from streams.patience import patiently


class BrokerForgotError(OffsiteError):
    """What was decided isn't at the broker any more: stop the lane before more is taken for old."""


class DigestsOf(Protocol):
    """What the store knows of decided messages."""

    async def __call__(self, log: Partition, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        """Digest of the input decided at each of these offsets, where one was."""


def require_kept(found: LogRange, *, decided_to: int) -> None:
    """Pass if the broker still has all that was decided *before* its end was asked for.

    Raises:
        BrokerForgotError: it ends below that.
    """
    if found.end < decided_to:
        raise BrokerForgotError(
            f"{found.topic}/{found.log.number}: decided to {decided_to}, but the broker ends at "
            f"{found.end}: it forgot {decided_to - found.end} messages, as an older copy of its "
            "folder would. `offsite conserve` tells what was lost; docs/delivery.md what to do"
        )


async def require_same(
    shard: Shard,
    messages: Sequence[Message],
    settled: Sequence[Settled],
    *,
    digests_of: DigestsOf,
) -> None:
    """Pass if each message that was passed over as decided is the one that was decided.

    Waits for a database that is away.

    Raises:
        BrokerForgotError: another lies at its offset.
    """
    fresh = {each.facts.address.offset for each in settled}
    repeats = {each.address.offset: each for each in messages if each.address.offset not in fresh}
    if not repeats:
        return

    def tell(error: TemporarilyUnavailableError, wait_s: float) -> None:
        structlog.get_logger().warning(
            "neighbour_away", topic=shard.topic, error=str(error), wait_s=wait_s
        )

    known = await patiently(partial(digests_of, shard.log, sorted(repeats)), tell=tell)
    for offset, digest in known.items():
        if received(repeats[offset]).input != digest:
            raise BrokerForgotError(
                f"{shard.topic}/{shard.log.number}: another message than the one that was decided "
                f"lies at offset {offset}: the broker forgot, and gives its offsets out again. "
                "`offsite conserve` tells what was lost; docs/delivery.md what to do"
            )
