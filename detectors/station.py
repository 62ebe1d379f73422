"""Mans a camera: puts together what one watch is made of, and begins it with the first frame."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from detectors.background import LEFT_THING, Background
from detectors.clerk import Clerk
from detectors.crew import Manned
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Following, Tracks
from detectors.frames import Luma
from detectors.gate import Gate, Pace
from detectors.observing import Limits, Observer, Post
from detectors.ports import Memory, Publisher, Vault
from detectors.remembering import Remembered, read_remembered
from detectors.sight import Sight
from detectors.sources.reader import Reader
from detectors.sources.source import Source, SourceUnusableError
from detectors.voice import Voice
from detectors.watch import Senses, Show, Watch
from schemas.camera import Camera
from schemas.manifest import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One camera, and all that its watch needs from the world.

    `about` is what manifests say of it; source and start are filled in as they are known.
    `memory` is for live cameras: who goes on after a death. A recording is seen once more from
    its beginning, and gives the same messages. `reference` is the picture that the zones were
    drawn on.
    """

    camera: Camera
    posts: tuple[Post, ...]
    about: About
    publisher: Publisher
    vault: Vault
    memory: Memory | None = None
    reference: Luma | None = None
    show: Show | None = None
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    following: Following = field(default_factory=Following)

    def man(
        self,
        source: Source,
        eyes: Eyes,
        *,
        starts_at: datetime | None,
        stopping: Callable[[], bool],
        ring: Callable[[], None] = lambda: None,
    ) -> Manned:
        """Start reading; `starts_at` is when a recording's first frame was taken.

        Raises:
            SourceUnusableError: the picture isn't of the size that the zones were drawn in.
        """
        if source.frame_size != self.camera.frame:
            raise SourceUnusableError(
                f"camera {self.camera.id}: expected frames of {self.camera.frame.width}x"
                f"{self.camera.frame.height}, in which its zones are drawn, "
                f"got {source.frame_size.width}x{source.frame_size.height}"
            )

        def begin() -> Watch:
            began_at = starts_at or source.recorded_at or datetime.now(UTC)
            return self._watch(source, eyes, began_at, stopping)

        return Manned(reader=Reader(source, ring=ring), begin=begin)

    def _watch(
        self, source: Source, eyes: Eyes, starts_at: datetime, stopping: Callable[[], bool]
    ) -> Watch:
        remembered = self._remembered()
        about = replace(
            self.about,
            source=source.name,
            time_source=str(source.time_source),
            starts_at=starts_at,
            model=eyes.name,
        )
        watch = Watch(
            self._observer(starts_at, remembered),
            self._senses(),
            eyes=eyes,
            voice=Voice(camera=self.camera, about=about, vault=self.vault, footage=source.footage),
            clerk=Clerk(
                publisher=self.publisher,
                memory=self.memory,
                stopping=stopping,
                name=self.camera.id,
            ),
            is_live=self.memory is not None,
            show=self.show,
        )
        watch.begin(() if remembered is None else remembered.pending)
        return watch

    def _remembered(self) -> Remembered | None:
        """What an earlier watch of this camera left."""
        content = None if self.memory is None else self.memory.recall()
        if content is None:
            return None
        return read_remembered(content, name=f"the memory of camera {self.camera.id}")

    def _observer(self, starts_at: datetime, remembered: Remembered | None) -> Observer:
        return Observer(
            self.camera,
            self.posts,
            starts_at=starts_at,
            limits=self.limits,
            recorded=None if remembered is None else remembered.recorded,
        )

    def _senses(self) -> Senses:
        wants_left = any(LEFT_THING in post.rule.kinds for post in self.posts)
        return Senses(
            sight=Sight(self.camera, reference=self.reference),
            gate=Gate(self.camera, pace=self.pace),
            tracks=Tracks(self.following),
            background=Background() if wants_left else None,
        )


def longest_step_for(fps: float) -> timedelta:
    """How far two looks may lie apart and still say what was between them: two seconds, or a
    frame and a half of a camera that gives fewer."""
    return max(timedelta(seconds=2), timedelta(seconds=1.5 / fps))
