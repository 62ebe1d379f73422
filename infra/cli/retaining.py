"""`offsite evidence retain` and `deletions`: what nothing keeps goes, and each is on record."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.retention import Keeps
from handlers.deletions import DeletionLine
from handlers.policies.pack import pack_from
from infra import opening
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import (
    ERR,
    OUT,
    AsJson,
    Exit,
    errors_told,
    tell_json,
    tell_table,
)
from infra.deployment import find
from infra.retaining import Amount, Retention, RetentionReport
from infra.settings import Settings
from infra.store.deletions import Deletions, faults_of
from infra.store.shelf import PostgresShelf

_WORDS: Final[Mapping[Keeps, str]] = {
    Keeps.TERM: "thirty days are not over 保存期未满",
    Keeps.HOLD: "a legal hold stands 证据留存",
    Keeps.OPEN_CASE: "its case is open 案卷未结",
    Keeps.OPEN_PENALTY: "its penalty case is open 处罚案件未结",
    Keeps.REMEDY: "a remedy is pending 复议诉讼未结",
    Keeps.ARCHIVE: "it belongs to the archive 归档案卷",
}


def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Delete nothing; only say what would go, and why not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete evidence that nothing keeps (国令799 17), each with a line on record. Run it daily."""
    settings = Settings()
    with errors_told():
        standby = opening.policy(settings)
        with ERR.status("") as status:

            async def work(engine: AsyncEngine) -> RetentionReport:
                shelf = PostgresShelf(engine, standby=standby, read=pack_from)
                retention = Retention(
                    engine,
                    opening.vault(settings),
                    policy=(await shelf.in_force()).digest,
                    on_progress=lambda items: status.update(f"{items} items looked at"),
                )
                return await retention.run(deletes=not dry_run)

            report = with_engine(find(settings), work)
    if as_json:
        tell_json(_json(report, dry_run=dry_run))
        return
    _tell(report, dry_run=dry_run)


def list_deletions(as_json: AsJson = False) -> None:
    """List what was deleted, and recompute the chain. Exit code 1: a line isn't what it was."""
    settings = Settings()
    faults: list[str] = []
    rows: list[tuple[object, ...]] = []

    async def read(engine: AsyncEngine) -> None:
        before: DeletionLine | None = None
        async with engine.connect() as connection:
            async for line in Deletions(connection).lines():
                wrong = faults_of(line, after=before)
                faults.extend(f"line {line.number}: {each}" for each in wrong)
                said = orjson.loads(line.content)
                if as_json:
                    tell_json({**said, "hash": line.hash, "faults": list(wrong)})
                else:
                    rows.append(_row(said))
                before = line

    with errors_told():
        with_engine(find(settings), read)
    if not as_json:
        tell_table("Deletions", ("line", "sha256", "bytes", "deleted", "named by"), rows)
    for fault in faults:
        ERR.print(f"offsite: {fault}", style="red", markup=False, highlight=False)
    if faults:
        raise typer.Exit(Exit.CHECK_FAILED)


def _row(said: Mapping[str, Any]) -> tuple[object, ...]:
    holders = [f"{each['subject']} {each['state'] or ''}".strip() for each in said["holders"]]
    return (
        said["number"],
        said["sha256"],
        said["bytes"],
        local(said["deleted_at"]),
        ", ".join(holders) or "nobody: it was never told",
    )


def _json(report: RetentionReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "seen": _amount(report.seen),
        "kept": {keeps.value: _amount(amount) for keeps, amount in report.kept.items()},
        "deleted": _amount(report.deleted),
        "orphans": report.orphans,
        "unfinished": report.unfinished,
    }


def _amount(amount: Amount) -> dict[str, int]:
    return {"items": amount.items, "bytes": amount.size_bytes}


def _tell(report: RetentionReport, *, dry_run: bool) -> None:
    rows = [
        (_WORDS[keeps], report.kept[keeps].items, _mib(report.kept[keeps]))
        for keeps in Keeps
        if keeps in report.kept
    ]
    tell_table("Kept because", ("reason", "items", "MiB"), rows)
    gone, verb = report.deleted, "would be deleted" if dry_run else "deleted"
    never = f", {report.orphans} of them never told" if report.orphans else ""
    OUT.print(
        f"{verb}: {gone.items} of {report.seen.items} items, {_mib(gone)} MiB{never}",
        style="bold",
        highlight=False,
    )
    if report.unfinished:
        OUT.print(
            f"{report.unfinished} more were on record already, and taken away", highlight=False
        )


def _mib(amount: Amount) -> str:
    return f"{amount.size_bytes / 1024 / 1024:.1f}"
