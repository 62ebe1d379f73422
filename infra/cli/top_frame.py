"""One frame of `offsite top`: drawn for a hundred columns, the worst above."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from infra.cli.health_tables import (
    age_text,
    blind_text,
    known,
    outbox_text,
    process_row,
)
from infra.health.report import CameraHealth, HealthReport, PartitionHealth
from infra.health.troubles import troubles_of
from infra.health.words import some, span
from schemas.instants import CHINA
from schemas.trouble import Severity, Trouble
from streams.verdicts import Verdict

COLOURS: Final[Mapping[Verdict, str]] = {
    Verdict.OK: "green",
    Verdict.CATCHING_UP: "cyan",
    Verdict.BEHIND: "yellow",
    Verdict.FALLING_BEHIND: "bold yellow",
    Verdict.STALLED: "bold red",
    Verdict.STOPPED: "bold red",
}
_CAMERAS_SHOWN: Final = 8
_PARTITIONS_SHOWN: Final = 24
_TROUBLES_SHOWN: Final = 8


def frame(report: HealthReport) -> RenderableType:
    """The house at one instant."""
    return Group(
        _header(report),
        _troubles(troubles_of(report), report.taken_at),
        _lanes(report),
        *_processes(report),
        *_groups(report),
        *_cameras(report),
    )


def _header(report: HealthReport) -> RenderableType:
    line = Text("offsite top  ", style="bold", end="\n")
    line.append(f"{report.taken_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}  ", style="default")
    line.append_text(_brokers(report))
    line.append("   ")
    line.append_text(_database(report))
    if report.is_trial:
        line.append("   TRIAL: the broker forgets", style="yellow")
    return Group(line, _flow(report))


def _brokers(report: HealthReport) -> Text:
    cluster = report.cluster
    away = [each.broker for each in cluster.away if each.broker is not None]
    if not cluster.alive:
        return Text("no broker answers", style="bold red")
    total = len(cluster.alive) + len(away)
    said = f"brokers {len(cluster.alive)}/{total} alive"
    if not away:
        return Text(said, style="green")
    return Text(f"{said}, away: {', '.join(map(str, away))}", style="bold red")


def _database(report: HealthReport) -> Text:
    if report.numbers is None:
        return Text("database away", style="bold red")
    return Text("database up", style="green")


def _flow(report: HealthReport) -> Text:
    """Decided and waiting are heads and ends; whether the sum comes out, `conserve` counts."""
    waiting = sum(each.lag for each in report.partitions)
    decided = sum(each.decided or 0 for each in report.partitions)
    line = Text(f"decided {decided:,}   waiting {waiting:,}")
    numbers = report.numbers
    if numbers is not None:
        line.append(f"   {numbers.outcomes_last_minute / 60:.1f}/s")
        line.append(f"   outbox {outbox_text(report)}")
        line.append(f"   dead letters {numbers.parked} ({numbers.parked_last_hour} in 1 h)")
    if report.clocks is not None:
        late = report.clocks.late
        line.append(f"   clocks late {late}", style="bold red" if late else "default")
    return line


def _troubles(troubles: Sequence[Trouble], now: datetime) -> RenderableType:
    if not troubles:
        return Panel(Text("All is well.", style="green"), box=box.ROUNDED, title="Troubles")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(width=7, justify="right")
    grid.add_column(overflow="fold", ratio=1)
    for trouble in troubles[:_TROUBLES_SHOWN]:
        style = "bold red" if trouble.severity is Severity.CRITICAL else "yellow"
        said = Text(trouble.sentence, style=style)
        if trouble.touches:
            said.append(f"\n→ {trouble.touches}", style="bold white on dark_red")
        mark = "!" if trouble.severity is Severity.CRITICAL else "·"
        grid.add_row(Text(mark, style=style), age_text(now, trouble.since), said)
    if (more := len(troubles) - _TROUBLES_SHOWN) > 0:
        grid.add_row("", "", Text(f"and {some(more, 'trouble')} more: `offsite health`"))
    return Panel(grid, box=box.ROUNDED, title="Troubles", border_style="red")


def _lanes(report: HealthReport) -> RenderableType:
    table = _table("partition", "lag", "oldest", "verdict", "/s", "commit", "leads", "sync")
    table.add_column("worker", overflow="ellipsis", no_wrap=True)
    shown = sorted(report.partitions, key=_worst_first)[:_PARTITIONS_SHOWN]
    for each in sorted(shown, key=lambda one: (one.topic, one.partition)):
        table.add_row(*_lane_row(each, report.taken_at))
    if (more := len(report.partitions) - len(shown)) > 0:
        table.add_row(f"{more} more", "", "", Text("not worse", style="dim"))
    return table


def _worst_first(each: PartitionHealth) -> tuple[int, float]:
    return -list(Verdict).index(each.verdict), -each.lag_age.total_seconds()


def _lane_row(each: PartitionHealth, now: datetime) -> Sequence[RenderableType]:
    doubt = "" if each.is_seen else "?"
    leader = Text("nobody", style="bold red") if each.leader is None else Text(str(each.leader))
    sync = Text(f"{len(each.in_sync)}/{len(each.replicas)}")
    if len(each.in_sync) < len(each.replicas):
        sync.stylize("bold yellow")
    return (
        each.place,
        f"{known(None if each.end is None else each.lag)}{doubt}",
        span(each.lag_age) if each.lag else "-",
        Text(each.verdict, style=COLOURS[each.verdict]),
        f"{each.rate:.0f}",
        age_text(now, each.last_commit_at),
        leader,
        sync,
        each.owner or "-",
    )


def _processes(report: HealthReport) -> Iterator[RenderableType]:
    if not report.processes:
        return
    table = _table("process", "beat", "pool")
    table.add_column("says", overflow="ellipsis", no_wrap=True, ratio=1)
    for each in report.processes:
        part, owner, beat, pool, says = process_row(each, report.taken_at)
        style = "default" if each.is_alive else ("bold red" if each.is_missed else "dim")
        table.add_row(f"{part} {owner}", str(beat), str(pool), str(says), style=style)
    yield table


def _groups(report: HealthReport) -> Iterator[RenderableType]:
    behind = [each for each in report.cluster.groups if each.lag]
    if not behind:
        return
    table = _table("dispatchers' group", "topic", "lag")
    for each in behind:
        table.add_row(each.group, f"{each.topic}/{each.partition}", str(each.lag))
    yield table


def _cameras(report: HealthReport) -> Iterator[RenderableType]:
    if not report.cameras:
        return
    table = _table("camera", "heard", "looked", "in 1 h", "of", "blind", "spooled")
    hidden_first = sorted(report.cameras, key=lambda each: each.hidden is None)
    for each in hidden_first[:_CAMERAS_SHOWN]:
        style = "default" if each.hidden is None else "bold red"
        table.add_row(*_camera_row(each, report), style=style)
    if (more := len(report.cameras) - _CAMERAS_SHOWN) > 0:
        table.add_row(Text(f"and {more} more", style="dim"))
    yield table


def _camera_row(each: CameraHealth, report: HealthReport) -> Sequence[str]:
    spooled = report.spools.get(each.camera)
    return (
        each.camera,
        age_text(report.taken_at, each.seen.last_received_at),
        age_text(report.taken_at, each.last_looked_at),
        "-" if each.hour is None else span(each.hour.looked),
        "-" if each.expected is None else span(each.expected),
        blind_text(each),
        "-" if spooled is None else str(spooled.messages),
    )


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, expand=True)
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="left" if number == 0 else "right", no_wrap=True, overflow="ellipsis"
        )
    return table
