"""From when on something is a trouble: every threshold of operations in one place."""

from dataclasses import dataclass
from datetime import timedelta

from streams.verdicts import USUAL, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Below is a warning's beginning, `…_critical` that of a critical trouble."""

    rules: Rules = USUAL
    passing: timedelta = timedelta(seconds=3)
    """One late answer of Kafka or the database is no outage, and wakes nobody."""
    silent: timedelta = timedelta(seconds=8)
    """Four beats missed: the process hangs, or is gone."""
    behind: timedelta = timedelta(seconds=30)
    behind_critical: timedelta = timedelta(minutes=5)
    """How long the oldest undecided event of a partition has waited."""
    outbox: timedelta = timedelta(seconds=15)
    outbox_critical: timedelta = timedelta(seconds=60)
    camera_silent: timedelta = timedelta(minutes=3)
    """A camera that is looked through says so each minute."""
    camera_gone: timedelta = timedelta(hours=12)
    """After so long a silent camera is one that was taken away."""
    camera_blind: timedelta = timedelta(seconds=60)
    clocks: timedelta = timedelta(seconds=30)
    dead_letters: int = 20
    dead_letters_share: float = 0.01
    """Of the last hour: both must be passed."""
    refusals: int = 20
    refusals_share: float = 0.5
    """Of a door's last minute: both must be passed. The key's share (429) doesn't count."""
    pool_beats: int = 5
    """Beats in a row at which a process had no free connection."""


USUAL_LIMITS = Limits()
