"""Spells a manifest as canonical bytes (RFC 8785), and takes one up again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import orjson

from schemas.dwell import Dwell
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceRef
from schemas.geometry import FrameSize
from schemas.ids import CameraId, OccurrenceId, Sha256, ZoneId
from schemas.instants import instant_text
from schemas.manifest import (
    About,
    Blurred,
    Bridged,
    ClipSpan,
    Depicted,
    Manifest,
    Proved,
)
from schemas.matter import MatterKey
from schemas.wire.canonical import Json, canonical_bytes
from schemas.wire.checking import checked
from schemas.wire.manifest_data import (
    AboutData,
    ClipData,
    DwellOfManifest,
    ManifestV1,
    ThingOfManifest,
)
from schemas.wire.reading import evidence_of
from schemas.words import Words

TYPE: Final = "offsite.manifest.v1"
LONGEST: Final = 16 * 1024 * 1024
"""Bytes; one of a stay of a day with a gap a second is a third of it."""
_MILLISECOND: Final = timedelta(milliseconds=1)


def manifest_bytes(manifest: Manifest) -> bytes:
    """The same manifest gives the same bytes, and so the same digest."""
    reason, clip, blurred = manifest.reason, manifest.clip, manifest.blurred
    return canonical_bytes(
        {
            "type": TYPE,
            "about": _about(manifest.about),
            "zone": {
                "id": manifest.zone,
                "kind": manifest.zone_kind.value,
                "name": manifest.zone_name,
            },
            "rule": manifest.rule,
            "matter": {
                "standard": manifest.matter.standard,
                "kind": manifest.matter.kind,
                "code": manifest.matter.code,
            },
            "occurrence": manifest.occurrence,
            "phase": manifest.phase.value,
            "sequence": manifest.sequence,
            "at_ms": _ms(manifest.at),
            "frame": {"width_px": manifest.frame.width, "height_px": manifest.frame.height},
            "dwell": _dwell(manifest),
            "things": [_thing(each) for each in manifest.things],
            "confidence_permille": manifest.confidence_permille,
            "reason": None if reason is None else {"zh": reason.zh, "en": reason.en},
            "dangers": [danger.value for danger in sorted(manifest.dangers)],
            "clip": None if clip is None else _clip(clip),
            "blurred": {"heads": blurred.heads, "plates": blurred.plates},
            "items": [_item(each) for each in manifest.items],
        }
    )


def read_manifest(content: bytes) -> Manifest:
    """Take up what `manifest_bytes` laid down. What a newer form says beside it is passed over.

    Raises:
        InvalidValueError: no manifest, or not in its canonical spelling; says where.
    """
    if len(content) > LONGEST:
        raise InvalidValueError(
            expected=f"at most {LONGEST} bytes", got=f"{len(content)} bytes", field="manifest"
        )
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(expected="JSON", got=str(error), field="manifest") from error
    if not isinstance(said, dict):
        raise InvalidValueError(expected="a JSON object", got=repr(said), field="manifest")
    if canonical_bytes(said) != content:
        raise InvalidValueError(
            expected="the canonical spelling of RFC 8785",
            got="the same said in other bytes",
            field="manifest",
        )
    return _manifest(checked(ManifestV1, said, root="manifest"))


def _about(about: About) -> dict[str, Json]:
    return {
        "camera": about.camera,
        "camera_name": about.camera_name,
        "source": about.source,
        "time_source": about.time_source,
        "starts_at": instant_text(about.starts_at),
        "model": about.model,
        "weights_sha256": about.weights,
        "class_map_sha256": about.class_map,
        "rule_book_sha256": about.rule_book,
        "way": about.way,
        "software": about.software,
    }


def _dwell(manifest: Manifest) -> dict[str, Json]:
    return {
        "threshold_ms": _ms(manifest.threshold),
        "first_seen_ms": _ms(manifest.first_seen),
        "last_seen_ms": _ms(manifest.last_seen),
        "at_least_ms": manifest.dwell.at_least // _MILLISECOND,
        "at_most_ms": -(-manifest.dwell.at_most // _MILLISECOND),
        "proof": [
            {"knowing": each.knowing, **_span(each.begins, each.ends)} for each in manifest.proof
        ],
        "bridges": [
            {"why": each.why, **_span(each.begins, each.ends)} for each in manifest.bridges
        ],
        "gaps": [_span(each.begins, each.ends) for each in manifest.gaps],
    }


def _span(begins: timedelta, ends: timedelta) -> dict[str, Json]:
    return {"from_ms": _ms(begins), "until_ms": _ms(ends)}


def _clip(clip: ClipSpan) -> dict[str, Json]:
    return {**_span(clip.begins, clip.ends), "is_untouched": clip.is_untouched}


def _thing(thing: Depicted) -> dict[str, Json]:
    names = ("x1_px", "y1_px", "x2_px", "y2_px")
    return {
        "kind": thing.kind,
        "box": dict(zip(names, thing.box, strict=True)),
        "confidence_permille": thing.confidence_permille,
        "track": thing.track,
    }


def _item(item: EvidenceRef) -> dict[str, Json]:
    return {
        "sha256": item.sha256,
        "media_type": item.media_type,
        "bytes": item.size_bytes,
        "kind": item.kind.value,
        "media_time_ms": None if item.media_time is None else _ms(item.media_time),
    }


def _ms(time: timedelta) -> int:
    """To the nearest, so that stretches which touch still do."""
    return round(time / _MILLISECOND)


def _manifest(data: ManifestV1) -> Manifest:
    dwell = data.dwell
    manifest = Manifest(
        about=_read_about(data.about),
        zone=ZoneId(data.zone.id),
        zone_kind=data.zone.kind,
        zone_name=data.zone.name,
        rule=data.rule,
        matter=MatterKey(data.matter.standard, data.matter.kind, data.matter.code),
        occurrence=OccurrenceId(data.occurrence),
        phase=data.phase,
        sequence=data.sequence,
        at=_time(data.at_ms),
        frame=FrameSize(width=data.frame.width_px, height=data.frame.height_px),
        threshold=_time(dwell.threshold_ms),
        first_seen=_time(dwell.first_seen_ms),
        last_seen=_time(dwell.last_seen_ms),
        dwell=Dwell(at_least=_time(dwell.at_least_ms), at_most=_time(dwell.at_most_ms)),
        proof=_read_proof(dwell),
        bridges=_read_bridges(dwell),
        things=_read_things(data.things),
        confidence_permille=data.confidence_permille,
        blurred=Blurred(heads=data.blurred.heads, plates=data.blurred.plates),
        items=evidence_of(data.items),
        reason=None if data.reason is None else Words(data.reason.zh, data.reason.en),
        dangers=frozenset(data.dangers),
        clip=None if data.clip is None else _read_clip(data.clip),
    )
    _require_same_gaps(manifest, dwell)
    return manifest


def _read_about(data: AboutData) -> About:
    return About(
        camera=CameraId(data.camera),
        camera_name=data.camera_name,
        source=data.source,
        time_source=data.time_source,
        starts_at=data.starts_at,
        model=data.model,
        way=data.way,
        software=data.software,
        weights=_digest(data.weights_sha256),
        class_map=_digest(data.class_map_sha256),
        rule_book=_digest(data.rule_book_sha256),
    )


def _read_proof(data: DwellOfManifest) -> tuple[Proved, ...]:
    return tuple(
        Proved(knowing=each.knowing, begins=_time(each.from_ms), ends=_time(each.until_ms))
        for each in data.proof
    )


def _read_bridges(data: DwellOfManifest) -> tuple[Bridged, ...]:
    return tuple(
        Bridged(begins=_time(each.from_ms), ends=_time(each.until_ms), why=each.why)
        for each in data.bridges
    )


def _read_clip(data: ClipData) -> ClipSpan:
    return ClipSpan(
        begins=_time(data.from_ms), ends=_time(data.until_ms), is_untouched=data.is_untouched
    )


def _read_things(things: Sequence[ThingOfManifest]) -> tuple[Depicted, ...]:
    return tuple(
        Depicted(
            kind=each.kind,
            box=(each.box.x1_px, each.box.y1_px, each.box.x2_px, each.box.y2_px),
            confidence_permille=each.confidence_permille,
            track=each.track,
        )
        for each in things
    )


def _require_same_gaps(manifest: Manifest, dwell: DwellOfManifest) -> None:
    """They are said beside the proof for who reads only them; they may not say another thing."""
    told = [(each.from_ms, each.until_ms) for each in dwell.gaps]
    proved = [(_ms(each.begins), _ms(each.ends)) for each in manifest.gaps]
    if told != proved:
        raise InvalidValueError(
            expected=f"the gaps of its own proof, {proved}", got=repr(told), field="dwell.gaps"
        )


def _digest(text: str | None) -> Sha256 | None:
    return None if text is None else Sha256(text)


def _time(ms: int) -> timedelta:
    return timedelta(milliseconds=ms)
