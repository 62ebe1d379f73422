"""`offsite camera coverage` and `ls`: what the database knows of who looked when."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.enforce import enforce
from infra.cameras import keep_camera
from infra.store.engine import make_engine
from infra.store.reading import Reading
from infra.store.work import PostgresWork
from schemas.camera import Camera
from schemas.geometry import FrameSize
from schemas.ids import CameraId
from schemas.instants import CHINA
from schemas.signal import SignalKind, StreamSignal
from streams.topics import topic_of
from tests.integration.commands.conftest import lines, offsite
from tests.support.builders import CountingSalts, a_batch, a_policy, an_event

pytestmark = pytest.mark.database

YESTERDAY = datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
    days=1
)
DAY = f"{YESTERDAY:%Y-%m-%d}"


@pytest.fixture
def dsn(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Commands that only read need no broker."""
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    for name in ("cam-07", "silent"):
        camera = Camera(
            id=CameraId(name), name=name, frame=FrameSize(width=640, height=360), zones=()
        )
        keep_camera(tmp_path / "cameras", camera)
    return database


def said(
    kind: SignalKind,
    begins: float,
    ends: float,
    *,
    camera: str = "cam-07",
    frames: int | None = None,
) -> StreamSignal:
    """Hours after yesterday's midnight in China."""
    return StreamSignal(
        camera=CameraId(camera),
        kind=kind,
        from_at=YESTERDAY + timedelta(hours=begins),
        until_at=YESTERDAY + timedelta(hours=ends),
        text="dark" if kind is SignalKind.BLIND else "said",
        frames=frames,
    )


def record(dsn: str, signals: Sequence[StreamSignal]) -> None:
    """What the workers do."""
    events = [an_event(signal, id=f"e-{n}") for n, signal in enumerate(signals)]

    async def settle(engine: AsyncEngine) -> None:
        work = PostgresWork(engine, topic_of=topic_of)
        await enforce(a_batch(events), work=work, policy=a_policy(), salts=CountingSalts())

    run(dsn, settle)


def run(dsn: str, work):
    async def within():
        engine = make_engine(dsn, application="test")
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(within())


def test_a_day_is_looked_hidden_or_nobodys(dsn: str) -> None:
    record(
        dsn,
        [
            said(SignalKind.LOOKED, -1, 10, frames=5),
            said(SignalKind.LOOKED, 10, 12, frames=36_000),
            said(SignalKind.BLIND, 8, 9),
            said(SignalKind.STALLED, 8.5, 9.5),
            said(SignalKind.BEHIND, 11, 11.5),
            said(SignalKind.LOOKED, 23, 25, frames=7),
        ],
    )

    day, silent = lines("camera", "coverage", "--day", DAY)

    assert day == {
        "camera": "cam-07",
        "day": DAY,
        "from": f"{YESTERDAY.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "until": f"{YESTERDAY.astimezone(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%S}.000Z",
        "seconds": 86_400.0,
        "looked": 11.5 * 3600,
        "hidden": {"stalled": 3600.0, "blind": 1800.0},
        "blind": {"dark": 1800.0},
        "nobody": 11 * 3600.0,
        "late": 1800.0,
        "frames": 36_007,
        "percent": 47.9,
    }
    assert (silent["camera"], silent["nobody"], silent["percent"]) == ("silent", 86_400.0, 0.0)


def test_people_read_it_in_a_table(dsn: str) -> None:
    record(dsn, [said(SignalKind.LOOKED, 0, 24), said(SignalKind.MOVED, 3, 3.02)])

    told = offsite("camera", "coverage", "cam-07", "--day", DAY).stdout

    for cell in ("24 h 00 min", "23 h 58 min", "99.9 %", "moved 1 min 12 s"):
        assert cell in told
    assert "silent" not in told


def test_a_span_of_several_days_is_cut_at_midnight(dsn: str) -> None:
    record(dsn, [said(SignalKind.LOOKED, -3, 3)])

    told = lines(
        *("camera", "coverage", "cam-07"),
        *("--since", (YESTERDAY - timedelta(hours=6)).isoformat()),
        *("--until", (YESTERDAY + timedelta(hours=6)).isoformat()),
    )

    assert [(day["seconds"], day["looked"]) for day in told] == [(6 * 3600, 3 * 3600)] * 2


def test_today_counts_so_far(dsn: str) -> None:
    (today,) = lines("camera", "coverage", "cam-07")

    since_midnight = datetime.now(CHINA) - (YESTERDAY + timedelta(days=1))
    assert 0 < today["seconds"] <= since_midnight.total_seconds()
    assert today["nobody"] == today["seconds"]


def test_a_camera_without_a_file_that_spoke_is_told_too(dsn: str) -> None:
    record(dsn, [said(SignalKind.LOOKED, 0, 24, camera="gone")])

    told = lines("camera", "coverage", "--day", DAY)

    assert [day["camera"] for day in told] == ["cam-07", "gone", "silent"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(("nobody",), "nobody knows it (known: cam-07, silent)", id="unknown"),
        pytest.param(("--day", "2999-01-01"), "it is to come", id="the future"),
        pytest.param(("--day", "yesterday"), "expected a day as YYYY-MM-DD", id="no day"),
        pytest.param(("--since", "2026-01-01T00:00:00Z"), "together, got only one", id="half"),
        pytest.param(("--day", DAY, "--since", "2026-01-01T00:00:00Z"), "got both", id="both"),
        pytest.param(
            ("--since", "1990-01-01T00:00:00Z", "--until", "2026-01-01T00:00:00Z"),
            "expected at most 366 days",
            id="an age",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(dsn: str, words: Sequence[str], why: str) -> None:
    done = offsite("camera", "coverage", *words, code=2)

    assert why in done.stderr


def test_the_listing_says_when_each_was_last_looked_through(dsn: str) -> None:
    record(
        dsn,
        [
            said(SignalKind.LOOKED, 1, 2),
            said(SignalKind.LOOKED, 3, 4),
            said(SignalKind.BLIND, 5, 6),
        ],
    )

    cam, silent = lines("camera", "ls")

    assert cam["looked_until"] == f"{YESTERDAY.astimezone(UTC) + timedelta(hours=4):%FT%T}.000Z"
    assert cam["said_at"] is not None
    assert (silent["looked_until"], silent["said_at"]) == (None, None)


def test_signals_are_found_by_any_stretch_that_they_touch(dsn: str) -> None:
    record(
        dsn,
        [
            said(SignalKind.SOURCE_LOST, -100, 30),
            said(SignalKind.BLIND, 1, 2),
            said(SignalKind.LOOKED, 5, 6, camera="other"),
            said(SignalKind.BLIND, 7, 8),
        ],
    )

    async def ask(engine: AsyncEngine):
        since, until = YESTERDAY + timedelta(hours=3), YESTERDAY + timedelta(hours=7)
        async with Reading(engine).snapshot() as seen:
            found = await seen.signals.of(CameraId("cam-07"), since=since, until=until)
            return found, await seen.signals.cameras(since=since, until=until)

    found, cameras = run(dsn, ask)
    assert found == [said(SignalKind.SOURCE_LOST, -100, 30)]
    assert cameras == ["cam-07", "other"]
