"""Seals a moment before it is told: originals as they came, copies for dispatchers, a manifest."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from detectors.evidence.annotating import annotate
from detectors.evidence.pictures import COPY_QUALITY, JPEG, PictureFile, jpeg, original_of
from detectors.evidence.privacy import private_copy, uninvolved
from detectors.evidence.scene import Scene
from detectors.evidence.telling import manifest_of
from detectors.ports import Vault
from schemas import manifest as manifests
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import FrameSize
from schemas.manifest import About, Blurred
from schemas.wire.manifests import manifest_bytes

CLIP_TYPE: Final = "video/mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Bytes on their way into the vault."""

    content: bytes
    kind: EvidenceKind
    media_time: timedelta
    media_type: str = JPEG


def seal(scene: Scene, *, about: About, vault: Vault) -> tuple[EvidenceRef, ...]:
    """Keep all that shows a moment, then the manifest that names it. May be repeated.

    What dispatchers see comes first: the annotated picture and the privacy copy; then the
    originals and the clip, which show everybody; the manifest last. When this returns, all of it is
    on the disk: a message never points at nothing.

    Raises:
        TemporarilyUnavailableError: the vault is full or away; the same again, later, is right.
    """
    items, blurred = _pictures(scene, about)
    refs: dict[str, EvidenceRef] = {}
    for item in [*items, *_footage(scene)]:
        ref = vault.keep(
            item.content, media_type=item.media_type, kind=item.kind, media_time=item.media_time
        )
        refs.setdefault(ref.sha256, ref)
    height, width = scene.frame.picture.shape[:2]
    manifest = manifest_of(
        scene,
        about=about,
        frame=FrameSize(width=width, height=height),
        blurred=blurred,
        items=tuple(refs.values()),
    )
    named = vault.keep(
        manifest_bytes(manifest),
        media_type=manifests.MEDIA_TYPE,
        kind=EvidenceKind.MANIFEST,
        media_time=scene.frame.at,
    )
    return (*refs.values(), named)


def caption_of(scene: Scene, about: About) -> str:
    """What stands above the annotated picture; its letters are ASCII."""
    told = scene.told
    seen_for = told.stay.dwell.at_least.total_seconds()
    return (
        f"{about.camera}  {told.post.rule.id}  seen {seen_for:.0f} s  "
        f"at {scene.frame.at.total_seconds():.1f} s"
    )


def _pictures(scene: Scene, about: About) -> tuple[list[_Item], Blurred]:
    """Copies first. The original is never drawn on: both copies are made from a copy of it."""
    told, frame = scene.told, scene.frame
    copy, blurred = private_copy(frame.picture, uninvolved(scene.everybody, told.things))
    drawn = annotate(
        copy, things=told.things, zone=told.post.zone, caption=caption_of(scene, about)
    )
    shown = (
        (PictureFile(content=jpeg(drawn, quality=COPY_QUALITY)), EvidenceKind.ANNOTATED_PICTURE),
        (PictureFile(content=jpeg(copy, quality=COPY_QUALITY)), EvidenceKind.PRIVACY_COPY),
        (original_of(frame), EvidenceKind.ORIGINAL_FRAME),
    )
    return [_item(file, kind, at=frame.at) for file, kind in shown], blurred


def _footage(scene: Scene) -> list[_Item]:
    """What was there before this moment: how it began, and how it went on."""
    items: list[_Item] = []
    first, clip = scene.first, scene.clip
    if first is not None:
        items.append(_item(first.picture, EvidenceKind.ORIGINAL_FRAME, at=first.at))
    if clip is not None:
        items.append(
            _Item(
                content=clip.content,
                kind=EvidenceKind.CLIP,
                media_time=clip.from_at,
                media_type=CLIP_TYPE,
            )
        )
    return items


def _item(file: PictureFile, kind: EvidenceKind, *, at: timedelta) -> _Item:
    return _Item(content=file.content, kind=kind, media_time=at, media_type=file.media_type)
