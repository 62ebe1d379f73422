"""The SQL of the hot path, spelt out: PostgreSQL sees exactly this."""

from collections.abc import Sequence
from typing import Any, Final

from infra.store.arrays import array, bytes_array
from infra.store.posting import OUTBOX_COLUMNS
from infra.store.rows import CASE_COLUMNS, LINE_COLUMNS, OUTCOME_COLUMNS, RECORD_COLUMNS
from infra.store.signal_tables import SIGNAL_COLUMNS
from infra.store.tables import IS_OPEN


def named(columns: tuple[str, ...]) -> str:
    """Columns in quotes: some of ours are words of SQL."""
    return ", ".join(f'"{column}"' for column in columns)


def copy_into(table: str, columns: tuple[str, ...]) -> str:
    """The quickest way in, for rows that are new."""
    return f"COPY {table} ({named(columns)}) FROM STDIN (FORMAT BINARY)"


MEET_SHARD: Final = """
INSERT INTO heads (topic_id, partition, topic, lane, next, chain, lines)
VALUES (%s, %s, %s, %s, 0, %s, 0)
ON CONFLICT (topic_id, partition) DO NOTHING
"""

LOCK_HEAD: Final = """
SELECT next, chain, lines, now() FROM heads WHERE topic_id = %s AND partition = %s FOR UPDATE
"""

MOVE_HEAD: Final = """
UPDATE heads SET next = %s, chain = %s, lines = %s, updated_at = clock_timestamp()
WHERE topic_id = %s AND partition = %s
"""

CLAIM: Final = """
INSERT INTO effects (topic_id, partition, source, event_id, "offset", input)
SELECT %s, %s, source, event_id, "offset", input
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bytea[])
    AS claim (source, event_id, "offset", input)
ON CONFLICT (source, event_id) DO NOTHING
RETURNING "offset"
"""

HOLDERS: Final = """
SELECT source, event_id, topic_id, partition, "offset", input
FROM unnest(%s::text[], %s::text[]) AS asked (source, event_id)
JOIN effects USING (source, event_id)
"""

LOCK_OPEN_CASES: Final = f"""
SELECT {named(CASE_COLUMNS)} FROM work_files
WHERE {IS_OPEN} AND site = ANY (%s::bytea[])
ORDER BY case_id FOR UPDATE
"""  # noqa: S608 - only names of our own columns

_CASE_TYPES: Final = (
    *("text", "int", "text", "text", "text", "timestamptz", "timestamptz", "timestamptz"),
    *("bigint", "bytea", "text", "text", "jsonb", "text", "int", "text", "bytea"),
)


def case_arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Cases with their pack's digest as the parameters of `KEEP_CASES`."""
    return [
        bytes_array(column) if kind == "bytea" else array(column)
        for kind, column in zip(_CASE_TYPES, zip(*rows, strict=True), strict=True)
    ]


_ARRAYS: Final = ", ".join(f"%s::{kind}[]" for kind in _CASE_TYPES)
_CHANGES: Final = ", ".join(
    f"{column} = excluded.{column}" for column in ("version", "last_seen_at", "sightings")
)

# A sighting more changes what was seen, and nothing that people decide; nor the pack that the case
# was opened under.
# A case id is made of 60 bits of a digest. Should two cases ever get the same one, the second is
# not written, and the writer notices by the count.
KEEP_CASES: Final = f"""
INSERT INTO work_files ({named((*CASE_COLUMNS, "policy"))})
SELECT * FROM unnest({_ARRAYS})
ON CONFLICT (case_id) DO UPDATE SET {_CHANGES}
WHERE work_files.version < excluded.version AND work_files.opened_at = excluded.opened_at
"""  # noqa: S608 - only names of our own columns

SEE_CAMERAS: Final = """
INSERT INTO cameras_seen (camera, last_event_at, last_received_at, messages)
SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
ON CONFLICT (camera) DO UPDATE SET
    last_event_at = greatest(cameras_seen.last_event_at, excluded.last_event_at),
    last_received_at = greatest(cameras_seen.last_received_at, excluded.last_received_at),
    messages = cameras_seen.messages + excluded.messages
"""

KEEP_VOID: Final = """
INSERT INTO voids (topic_id, partition, first, "end", reason) VALUES (%s, %s, %s, %s, %s)
"""

COPY_OUTCOMES: Final = copy_into("outcomes", OUTCOME_COLUMNS)
COPY_RECORDS: Final = copy_into("decision_records", RECORD_COLUMNS)
COPY_LINES: Final = copy_into("ledger_lines", LINE_COLUMNS)
COPY_SIGNALS: Final = copy_into("camera_signals", SIGNAL_COLUMNS)
COPY_OUTBOX: Final = copy_into("outbox", OUTBOX_COLUMNS)

OUTCOME_TYPES: Final = (
    *("text", "int4", "int8", "text", "bytea", "timestamptz", "text", "text"),
    *("text", "text", "text", "int4", "text", "int4", "int8"),
)
RECORD_TYPES: Final = ("text", "int4", "int8", "bytea", "bytea", "bytea", "bytea")
LINE_TYPES: Final = ("text", "int4", "int8", "int8", *("bytea",) * 7)
OUTBOX_TYPES: Final = ("int2", "text", "text", "bytea", "text", "text", "bool")
