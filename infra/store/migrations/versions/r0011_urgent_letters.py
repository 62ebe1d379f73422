"""Letters about dangers leave before those that can wait, however many these are."""

from typing import Final

from alembic import op

revision: Final = "r0011"
down_revision: Final = "r0010"

URGENT: Final = """
ALTER TABLE outbox ADD COLUMN urgent boolean NOT NULL DEFAULT false;
UPDATE outbox SET urgent = true
    WHERE sent_at IS NULL AND topic IN ('disposition.zero-tolerance', 'pages');
DROP INDEX outbox_unsent;
CREATE INDEX outbox_unsent ON outbox (urgent, id) WHERE sent_at IS NULL;
"""
WITHOUT: Final = """
DROP INDEX outbox_unsent;
ALTER TABLE outbox DROP COLUMN urgent;
CREATE INDEX outbox_unsent ON outbox (id, relay_shard) WHERE sent_at IS NULL;
"""


def upgrade() -> None:
    """What waits just now is told apart by its topic."""
    op.execute(URGENT)


def downgrade() -> None:
    """The letters stay, and leave in the order in which they were written."""
    op.execute(WITHOUT)
