"""`offsite dead …`: what could not become a decision, and what a person does about it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.dead_lines import dead_json, dead_row, safe_text, state_of
from infra.cli.telling import (
    ERR,
    OUT,
    AsJson,
    Exit,
    errors_told,
    tell_fields,
    tell_json,
    tell_table,
)
from infra.deployment import Deployment, find
from infra.redriving import Bytes, Redriven, Redriving, require_known
from infra.settings import Settings
from infra.stopped_lanes import resume_lane
from infra.store.dead_letters import DeadLetters, Parked
from infra.store.people import People
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.ids import Address
from schemas.instants import instant_text, parse_instant
from schemas.lane import Lane
from schemas.person import PersonId
from streams.journal import Journal
from streams.logs import Kept, Logs
from streams.producing import Producer

Answer = TypeVar("Answer")

dead_app = typer.Typer(
    help="Dead letters: messages that no reader understood.", no_args_is_help=True
)

AddressArgument = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="topic id/partition/offset, as `dead ls` has it.")
]
By = Annotated[str, typer.Option("--as", "--by", metavar="PERSON", help="Who decides, by id.")]
Reason = Annotated[str, typer.Option(help="Why: it stays on record.")]
_LONGEST_SHOWN: Final = 2000


@dead_app.command("ls")
def list_dead(
    since: Annotated[str | None, typer.Option(help="Parked from then on, RFC 3339.")] = None,
    reason: Annotated[str, typer.Option(help="Only where this stands in the reason.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the latest first, each with its reason and what was done about it."""
    with errors_told():
        begins = None if since is None else parse_instant(since, "--since")

        async def work(letters: DeadLetters, source: Bytes) -> list[tuple[Parked, Kept | None]]:
            found = await letters.list(since=begins, reason=reason, at_most=limit)
            return await _with_bytes(source, found)

        found = _looking(work)
    if as_json:
        for parked, kept in found:
            tell_json(dead_json(parked, kept))
        return
    columns = ("address", "parked", "reason", "digest", "source", "type", "bytes", "state")
    tell_table("Dead letters", columns, [dead_row(parked, kept) for parked, kept in found])


@dead_app.command("show")
def show_dead(address: AddressArgument, as_json: AsJson = False) -> None:
    """Show one with its bytes, and where it was sent again to or from."""
    with errors_told():
        wanted = _address(address)

        async def work(letters: DeadLetters, source: Bytes) -> tuple[Parked, Kept | None]:
            parked = await letters.find(wanted)
            if parked is None:
                raise RefusedError(f"expected the address of a dead letter, got {wanted}: none")
            return (await _with_bytes(source, [parked]))[0]

        parked, kept = _looking(work)
    text = None if kept is None else safe_text(kept.value, at_most=_LONGEST_SHOWN)
    if as_json:
        tell_json({**dead_json(parked, kept), "text": text})
        return
    tell_fields(f"Dead letter {parked.address}", _fields(parked, kept))
    OUT.print("no bytes" if text is None else text, markup=False, highlight=False)


@dead_app.command("redrive")
def redrive_dead(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS…")],
    *,
    reason: Reason,
    person: By,
    as_json: AsJson = False,
) -> None:
    """Publish the same bytes at a new address. The parked outcome stands; twice is once."""

    async def one(acting: Redriving, address: Address) -> dict[str, Any]:
        done = await acting.redrive(address, by=PersonId(person), reason=_said(reason))
        if not as_json:
            OUT.print(_redriven_line(done), highlight=False)
        return {"address": str(done.old), "new": str(done.new), "is_new": done.is_new}

    _each(addresses, one, as_json=as_json)


@dead_app.command("drop")
def drop_dead(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS…")],
    *,
    reason: Reason,
    person: By,
    as_json: AsJson = False,
) -> None:
    """Decide that it isn't sent again. Nothing is deleted; who decided so stays on record."""

    async def one(acting: Redriving, address: Address) -> dict[str, Any]:
        await acting.drop(address, by=PersonId(person), reason=_said(reason))
        if not as_json:
            OUT.print(f"{address}: dropped", highlight=False)
        return {"address": str(address), "dropped": True}

    _each(addresses, one, as_json=as_json)


@dead_app.command("resume")
def resume(
    lane: Annotated[Lane, typer.Option(help="Which lane stands.")],
    *,
    reason: Reason,
    person: By,
) -> None:
    """Let a lane go on that a flood of dead letters stopped: first mend what parked them."""
    settings = Settings()
    with errors_told():
        why = _said(reason)
        with_engine(find(settings), lambda engine: require_known(People(engine), PersonId(person)))
        stop = resume_lane(settings.data, lane, by=PersonId(person), reason=why)
    OUT.print(f"{lane}: stood since {local(stop.since)}; its worker may start now", highlight=False)


async def _with_bytes(source: Bytes, found: Sequence[Parked]) -> list[tuple[Parked, Kept | None]]:
    """While Kafka is away, what the database knows is told all the same."""
    told: list[tuple[Parked, Kept | None]] = []
    try:
        for parked in found:
            told.append((parked, await source.of(parked)))
    except TemporarilyUnavailableError as error:
        ERR.print(f"without their bytes: {error}", style="yellow", markup=False, highlight=False)
    return [*told, *((parked, None) for parked in found[len(told) :])]


def _said(reason: str) -> str:
    if not reason.strip():
        raise InvalidValueError(expected="why", got="nothing", field="--reason")
    return reason


def _address(text: str) -> Address:
    topic_id, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic_id and partition.isdecimal() and offset.isdecimal()):
        raise InvalidValueError(expected="topic id/partition/offset", got=text, field="ADDRESS")
    return Address(topic_id, int(partition), int(offset))


def _looking(work: Callable[[DeadLetters, Bytes], Awaitable[Answer]]) -> Answer:
    deployment = find(Settings())
    with Logs(deployment.connection) as logs:
        return with_engine(deployment, lambda engine: work(DeadLetters(engine), Bytes(logs=logs)))


def _each(
    addresses: Sequence[str],
    act: Callable[[Redriving, Address], Awaitable[dict[str, Any]]],
    *,
    as_json: bool,
) -> None:
    """One after another: what is refused of one holds up no other."""

    async def all_of_them(acting: Redriving) -> tuple[list[dict[str, Any]], int]:
        done: list[dict[str, Any]] = []
        for address in wanted:
            try:
                done.append(await act(acting, address))
            except RefusedError as error:
                ERR.print(f"offsite: {error}", style="red", markup=False, highlight=False)
        return done, len(wanted) - len(done)

    with errors_told():
        wanted = [_address(address) for address in addresses]
        done, refused = _acting(find(Settings()), all_of_them)
    if as_json:
        for each in done:
            tell_json(each)
    if refused:
        raise typer.Exit(Exit.CALLERS_MISTAKE)


def _acting(deployment: Deployment, work: Callable[[Redriving], Awaitable[Answer]]) -> Answer:
    producer = Producer(deployment.connection, linger_ms=0)
    journal = Journal(deployment.journals, name="redrive", started_at=datetime.now(UTC))

    async def within(engine: AsyncEngine) -> Answer:
        return await work(
            Redriving(
                letters=DeadLetters(engine),
                people=People(engine),
                bytes=Bytes(logs=logs),
                publish=producer.apublish,
                journal=journal,
            )
        )

    try:
        with Logs(deployment.connection) as logs:
            return with_engine(deployment, within)
    finally:
        journal.close()
        producer.close()


def _redriven_line(done: Redriven) -> str:
    when = "published at" if done.is_new else "was published before, at"
    return f"{done.old}: {when} {done.new}"


def _fields(parked: Parked, kept: Kept | None) -> dict[str, object]:
    said = dead_json(parked, kept)
    act = parked.act
    return {
        "reason": said["reason"] or "erased by law",
        "outcome": said["outcome"],
        "topic": parked.topic,
        "received": local(parked.received_at),
        "parked": local(parked.decided_at),
        "digest": parked.input,
        "source": said["source"] or "not known",
        "id": said["id"] or "not known",
        "type": said["type"] or "not known",
        "bytes": "-" if kept is None else len(kept.value),
        "state": state_of(parked),
        "decided by": "-" if act is None else f"{act.person}, {instant_text(act.at)}: {act.reason}",
        "sent again from": said["redrive_of"] or "-",
        "became": parked.became or "-",
    }
