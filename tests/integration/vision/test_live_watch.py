"""A live camera that goes away, and a watch that is killed: on a real RTSP server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.synthetic.clips import write_clip
from detectors.synthetic.scenes import Scene
from detectors.synthetic.stories import compose
from infra.cameras import keep_camera
from infra.vault.disk import DiskVault
from schemas.evidence import EvidenceKind
from schemas.observation import Observation, Phase
from schemas.signal import SignalKind, StreamSignal
from schemas.wire.manifests import read_manifest
from schemas.wire.reading import read_event
from tests.integration.vision.test_rtsp import SERVER, SYSTEM_PYTHON, require_rtsp_server
from tests.support.watches import a_street_camera

pytestmark = pytest.mark.model

HOUSE = Path(__file__).parents[3]
CLIP_S = 120.0
AWAY_S = 20.0
THRESHOLD_S = 6
CONTINUE_EVERY_S = 4
TOLERANCE = timedelta(seconds=0.3)
ROUNDED = timedelta(milliseconds=2)  # each time on the wire is cut to whole milliseconds
WITHIN_S = 90.0


@dataclass(frozen=True)
class Street:
    """A folder with a watch's order, and what it has said so far."""

    folder: Path
    clip: Path

    @property
    def events(self) -> list[object]:
        path = self.folder / "messages.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [read_event(line, {}).body for line in lines]

    @property
    def observations(self) -> list[Observation]:
        """Of the fire lane alone: the car stands on the blind track as well."""
        bodies = (body for body in self.events if isinstance(body, Observation))
        return [body for body in bodies if body.rule == "V01-vehicle-on-fire-lane"]

    @property
    def signals(self) -> list[StreamSignal]:
        return [body for body in self.events if isinstance(body, StreamSignal)]

    def phases(self, phase: Phase) -> list[Observation]:
        return [one for one in self.observations if one.phase is phase]


def a_parked_car() -> Scene:
    return compose(seed=9_060, story="still-parked")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_rtsp_server()
    path = tmp_path_factory.mktemp("live") / "street.mp4"
    write_clip(a_parked_car(), path, fps=5, seconds=CLIP_S)
    return path


@pytest.fixture
def street(clip: Path, tmp_path: Path) -> Street:
    keep_camera(tmp_path, a_street_camera(a_parked_car()))
    order = {
        "camera": "cam",
        "threshold_s": THRESHOLD_S,
        "continue_every_s": CONTINUE_EVERY_S,
    }
    (tmp_path / "order.json").write_text(json.dumps(order))
    return Street(tmp_path, clip)


@contextmanager
def served(street: Street) -> Iterator[None]:
    with subprocess.Popen(
        [SYSTEM_PYTHON, SERVER, street.clip],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        (street.folder / "address").write_text(server.stdout.readline().strip())
        try:
            yield
        finally:
            server.kill()


@contextmanager
def watching(street: Street) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (street.folder / "watch.log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.watch_process", str(street.folder)],
            cwd=HOUSE,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
            stderr=log,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def wait_for(happened: Callable[[], bool], street: Street) -> None:
    until = time.monotonic() + WITHIN_S
    while not happened():
        assert time.monotonic() < until, (street.folder / "watch.log").read_text()
        time.sleep(0.1)


def test_a_stream_that_drops_for_20_s_is_a_gap_and_not_a_longer_stay(street: Street) -> None:
    with watching(street):
        with served(street):
            wait_for(lambda: bool(street.phases(Phase.BEGAN)), street)
        time.sleep(AWAY_S)
        with served(street):
            wait_for(lambda: lost_stretches(street) != [], street)
            before = len(street.phases(Phase.CONTINUED))
            wait_for(lambda: len(street.phases(Phase.CONTINUED)) > before, street)

    (lost,) = lost_stretches(street)
    last = street.phases(Phase.CONTINUED)[-1]
    from_first_to_last = last.last_seen_at - last.first_seen_at
    assert lost.until_at - lost.from_at >= timedelta(seconds=AWAY_S)
    assert len({one.occurrence for one in street.observations}) == 1
    assert last.dwell.at_least <= from_first_to_last - (lost.until_at - lost.from_at) + TOLERANCE
    assert last.dwell.at_most + ROUNDED >= from_first_to_last
    assert "gap" in proof_of(street, last)


def test_a_killed_watch_is_gone_on_with_and_nothing_is_told_twice(street: Street) -> None:
    with served(street):
        with watching(street) as first:
            wait_for(lambda: bool(street.phases(Phase.CONTINUED)), street)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        told = len(street.observations)
        with watching(street):
            wait_for(lambda: len(street.observations) > told + 1, street)

    (began,) = street.phases(Phase.BEGAN)
    after = street.observations[told:]
    sequences = [one.sequence for one in street.observations]
    assert {one.occurrence for one in street.observations} == {began.occurrence}
    assert sorted(set(sequences)) == list(range(max(sequences) + 1))
    assert {one.first_seen_at for one in street.observations} == {began.first_seen_at}
    for one in after:
        assert one.dwell.at_least <= one.last_seen_at - one.first_seen_at + ROUNDED
    gap = after[-1].last_seen_at - after[-1].first_seen_at - after[-1].dwell.at_least
    assert timedelta(0) < gap
    assert after[-1].dwell.at_least > began.dwell.at_least
    assert "gap" in proof_of(street, after[-1])


def lost_stretches(street: Street) -> list[StreamSignal]:
    return [
        one
        for one in street.signals
        if one.kind is SignalKind.SOURCE_LOST and one.until_at > one.from_at
    ]


def proof_of(street: Street, told: Observation) -> list[str]:
    """What kinds of knowing the sealed manifest names."""
    (named,) = [item for item in told.evidence if item.kind is EvidenceKind.MANIFEST]
    path = DiskVault(street.folder / "vault").find(named.sha256)
    assert path is not None
    return [proved.knowing for proved in read_manifest(path.read_bytes()).proof]
