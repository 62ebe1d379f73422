"""Makes messages of what a camera's watch tells: evidence sealed first, then put into words.

The same told again, in the same way of looking, is the same message under the same name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from detectors.evidence.scene import Scene
from detectors.evidence.sealing import seal
from detectors.frames import Break
from detectors.observing import Told
from detectors.ports import Vault
from detectors.sources.footage import Footage
from schemas.camera import Camera
from schemas.events import Event
from schemas.evidence import EvidenceRef
from schemas.ids import EventId
from schemas.manifest import About
from schemas.observation import Observation
from schemas.signal import StreamSignal

CLIP_BEFORE: Final = timedelta(seconds=10)
"""So much footage before the moment that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One camera's voice in one run. Sealing takes its time: call it beside the looking.

    `about.way` names how it looks (model, rate, rules, thresholds): seen in another way, the
    same stay has the same occurrence but other messages. `about.starts_at` is media time 0.
    """

    camera: Camera
    about: About
    vault: Vault
    footage: Footage

    @property
    def starts_at(self) -> datetime:
        """When media time 0 was."""
        return self.about.starts_at

    @property
    def model(self) -> str:
        """With which eyes it looks."""
        return self.about.model

    def observations(self, told: Sequence[Scene | Told]) -> list[Event]:
        """Each as a message; a scene is sealed before, for no message points at nothing.

        Raises:
            TemporarilyUnavailableError: the vault is full or away; the same again is right.
        """
        return [
            self._observation(one, ())
            if isinstance(one, Told)
            else self._observation(one.told, self._sealed(one))
            for one in told
        ]

    def _sealed(self, scene: Scene) -> tuple[EvidenceRef, ...]:
        at = scene.frame.at
        clip = self.footage.clip(at - CLIP_BEFORE, at)
        return seal(replace(scene, clip=clip), about=self.about, vault=self.vault)

    def signal(self, stretch: Break) -> Event:
        """What could not be seen, or that somebody looked."""
        begins, ends = self.starts_at + stretch.from_at, self.starts_at + stretch.until_at
        return Event(
            id=self._id(stretch.kind, _ms(begins), _ms(ends)),
            occurred_at=ends,
            body=StreamSignal(
                camera=self.camera.id,
                kind=stretch.kind,
                from_at=begins,
                until_at=ends,
                text=stretch.text,
                frames=stretch.frames,
            ),
        )

    def _observation(self, told: Told, evidence: tuple[EvidenceRef, ...]) -> Event:
        """What is to be told of a stay."""
        stay, post = told.stay, told.post
        last_seen_at = self.starts_at + stay.last_seen
        return Event(
            id=self._id(told.occurrence, told.phase, told.sequence),
            occurred_at=last_seen_at,
            body=Observation(
                matter=post.rule.matter,
                place=post.zone.place,
                camera=self.camera.id,
                zone=post.zone.id,
                zone_kind=post.zone.kind,
                rule=post.rule.id,
                occurrence=told.occurrence,
                phase=told.phase,
                sequence=told.sequence,
                first_seen_at=self.starts_at + stay.first_seen,
                last_seen_at=last_seen_at,
                dwell=stay.dwell,
                confidence=round(told.confidence, 3),
                frame=self.camera.frame,
                things=told.things,
                evidence=evidence,
                model=self.model,
                dangers=told.dangers,
                reason=told.reason,
            ),
        )

    def _id(self, *parts: object) -> EventId:
        return EventId(source_of(self.camera.id), ":".join(map(str, (*parts, self.about.way))))


def source_of(camera: str) -> str:
    """As whom a camera speaks."""
    return f"/cameras/{camera}"


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
