"""Evidence that goes when nothing keeps it: who names it, and a line for each deletion."""

from typing import Final

from alembic import op

revision: Final = "r0006"
down_revision: Final = "r0005"

EVIDENCE: Final = """
CREATE TABLE evidence_uses (
    digest bytea NOT NULL,
    subject text NOT NULL,
    received_at timestamptz,
    is_named boolean NOT NULL,
    CONSTRAINT evidence_uses_pk PRIMARY KEY (digest, subject)
);

CREATE TABLE evidence_scans (
    log text NOT NULL,
    next bigint NOT NULL,
    CONSTRAINT evidence_scans_pk PRIMARY KEY (log)
);

CREATE TABLE evidence_deletions (
    number bigint NOT NULL,
    digest bytea NOT NULL,
    deleted_at timestamptz NOT NULL,
    content bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT evidence_deletions_pk PRIMARY KEY (number)
);
CREATE INDEX evidence_deletions_of_item ON evidence_deletions (digest, deleted_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: a line that was written stays', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER evidence_deletions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_deletions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Three tables; one of them only grows."""
    op.execute(EVIDENCE)
