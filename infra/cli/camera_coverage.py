"""`offsite camera coverage`: when was each camera looked through, when not, and why."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Annotated, Any, Final

import typer

from handlers.decisions.coverage import Coverage, Window, cover, days_of
from infra import opening
from infra.cameras import known_cameras
from infra.cli.asking import ask
from infra.cli.telling import AsJson, errors_told, tell_json, tell_table
from infra.settings import Settings
from infra.store.reading import Snapshot
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import CameraId
from schemas.instants import CHINA, instant_text, parse_instant
from schemas.signal import SignalKind

_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=366)

Told = tuple[str, Coverage]


def tell_coverage(
    *,
    camera: Annotated[str | None, typer.Argument(metavar="[ID]", help="One only.")] = None,
    day: Annotated[
        str | None, typer.Option(help="A day in China, YYYY-MM-DD [today so far].")
    ] = None,
    since: Annotated[str | None, typer.Option(help="From then on, RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to then, RFC 3339.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell per camera and day how long somebody looked, how long not, and why.

    What no camera worker accounts for is time in which nobody looked.
    """
    settings = Settings()
    with errors_told():
        known = known_cameras(opening.cameras_folder(settings))
        asked = _asked_window(day, since, until)
        told = ask(settings, lambda seen: _covered(seen, asked, camera, known))
    if as_json:
        for name, coverage in told:
            tell_json(_coverage_json(name, coverage))
        return
    tell_table(
        "Coverage",
        ("camera", "day", "of", "looked", "share", "hidden, and why", "nobody looked"),
        [_row(name, coverage) for name, coverage in told],
    )


def _asked_window(day: str | None, since: str | None, until: str | None) -> Window | None:
    """What was asked for; nothing means today so far."""
    if day is not None and (since is not None or until is not None):
        raise RefusedError("expected --day, or --since and --until, got both")
    if day is not None:
        midnight = datetime.combine(_day(day), time_of_day(), CHINA)
        return Window(since=midnight, until=midnight + _DAY)
    if since is None and until is None:
        return None
    if since is None or until is None:
        raise RefusedError("expected --since and --until together, got only one")
    window = Window(since=parse_instant(since, "since"), until=parse_instant(until, "until"))
    if window.length > _LONGEST:
        raise RefusedError(f"expected at most {_LONGEST.days} days, got {window.length.days}")
    return window


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError(expected="a day as YYYY-MM-DD", got=text, field="day") from error


async def _covered(
    seen: Snapshot, asked: Window | None, camera: str | None, known: Sequence[str]
) -> Sequence[Told]:
    window = _until_now(asked, seen.taken_at)
    days = days_of(window)
    told: list[Told] = []
    for name in await _names(seen, window, camera, known):
        signals = await seen.signals.of(CameraId(name), since=window.since, until=window.until)
        told += [(name, cover(each, signals)) for each in days]
    return told


def _until_now(asked: Window | None, now: datetime) -> Window:
    """What hasn't happened yet was not looked at, and nobody failed to."""
    if asked is None:
        midnight = datetime.combine(now.astimezone(CHINA).date(), time_of_day(), CHINA)
        return Window(since=midnight, until=max(now, midnight + timedelta(microseconds=1)))
    if asked.since >= now:
        raise RefusedError(f"nobody has looked at {_instant(asked.since)} yet: it is to come")
    return Window(since=asked.since, until=min(asked.until, now))


async def _names(
    seen: Snapshot, window: Window, camera: str | None, known: Sequence[str]
) -> Sequence[str]:
    if camera is None:
        spoke = await seen.signals.cameras(since=window.since, until=window.until)
        return sorted({*known, *spoke})
    ever = {each.camera for each in await seen.health.cameras()}
    if camera not in {*known, *ever}:
        names = ", ".join(sorted({*known, *ever})) or "none"
        raise RefusedError(f"camera {camera}: nobody knows it (known: {names})")
    return [camera]


def _row(name: str, coverage: Coverage) -> Sequence[object]:
    hidden = [_hidden_text(kind, coverage) for kind in coverage.hidden]
    late = [f"looked at late {span_text(coverage.late)}"] if coverage.late else []
    return (
        name,
        f"{coverage.window.since.astimezone(CHINA):%Y-%m-%d}",
        span_text(coverage.window.length),
        span_text(coverage.looked),
        f"{percent(coverage):.1f} %",
        ", ".join([*hidden, *late]) or "-",
        span_text(coverage.unaccounted) if coverage.unaccounted else "-",
    )


def _hidden_text(kind: SignalKind, coverage: Coverage) -> str:
    text = f"{kind.value} {span_text(coverage.hidden[kind])}"
    if kind is not SignalKind.BLIND:
        return text
    return f"{text} ({', '.join(f'{why} {span_text(s)}' for why, s in coverage.blind.items())})"


def percent(coverage: Coverage) -> float:
    """Cut off, never rounded up: 100 means that not a second is missing."""
    return math.floor(coverage.share * 1000) / 10


def span_text(span: timedelta) -> str:
    """Hours and minutes; minutes and seconds below an hour; tenths below a minute."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{math.floor(seconds * 10) / 10:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def _coverage_json(name: str, coverage: Coverage) -> dict[str, Any]:
    window = coverage.window
    return {
        "camera": name,
        "day": f"{window.since.astimezone(CHINA):%Y-%m-%d}",
        "from": instant_text(window.since),
        "until": instant_text(window.until),
        "seconds": window.length.total_seconds(),
        "looked": coverage.looked.total_seconds(),
        "hidden": {kind.value: span.total_seconds() for kind, span in coverage.hidden.items()},
        "blind": {why: span.total_seconds() for why, span in coverage.blind.items()},
        "nobody": coverage.unaccounted.total_seconds(),
        "late": coverage.late.total_seconds(),
        "frames": coverage.frames,
        "percent": percent(coverage),
    }


def _instant(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
