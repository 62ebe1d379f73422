"""A round: load at a rate, a fault or two in its midst, all settled, and all held against truth."""

import hashlib
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Final

import psycopg
from kafka import KafkaProducer
from kafka.errors import KafkaError

from tests.faults.checker import EVENT_TOPICS, Findings, Poison, Reader, judge
from tests.faults.faults import Fault
from tests.faults.sender import Sender
from tests.faults.system import PARTITIONS, System
from tests.faults.truth import CAMERA, Mix, Plan, Planner

SETTLED_WITHIN_S: Final = 180.0
_BEFORE_S: Final = (1.5, 3.0)
_AFTER_S: Final = 4.0
_LOOK_EVERY_S: Final = 0.15
_FAULTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much, how fast. No number of events: as many as last a little longer than the fault."""

    rate: float
    events: int | None
    is_ci: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round came to, ready to be told."""

    faults: Sequence[str]
    seed: int
    events: int
    addresses: int
    acknowledged: int
    lost: int
    double: int
    wrong: int
    difference: int
    repeats: int
    recovered_in_s: float | None
    """From the fault's end until no more waits than on a fine day; absent: never."""
    held_s: float
    lasted_s: float
    skipped: str | None = None
    said: Sequence[str] = field(default_factory=tuple)

    @property
    def is_fine(self) -> bool:
        bad = self.lost or self.double or self.wrong or self.difference
        return self.skipped is not None or (not bad and self.recovered_in_s is not None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def warm_up(system: System) -> None:
    """A little load that nobody counts: groups are joined and plans are made before the first."""
    load = Load(rate=30, events=60, is_ci=True)
    found = run_round(system, [], number=0, seed=0, load=load)
    if not found.is_fine:
        raise RuntimeError(f"not well before any fault: {found.said}")


def run_round(
    system: System, faults: Sequence[Fault], *, number: int, seed: int, load: Load
) -> Round:
    """Leaves the system as it found it: settled, and in fine weather."""
    reasons = [reason for fault in faults if (reason := fault.needs(system))]
    names = [fault.name for fault in faults]
    if reasons:
        return _skipped(names, seed, "; ".join(reasons))
    dice = Random(f"{seed}/{'+'.join(names)}")
    held_s = max((fault.lasts_s(is_ci=load.is_ci) for fault in faults), default=0.0)
    events = load.events or int(load.rate * (_BEFORE_S[1] + held_s + _AFTER_S))
    name = f"r{number}x{seed}"
    plan = Planner(name, dice, _mix(faults)).plan(events)
    began = time.monotonic()
    with _Watch(system, plan, load.rate) as watch:
        time.sleep(dice.uniform(*_BEFORE_S))
        with ExitStack() as stack:
            for fault in faults:
                stack.enter_context(fault.causes(system, dice))
            time.sleep(held_s)
        watch.fault_ended()
        trouble = watch.settle()
        findings = watch.judged(name)
    if trouble is not None:
        findings.wrong.append(trouble)
    return _told(names, seed, findings, watch, (held_s, time.monotonic() - began))


def _mix(faults: Sequence[Fault]) -> Mix:
    return next((fault.mix for fault in faults if fault.mix != Mix()), Mix())


def _skipped(names: Sequence[str], seed: int, why: str) -> Round:
    return Round(
        faults=names,
        seed=seed,
        events=0,
        addresses=0,
        acknowledged=0,
        lost=0,
        double=0,
        wrong=0,
        difference=0,
        repeats=0,
        recovered_in_s=None,
        held_s=0.0,
        lasted_s=0.0,
        skipped=why,
    )


def _told(
    names: Sequence[str], seed: int, found: Findings, watch: "_Watch", took: tuple[float, float]
) -> Round:
    said = (*found.lost, *found.double, *found.wrong)
    return Round(
        faults=names,
        seed=seed,
        events=found.events,
        addresses=watch.addresses,
        acknowledged=len(watch.sender.told.receipts),
        lost=len(found.lost),
        double=len(found.double),
        wrong=len(found.wrong),
        difference=found.difference,
        repeats=found.repeats,
        recovered_in_s=watch.recovered_in_s,
        held_s=took[0],
        lasted_s=took[1],
        said=said[:_FAULTS_SHOWN],
    )


class _Watch:
    """Sends a plan and looks how much waits. Mutable: it remembers when all was well again."""

    def __init__(self, system: System, plan: Plan, rate: float) -> None:
        self._system: Final = system
        self._plan: Final = plan
        self._reader: Final = Reader(dsn=system.database.dsn, bootstrap=system.cluster.bootstrap)
        self._looker: Final = Reader(dsn=system.database.dsn, bootstrap=system.cluster.bootstrap)
        self._before: Final = self._reader.ends()
        self._calm: Final = max(20.0, rate)
        self._poison = Poison()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._look, self._put_poison)
        ]
        self._ended_at: float | None = None
        self._waiting: int | None = None
        self._put = 0
        self.sender: Final = Sender(system.deployment.api, system.key, rate=rate)
        self.recovered_in_s: float | None = None
        self.addresses = 0

    def __enter__(self) -> "_Watch":
        with self._system.orders.open("ab") as orders:
            orders.writelines(send.body + b"\n" for send in self._plan.by_camera)
        self.sender.start(self._plan.pushed)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        for reader in (self._reader, self._looker):
            with suppress(KafkaError):
                reader.close()

    def fault_ended(self) -> None:
        self._ended_at = time.monotonic()

    def settle(self) -> str | None:
        """Wait until all is acknowledged and decided; say what was not."""
        until = time.monotonic() + SETTLED_WITHIN_S
        if not self.sender.wait(SETTLED_WITHIN_S):
            return f"{self.sender.left} pushes were never acknowledged"
        while time.monotonic() < until:
            if self._all_given() and self._waiting == 0 and self._settled_twice():
                return None
            time.sleep(0.1)
        return (
            f"not settled: {self._waiting} wait, {len(self._plan.poison) - self._put} poison left, "
            f"{self._spooled()} in the spool"
        )

    def judged(self, name: str) -> Findings:
        evidence = self._reader.read(self._before, name)
        self.addresses = len(evidence.records)
        told = self.sender.told
        found = judge(self._plan.truth, evidence, told.receipts, self._poison)
        found.wrong += [f"refused: {refusal}" for refusal in told.refused]
        return found

    def _all_given(self) -> bool:
        done = self._system.folder / "camera-done"
        position = int(done.read_text()) if done.exists() else 0
        given = position == self._system.orders.stat().st_size
        return given and self._put == len(self._plan.poison) and self._spooled() == 0

    def _spooled(self) -> int:
        return len(list((self._system.data / "spool" / CAMERA).glob("*.json")))

    def _settled_twice(self) -> bool:
        """What was in flight at the first look is seen by the second."""
        time.sleep(0.3)
        with suppress(KafkaError, KeyError, psycopg.Error):
            return self._reader.waiting() == 0 and self._spooled() == 0
        return False

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                self._waiting = self._looker.waiting()
            except Exception:  # noqa: BLE001 - the fault is in the way of looking too
                self._waiting = None
            self._note_time(self._waiting)

    def _note_time(self, waiting: int | None) -> None:
        """Well again is who stays well: a later look that finds too much takes it back."""
        ended = self._ended_at
        if ended is None:
            return
        if waiting is None or waiting + self.sender.overdue() > self._calm:
            self.recovered_in_s = None
        elif self.recovered_in_s is None:
            self.recovered_in_s = time.monotonic() - ended

    def _put_poison(self) -> None:
        """As another producer would, straight into the topics, until each is acknowledged."""
        dice = Random(len(self._plan.poison))
        producer: Any = None
        for value in self._plan.poison:
            self._poison.digests.add(hashlib.sha256(value or b"").hexdigest())
            topic, partition = dice.choice(EVENT_TOPICS), dice.randrange(PARTITIONS)
            while not self._stop.is_set():
                try:
                    producer = producer or _producer(self._system)
                    sent = producer.send(topic, value=value, partition=partition, key=b"poison")
                    offset = sent.get(timeout=8).offset
                except KafkaError:
                    _let_go(producer)
                    producer = None
                    self._stop.wait(0.3)
                    continue
                self._note(topic, partition, offset)
                break
            self._stop.wait(0.02)
        _let_go(producer)

    def _note(self, topic: str, partition: int, offset: int) -> None:
        self._poison.addresses.append((self._reader.identity(topic), partition, offset))
        self._put += 1


def _producer(system: System) -> Any:
    return KafkaProducer(
        bootstrap_servers=system.cluster.bootstrap.split(","),
        acks="all",
        delivery_timeout_ms=7000,
        request_timeout_ms=5000,
        max_block_ms=5000,
    )


def _let_go(producer: Any) -> None:
    if producer is not None:
        with suppress(KafkaError):
            producer.close(timeout=1)
