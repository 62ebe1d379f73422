"""One camera's watch: what happens to a frame, step by step.

frame ─► can it be believed? ─no──► blind: a gap in every stay
              │ yes
              ▼
         did anything move? ─no───► unchanged: what stood there was watched
              │ yes, or overdue
              ▼
         looked at (with others, in one batch) ─► followed ─► zones, stays ─► told

What is told goes to the clerk, who seals, remembers and publishes it in order. Media time
throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from detectors.absence import Absence, moment
from detectors.background import Background
from detectors.clerk import Clerk, Job
from detectors.evidence.first_sights import FirstSights
from detectors.evidence.scene import Scene
from detectors.eyes.class_maps import ALWAYS_WANTED
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.frames import Break, Frame
from detectors.gate import Gate, Glance
from detectors.observing import Observer, Told
from detectors.recorded import Recorded
from detectors.sight import Fault, Sight, View
from detectors.voice import Voice
from schemas.events import Event
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from schemas.signal import SignalKind

REMEMBER_EVERY: Final = timedelta(seconds=1)


class Show(Protocol):
    """Draws what the watch saw, for a person."""

    def show(
        self,
        frame: Frame,
        *,
        things: Sequence[Thing],
        told: Sequence[Told],
        open_now: Recorded,
        fault: Fault | None,
    ) -> None:
        """One frame later."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a watch came to."""

    frames: int = 0
    searched: int = 0
    blind: int = 0
    signals: int = 0
    messages: int = 0
    media_time: timedelta = field(default_factory=timedelta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """How a camera's picture is judged, before and after the eyes look at it."""

    sight: Sight
    gate: Gate
    tracks: Tracks
    background: Background | None = None


class Watch:
    """One camera. `take` each thing that comes; where it answers with a frame, `look` at it.

    Not for two threads. `begin` before anything else, `end` after everything. What `is_live` is
    gone on with by another watch after this one's death, and loses what isn't taken in time; a
    recording waits, and is seen again from its beginning.
    """

    def __init__(
        self,
        observer: Observer,
        senses: Senses,
        *,
        eyes: Eyes,
        voice: Voice,
        clerk: Clerk,
        is_live: bool = False,
        show: Show | None = None,
    ) -> None:
        self._observer: Final = observer
        self._senses: Final = senses
        self._eyes: Final = eyes
        self._voice: Final = voice
        self._clerk: Final = clerk
        self._is_live: Final = is_live
        self._show: Final = show
        self._absence: Final = Absence()
        self._first_sights: Final = FirstSights()
        self._glance: Glance | None = None
        self._view: View | None = None
        self._things: tuple[Thing, ...] = ()
        self._left: tuple[Thing, ...] = ()
        self._searched_at: timedelta | None = None
        self._remembered_at: timedelta | None = None
        self._has_remembered = True
        self.tally: Final = Tally()

    @property
    def is_held_up(self) -> bool:
        """Whether evidence or messages can't be kept just now: no frame may be taken."""
        return self._clerk.is_full or self._clerk.trouble is not None

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept or published just now."""
        return self._clerk.trouble

    def begin(self, pending: Sequence[Event]) -> None:
        """Publish again what may not have been, and say that somebody looks."""
        if pending:
            self._clerk.submit(Job(events=lambda: pending))
        self._signal(moment(SignalKind.STARTED, timedelta(0), f"watching with {self._voice.model}"))

    def take(self, item: Frame | Break, *, behind: timedelta = timedelta(0)) -> Frame | None:
        """A frame or a break came. Answers with the frame where it has to be looked at."""
        if isinstance(item, Break):
            for one in self._absence.broke(item):
                self._signal(one)
            return None
        self.tally.frames += 1
        self.tally.media_time = item.at
        held_up_by = self._clerk.last_trouble() if self._is_live else None
        for one in self._absence.saw(item.at, behind=behind, held_up_by=held_up_by):
            self._signal(one)
        view = self._view = self._senses.sight.see(item)
        for stretch in view.told:
            self._observer.retract(stretch.from_at)
            self._signal(stretch)
        if view.fault is not None:
            self.tally.blind += 1
            if view.fault is Fault.MOVED and self._senses.background is not None:
                self._senses.background.forget()
            self._tell(self._observer.blind(item.at), item)
            return None
        return self._compared(item, view)

    def look(self, frame: Frame, found: Sequence[Thing]) -> None:
        """The eyes found this in the frame that `take` answered with."""
        assert self._glance is not None  # noqa: S101 - of the very frame; not input
        assert self._view is not None  # noqa: S101
        self.tally.searched += 1
        senses = self._senses
        things = senses.tracks.follow(found, frame.picture, at=frame.at)
        self._things = (*things, *self._left)
        self._searched_at = frame.at
        told = self._observer.look(
            frame.at, self._things, self._glance, same_since=self._view.same_since
        )
        senses.gate.looked(frame)
        self._first_sights.follow(self._observer.open_since, frame)
        self._tell(told, frame)

    def end(self, why: str) -> None:
        """Nothing more is taken, and all that was told is kept and published.

        A live camera's open stays are left to the next watch; what was begun in a recording is
        lost from sight.
        """
        at = self.tally.media_time
        for stretch in (*self._senses.sight.close(at), *self._absence.end(at)):
            self._signal(stretch)
        if not self._is_live:
            self._submit(self._observer.end(), None)
        else:
            self._remember((), None)
        self._signal(moment(SignalKind.SOURCE_ENDED, at, why))
        self._clerk.close()

    def _compared(self, frame: Frame, view: View) -> Frame | None:
        """Whether anything has to be looked at."""
        senses, observer = self._senses, self._observer
        glance = self._glance = senses.gate.glance(frame, also=self._interest())
        is_new = self._sees_something_left(frame)
        if glance.is_look or is_new or observer.wants_look:
            return frame
        self._tell(observer.unchanged(frame.at, glance, same_since=view.same_since), frame)
        return None

    def _interest(self) -> Sequence[BoxXYXY]:
        """Where a change matters though it is in no zone.

        Who stands about may be about to leave something: the background has to know when he goes.
        """
        boxes = self._observer.interest
        if self._senses.background is None:
            return boxes
        return (*boxes, *(one.box for one in self._things if one.kind in ALWAYS_WANTED))

    def _sees_something_left(self, frame: Frame) -> bool:
        """What no class knows shows only when all is still again: then the gate is closed."""
        background = self._senses.background
        if background is None:
            return False
        left = tuple(background.see(frame, people_and_vehicles=self._things))
        is_new = {thing.box for thing in left} != {thing.box for thing in self._left}
        self._left = left
        return is_new

    def _tell(self, told: Sequence[Told], frame: Frame) -> None:
        if self._show is not None:
            self._show.show(
                frame,
                things=self._things,
                told=told,
                open_now=self._observer.recorded(),
                fault=None if self._view is None else self._view.fault,
            )
        is_due = self._remembered_at is None or frame.at - self._remembered_at >= REMEMBER_EVERY
        if self._is_live and (told or is_due):
            self._remembered_at = frame.at
            self._remember(told, frame)
        elif told:
            self._submit(told, frame)

    def _remember(self, told: Sequence[Told], frame: Frame | None) -> None:
        """Only where something is open: a street on which nobody stays needs no disk."""
        state = self._observer.recorded()
        if told or state.stays or self._has_remembered:
            self._has_remembered = bool(state.stays)
            self._submit(told, frame, state=state)

    def _submit(
        self, told: Sequence[Told], frame: Frame | None, *, state: Recorded | None = None
    ) -> None:
        scenes = [self._scene(one, frame) for one in told]
        self.tally.messages += len(told)
        self._clerk.submit(Job(events=partial(self._voice.observations, scenes), state=state))

    def _scene(self, told: Told, frame: Frame | None) -> Scene | Told:
        """With the picture, where this moment shows what is told."""
        if frame is None or not told.shows:
            return told
        return Scene(
            told=told,
            frame=frame,
            everybody=self._everybody(frame),
            first=self._first_sights.of(told.occurrence),
        )

    def _everybody(self, frame: Frame) -> tuple[Thing, ...]:
        """Who is in this very picture: a copy for others blurs only whom it knows of."""
        if self._searched_at != frame.at:
            self._things = (*self._eyes.find([frame.picture])[0], *self._left)
            self._searched_at = frame.at
        return self._things

    def _signal(self, stretch: Break) -> None:
        self.tally.signals += 1
        self.tally.messages += 1
        self._clerk.submit(Job(events=lambda: [self._voice.signal(stretch)]))
