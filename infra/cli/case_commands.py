"""`offsite case …`: one case, from every side."""

import typer

from infra.cli.acts import act_on_case, acts_on_case
from infra.cli.evidence import look_at_evidence
from infra.cli.showing import show_case
from infra.cli.timelines import show_timeline
from infra.cli.why import explain_case

case_app = typer.Typer(help="One case: facts, reasons, acts, evidence.", no_args_is_help=True)
case_app.command("show")(show_case)
case_app.command("acts")(acts_on_case)
case_app.command("act")(act_on_case)
case_app.command("timeline")(show_timeline)
case_app.command("why")(explain_case)
case_app.command("evidence")(look_at_evidence)
