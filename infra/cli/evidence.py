"""`offsite case evidence`: copies for whoever works on a case, originals for who says why."""

from typing import Annotated

import typer

from handlers.acts import Told
from handlers.decisions.dossier import Dossier, Seen
from infra import opening
from infra.cli.acts import Again, AsRole, At, CaseArgument
from infra.cli.answers import tell_answer
from infra.cli.cases import local
from infra.cli.doing import Desk, Wanted, at_desk, give
from infra.cli.lying import Whereabouts, whereabouts
from infra.cli.telling import OUT, AsJson, errors_told, tell_json, tell_table
from infra.settings import Settings
from schemas.act import Act, CommandId, Details, SubjectId
from schemas.errors import RefusedError
from schemas.evidence import open_first
from schemas.instants import instant_text, parse_instant
from schemas.person import PersonId

_COLUMNS = ("kind", "camera", "occurred_at", "where")


def look_at_evidence(
    case_id: CaseArgument,
    *,
    original: Annotated[
        bool,
        typer.Option("--original", help="Originals and clips too: they show everybody."),
    ] = False,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Who looks, by id.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why you look: it stays on record, before anything is shown.")
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option("--item", help="These digests only; else all there are.")
    ] = None,
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Say where privacy copies lie; with --original and a reason on record, where all lies.

    Refused: nothing is shown.
    """
    settings = Settings()

    async def work(desk: Desk) -> tuple[Dossier, tuple[Seen, ...], Told | None, Whereabouts]:
        dossier = await desk.case(SubjectId(case_id))
        items = _items(dossier, item)
        looked_at = [each.item.sha256 for each in items if original or each.item.is_open]
        told = None
        if reason is not None and person is not None:
            said = {"reason": reason, "items": tuple(looked_at)}
            wanted = Wanted(
                subject=dossier.id,
                act=Act.VIEW,
                person=PersonId(person),
                details=Details({name: value for name, value in said.items() if value}),
                role=role,
                at=None if at is None else parse_instant(at, "--at"),
                id=None if command_id is None else CommandId(command_id),
            )
            told = await give(desk, wanted)
        lie = await whereabouts(
            desk.engine, opening.vault(settings), (each.item.sha256 for each in items)
        )
        return dossier, items, told, lie

    with errors_told():
        _require_reason(original=original, person=person, reason=reason)
        dossier, items, told, lie = at_desk(settings, work)
    if told is not None and not told.is_done:
        tell_answer(told, as_json=as_json)
        return
    rows = [_row(each, lie, is_shown=original or each.item.is_open) for each in items]
    _tell(dossier, rows, as_json=as_json)


def _require_reason(*, original: bool, person: str | None, reason: str | None) -> None:
    if (original or person is not None or reason is not None) and (
        person is None or reason is None
    ):
        raise RefusedError(
            "a look at originals stays on record with who and why (国令799 16(3)): expected "
            "--original with --as and --reason, got only a part of them"
        )


def _items(dossier: Dossier, wanted: list[str] | None) -> tuple[Seen, ...]:
    """Each item once, as it was first brought; what hides bystanders first."""
    first: dict[str, Seen] = {}
    for each in dossier.seen:
        first.setdefault(each.item.sha256, each)
    chosen = (each for digest, each in first.items() if wanted is None or digest in wanted)
    return tuple(sorted(chosen, key=lambda each: open_first(each.item.kind)))


def _row(each: Seen, lie: Whereabouts, *, is_shown: bool) -> dict[str, object]:
    item = each.item
    return {
        "sha256": item.sha256,
        "kind": item.kind.value,
        "media_type": item.media_type,
        "bytes": item.size_bytes,
        "camera": each.camera,
        "occurred_at": instant_text(each.occurred_at),
        "is_shown": is_shown,
        "where": lie.shown(item.sha256) if is_shown else lie.named(item.sha256),
    }


def _tell(dossier: Dossier, rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            tell_json(row)
        return
    shown = [{**row, "occurred_at": local(str(row["occurred_at"]))} for row in rows]
    tell_table(
        f"Evidence of {dossier.id}", _COLUMNS, [[row[name] for name in _COLUMNS] for row in shown]
    )
    kept_back = sum(not row["is_shown"] for row in rows)
    if kept_back:
        OUT.print(
            f"{kept_back} show everybody as they are: --original --as … --reason … shows them, "
            "and stays on record",
            highlight=False,
        )
