"""What a watch leaves behind, so that another can go on where it died."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from detectors.dwell import Stay
from detectors.ground import Plane
from detectors.guarding import Cooling, Guard
from detectors.relations import placed
from detectors.staying import Member, OpenStay
from schemas.camera import Camera
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.ids import CameraId, OccurrenceId, ZoneId
from schemas.instants import require_zone
from schemas.observation import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMember:
    """One that takes part. Names of tracks aren't kept: another tracker gives others."""

    now: Thing
    anchor: Thing
    joined_at: timedelta
    seen_at: timedelta
    has_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStay:
    """An open stay, with the rule and zone that it is of."""

    rule: str
    zone: ZoneId
    occurrence: OccurrenceId
    stay: Stay
    members: tuple[KeptMember, ...]
    company: tuple[Thing, ...]
    related_at: timedelta | None
    was_found: bool
    found: int
    found_at: timedelta | None
    surest_sum: float
    sequence: int
    told_at: timedelta | None
    told_best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCooling:
    """A spot that cools off."""

    rule: str
    zone: ZoneId
    boxes: tuple[BoxXYXY, ...]
    until: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """All that is open at one camera. Lengths of time count from `starts_at`.

    `looked_at` is the last look, and `known_at` the last frame at all.
    """

    camera: CameraId
    starts_at: datetime
    known_at: timedelta
    looked_at: timedelta | None
    stays: tuple[KeptStay, ...] = ()
    cooling: tuple[KeptCooling, ...] = ()

    def __post_init__(self) -> None:
        require_zone(self.starts_at, "starts_at")

    def require_of(self, camera: Camera) -> None:
        """Refuse another camera's."""
        if self.camera != camera.id:
            raise InvalidValueError(
                expected=f"what was recorded of camera {camera.id}",
                got=self.camera,
                field="recorded.camera",
            )


def keep_stays(guards: Iterable[Guard]) -> tuple[KeptStay, ...]:
    """The open stays of all posts."""
    return tuple(_kept(guard, one) for guard in guards for one in guard.open)


def keep_cooling(guards: Iterable[Guard]) -> tuple[KeptCooling, ...]:
    """The spots of all posts that cool off."""
    return tuple(
        KeptCooling(
            rule=guard.post.rule.id, zone=guard.post.zone.id, boxes=each.boxes, until=each.until
        )
        for guard in guards
        for each in guard.cooling
    )


def resume(
    recorded: Recorded, guards: Iterable[Guard], *, by: timedelta, plane: Plane | None
) -> None:
    """Give each guard what was open at its post; a post that there is no more is left alone.

    `by` shifts the old clock to the new one. From the record on nobody has looked.
    """
    posts = {(guard.post.rule.id, guard.post.zone.id): guard for guard in guards}
    for kept in recorded.stays:
        if guard := posts.get((kept.rule, kept.zone)):
            guard.open.append(_resumed(kept, by, plane))
    for each in recorded.cooling:
        if guard := posts.get((each.rule, each.zone)):
            guard.cooling.append(Cooling(boxes=each.boxes, until=each.until + by))


def _kept(guard: Guard, one: OpenStay) -> KeptStay:
    return KeptStay(
        rule=guard.post.rule.id,
        zone=guard.post.zone.id,
        occurrence=one.occurrence,
        stay=one.stay,
        members=tuple(
            KeptMember(
                now=_nameless(member.now.thing),
                anchor=_nameless(member.anchor.thing),
                joined_at=member.joined_at,
                seen_at=member.seen_at,
                has_left=member.has_left,
            )
            for member in one.members
        ),
        company=tuple(_nameless(thing) for thing in one.company),
        related_at=one.related_at,
        was_found=one.was_found,
        found=one.found,
        found_at=one.found_at,
        surest_sum=one.surest_sum,
        sequence=one.sequence,
        told_at=one.told_at,
        told_best=one.told_best,
    )


def _nameless(thing: Thing) -> Thing:
    return replace(thing, track=None)


def _resumed(kept: KeptStay, by: timedelta, plane: Plane | None) -> OpenStay:
    return OpenStay(
        stay=kept.stay.shifted(by).interrupted(),
        occurrence=kept.occurrence,
        members=[
            Member(
                now=placed(member.now, plane),
                anchor=placed(member.anchor, plane),
                joined_at=member.joined_at + by,
                seen_at=member.seen_at + by,
                inside_at=member.seen_at + by,
                has_left=member.has_left,
                has_settled=True,
            )
            for member in kept.members
        ],
        company=kept.company,
        related_at=_shifted(kept.related_at, by),
        was_found=kept.was_found,
        found=kept.found,
        found_at=_shifted(kept.found_at, by),
        surest_sum=kept.surest_sum,
        sequence=kept.sequence,
        told_at=_shifted(kept.told_at, by),
        told_best=kept.told_best,
        is_resumed=True,
    )


def _shifted(at: timedelta | None, by: timedelta) -> timedelta | None:
    return None if at is None else at + by
