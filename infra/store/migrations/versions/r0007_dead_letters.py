"""Dead letters that people send again or let go, each decision once."""

from typing import Final

from alembic import op

revision: Final = "r0007"
down_revision: Final = "r0006"

DEAD_LETTERS: Final = """
CREATE TABLE dead_letter_acts (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    act text NOT NULL,
    person text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    new_topic_id text,
    new_partition integer,
    new_offset bigint,
    published_at timestamptz,
    CONSTRAINT dead_letter_acts_pk PRIMARY KEY (topic_id, partition, "offset"),
    CONSTRAINT dead_letter_acts_act_is_known CHECK (act IN ('redrive', 'drop')),
    CONSTRAINT dead_letter_acts_whole_address CHECK (
        num_nulls(new_topic_id, new_partition, new_offset, published_at) IN (0, 4)
    ),
    CONSTRAINT dead_letter_acts_dropped_stays CHECK (act = 'redrive' OR published_at IS NULL)
);
CREATE UNIQUE INDEX dead_letter_acts_by_new_address
    ON dead_letter_acts (new_topic_id, new_partition, new_offset)
    WHERE new_offset IS NOT NULL;
CREATE INDEX outcomes_parked ON outcomes (decided_at)
    WHERE outcome IN ('parked', 'id-conflict');
"""


def upgrade() -> None:
    """A table, and an index for who looks for what was parked."""
    op.execute(DEAD_LETTERS)
