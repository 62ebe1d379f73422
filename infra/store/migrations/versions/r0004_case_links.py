"""Cases that people act on: every state, how many acts, and which case a danger was lifted from."""

from typing import Final

from alembic import op

revision: Final = "r0004"
down_revision: Final = "r0003"

CASES: Final = """
ALTER TABLE work_files
    ADD COLUMN acts integer NOT NULL DEFAULT 0,
    ADD COLUMN linked text,
    DROP CONSTRAINT work_files_state_is_known,
    ADD CONSTRAINT work_files_state_is_known CHECK (state IN (
        'candidate', 'opened', 'dispatched', 'returned', 'handling', 'suspended', 'feedback',
        'rework', 'verified', 'transferring', 'closed', 'not-opened', 'discarded', 'merged',
        'withdrawn', 'transferred'));

DROP INDEX work_files_one_open_a_site;
CREATE UNIQUE INDEX work_files_one_open_a_site ON work_files (site)
    WHERE state NOT IN (
        'closed', 'discarded', 'merged', 'not-opened', 'transferred', 'withdrawn')
    AND site IS NOT NULL;
DROP INDEX work_files_waiting;
CREATE INDEX work_files_waiting ON work_files (queue, due_at, case_id)
    WHERE state NOT IN (
        'closed', 'discarded', 'merged', 'not-opened', 'transferred', 'withdrawn');
"""


def upgrade() -> None:
    """A case is open until it has ended, whoever has it in hand."""
    op.execute(CASES)
