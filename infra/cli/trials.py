"""Runs a camera's watch over a clip for a trial: nothing is published, nothing is kept."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from detectors.crew import Crew
from detectors.drawing.film import Film
from detectors.drawing.showing import Showing
from detectors.observing import Limits
from detectors.sources.opening import open_source
from detectors.station import Station, longest_step_for
from handlers.decisions.policy import Policy
from infra.cli.looking import looking_for
from infra.cli.order import Scene, Sharpness
from infra.cli.telling import ERR
from infra.settings import Settings
from infra.vault.disk import DiskVault
from schemas.events import Event
from schemas.observation import Observation

_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True)
class _Heard:
    """Takes the place of the spool."""

    events: list[Event] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        self.events.append(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried. `threshold` stands for the policy pack's; `vault` is thrown away."""

    scene: Scene
    sharpness: Sharpness
    rules: Path
    threshold: timedelta | None
    out: Path | None
    vault: Path

    def run(self, settings: Settings, policy: Policy) -> list[dict[str, Any]]:
        """Every observation, in the order of media time."""
        looking = looking_for(
            [self.scene],
            sharpness=self.sharpness,
            rules=self.rules,
            policy=policy,
            settings=settings,
            say=lambda text: ERR.print(f"offsite: {text}", markup=False, highlight=False),
            threshold=self.threshold,
        )
        camera, heard = self.scene.camera, _Heard()
        began_at = datetime.now(UTC)
        with ExitStack() as stack:
            source = stack.enter_context(open_source(self.scene.source.secret, fps=self.scene.fps))
            show = None
            if self.out is not None:
                film = Film(
                    self.out,
                    fps=self.scene.fps,
                    size=camera.frame,
                    zones=camera.zones,
                    title=camera.id,
                )
                show = Showing(stack.enter_context(film), looking.posts[camera.id])
            station = Station(
                camera=camera,
                posts=looking.posts[camera.id],
                about=looking.about[camera.id],
                publisher=heard,
                vault=DiskVault(self.vault),
                show=show,
                limits=Limits(longest_step=longest_step_for(self.scene.fps)),
            )
            manned = station.man(source, looking.eyes, starts_at=began_at, stopping=lambda: False)
            stack.callback(manned.reader.close)
            Crew(cameras=[manned], eyes=looking.eyes, stopping=lambda: False).run()
        return [
            _row(event.body, began_at)
            for event in heard.events
            if isinstance(event.body, Observation)
        ]


def _row(told: Observation, began_at: datetime) -> dict[str, Any]:
    return {
        "at_s": round((told.last_seen_at - began_at) / _SECOND, 1),
        "rule": told.rule,
        "zone": told.zone,
        "phase": told.phase.value,
        "at_least_s": round(told.dwell.at_least / _SECOND, 1),
        "at_most_s": round(told.dwell.at_most / _SECOND, 1),
        "things": [thing.kind for thing in told.things],
        "reason": "" if told.reason is None else told.reason.en,
    }
