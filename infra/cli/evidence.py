"""`offsite case evidence`: a look at footage, on record before anything is shown."""

from typing import Annotated

import typer

from handlers.acts import Told
from handlers.decisions.dossier import Dossier, Seen
from infra.cli.acts import Again, As, AsRole, At, CaseArgument
from infra.cli.answers import tell_answer
from infra.cli.cases import local
from infra.cli.doing import Desk, Wanted, at_desk, give
from infra.cli.telling import AsJson, errors_told, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.vault.disk import DiskVault
from schemas.act import Act, CommandId, Details, SubjectId
from schemas.instants import instant_text, parse_instant
from schemas.person import PersonId


def look_at_evidence(
    case_id: CaseArgument,
    *,
    person: As,
    reason: Annotated[str, typer.Option(help="Why you look: it stays on record.")],
    item: Annotated[
        list[str] | None, typer.Option("--item", help="These digests only; else all there are.")
    ] = None,
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Record the look, then say where each item lies. Refused: nothing is shown."""
    settings = Settings()

    async def work(desk: Desk) -> tuple[Dossier, tuple[Seen, ...], Told]:
        dossier = await desk.case(SubjectId(case_id))
        items = _items(dossier, item)
        said = {"reason": reason, "items": tuple(dict.fromkeys(i.item.sha256 for i in items))}
        wanted = Wanted(
            subject=dossier.id,
            act=Act.VIEW,
            person=PersonId(person),
            details=Details({name: value for name, value in said.items() if value}),
            role=role,
            at=None if at is None else parse_instant(at, "--at"),
            id=None if command_id is None else CommandId(command_id),
        )
        return dossier, items, await give(desk, wanted)

    with errors_told():
        dossier, items, told = at_desk(settings, work)
        if told.is_done:
            _tell(dossier, items, DiskVault(find(settings).vault), as_json=as_json)
            return
    tell_answer(told, as_json=as_json)


def _items(dossier: Dossier, wanted: list[str] | None) -> tuple[Seen, ...]:
    """Each item once, as it was first brought."""
    first: dict[str, Seen] = {}
    for each in dossier.seen:
        first.setdefault(each.item.sha256, each)
    return tuple(each for digest, each in first.items() if wanted is None or digest in wanted)


def _tell(dossier: Dossier, items: tuple[Seen, ...], vault: DiskVault, *, as_json: bool) -> None:
    rows = [
        {
            "sha256": each.item.sha256,
            "kind": each.item.kind.value,
            "media_type": each.item.media_type,
            "bytes": each.item.size_bytes,
            "camera": each.camera,
            "occurred_at": instant_text(each.occurred_at),
            "where": str(vault.find(each.item.sha256) or "with the source"),
        }
        for each in items
    ]
    if as_json:
        for row in rows:
            tell_json(row)
        return
    columns = ("sha256", "kind", "camera", "occurred_at", "where")
    shown = [{**row, "occurred_at": local(str(row["occurred_at"]))} for row in rows]
    tell_table(
        f"Evidence of {dossier.id}", columns, [[row[name] for name in columns] for row in shown]
    )
