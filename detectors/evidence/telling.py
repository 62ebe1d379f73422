"""Writes down what a sealed moment rests on: from what is told to its manifest."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from detectors.evidence.scene import Clip, Scene
from detectors.observing import Told
from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.evidence import EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.manifest import About, Blurred, Bridged, ClipSpan, Depicted, Manifest, Proved
from schemas.observation import Thing
from schemas.words import Words

_SECRET: Final = re.compile(r"(?<=://)[^/@\s]*@|[?#].*$")
"""User and password of an address, and all that stands behind a question mark."""


def manifest_of(
    scene: Scene, *, about: About, frame: FrameSize, blurred: Blurred, items: Sequence[EvidenceRef]
) -> Manifest:
    """What is to be sealed last, naming all that was sealed before it."""
    told, stay, zone = scene.told, scene.told.stay, scene.told.post.zone
    return Manifest(
        about=replace(about, source=without_secrets(about.source)),
        zone=zone.id,
        zone_kind=zone.kind,
        zone_name=zone.name,
        rule=told.post.rule.id,
        matter=told.post.rule.matter,
        occurrence=told.occurrence,
        phase=told.phase,
        sequence=told.sequence,
        at=scene.frame.at,
        frame=frame,
        threshold=told.post.threshold,
        first_seen=stay.first_seen,
        last_seen=stay.last_seen,
        dwell=Dwell(at_least=stay.dwell.at_least, at_most=stay.dwell.at_most),
        proof=tuple(
            Proved(knowing=each.knowing.value, begins=each.begins, ends=each.ends)
            for each in stay.stretches
        ),
        bridges=_bridges(told),
        things=tuple(_depicted(thing) for thing in told.things),
        confidence_permille=int(told.confidence * 1000),
        blurred=blurred,
        items=tuple(items),
        reason=_reason(told),
        dangers=_dangers(told),
        clip=None if scene.clip is None else _span(scene.clip),
    )


def without_secrets(address: str) -> str:
    """An address as it may stand on paper: cameras carry their password in it."""
    return _SECRET.sub("", address)


def _bridges(told: Told) -> tuple[Bridged, ...]:
    """Where one track was taken for another; a stay that bridges nothing has none."""
    made: Iterable[object] = getattr(told.stay, "bridges", ())
    return tuple(_bridge(each) for each in made)


def _bridge(made: object) -> Bridged:
    at = getattr(made, "at", timedelta(0))
    return Bridged(
        begins=getattr(made, "begins", at), ends=getattr(made, "ends", at), why=str(made)[:1000]
    )


def _reason(told: Told) -> Words | None:
    reason = getattr(told, "reason", None)
    return reason if isinstance(reason, Words) else None


def _dangers(told: Told) -> frozenset[Danger]:
    return frozenset(getattr(told, "dangers", ()))


def _span(clip: Clip) -> ClipSpan:
    return ClipSpan(begins=clip.from_at, ends=clip.until_at, is_untouched=clip.is_untouched)


def _depicted(thing: Thing) -> Depicted:
    return Depicted(
        kind=thing.kind,
        box=_outward(thing.box),
        confidence_permille=int(thing.confidence * 1000),
        track=thing.track,
    )


def _outward(box: BoxXYXY) -> tuple[int, int, int, int]:
    return math.floor(box.x1), math.floor(box.y1), math.ceil(box.x2), math.ceil(box.y2)
