"""`offsite demo`: the whole main job on a drawn street, in one command."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from infra import opening
from infra.cli.asking import with_engine
from infra.cli.cases import local, title
from infra.cli.conserving import add_up_now, conservation_line, totals
from infra.cli.doctor import missing_for_vision
from infra.cli.keys import add
from infra.cli.telling import OUT, errors_told, tell_table
from infra.cli.up import say, stopping_at_signals
from infra.deployment import Deployment
from infra.embedded.child import last_lines
from infra.running import Running, running
from infra.sample.platform import SOURCE, platform_events, push
from infra.sample.street import CLIP_S, SAMPLE_CAMERAS, Drawing, SampleCamera, camera_file
from infra.sample.summary import LANES, DemoCase, demo_case, write_summary
from infra.settings import Settings
from infra.store.reading import Reading
from infra.store.sources import Sources
from infra.vault.disk import DiskVault
from schemas.errors import RefusedError
from schemas.lane import Lane
from streams.conservation import Sum

_MARK: Final = ".offsite-demo"
_SETTLE_WITHIN_S: Final = 30.0

OutFolder = Annotated[Path, typer.Option(help="Where everything goes; made anew each time.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave it running until Ctrl-C.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the demo plays."""

    out: Path
    settings: Settings
    began: float


def demo(out: OutFolder = Path("demo-out"), keep: Keep = False) -> None:
    """Start everything, play two cameras and a city platform, show the cases and the sum."""
    with errors_told():
        if missing := missing_for_vision():
            raise RefusedError(
                f"{', '.join(missing)} not installed: the demo watches cameras, it needs "
                "offsite-enforcement[vision,embedded]"
            )
        _fresh(out)
        data = (out / "data").absolute()
        settings = Settings(
            data=data,
            policy="demo",
            policies=None,
            cameras=None,
            port=0,
            kafka=None,
            database=None,
            probe_every_s=0,  # the sum that is shown is of the street's own events
        )
        _play(Stage(out=out, settings=settings, began=time.monotonic()), keep=keep)


def _play(stage: Stage, *, keep: bool) -> None:
    settings = stage.settings
    with ExitStack() as stack:
        stop = stack.enter_context(stopping_at_signals())
        drawing = Drawing(stage.out / "clips")
        stack.callback(drawing.close)
        say("The demo starts a broker, a database, a front door, workers and a relay.")
        house = stack.enter_context(running(settings, tell=say, on_event=lambda _: None, stop=stop))
        say(f"  up after {_since(stage)}; the street is being drawn")
        house.run_while(lambda: not drawing.is_done(), stop)
        _push_events(house.deployment)
        _watch_cameras(stage, house, drawing, stop)
        if stop.is_set():
            say("Stopped before the end; no summary was written.")
            return
        sums = add_up_now(house.deployment, settle_within_s=_SETTLE_WITHIN_S)
        cases = with_engine(house.deployment, lambda engine: _cases(engine, stage, house))
        _tell(stage, cases, sums, house.deployment, keeps=keep)
        if not all(one.is_fine and not one.waiting for one in sums):
            raise RefusedError("the sum does not come out: see `offsite conserve`")
        if keep:
            say("Running on until Ctrl-C.")
            house.run_until(stop)


def _fresh(out: Path) -> None:
    """Take away an earlier demo, and nothing else."""
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).exists():
            raise RefusedError(f"{out} is not empty and no demo made it: name another with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()


def _push_events(deployment: Deployment) -> None:
    key = with_engine(deployment, lambda engine: add(Sources(engine), SOURCE, Lane.GENERAL))
    events = platform_events(datetime.now(UTC))
    for event in events:
        push(deployment.api, key, event)
    say(f"  the city platform pushed {len(events)} events, one of them twice")


def _watch_cameras(stage: Stage, house: Running, drawing: Drawing, stop: threading.Event) -> None:
    folder = opening.cameras_folder(stage.settings)
    folder.mkdir(parents=True, exist_ok=True)
    recorded_at = datetime.now(UTC) - timedelta(seconds=CLIP_S)
    with ExitStack() as stack:
        watching: dict[str, subprocess.Popen[bytes]] = {}
        for camera in SAMPLE_CAMERAS:
            (folder / f"{camera.id}.toml").write_text(camera_file(camera), "utf-8")
            command = _watch_command(camera, drawing.clip(camera), recorded_at)
            watching[camera.id] = stack.enter_context(
                _child(command, stage.settings, house.deployment.logs / f"watch-{camera.id}.log")
            )
        with OUT.status("") as status:

            def goes_on() -> bool:
                status.update(
                    f"  {len(watching)} cameras are being watched, {_since(stage)}: "
                    "detect, track, zones, dwell, evidence, message"
                )
                return any(child.poll() is None for child in watching.values())

            house.run_while(goes_on, stop)
    for name, child in watching.items():
        log = house.deployment.logs / f"watch-{name}.log"
        if child.returncode and not stop.is_set():
            raise RefusedError(f"watching {name} failed:\n{last_lines(log)}")
        say(f"  {last_lines(log).splitlines()[-1]}")


def _watch_command(camera: SampleCamera, clip: Path, recorded_at: datetime) -> Sequence[str]:
    return (
        *(sys.executable, "-m", "infra.cli.main", "watch"),
        *("--camera", camera.id, "--source", str(clip.absolute())),
        *("--speed", "max", "--recorded-at", recorded_at.isoformat()),
    )


@contextmanager
def _child(
    command: Sequence[str], settings: Settings, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that doesn't outlive the block."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OFFSITE_")},
        "OFFSITE_DATA": str(settings.data),
        "OFFSITE_POLICY": settings.policy,
        "OMP_NUM_THREADS": "1",  # two models side by side on two cores
    }
    with log.open("wb") as out:
        child = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


async def _cases(engine: AsyncEngine, stage: Stage, house: Running) -> list[DemoCase]:
    policy = opening.policy(stage.settings)
    vault = DiskVault(house.deployment.vault)
    found: list[DemoCase] = []
    async with Reading(engine).snapshot() as seen:
        for case in await seen.cases.queue(None, limit=1000):
            history = await seen.cases.case(case.id)
            if history is not None:
                told = title(case, policy)
                pictures = stage.out / "pictures"
                found.append(demo_case(history, title=told, vault=vault, pictures=pictures))
    return found


def _tell(
    stage: Stage,
    cases: Sequence[DemoCase],
    sums: Sequence[Sum],
    deployment: Deployment,
    *,
    keeps: bool,
) -> None:
    say("")
    for queue, lane in LANES.items():
        rows = [
            (
                one.case.id,
                one.case.route,
                one.title,
                one.case.camera or "platform",
                local(one.case.due_at),
                one.picture or "told in words",
            )
            for one in cases
            if one.case.queue is queue
        ]
        columns = ("case", "track", "matter", "seen by", "due", "picture")
        tell_table(f"Lane {lane}: queue {queue}", columns, rows)
    seconds = time.monotonic() - stage.began
    write_summary(stage.out / "summary.json", cases, totals(sums), seconds=seconds)
    OUT.print(conservation_line(sums), style="bold", highlight=False)
    if deployment.is_trial:
        say("TRIAL broker: this shows the way, not the promise; install Java 17 and Maven.")
    say(f"All candidates: people decide. {seconds:.0f} s; {stage.out / 'summary.json'}")
    where = f"OFFSITE_DATA={stage.settings.data} OFFSITE_POLICY=demo"
    again = "Try now" if keeps else "Run it with --keep, then try"
    say(f"{again}: {where} offsite queue ls | case show <id> | health | conserve | replay")


def _since(stage: Stage) -> str:
    return f"{time.monotonic() - stage.began:.0f} s"
