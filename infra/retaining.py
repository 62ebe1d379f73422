"""Carries retention out: what nothing keeps any more is written down, and then taken away.

the vault ─► term over? ─► who names it ─► does anything keep it? ─► a line of the ledger ─► gone

Last comes the disk: whoever is killed between the line and the file leaves a file that the next
run takes away by the same line.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.dossier import Dossier
from handlers.decisions.retention import Keeps, kept_by, kept_with
from handlers.deletions import Deletion, holder_of
from infra.store.deletions import deleted_at, take_turn, write_down
from infra.store.dossiers import read_dossier
from infra.store.evidence_uses import Use, look_through, uses_of
from infra.store.failures import told_by_remedy
from infra.store.work import Driver, driver_of
from infra.vault.disk import DiskVault, Kept
from schemas.act import Act, SubjectId
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import Sha256
from schemas.manifest import MEDIA_TYPE
from schemas.wire.manifests import read_manifest

_AT_A_TIME: Final = 1_000
"""Items whose names are looked up at once."""
_JOINS: Final = (Act.MERGE, Act.MERGE_PENALTY)

Bundles = Mapping[Sha256, frozenset[Sha256]]
Uses = Mapping[Sha256, Sequence[Use]]


@dataclass(slots=True, kw_only=True)
class Amount:
    """So many items of so many bytes."""

    items: int = 0
    size_bytes: int = 0

    def add(self, item: Kept) -> None:
        """One more."""
        self.items += 1
        self.size_bytes += item.size_bytes


@dataclass(slots=True, kw_only=True)
class RetentionReport:
    """What a run came to. An item that several reasons keep is counted under each of them.

    `orphans` are those of the deleted that nobody ever told of; `unfinished` were on record as
    deleted, and still lay there.
    """

    seen: Amount = field(default_factory=Amount)
    kept: dict[Keeps, Amount] = field(default_factory=dict)
    deleted: Amount = field(default_factory=Amount)
    orphans: int = 0
    unfinished: int = 0

    def keep(self, item: Kept, reasons: Iterable[Keeps]) -> None:
        """One stays."""
        for reason in reasons:
            self.kept.setdefault(reason, Amount()).add(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An item whose term is over, with what it stands and falls with, and who names any of it."""

    item: Kept
    bundle: frozenset[Sha256]
    subjects: frozenset[SubjectId]
    recorded_at: datetime


class Retention:
    """One run. `policy` is the pack in force, which each line names.

    `on_progress` is told how many items were looked at so far.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        vault: DiskVault,
        *,
        policy: Sha256,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._engine: Final = engine
        self._vault: Final = vault
        self._policy: Final = policy
        self._on_progress: Final = on_progress
        self._report = RetentionReport()

    async def run(self, *, deletes: bool, now: datetime | None = None) -> RetentionReport:
        """Look at everything in the vault; without `deletes` only say what would be done.

        May be repeated, and by several at once. `now` is the database's clock where it isn't said.

        Raises:
            TemporarilyUnavailableError: database or disk is away; what was deleted is on record.
            RefusedError: the database has never heard of a message.
        """
        self._report = RetentionReport()
        async with self._transaction() as driver:
            at = now or await _now(driver)
            await _require_a_past(driver)
        if deletes:
            self._vault.tidy(now=at)
        await self._look_everything_through()
        bound = await self._bound_by_archives()
        items = self._vault.kept()
        while batch := list(islice(items, _AT_A_TIME)):
            await self._look_at(batch, bound, at, deletes=deletes)
            self._on_progress(self._report.seen.items)
        return self._report

    async def _look_everything_through(self) -> None:
        goes_on = True
        while goes_on:
            async with self._transaction() as driver:
                goes_on = await look_through(driver)

    async def _bound_by_archives(self) -> Bundles:
        """Items that stay because an act names their manifest, with these manifests."""
        manifests = {one.sha256: one for one in self._vault.kept() if one.media_type == MEDIA_TYPE}
        bound: dict[Sha256, frozenset[Sha256]] = {}
        digests = iter(manifests)
        while some := list(islice(digests, _AT_A_TIME)):
            async with self._transaction() as driver:
                uses = await uses_of(driver, some)
            named = (digest for digest, found in uses.items() if any(use.is_named for use in found))
            for digest in named:
                for item in _named_in(manifests[digest]):
                    bound[item] = bound.get(item, frozenset()) | {digest}
        return bound

    async def _look_at(
        self, batch: Sequence[Kept], bound: Bundles, now: datetime, *, deletes: bool
    ) -> None:
        due: list[Kept] = []
        for item in batch:
            self._report.seen.add(item)
            if kept_by(item.sha256, item.kept_at, (), now=now):
                self._report.keep(item, (Keeps.TERM,))
            else:
                due.append(item)
        for group in await self._grouped(due, bound):
            if deletes:
                await self._delete(group, now)
            else:
                async with self._transaction() as driver:
                    free = await self._free(driver, group, now, locks=False)
                self._count(free)

    async def _grouped(self, items: Sequence[Kept], bound: Bundles) -> list[list[_Due]]:
        """Those together that the same subjects name, so that each is read once."""
        bundles = {item.sha256: _bundle_of(item, bound) for item in items}
        async with self._transaction() as driver:
            uses = await uses_of(driver, frozenset().union(*bundles.values()))
        groups: dict[frozenset[SubjectId], list[_Due]] = {}
        for item in items:
            due = _due(item, bundles[item.sha256], uses)
            groups.setdefault(due.subjects, []).append(due)
        return list(groups.values())

    async def _delete(self, group: Sequence[_Due], now: datetime) -> None:
        """Judge again what is locked, write it down, and take it away once that is certain."""
        async with self._transaction() as driver:
            await take_turn(driver)
            while await look_through(driver):
                pass
            known = await uses_of(driver, frozenset().union(*(each.bundle for each in group)))
            fresh = [_due(each.item, each.bundle, known) for each in group]
            if {each.subjects for each in fresh} != {group[0].subjects}:
                return  # named by another meanwhile: the next run sees it
            gone = await deleted_at(driver, [each.item.sha256 for each in fresh])
            left = [each for each in fresh if _is_left(each.item, gone)]
            free = await self._free(
                driver, [each for each in fresh if each not in left], now, locks=True
            )
            await write_down(driver, [self._line(each, holders, now) for each, holders in free])
        self._report.unfinished += sum(self._vault.remove(each.item) for each in left)
        self._count([(due, holders) for due, holders in free if self._vault.remove(due.item)])

    async def _free(
        self, driver: Driver, group: Sequence[_Due], now: datetime, *, locks: bool
    ) -> list[tuple[_Due, tuple[Dossier, ...]]]:
        """Those that nothing keeps, with who names them; the others are counted."""
        if not group:
            return []
        dossiers = await _holders(driver, group[0].subjects, locks=locks)
        free = []
        for due in group:
            reasons = kept_with(due.bundle, due.recorded_at, dossiers, now=now)
            self._report.keep(due.item, reasons)
            if not reasons:
                free.append((due, dossiers))
        return free

    def _count(self, free: Collection[tuple[_Due, tuple[Dossier, ...]]]) -> None:
        for due, holders in free:
            self._report.deleted.add(due.item)
            self._report.orphans += not holders

    def _line(self, due: _Due, holders: Sequence[Dossier], now: datetime) -> Deletion:
        return Deletion(
            item=due.item.sha256,
            media_type=due.item.media_type,
            size_bytes=due.item.size_bytes,
            recorded_at=due.recorded_at,
            deleted_at=now,
            holders=tuple(holder_of(each) for each in holders),
            policy=self._policy,
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Driver]:
        with told_by_remedy():
            async with self._engine.begin() as connection:
                yield await driver_of(connection)


async def _now(driver: Driver) -> datetime:
    row = await (await driver.execute("SELECT now()")).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row; not input
    return row[0]  # type: ignore[no-any-return]


async def _require_a_past(driver: Driver) -> None:
    """Beside another's database everything in a vault looks as if nobody had ever told of it."""
    row = await (await driver.execute("SELECT EXISTS (SELECT FROM heads)")).fetchone()
    if row is None or not row[0]:
        raise RefusedError(
            "this database has never decided on a message: is it the one that the vault belongs "
            "to? Nothing was deleted"
        )


async def _holders(
    driver: Driver, subjects: Collection[SubjectId], *, locks: bool
) -> tuple[Dossier, ...]:
    """All that name an item, and the cases that these were joined to; in one order for all."""
    found: dict[SubjectId, Dossier] = {}
    waiting = sorted(subjects)
    while waiting:
        dossier = await read_dossier(driver, waiting.pop(0), locks=locks)
        if dossier is not None:
            found[dossier.id] = dossier
            waiting += [each for each in _joined_to(dossier) if each not in found]
    return tuple(found.values())


def _joined_to(dossier: Dossier) -> list[SubjectId]:
    named = (taken.details.text("into") for taken in dossier.all(*_JOINS))
    return [SubjectId(case) for case in named if case]


def _bundle_of(item: Kept, bound: Bundles) -> frozenset[Sha256]:
    """A manifest with all that it names; anything else with the manifests that bind it."""
    if item.media_type == MEDIA_TYPE:
        return frozenset({item.sha256, *_named_in(item)})
    return frozenset({item.sha256}) | bound.get(item.sha256, frozenset())


def _named_in(item: Kept) -> frozenset[Sha256]:
    """None where it is no manifest, or broken: it is judged by itself then."""
    try:
        return frozenset(each.sha256 for each in read_manifest(item.path.read_bytes()).items)
    except (InvalidValueError, FileNotFoundError):
        return frozenset()


def _due(item: Kept, bundle: frozenset[Sha256], uses: Uses) -> _Due:
    named = [use for digest in bundle for use in uses.get(digest, ())]
    brought = [use.received_at for use in uses.get(item.sha256, ()) if use.received_at is not None]
    return _Due(
        item=item,
        bundle=bundle,
        subjects=frozenset(use.subject for use in named),
        recorded_at=max([item.kept_at, *brought]),
    )


def _is_left(item: Kept, gone: Mapping[Sha256, datetime]) -> bool:
    """Whether it was deleted on record after it was last kept."""
    at = gone.get(item.sha256)
    return at is not None and at > item.kept_at
