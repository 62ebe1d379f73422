"""`offsite evidence verify`: whether a manifest and all that it names are as they were sealed."""

from pathlib import Path
from typing import Annotated

import typer

from infra import opening
from infra.cli.telling import OUT, AsJson, Exit, errors_told, tell_fields, tell_json, tell_table
from infra.settings import Settings
from infra.vault.disk import DiskVault
from infra.vault.verifying import Condition, Verdict, verify
from schemas.instants import instant_text
from schemas.manifest import Manifest


def verify_manifest(
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="The manifest's digest.")],
    folder: Annotated[
        Path | None, typer.Option("--vault", help="A vault elsewhere, such as a copy for a court.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Digest each item anew that a manifest names. Exit code 1: one is missing or altered."""
    with errors_told():
        vault = opening.vault(Settings()) if folder is None else DiskVault(folder)
        verdict = verify(vault, sha256)
    if as_json:
        tell_json(_json(sha256, verdict))
    else:
        _tell(sha256, verdict)
    if not verdict.is_fine:
        raise typer.Exit(Exit.CHECK_FAILED)


def _json(sha256: str, verdict: Verdict) -> dict[str, object]:
    return {
        "manifest": sha256,
        "condition": verdict.condition.value,
        "is_fine": verdict.is_fine,
        "says": None if verdict.manifest is None else _said(verdict.manifest),
        "items": [
            {
                "sha256": each.item.sha256,
                "kind": each.item.kind.value,
                "bytes": each.item.size_bytes,
                "condition": each.condition.value,
            }
            for each in verdict.items
        ],
    }


def _tell(sha256: str, verdict: Verdict) -> None:
    if verdict.manifest is None:
        OUT.print(f"manifest {sha256}: {verdict.condition}", style="bold red", highlight=False)
        return
    tell_fields(f"manifest {sha256}: {verdict.condition}", _said(verdict.manifest))
    rows = [(each.condition, each.item.kind, each.item.sha256) for each in verdict.items]
    tell_table("Items", ("found", "kind", "sha256"), rows)
    wrong = sum(each.condition is not Condition.WHOLE for each in verdict.items)
    OUT.print(
        f"{wrong} of {len(verdict.items)} items are missing or altered"
        if wrong
        else f"all {len(verdict.items)} items are as they were sealed",
        style="bold red" if wrong else "bold",
        highlight=False,
    )


def _said(manifest: Manifest) -> dict[str, object]:
    about, dwell = manifest.about, manifest.dwell
    return {
        "camera": f"{about.camera} {about.camera_name}",
        "zone": f"{manifest.zone} {manifest.zone_name}",
        "rule": manifest.rule,
        "occurrence": f"{manifest.occurrence} {manifest.phase} {manifest.sequence}",
        "taken at": instant_text(about.starts_at + manifest.at),
        "dwell": f"{dwell.at_least} surely, {dwell.at_most} at most, {len(manifest.gaps)} gaps",
        "reason": "-" if manifest.reason is None else str(manifest.reason),
        "model": about.model,
        "weights": about.weights or "-",
        "software": about.software,
    }
