"""A letter keeps the trace context of the message that it was written for, where it had one."""

from typing import Final

from alembic import op

revision: Final = "r0010"
down_revision: Final = "r0009"


def upgrade() -> None:
    """Nullable, so no row is written anew."""
    op.execute("ALTER TABLE outbox ADD COLUMN trace text")


def downgrade() -> None:
    """The letters stay."""
    op.execute("ALTER TABLE outbox DROP COLUMN trace")
