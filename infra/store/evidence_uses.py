"""Knows who names an item of evidence: cases by what was seen of them, and people by their acts.

Records and acts are read once each, in the order of their logs, and never held up: whoever looks
for evidence to delete reads on from where the last one stopped.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.rows import TupleRow

from handlers.acts import ACTS
from infra.store.act_rows import brought_by
from infra.store.rows import digest_bytes, digest_of
from infra.store.work import Driver
from schemas.act import SubjectId, plain_details
from schemas.errors import InvalidValueError
from schemas.ids import Sha256, sha256_text

_AT_A_TIME: Final = 5_000
"""Messages or acts that are looked through in one transaction."""

_LOGS: Final = f"""
SELECT log, coalesce(evidence_scans.next, 0), known.next FROM (
    SELECT topic_id || '/' || partition AS log, next FROM heads
    UNION ALL SELECT '{ACTS}/' || shard, next FROM act_shards
) AS known LEFT JOIN evidence_scans USING (log)
WHERE known.next > coalesce(evidence_scans.next, 0) ORDER BY log
"""  # noqa: S608 - only our own words

_BROUGHT: Final = """
SELECT o.case_id, r.facts FROM decision_records r
JOIN outcomes o USING (topic_id, partition, "offset")
WHERE r.topic_id = %s AND r.partition = %s AND r."offset" >= %s AND r."offset" < %s
    AND o.case_id IS NOT NULL AND position('"sha256"'::bytea IN r.facts) > 0
"""

_NAMED: Final = """
SELECT subject, details FROM acts
WHERE shard = %s AND number >= %s AND number < %s AND is_done AND details IS NOT NULL
"""

_KEEP: Final = """
INSERT INTO evidence_uses (digest, subject, received_at, is_named)
SELECT digest, subject, max(received_at), bool_or(is_named)
FROM unnest(%s::bytea[], %s::text[], %s::timestamptz[], %s::boolean[])
    AS found (digest, subject, received_at, is_named)
GROUP BY digest, subject ORDER BY digest, subject
ON CONFLICT (digest, subject) DO UPDATE SET
    received_at = greatest(evidence_uses.received_at, excluded.received_at),
    is_named = evidence_uses.is_named OR excluded.is_named
"""

_MARK: Final = """
INSERT INTO evidence_scans (log, next) VALUES (%s, %s)
ON CONFLICT (log) DO UPDATE SET next = greatest(evidence_scans.next, excluded.next)
"""

_OF: Final = """
SELECT digest, subject, received_at, is_named FROM evidence_uses
WHERE digest = ANY (%s::bytea[]) ORDER BY digest, subject
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A subject that names an item. No `received_at`: no message brought it, only an act names it.

    `is_named` by an act: then it may belong to an archive.
    """

    subject: SubjectId
    received_at: datetime | None
    is_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A piece of a log that was not looked through yet."""

    log: str
    first: int
    end: int


async def look_through(driver: Driver) -> bool:
    """Note who names what in the next records and acts. False: there are no more.

    Commit after each call; what was looked through twice is noted once.
    """
    row = await (await driver.execute(f"{_LOGS} LIMIT 1")).fetchone()
    if row is None:
        return False
    log, first, end = row
    stretch = _Stretch(log=log, first=first, end=min(end, first + _AT_A_TIME))
    found = await _found_in(driver, stretch)
    if found:
        columns = [list(column) for column in zip(*found, strict=True)]
        await driver.execute(_KEEP, columns)
    await driver.execute(_MARK, (stretch.log, stretch.end))
    return True


async def uses_of(driver: Driver, items: Collection[Sha256]) -> Mapping[Sha256, tuple[Use, ...]]:
    """Who names each of them, as far as was looked through; nobody: no entry."""
    found = await driver.execute(_OF, ([digest_bytes(item) for item in items],))
    uses: dict[Sha256, tuple[Use, ...]] = {}
    for digest, subject, received_at, is_named in await found.fetchall():
        item = digest_of(digest)
        use = Use(subject=SubjectId(subject), received_at=received_at, is_named=is_named)
        uses[item] = (*uses.get(item, ()), use)
    return uses


_Row = tuple[bytes, str, datetime | None, bool]


async def _found_in(driver: Driver, stretch: _Stretch) -> list[_Row]:
    log, _, number = stretch.log.rpartition("/")
    span = (int(number), stretch.first, stretch.end)
    if log == ACTS:
        acts = await driver.execute(_NAMED, span)
        return [row for act in await acts.fetchall() for row in _named_by(act)]
    records = await driver.execute(_BROUGHT, (log, *span))
    return [row for record in await records.fetchall() for row in _brought_by(record)]


def _brought_by(record: TupleRow) -> Iterable[_Row]:
    case_id, facts = record
    brought = brought_by(facts)
    for seen in () if brought is None else brought.items:
        yield digest_bytes(seen.item.sha256), case_id, seen.received_at, False


def _named_by(act: TupleRow) -> Iterable[_Row]:
    subject, details = act
    for text in _texts(plain_details(details).fields):
        try:
            yield digest_bytes(sha256_text(text)), subject, None, True
        except InvalidValueError:  # another text
            continue


def _texts(fields: Mapping[str, Any]) -> Iterable[str]:
    for value in fields.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Sequence):
            yield from value
