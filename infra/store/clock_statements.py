"""The SQL of clocks, spelt out: PostgreSQL sees exactly this."""

from typing import Final

from infra.store.clock_rows import CLOCK_COLUMNS, CLOCK_TYPES, FIRING_COLUMNS, ROUND_COLUMNS
from infra.store.statements import copy_into, named

SHARDS: Final = 16
"""So many keepers may write at once."""
_LOCKS: Final = 7061727
"""Any number does, as long as it is always the same, and no other's."""

_READ: Final = ", ".join("plan::text" if name == "plan" else name for name in CLOCK_COLUMNS)
_ARRAYS: Final = ", ".join(f"%s::{kind}[]" for kind in CLOCK_TYPES)
_KEYS: Final = frozenset({"subject", "kind", "number"})
_CHANGES: Final = ", ".join(f"{c} = excluded.{c}" for c in CLOCK_COLUMNS if c not in _KEYS)

COPY_CLOCKS: Final = copy_into("clocks", CLOCK_COLUMNS)
"""For clocks that start with their case, in the transaction that opens it."""
COPY_FIRINGS: Final = copy_into("clock_firings", FIRING_COLUMNS)

LOCK_OF_SUBJECT: Final = f"""
SELECT {_READ} FROM clocks WHERE subject = %s ORDER BY kind, number FOR UPDATE
"""  # noqa: S608 - only names of our own columns

# A clock that fired after it was read has told more than the row to be written knows.
KEEP: Final = f"""
INSERT INTO clocks ({named(CLOCK_COLUMNS)})
SELECT * FROM unnest({_ARRAYS})
ON CONFLICT (subject, kind, number) DO UPDATE SET {_CHANGES}
WHERE clocks.fired <= excluded.fired
"""  # noqa: S608 - only names of our own columns

CLAIM: Final = f"""
SELECT {_READ}, ctid::text FROM clocks WHERE next_at <= now()
ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - only names of our own columns

FREE_SHARD: Final = f"""
SELECT shard, now() FROM generate_series(0, {SHARDS} - 1) AS shard
WHERE pg_try_advisory_xact_lock({_LOCKS}, shard) LIMIT 1
"""  # noqa: S608 - only numbers of our own

LAST_LINE: Final = """
SELECT number, hash FROM clock_rounds WHERE shard = %s ORDER BY number DESC LIMIT 1
"""

# By the place of a row that this transaction has locked, so nobody moves it: no index is searched.
# Each column is one text: a driver's own arrays cost a sixth of a whole round.
MOVE: Final = """
UPDATE clocks SET fired = moved.fired, next_at = moved.next_at
FROM unnest(
    string_to_array(%s, ' ')::tid[],
    string_to_array(%s, ' ')::int[],
    string_to_array(%s, ' ', '-')::timestamptz[]
) AS moved (place, fired, next_at)
WHERE clocks.ctid = moved.place
"""

KEEP_ROUND: Final = f"""
INSERT INTO clock_rounds ({named(ROUND_COLUMNS)})
VALUES ({", ".join(["%s"] * len(ROUND_COLUMNS))})
"""  # noqa: S608 - only names of our own columns

BEAT: Final = """
INSERT INTO heartbeats (name, at, said) VALUES (%s, clock_timestamp(), %s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, said = excluded.said
"""
