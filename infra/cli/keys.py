"""`offsite key …`: who may push, or act over HTTP, and as whom."""

from typing import Annotated, Final

import typer

from infra.access.keys import PERSON_SOURCE, make_key
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, AsJson, errors_told, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.store.sources import Sources
from schemas.errors import InvalidValueError
from schemas.instants import instant_text
from schemas.lane import Lane
from schemas.wire.envelope import LONGEST_NAME

key_app = typer.Typer(help="Who may push, and as whom.", no_args_is_help=True)

LaneOption = Annotated[
    Lane, typer.Option(help="Where messages go that the safety table doesn't know.")
]
_LANE: Final = Lane.GENERAL
_SOURCE: Final = f"CloudEvents source, as /city/platform; {PERSON_SOURCE}ID for a person who acts."


@key_app.command("add")
def add_key(
    source: Annotated[str, typer.Argument(help=_SOURCE)],
    lane: LaneOption = _LANE,
    as_json: AsJson = False,
) -> None:
    """Make a key that may push as one source, or act as one person. It is shown once: keep it."""
    text = ""
    with errors_told():
        _check_source(source)
        text = with_engine(find(Settings()), lambda engine: add(Sources(engine), source, lane))
    if as_json:
        tell_json({"key": text, "source": source, "lane": lane})
        return
    OUT.print(text, markup=False, highlight=False)


async def add(sources: Sources, source: str, lane: Lane) -> str:
    """Register the source and a fresh key of it; answer the key's text."""
    text, presented = make_key()
    await sources.register(source, lane)
    await sources.add_key(id=presented.id, source=source, secret=presented.digest)
    return text


def _check_source(source: str) -> None:
    if not 1 <= len(source) <= LONGEST_NAME or not source.isprintable() or " " in source:
        raise InvalidValueError(
            expected=f"1 … {LONGEST_NAME} printable characters without blanks",
            got=source,
            field="source",
        )


@key_app.command("ls")
def list_keys(as_json: AsJson = False) -> None:
    """List keys with the source that each speaks for; never the secrets."""
    with errors_told():
        keys = with_engine(find(Settings()), lambda engine: Sources(engine).keys())
    if not as_json:
        rows = [
            (
                key.id,
                key.source,
                local(key.created_at),
                "-" if key.revoked_at is None else local(key.revoked_at),
            )
            for key in keys
        ]
        tell_table("Keys", ("key", "source", "made", "revoked"), rows)
        return
    for key in keys:
        tell_json(
            {
                "id": key.id,
                "source": key.source,
                "created_at": instant_text(key.created_at),
                "revoked_at": None if key.revoked_at is None else instant_text(key.revoked_at),
            }
        )


@key_app.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id: the part between ofk_ and _.")],
) -> None:
    """End a key. Doors know it within five seconds."""
    with errors_told():
        with_engine(find(Settings()), lambda engine: Sources(engine).revoke(key))
    OUT.print(f"key {key} is revoked", markup=False, highlight=False)
