"""Holds a round against its truth. Reads the database by plain SQL and topics by a plain consumer.

It imports nothing of the product: were both wrong in the same way, nobody would notice.

    read()  ─► Evidence (rows and records, plain)  ─► judge(truth, evidence) ─► Findings
"""

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.faults.sender import Receipt
from tests.faults.truth import ZERO_TOLERANCE, Truth

EVENT_TOPICS: Final = ("events.safety", "events.general")
LETTER_TOPICS: Final = ("disposition.zero-tolerance", "disposition.soft", "dead-letters")
GENESIS: Final = "0" * 64
_POLL_MS: Final = 5000
_TRIES: Final = 6

Ends = Mapping[tuple[str, int], int]
Address = tuple[str, int, int]


@dataclass(slots=True, kw_only=True)
class Row:
    """An address's outcome."""

    address: Address
    outcome: str
    input: str
    event: tuple[str, str] | None
    case: str | None
    version: int | None
    first: Address | None


@dataclass(slots=True, kw_only=True)
class Case:
    """As it stands."""

    sightings: int
    version: int
    queue: str
    place: str | None
    last_seen_at: datetime
    is_merged: bool


@dataclass(slots=True, kw_only=True)
class Line:
    """Of the ledger."""

    number: int
    offset: int
    previous: str
    sealed: Mapping[str, str | None]
    hash: str


@dataclass(slots=True, kw_only=True)
class Evidence:
    """All that a round left behind, plain."""

    ranges: dict[tuple[str, int], tuple[int, int]]
    """[first, end) of each log of events, by topic id and partition."""
    records: dict[Address, str]
    """Digest of what lies at each address."""
    rows: list[Row]
    voids: list[tuple[str, int, int, int]]
    effects: Counter[tuple[str, str]]
    cases: dict[str, Case]
    lines: dict[tuple[str, int], list[Line]]
    letters: list[tuple[str, str]]
    """(topic, letter id), as often as they came."""
    unsent: int
    heads: dict[tuple[str, int], int]


@dataclass(slots=True, kw_only=True)
class Poison:
    """What was put into topics directly: where it was acknowledged, and all that was tried."""

    addresses: list[Address] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Findings:
    """Nothing lost, nothing double, difference 0, no other fault: then it is fine."""

    events: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    difference: int = 0
    repeats: int = 0
    """Repeated addresses and letters that came again: allowed, and shown."""

    @property
    def is_fine(self) -> bool:
        return not self.lost and not self.double and not self.wrong and self.difference == 0


def judge(
    truth: Truth,
    evidence: Evidence,
    receipts: Sequence[Receipt],
    poison: "Poison",
) -> Findings:
    """Nothing here asks a neighbour: the same evidence gives the same findings."""
    found = Findings(events=len(truth.outcomes))
    by_address = _by_address(evidence, found)
    _hold_ranges(evidence, by_address, found)
    _hold_receipts(receipts, by_address, found)
    _hold_events(truth, evidence, found)
    _hold_conflicts(truth, evidence, found)
    _hold_poison(poison, by_address, found)
    _hold_cases(truth, evidence, found)
    _hold_letters(evidence, found)
    _hold_ledger(evidence, found)
    return found


def _by_address(evidence: Evidence, found: Findings) -> dict[Address, Row]:
    rows: dict[Address, Row] = {}
    for row in evidence.rows:
        if row.address in rows:
            found.double.append(f"{row.address}: two outcomes")
        rows[row.address] = row
    return rows


def _hold_ranges(evidence: Evidence, rows: Mapping[Address, Row], found: Findings) -> None:
    """Every offset of [first, end) has its one outcome, or a void; waiting is 0 by now."""
    for (topic_id, partition), (first, end) in evidence.ranges.items():
        voided = {
            offset
            for log, number, start, stop in evidence.voids
            if (log, number) == (topic_id, partition)
            for offset in range(max(first, start), min(end, stop))
        }
        for offset in range(first, end):
            address = (topic_id, partition, offset)
            if address not in rows and offset not in voided:
                found.lost.append(f"{address}: no outcome")
                found.difference += 1
            if address in rows and offset in voided:
                found.double.append(f"{address}: an outcome and a void")
                found.difference -= 1
            digest = evidence.records.get(address)
            if digest is None and offset not in voided:
                found.lost.append(f"{address}: nothing lies there")
            elif address in rows and digest != rows[address].input:
                found.wrong.append(f"{address}: decided on other bytes than lie there")
        head = evidence.heads.get((topic_id, partition), 0)
        if head != end:
            found.wrong.append(f"{topic_id}/{partition}: head {head}, end {end}")


def _hold_receipts(
    receipts: Sequence[Receipt], rows: Mapping[Address, Row], found: Findings
) -> None:
    for receipt in receipts:
        row = rows.get((receipt.topic_id, receipt.partition, receipt.offset))
        if row is None:
            found.lost.append(f"{receipt.id}: acknowledged, and no outcome at its address")
        elif row.input != receipt.sha256 or row.event is None or row.event[1] != receipt.id:
            found.lost.append(f"{receipt.id}: another message's outcome lies at its address")


def _hold_events(truth: Truth, evidence: Evidence, found: Findings) -> None:
    """One primary outcome an event id, of its kind; all others repeat it."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in evidence.rows:
        if row.event is not None:
            rows[row.event].append(row)
    for event, kinds in truth.outcomes.items():
        mine = rows.get(event, [])
        primary = [row for row in mine if row.outcome not in {"repeat-of", "id-conflict"}]
        found.repeats += sum(row.outcome == "repeat-of" for row in mine)
        if not primary:
            found.lost.append(f"{event}: no primary outcome")
        elif len(primary) > 1:
            found.double.append(f"{event}: {len(primary)} primary outcomes")
        elif primary[0].outcome not in kinds:
            found.wrong.append(f"{event}: {primary[0].outcome}, expected {sorted(kinds)}")
        for row in mine:
            if row not in primary and primary and row.first != primary[0].address:
                found.wrong.append(f"{row.address}: repeats {row.first}, not {primary[0].address}")
        if evidence.effects[event] != 1:
            found.wrong.append(f"{event}: {evidence.effects[event]} claims")
        if event not in truth.conflicts and any(row.outcome == "id-conflict" for row in mine):
            found.wrong.append(f"{event}: a conflict that nobody sent")


def _hold_conflicts(truth: Truth, evidence: Evidence, found: Findings) -> None:
    rows = [row for row in evidence.rows if row.outcome == "id-conflict"]
    seen = {row.event for row in rows}
    for event in truth.conflicts:
        if event not in seen:
            found.lost.append(f"{event}: its conflict has no outcome")
    for row in rows:
        if row.event not in truth.conflicts:
            found.wrong.append(f"{row.address}: a conflict that nobody sent")
            continue
        triaged = truth.conflicts[row.event] == ZERO_TOLERANCE
        if triaged != (row.case is not None):
            found.wrong.append(f"{row.address}: conflict with case {row.case}")


def _hold_poison(poison: Poison, rows: Mapping[Address, Row], found: Findings) -> None:
    for address in poison.addresses:
        row = rows.get(address)
        if row is None:
            found.lost.append(f"{address}: poison without outcome")
        elif row.outcome != "parked":
            found.wrong.append(f"{address}: poison became {row.outcome}")
    for row in rows.values():
        if row.outcome == "parked" and row.input not in poison.digests:
            found.wrong.append(f"{row.address}: parked, and was no poison")


def _hold_cases(truth: Truth, evidence: Evidence, found: Findings) -> None:
    """One case a place; as many versions as sightings, each from one outcome."""
    at_place: dict[str, list[str]] = defaultdict(list)
    for name, case in evidence.cases.items():
        if case.is_merged and case.place is not None:
            at_place[case.place].append(name)
    versions: dict[str, list[int]] = defaultdict(list)
    for row in evidence.rows:
        if row.case is not None:
            versions[row.case].append(row.version or 0)
            if row.case not in evidence.cases:
                found.lost.append(f"{row.case}: an outcome names it, and it isn't there")
    for key, place in truth.places.items():
        names = at_place.get(key, [])
        if len(names) != 1:
            kind = found.lost if not names else found.double
            kind.append(f"{key}: {len(names)} cases")
            continue
        case = evidence.cases[names[0]]
        if case.sightings != place.sightings:
            kind = found.double if case.sightings > place.sightings else found.lost
            kind.append(f"{key}: {case.sightings} sightings, expected {place.sightings}")
        if case.queue != place.queue or case.last_seen_at != place.last_seen_at:
            found.wrong.append(f"{key}: {case.queue}, last seen {case.last_seen_at}")
    for name, case in evidence.cases.items():
        if sorted(versions[name]) != list(range(1, case.version + 1)):
            found.wrong.append(f"{name}: version {case.version} of outcomes {versions[name]}")
    for key in set(at_place) - set(truth.places):
        found.wrong.append(f"{key}: a case where nothing was seen")


def _hold_letters(evidence: Evidence, found: Findings) -> None:
    """Each letter at least once, and none that nothing stands behind."""
    expected: set[tuple[str, str]] = set()
    for row in evidence.rows:
        if row.case is not None:
            case = evidence.cases.get(row.case)
            queue = "soft" if case is None else case.queue
            expected.add((f"disposition.{queue}", f"{row.case}/{row.version}"))
        if row.outcome in {"parked", "id-conflict"}:
            topic_id, partition, offset = row.address
            expected.add(("dead-letters", f"{topic_id}/{partition}/{offset}"))
    came = Counter(evidence.letters)
    found.lost += [f"letter {letter}: never came" for letter in sorted(expected - set(came))]
    found.wrong += [
        f"letter {letter}: nothing stands behind it" for letter in sorted(set(came) - expected)
    ]
    found.repeats += sum(count - 1 for count in came.values())
    if evidence.unsent:
        found.wrong.append(f"{evidence.unsent} letters still wait in the outbox")


def _hold_ledger(evidence: Evidence, found: Findings) -> None:
    decided = {row.address for row in evidence.rows}
    for (topic_id, partition), lines in evidence.lines.items():
        previous: Line | None = None
        for line in lines:
            where = f"ledger {topic_id}/{partition} line {line.number}"
            if line.hash != line_hash(f"{topic_id}/{partition}", line):
                found.wrong.append(f"{where}: hash")
            if previous is None:
                is_first = line.number == 0
                if is_first and line.previous != GENESIS:
                    found.wrong.append(f"{where}: doesn't begin at the beginning")
            elif (line.previous, line.number) != (previous.hash, previous.number + 1):
                found.wrong.append(f"{where}: doesn't hang on the one before")
            if (topic_id, partition, line.offset) not in decided:
                found.wrong.append(f"{where}: no outcome at {line.offset}")
            previous = line
    in_ledger = {
        (topic_id, partition, line.offset)
        for (topic_id, partition), lines in evidence.lines.items()
        for line in lines
    }
    found.lost += [f"{address}: not in the ledger" for address in sorted(decided - in_ledger)]


def line_hash(shard: str, line: Line) -> str:
    """sha256(previous ‖ RFC 8785 of the line), computed by ourselves."""
    content = {"form": 1, "shard": shard, "number": line.number, "offset": line.offset}
    spelt = json.dumps(
        {**content, **line.sealed}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(line.previous.encode() + spelt.encode()).hexdigest()


class Reader:
    """Reads what a round left behind. `close` when done."""

    def __init__(self, *, dsn: str, bootstrap: str) -> None:
        self._dsn: Final = dsn
        self._servers: Final = bootstrap.split(",")
        self._consumer: Any = self._fresh()
        admin: Any = KafkaAdminClient(bootstrap_servers=self._servers)
        described = admin.describe_topics([*EVENT_TOPICS, *LETTER_TOPICS])
        admin.close()
        self._numbers = {t["name"]: len(t["partitions"]) for t in described}
        self._ids = {t["name"]: str(t["topic_id"]) for t in described}

    def _fresh(self) -> Any:
        return KafkaConsumer(
            bootstrap_servers=self._servers,
            group_id=None,
            enable_auto_commit=False,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            request_timeout_ms=5000,
            reconnect_backoff_max_ms=500,
        )

    def close(self) -> None:
        self._consumer.close()

    def identity(self, topic: str) -> str:
        """A topic's id."""
        return self._ids[topic]

    def ends(self, topics: Sequence[str] = (*EVENT_TOPICS, *LETTER_TOPICS)) -> Ends:
        """Where each log ends. A consumer that can't tell any more is replaced.

        Of a partition without a leader kafka-python raises a `KeyError`.
        """
        places = [TopicPartition(t, n) for t in topics for n in range(self._numbers[t])]
        for _ in range(_TRIES):
            try:
                return self._ends(places)
            except (KafkaError, KeyError):
                with suppress(KafkaError):
                    self._consumer.close()
                time.sleep(0.5)
                self._consumer = self._fresh()
        return self._ends(places)

    def _ends(self, places: Sequence[TopicPartition]) -> Ends:
        return {
            (p.topic, p.partition): end for p, end in self._consumer.end_offsets(places).items()
        }

    def waiting(self) -> int:
        """Messages without outcome and letters that Kafka has not got."""
        ends = self.ends(EVENT_TOPICS)
        with psycopg.connect(self._dsn, connect_timeout=3) as connection:
            heads = _heads(connection)
            unsent = connection.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
            count = unsent.fetchone()
        behind = sum(
            max(0, end - heads.get((self._ids[topic], number), 0))
            for (topic, number), end in ends.items()
        )
        return behind + (0 if count is None else int(count[0]))

    def read(self, before: Ends, name: str) -> Evidence:
        """All that came since `before`; `name` begins every id and place of the round."""
        after = self.ends()
        ranges = {
            (self._ids[topic], number): (before[topic, number], end)
            for (topic, number), end in after.items()
            if topic in EVENT_TOPICS
        }
        records = {
            (self._ids[record.topic], record.partition, record.offset): _digest(record.value)
            for record in self._records(EVENT_TOPICS, before, after)
        }
        letters = [
            (record.topic, json.loads(record.value)["id"])
            for record in self._records(LETTER_TOPICS, before, after)
        ]
        with psycopg.connect(self._dsn) as connection:
            return Evidence(
                ranges=ranges,
                records=records,
                letters=letters,
                heads=_heads(connection),
                **_rows_of(connection, ranges, name),
            )

    def _records(self, topics: Sequence[str], before: Ends, after: Ends) -> Iterable[Any]:
        for (topic, number), end in after.items():
            first = before[topic, number]
            if topic not in topics or first >= end:
                continue
            place = TopicPartition(topic, number)
            self._consumer.assign([place])
            self._consumer.seek(place, first)
            while self._consumer.position(place) < end:
                found = self._consumer.poll(timeout_ms=_POLL_MS).get(place, [])
                yield from (record for record in found if record.offset < end)


def _digest(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()


def _heads(connection: "psycopg.Connection[Any]") -> dict[tuple[str, int], int]:
    rows = connection.execute("SELECT topic_id, partition, next FROM heads").fetchall()
    return {(topic_id, number): offset for topic_id, number, offset in rows}


def _rows_of(
    connection: "psycopg.Connection[Any]",
    ranges: Mapping[tuple[str, int], tuple[int, int]],
    name: str,
) -> dict[str, Any]:
    rows: list[Row] = []
    lines: dict[tuple[str, int], list[Line]] = {}
    for log, (first, end) in ranges.items():
        rows += _outcomes(connection, log, first, end)
        lines[log] = _lines(connection, log, first, end)
    cases = sorted({row.case for row in rows if row.case is not None})
    # A clock may page somebody at any moment: what was written just now is still on its way.
    unsent = connection.execute(
        "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
        " AND created_at < clock_timestamp() - interval '2 s'"
    ).fetchone()
    voids = connection.execute('SELECT topic_id, partition, first, "end" FROM voids').fetchall()
    effects = connection.execute(
        "SELECT source, event_id, count(*) FROM effects WHERE event_id LIKE %s GROUP BY 1, 2",
        (f"{name}-%",),
    )
    return {
        "rows": rows,
        "lines": lines,
        "voids": [(log, number, first, end) for log, number, first, end in voids],
        "effects": Counter({(source, event): n for source, event, n in effects.fetchall()}),
        "cases": _cases(connection, cases, name),
        "unsent": 0 if unsent is None else int(unsent[0]),
    }


def _outcomes(
    connection: "psycopg.Connection[Any]", log: tuple[str, int], first: int, end: int
) -> list[Row]:
    found = connection.execute(
        "SELECT \"offset\", outcome, encode(input, 'hex'), source, event_id, case_id,"
        " case_version, first_topic_id, first_partition, first_offset FROM outcomes"
        ' WHERE topic_id = %s AND partition = %s AND "offset" >= %s AND "offset" < %s',
        (*log, first, end),
    )
    return [
        Row(
            address=(*log, offset),
            outcome=outcome,
            input=digest,
            event=None if event is None else (source, event),
            case=case,
            version=version,
            first=None if told[0] is None else (told[0], told[1], told[2]),
        )
        for offset, outcome, digest, source, event, case, version, *told in found.fetchall()
    ]


def _cases(
    connection: "psycopg.Connection[Any]", names: Sequence[str], name: str
) -> dict[str, Case]:
    found = connection.execute(
        "SELECT case_id, sightings, version, queue, place_key, last_seen_at, site IS NOT NULL"
        " FROM work_files WHERE case_id = ANY(%s) OR place_key LIKE %s",
        (list(names), f"place:{name}-%"),
    )
    return {
        case: Case(
            sightings=sightings,
            version=version,
            queue=queue,
            place=place,
            last_seen_at=seen,
            is_merged=merged,
        )
        for case, sightings, version, queue, place, seen, merged in found.fetchall()
    }


def _lines(
    connection: "psycopg.Connection[Any]", log: tuple[str, int], first: int, end: int
) -> list[Line]:
    digests = ("previous", "input", "facts", "policy", "decision", '"case"', "hash")
    columns = ", ".join(f"encode({digest}, 'hex')" for digest in digests)
    found = connection.execute(
        f'SELECT number, "offset", {columns} FROM ledger_lines WHERE topic_id = %s'
        ' AND partition = %s AND "offset" >= %s AND "offset" < %s ORDER BY number'.encode(),
        (*log, first, end),
    )
    return [
        Line(
            number=number,
            offset=offset,
            previous=previous,
            sealed=dict(zip(("input", "facts", "policy", "decision", "case"), sealed, strict=True)),
            hash=told,
        )
        for number, offset, previous, *sealed, told in found.fetchall()
    ]
