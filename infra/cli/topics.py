"""`offsite topics …`: more partitions for a lane, when nothing waits in it."""

from typing import Annotated

import typer

from infra.accounts import add_up_settled
from infra.cli.asking import with_engine
from infra.cli.telling import OUT, errors_told
from infra.deployment import Deployment, find
from infra.settings import Settings
from schemas.errors import RefusedError
from schemas.lane import Lane
from streams.provisioning import grow
from streams.topics import EVENTS

topics_app = typer.Typer(help="Our topics.", no_args_is_help=True)


@topics_app.callback()
def group() -> None:
    """Our topics."""


@topics_app.command("grow")
def grow_lane(
    lane: Annotated[Lane, typer.Option(help="Whose topic.")],
    to: Annotated[int, typer.Option(min=1, max=512, help="Partitions afterwards.")],
    within: Annotated[float, typer.Option(help="Seconds to wait for an empty lane.")] = 60.0,
) -> None:
    """Add partitions once the lane is drained; workers and doors see them within ten seconds."""
    topic = EVENTS[lane]
    before = to
    with errors_told():
        deployment = find(Settings())
        _drain(deployment, topic, within_s=within)
        before = grow(deployment.connection, topic, to=to)
    OUT.print(
        f"{topic}: {before} → {to} partitions; set OFFSITE_PARTITIONS to {to} too",
        markup=False,
        highlight=False,
    )


def _drain(deployment: Deployment, topic: str, *, within_s: float) -> None:
    """A key that moves must leave nothing undecided behind it (decision 0022)."""
    sums = with_engine(
        deployment,
        lambda engine: add_up_settled(deployment, engine, within_s=within_s, topics=[topic]),
    )
    waiting = sum(one.waiting for one in sums if one.shard.topic == topic)
    if waiting:
        raise RefusedError(
            f"{topic}: {waiting} messages still wait after {within_s:g} s; partitions are added "
            "only to a drained lane: come in a quieter hour, or close the doors for a moment"
        )
