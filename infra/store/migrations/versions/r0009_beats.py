"""Who lives, and how far each partition was a moment ago: what a verdict is made of."""

from typing import Final

from alembic import op

revision: Final = "r0009"
down_revision: Final = "r0008"

BEATS: Final = """
CREATE TABLE beats (
    part text NOT NULL,
    owner text NOT NULL,
    started_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL,
    said jsonb NOT NULL,
    pool_size int NOT NULL,
    pool_taken int NOT NULL,
    pool_full_beats int NOT NULL,
    CONSTRAINT beats_pk PRIMARY KEY (part, owner)
) WITH (fillfactor = 50);

CREATE TABLE lag_samples (
    topic_id text NOT NULL,
    partition int NOT NULL,
    at timestamptz NOT NULL,
    topic text NOT NULL,
    "end" bigint NOT NULL,
    decided bigint NOT NULL,
    oldest_at timestamptz,
    leader int,
    replicas int[] NOT NULL,
    CONSTRAINT lag_samples_pk PRIMARY KEY (topic_id, partition, at)
);
CREATE INDEX lag_samples_by_at ON lag_samples (at);

"""


def upgrade() -> None:
    """Two small tables."""
    op.execute(BEATS)
