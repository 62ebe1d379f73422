"""`offsite policy …`: packs on the shelf, and on their way into force."""

from infra.cli.packs_in_force import propose_pack, publish_pack, show_in_force
from infra.cli.policies import policy_app

__all__ = ["policy_app"]

policy_app.command("propose")(propose_pack)
policy_app.command("publish")(publish_pack)
policy_app.command("in-force")(show_in_force)
