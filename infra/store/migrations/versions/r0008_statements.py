"""Daily statements, which only grow; and which Kafka clusters this database has met."""

from typing import Final

from alembic import op

revision: Final = "r0008"
down_revision: Final = "r0007"

STATEMENTS: Final = """
CREATE TABLE daily_statements (
    number bigint NOT NULL,
    day date NOT NULL,
    made_at timestamptz NOT NULL,
    digest bytea NOT NULL,
    file bytea NOT NULL,
    CONSTRAINT daily_statements_pk PRIMARY KEY (number),
    CONSTRAINT daily_statements_day_key UNIQUE (day)
);
CREATE TRIGGER daily_statements_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON daily_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE clusters_met (
    cluster text NOT NULL,
    met_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT clusters_met_pk PRIMARY KEY (cluster)
);
CREATE TRIGGER clusters_met_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON clusters_met
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Two tables that only grow."""
    op.execute(STATEMENTS)
