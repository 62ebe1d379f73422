"""Builds values for tests: name only what the test is about."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import CameraSignal, Claim, Content, Facts, Sighting, Undecodable
from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.policy import Policy
from handlers.ledger import GENESIS, SALT_BYTES
from handlers.ports import Batch, Head, Received, Shard, Void
from schemas.camera import ZoneKind
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.disposition import Reason
from schemas.dwell import Dwell
from schemas.events import Event, EventBody
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import (
    Address,
    CameraId,
    CaseId,
    EventId,
    OccurrenceId,
    Partition,
    Sha256,
    ZoneId,
)
from schemas.lane import Lane
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey
from schemas.observation import Observation, Phase, Thing
from schemas.place import Place
from schemas.probe import Probe
from schemas.report import Report, Reporter
from schemas.signal import SignalKind, StreamSignal
from schemas.values import replace
from schemas.words import Words
from schemas.workfile import CaseState, Queue, Route, Site, WorkFile

NOON: Final = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Noon in China."""

STALL: Final = MatterKey("GB/T 47678.5-2026", "matter", "09006")
"""Soft: three minutes are let go."""
BLOCKED_EXIT: Final = MatterKey("GB/T 47678.5-2026", "matter", "03001")
"""Safety, zero tolerance."""
OPEN_MANHOLE: Final = MatterKey("GB/T 47678.5-2026", "component", "01001")
"""Safety, but nobody is to blame: service, in the danger queue."""
LITTER: Final = MatterKey("GB/T 47678.5-2026", "matter", "01002")
"""Service."""
UNLISTED: Final = MatterKey("GB/T 47678.5-2026", "matter", "99999")
"""Not in the pack."""

CAMERA: Final = CameraId("cam-07")
SOURCE: Final = "/cameras/cam-07"
LOG: Final = Partition("topic-one", 0)


def a_digest(text: str = "anything") -> Sha256:
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def in_minutes(amount: int) -> Limit:
    return Limit(amount=amount, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)


def a_matter_policy(
    key: MatterKey = STALL,
    *,
    route: Route = Route.SOFT,
    is_safety: bool = False,
    dwell: timedelta = timedelta(minutes=3),
    limit_min: int = 120,
    lifted_by: Iterable[Danger] = (),
    is_amenity: bool = False,
) -> MatterPolicy:
    return MatterPolicy(
        key=key,
        name=f"name-{key.code}",
        title_zh=f"事项{key.code}",
        title_en=f"matter {key.code}",
        is_safety=is_safety,
        why="for tests",
        route=route,
        dwell_threshold=dwell,
        disposal_limit=in_minutes(limit_min),
        clause="for tests",
        certainty=Certainty.PROPOSAL,
        lifted_by=frozenset(lifted_by),
        is_amenity=is_amenity,
    )


MATTERS: Final = (
    a_matter_policy(STALL),
    a_matter_policy(BLOCKED_EXIT, route=Route.ZERO_TOLERANCE, is_safety=True, limit_min=30),
    a_matter_policy(OPEN_MANHOLE, route=Route.SERVICE, is_safety=True, limit_min=30),
    a_matter_policy(LITTER, route=Route.SERVICE),
)


def a_policy(
    *,
    matters: Iterable[MatterPolicy] = MATTERS,
    sample_one_in: int = 10**12,
    least_confidence_permille: int = 500,
    digest: Sha256 | None = None,
) -> Policy:
    """By default so rarely sampled that no test meets it."""
    limits = {Queue.ZERO_TOLERANCE: 30, Queue.SOFT: 240}
    return Policy(
        name="test",
        version="1",
        valid_from=date(2026, 1, 1),
        digest=digest or a_digest("test pack"),
        sample_one_in=sample_one_in,
        least_confidence_permille=least_confidence_permille,
        triage_limit={queue: in_minutes(amount) for queue, amount in limits.items()},
        matters={matter.key: matter for matter in matters},
    )


def a_place(
    id: str | None = "jiefang-1",  # noqa: A002 - the field's name
    *,
    grid_cell: str | None = None,
    address: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
) -> Place:
    return Place(
        id=id, grid_cell=grid_cell, address=address, longitude=longitude, latitude=latitude
    )


def an_evidence_ref(text: str = "a frame") -> EvidenceRef:
    return EvidenceRef(
        sha256=a_digest(text),
        media_type="image/jpeg",
        size_bytes=48_213,
        kind=EvidenceKind.ORIGINAL_FRAME,
        media_time=timedelta(seconds=12, milliseconds=40),
    )


def an_observation(
    *,
    matter: MatterKey = STALL,
    place: Place | None = None,
    camera: CameraId = CAMERA,
    zone_kind: ZoneKind = ZoneKind.NO_VENDING,
    phase: Phase = Phase.BEGAN,
    sequence: int = 0,
    first_seen_at: datetime = NOON - timedelta(minutes=10),
    last_seen_at: datetime = NOON,
    seen: timedelta = timedelta(minutes=10),
    confidence: float = 0.9,
    dangers: Iterable[Danger] = (),
    reason: Words | None = None,
) -> Observation:
    return Observation(
        matter=matter,
        place=place or a_place(),
        camera=camera,
        zone=ZoneId("zone-1"),
        zone_kind=zone_kind,
        rule="no-vending",
        occurrence=OccurrenceId(f"{camera}/occurrence-1"),
        phase=phase,
        sequence=sequence,
        first_seen_at=first_seen_at,
        last_seen_at=last_seen_at,
        dwell=Dwell(at_least=seen, at_most=seen),
        confidence=confidence,
        frame=FrameSize(width=1920, height=1080),
        things=(
            Thing(kind="stall", box=BoxXYXY(x1=10, y1=20, x2=110, y2=220), confidence=confidence),
        ),
        evidence=(an_evidence_ref(),),
        dangers=frozenset(dangers),
        reason=reason,
    )


def a_report(
    *,
    reporter: Reporter = Reporter.PERSON,
    text: str = "占道经营",
    matter: MatterKey | None = STALL,
    place: Place | None = None,
    camera: CameraId | None = None,
    dangers: Iterable[Danger] = (),
) -> Report:
    return Report(
        reporter=reporter,
        text=text,
        matter=matter,
        place=place,
        camera=camera,
        dangers=frozenset(dangers),
    )


def a_signal(
    *,
    camera: CameraId = CAMERA,
    kind: SignalKind = SignalKind.BLIND,
    at: datetime = NOON,
    frames: int | None = None,
) -> StreamSignal:
    return StreamSignal(
        camera=camera,
        kind=kind,
        from_at=at - timedelta(minutes=1),
        until_at=at,
        text="dark",
        frames=frames,
    )


def a_probe(lane: Lane = Lane.GENERAL, number: int = 7, sent_at: datetime = NOON) -> Probe:
    return Probe(lane=lane, number=number, sent_at=sent_at)


def an_event(
    body: EventBody | None = None,
    *,
    id: str = "e-1",  # noqa: A002 - the field's name
    source: str = SOURCE,
    occurred_at: datetime = NOON,
) -> Event:
    return Event(id=EventId(source, id), occurred_at=occurred_at, body=body or an_observation())


def a_shard(
    *, topic_id: str = LOG.topic_id, partition: int = LOG.number, lane: Lane = Lane.GENERAL
) -> Shard:
    return Shard(log=Partition(topic_id, partition), topic=f"events.{lane}", lane=lane)


def an_address(offset: int = 0, *, log: Partition = LOG) -> Address:
    return Address(log.topic_id, log.number, offset)


def a_received(
    content: Event | Undecodable | None = None,
    *,
    offset: int = 0,
    log: Partition = LOG,
    received_at: datetime | None = None,
    said: str | None = None,
) -> Received:
    """`said` stands for the bytes as received: the same text is the same bytes."""
    content = content or an_event(id=f"e-{offset}")
    return Received(
        address=an_address(offset, log=log),
        received_at=received_at or NOON + timedelta(seconds=offset),
        input=a_digest(said or repr(content)),
        content=content,
    )


def a_batch(
    contents: Sequence[Event | Undecodable | Received],
    *,
    first: int = 0,
    shard: Shard | None = None,
    voids: Sequence[Void] = (),
) -> Batch:
    """Contents lie at consecutive offsets from `first`; a `Received` keeps its own."""
    shard = shard or a_shard()
    received = [
        content
        if isinstance(content, Received)
        else a_received(content, offset=first + index, log=shard.log)
        for index, content in enumerate(contents)
    ]
    return Batch(shard=shard, received=received, voids=voids)


def a_sighting(
    *,
    occurred_at: datetime = NOON,
    matter: MatterKey | None = STALL,
    place: Place | None = a_place(),  # noqa: B008 - frozen
    camera: CameraId | None = CAMERA,
    zone_kind: ZoneKind | None = ZoneKind.NO_VENDING,
    phase: Phase | None = Phase.BEGAN,
    seen: timedelta | None = timedelta(minutes=10),
    confidence_permille: int | None = 900,
    dangers: Iterable[Danger] = (),
) -> Sighting:
    return Sighting(
        occurred_at=occurred_at,
        matter=matter,
        place=place,
        camera=camera,
        evidence=(an_evidence_ref(),),
        zone_kind=zone_kind,
        phase=phase,
        occurrence=OccurrenceId("occurrence-1"),
        dwell_at_least=seen,
        confidence_permille=confidence_permille,
        dangers=frozenset(dangers),
    )


def a_camera_signal(*, camera: CameraId = CAMERA, occurred_at: datetime = NOON) -> CameraSignal:
    return CameraSignal(occurred_at=occurred_at, camera=camera, kind=SignalKind.BLIND.value)


def some_facts(
    content: Content | None = None,
    *,
    offset: int = 0,
    lane: Lane = Lane.GENERAL,
    said: str = "these bytes",
    first: Claim | None = None,
    open_case: WorkFile | None = None,
    linked_case: CaseId | None = None,
) -> Facts:
    """`first` is who said the event id first, where that wasn't this message."""
    address = an_address(offset)
    own = Claim(event_id=EventId(SOURCE, "e-1"), first=address, input=a_digest(said))
    return Facts(
        address=address,
        received_at=NOON,
        lane=lane,
        input=a_digest(said),
        content=content or a_sighting(),
        claim=None if isinstance(content, Undecodable) else first or own,
        open_case=open_case,
        linked_case=linked_case,
    )


def a_claim(id: str = "e-1", *, offset: int = 0, said: str = "these bytes") -> Claim:  # noqa: A002
    return Claim(event_id=EventId(SOURCE, id), first=an_address(offset), input=a_digest(said))


def a_site(place: str = "place:jiefang-1", queue: Queue = Queue.SOFT) -> Site:
    return Site(place, STALL if queue is Queue.SOFT else BLOCKED_EXIT, queue)


def a_case(
    id: str = "C261120-AAAAAAAAAAAA",  # noqa: A002 - the field's name
    *,
    version: int = 1,
    site: Site | None = a_site(),  # noqa: B008 - frozen
    route: Route = Route.SOFT,
    due_at: datetime = NOON + timedelta(hours=2),
    state: CaseState = CaseState.CANDIDATE,
    acts: int = 0,
    linked: CaseId | None = None,
) -> WorkFile:
    return WorkFile(
        id=CaseId(id),
        version=version,
        state=state,
        route=route,
        queue=Queue.SOFT if site is None else site.queue,
        opened_at=NOON,
        due_at=due_at,
        last_seen_at=NOON,
        sightings=version,
        site=site,
        matter=STALL if site is None else site.matter,
        place=a_place() if site is None else a_place(site.place_key.removeprefix("place:")),
        camera=CAMERA,
        acts=acts,
        linked=linked,
    )


def a_decision(case: WorkFile | None = None) -> Decision:
    outcome = Outcome.DISMISSED if case is None else Outcome.OPENED
    return Decision(outcome=outcome, reasons=(Reason(rule="T1", clause="for tests"),), case=case)


class CountingSalts:
    """Salts that differ and are the same in every run."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self) -> bytes:
        return next(self._numbers).to_bytes(SALT_BYTES, "big")


NEW_HEAD: Final = Head(next=0, chain=GENESIS, lines=0)


def with_thresholds(policy: Policy, thresholds: Mapping[MatterKey, timedelta]) -> Policy:
    changed = {
        key: replace(policy.matters[key], dwell_threshold=dwell)
        for key, dwell in thresholds.items()
    }
    return replace(policy, matters={**policy.matters, **changed})
