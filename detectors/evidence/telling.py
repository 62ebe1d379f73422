"""Writes down what a sealed moment rests on: from what is told to its manifest."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from detectors.evidence.scene import Clip, Scene
from schemas.dwell import Dwell
from schemas.evidence import EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.manifest import About, Blurred, Bridged, ClipSpan, Depicted, Manifest, Proved
from schemas.observation import Thing

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
        bridges=tuple(
            Bridged(begins=each.begins, ends=each.ends, why=str(each)) for each in stay.bridges
        ),
        things=tuple(_depicted(thing) for thing in told.things),
        confidence_permille=int(told.confidence * 1000),
        blurred=blurred,
        items=tuple(items),
        reason=told.reason,
        dangers=told.dangers,
        clip=None if scene.clip is None else _span(scene.clip),
    )


def without_secrets(address: str) -> str:
    """An address as it may stand on paper: cameras carry their password in it."""
    return _SECRET.sub("", address)


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
