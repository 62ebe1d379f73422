"""A keeper in a process of its own: `python -m tests.support.keeper_process DSN AT_MOST`.

It ends at SIGTERM, after its rounds. With `claim` as a third word it claims and then stands still,
as one that is killed between its claim and its commit.
"""

import asyncio
import signal
import sys

from infra.keeping import Keeper
from infra.salting import fresh_salts
from infra.store.clocks import PostgresClocks
from infra.store.engine import make_engine
from streams.topics import topic_of


async def main(dsn: str, at_most: int, *, stands_still: bool) -> None:
    engine = make_engine(dsn, application="keeper")
    clocks = PostgresClocks(engine, topic_of=topic_of)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if stands_still:
        async with clocks.claim(at_most=at_most) as claimed:
            say(str(len(claimed.clocks) if claimed else 0))
            await stop.wait()
    keeper = Keeper(
        clocks=clocks,
        titles={},
        salts=fresh_salts(),
        said="a test",
        at_most=at_most,
    )
    say("ready")
    await keeper.run(stop)
    await engine.dispose()


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), stands_still="claim" in sys.argv))
