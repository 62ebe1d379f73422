"""Builds what evidence says of itself: with what was looked, and the manifest of a moment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import FrameSize
from schemas.ids import OccurrenceId, ZoneId
from schemas.manifest import About, Blurred, Bridged, ClipSpan, Depicted, Manifest, Proved
from schemas.observation import Phase
from schemas.words import Words
from tests.support.builders import CAMERA, NOON, STALL, a_digest

S: Final = timedelta(seconds=1)


def an_about(**changes: Any) -> About:
    about = About(
        camera=CAMERA,
        camera_name="North gate 北门",
        source="clip.mp4",
        time_source="stream timestamps",
        starts_at=NOON,
        model="street@0123456789ab",
        way="1234abcd",
        software="offsite-enforcement 0.1.0",
        weights=a_digest("weights"),
        class_map=a_digest("class map"),
        rule_book=a_digest("rule book"),
    )
    return replace(about, **changes)


def an_item(
    text: str = "a frame",
    kind: EvidenceKind = EvidenceKind.ORIGINAL_FRAME,
    *,
    media_type: str = "image/jpeg",
    at: timedelta = 70 * S,
) -> EvidenceRef:
    return EvidenceRef(
        sha256=a_digest(text),
        media_type=media_type,
        size_bytes=len(text.encode()),
        kind=kind,
        media_time=at,
    )


def a_manifest(**changes: Any) -> Manifest:
    manifest = Manifest(
        about=an_about(),
        zone=ZoneId("no-vending"),
        zone_kind=ZoneKind.NO_VENDING,
        zone_name="North gate",
        rule="V02-street-vending",
        matter=STALL,
        occurrence=OccurrenceId(a_digest("a stay")),
        phase=Phase.BEGAN,
        sequence=0,
        at=70 * S,
        frame=FrameSize(width=640, height=360),
        threshold=60 * S,
        first_seen=2 * S,
        last_seen=70 * S,
        dwell=Dwell(at_least=61 * S, at_most=68 * S),
        proof=(
            Proved(knowing="detected", begins=2 * S, ends=30 * S),
            Proved(knowing="gap", begins=30 * S, ends=37 * S),
            Proved(knowing="watched", begins=37 * S, ends=70 * S),
        ),
        bridges=(Bridged(begins=30 * S, ends=37 * S, why="track 3 is track 5, by place"),),
        things=(
            Depicted(kind="stall", box=(150, 160, 250, 215), confidence_permille=910, track="3"),
        ),
        confidence_permille=880,
        blurred=Blurred(heads=2, plates=1),
        items=(an_item(),),
        reason=Words("看到61秒", "seen for 61 s"),
        dangers=frozenset({Danger.GAS_BOTTLES}),
        clip=ClipSpan(begins=50 * S, ends=70 * S, is_untouched=True),
    )
    return replace(manifest, **changes)
