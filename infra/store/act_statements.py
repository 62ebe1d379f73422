"""The SQL of people's acts, spelt out: PostgreSQL sees exactly this."""

from typing import Final

from infra.store.act_rows import ACT_COLUMNS, PERSON_COLUMNS, PRIOR_COLUMNS, TAKEN_COLUMNS
from infra.store.clock_rows import CLOCK_COLUMNS
from infra.store.posting import OUTBOX_COLUMNS
from infra.store.rows import CASE_COLUMNS
from infra.store.statements import named
from infra.store.tables import IS_OPEN

MOST_SEEN: Final = 500
"""So many of the latest sightings of a case are looked at; a van may be seen for weeks."""
_NAMES: Final = 7061728
"""Any number does, as long as it is always the same, and no other's."""


def _values(columns: tuple[str, ...]) -> str:
    return ", ".join(["%s"] * len(columns))


LOCK_SHARD: Final = "SELECT next, chain, lines FROM act_shards WHERE shard = %s FOR UPDATE"
MOVE_SHARD: Final = "UPDATE act_shards SET next = %s, chain = %s, lines = %s WHERE shard = %s"

# Asked after the lock, else an act that waited would be older than the one that it waited for.
NOW: Final = "SELECT date_trunc('milliseconds', clock_timestamp())"

ANSWERED: Final = "SELECT shard, number, input, answer FROM acts WHERE command_id = %s"

CASE: Final = f"""
SELECT {named(CASE_COLUMNS)}, policy FROM work_files WHERE case_id = %s
"""  # noqa: S608 - only names of our own columns
LOCK_CASE: Final = f"{CASE} FOR UPDATE"

IS_SITE_TAKEN: Final = f"""
SELECT EXISTS (SELECT FROM work_files WHERE {IS_OPEN} AND site = %s AND case_id <> %s)
"""  # noqa: S608 - only names of our own states

TAKEN: Final = f"""
SELECT {named(TAKEN_COLUMNS)} FROM acts WHERE subject = %s AND is_done ORDER BY version
"""  # noqa: S608 - only names of our own columns

PENALTY: Final = "SELECT state, stayed_from FROM penalty_cases WHERE case_id = %s"
OPINION: Final = "SELECT state FROM opinions WHERE id = %s"

IS_PACK_KEPT: Final = "SELECT FROM policies WHERE digest = %s AND valid_from IS NOT NULL"

CLOCKS: Final = f"""
SELECT {", ".join("plan::text" if name == "plan" else name for name in CLOCK_COLUMNS)}
FROM clocks WHERE subject = %s ORDER BY kind, number
"""  # noqa: S608 - only names of our own columns

_SIGHTINGS: Final = """
SELECT o.case_version, r.facts FROM outcomes o
JOIN decision_records r USING (topic_id, partition, "offset")
WHERE o.case_id = %s AND r.facts IS NOT NULL ORDER BY o.case_version
"""
SEEN: Final = f"""
SELECT DISTINCT case_version, facts FROM (
    ({_SIGHTINGS} LIMIT 1) UNION ALL ({_SIGHTINGS} DESC LIMIT {MOST_SEEN})
) AS sightings ORDER BY case_version
"""  # noqa: S608 - only our own words

PEOPLE: Final = f"""
SELECT {named(PERSON_COLUMNS)} FROM people WHERE id = ANY (%s::text[])
"""  # noqa: S608 - only names of our own columns

PRIOR: Final = f"""
SELECT {named(PRIOR_COLUMNS)} FROM penalty_cases
WHERE party = %s AND matter = %s AND case_id <> %s AND found_at IS NOT NULL
ORDER BY found_at, case_id
"""  # noqa: S608 - only names of our own columns

STANDING: Final = "SELECT proposed_by, published_by FROM pack_states WHERE digest = %s"

# Two packs that are proposed under one name at once take turns.
NAME_TURN: Final = f"SELECT pg_advisory_xact_lock({_NAMES}, hashtext(%s::text || '/' || %s::text))"
NAMED: Final = """
SELECT digest FROM pack_states WHERE name = %s AND version = %s ORDER BY proposed_at LIMIT 1
"""

KEEP_ACT: Final = f"""
INSERT INTO acts ({named(ACT_COLUMNS)}) VALUES ({_values(ACT_COLUMNS)})
"""  # noqa: S608 - only names of our own columns

CHANGED_BY_ACTS: Final = (
    *("version", "state", "route", "queue", "due_at", "site", "place_key", "matter", "place"),
    "acts",
)
"""What people change of a case. What was seen of it, and where it began, is not for them."""

KEEP_CASE: Final = f"""
UPDATE work_files SET {", ".join(f"{name} = %s" for name in CHANGED_BY_ACTS)}
WHERE case_id = %s AND version = %s
"""  # noqa: S608 - only names of our own columns

# The first finding counts, also where a case is stayed or archived later; a finding that is taken
# back counts no more.
KEEP_PENALTY: Final = """
INSERT INTO penalty_cases
    (case_id, state, stayed_from, party, matter, ground, fine_fen, found_at, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (case_id) DO UPDATE SET
    state = excluded.state, stayed_from = excluded.stayed_from, party = excluded.party,
    matter = excluded.matter, ground = excluded.ground, fine_fen = excluded.fine_fen,
    found_at = CASE WHEN excluded.found_at IS NULL THEN NULL
               ELSE coalesce(penalty_cases.found_at, excluded.found_at) END,
    at = excluded.at
"""

KEEP_OPINION: Final = """
INSERT INTO opinions (id, state, title, grade, first_known_at, case_id, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, grade = excluded.grade, at = excluded.at
"""

PROPOSE_PACK: Final = """
INSERT INTO pack_states (digest, state, name, version, valid_from, proposed_by, proposed_at)
SELECT digest, 'proposed', name, version, valid_from, %s, %s FROM policies WHERE digest = %s
"""

PUBLISH_PACK: Final = """
UPDATE pack_states SET state = 'published', published_by = %s, published_at = %s,
    where_published = %s
WHERE digest = %s AND state = 'proposed'
"""

# Today as the law's calendar has it. Two published in one millisecond: any rule does, as long as
# it is always the same.
IN_FORCE: Final = """
SELECT digest FROM pack_states
WHERE state = 'published' AND valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
ORDER BY published_at DESC, digest LIMIT 1
"""

POST: Final = f"""
INSERT INTO outbox ({named(OUTBOX_COLUMNS)}) VALUES ({_values(OUTBOX_COLUMNS)})
"""  # noqa: S608 - only names of our own columns
