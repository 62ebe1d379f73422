"""When each camera was looked through, and when and why it was not."""

from typing import Final

from alembic import op

revision: Final = "r0005"
down_revision: Final = "r0004"

SIGNALS: Final = """
CREATE TABLE camera_signals (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    camera text NOT NULL,
    kind text NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    text text NOT NULL,
    frames bigint,
    CONSTRAINT camera_signals_pk PRIMARY KEY (topic_id, partition, "offset"),
    CONSTRAINT camera_signals_ends_after_it_begins CHECK (until_at >= from_at)
);
CREATE INDEX camera_signals_by_from ON camera_signals (camera, from_at);
CREATE INDEX camera_signals_by_until ON camera_signals (camera, until_at);
"""


def upgrade() -> None:
    """Signals recorded before say no more than an instant: their days stay unaccounted for."""
    op.execute(SIGNALS)
