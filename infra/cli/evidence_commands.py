"""`offsite evidence …`: sealed bytes, from the side of who answers for them."""

import typer

from infra.cli.retaining import list_deletions, retain
from infra.cli.verifying import verify_manifest

evidence_app = typer.Typer(
    help="Sealed evidence: verify it, and let go of what nothing keeps.", no_args_is_help=True
)
evidence_app.command("verify")(verify_manifest)
evidence_app.command("retain")(retain)
evidence_app.command("deletions")(list_deletions)
