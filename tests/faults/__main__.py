"""`make faults`: every fault that we can cause, against real neighbours, and what came of it."""

import argparse
import logging
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from rich.console import Console

from tests.faults.faults import BY_NAME, FAULTS, Fault
from tests.faults.results import keep, page, read, tell_table
from tests.faults.rounds import Load, Round, run_round, warm_up
from tests.faults.system import running_system

CONSOLE: Final = Console()
OUT: Final = Path("faults-out")
PAGE: Final = Path("docs/fault-results.md")
IN_CI: Final = ("none", "kill-worker", "kill-leader", "kill-postgres", "zombie", "torn-database")
NIGHTLY_EVENTS: Final = 1_000_000
_RATE: Final = 100.0
_NIGHTLY_RATE: Final = 800.0
_NIGHTLY_PAIRS: Final = 12
_MOST_MINUTES: Final = 30.0


def main() -> int:
    options = _options()
    if options.page:
        PAGE.write_text(page(read(OUT / "faults.json")), "utf-8")
        return 0
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))  # so that what we started is ended
    chosen = _chosen(options)
    rounds = _run(chosen, options)
    tell_table(rounds)
    return 0 if len(rounds) == len(chosen) and all(one.is_fine for one in rounds) else 1


def _run(chosen: Sequence[tuple[Sequence[Fault], int]], options: argparse.Namespace) -> list[Round]:
    shutil.rmtree(OUT / "work", ignore_errors=True)
    rounds: list[Round] = []
    load = _load(options, len(chosen))
    until = time.monotonic() + options.minutes * 60
    with running_system((OUT / "work").resolve()) as system:
        warm_up(system)
        for number, (faults, seed) in enumerate(chosen):
            if time.monotonic() > until:
                CONSOLE.print(f"time is up: {len(chosen) - number} rounds left out")
                break
            one = run_round(system, faults, number=number, seed=seed, load=load)
            rounds.append(one)
            keep([one], OUT / "faults.json")  # a run that is ended early has told what it knows
            CONSOLE.print(_line(one), markup=False, highlight=False, soft_wrap=True)
    return rounds


def _line(one: Round) -> str:
    recovered = "-" if one.recovered_in_s is None else f"{one.recovered_in_s:.1f} s"
    return (
        f"{'ok ' if one.is_fine else 'BAD'} {'+'.join(one.faults)} seed {one.seed}: "
        f"{one.events} events, lost {one.lost}, double {one.double}, "
        f"difference {one.difference}, wrong {one.wrong}, recovered {recovered}, "
        f"took {one.lasted_s:.0f} s{'' if one.skipped is None else ', ' + one.skipped}"
    )


def _load(options: argparse.Namespace, rounds: int) -> Load:
    if options.nightly:
        return Load(rate=_NIGHTLY_RATE, events=-(-NIGHTLY_EVENTS // rounds), is_ci=False)
    return Load(rate=options.rate, events=options.events, is_ci=options.ci)


def _chosen(options: argparse.Namespace) -> list[tuple[Sequence[Fault], int]]:
    """Each with its seed: one more than the one before, unless it is named."""
    if options.only:
        told = [part.partition("@") for part in options.only.split(",")]
    else:
        told = [(name, "", "") for name in (IN_CI if options.ci else BY_NAME)]
    chosen: list[tuple[Sequence[Fault], int]] = [
        ([BY_NAME[name] for name in names.split("+")], int(seed or options.seed + number))
        for number, (names, _, seed) in enumerate(told)
    ]
    dice = Random(options.seed)
    pairs = _NIGHTLY_PAIRS if options.nightly else options.pairs
    return chosen + [
        (dice.sample(FAULTS[1:], 2), options.seed + len(chosen) + number) for number in range(pairs)
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", help="faults by name, with commas: a, a+b, a@seed")
    parser.add_argument("--pairs", type=int, default=0, help="so many random pairs besides")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, help="event ids a round; by rate and fault otherwise")
    parser.add_argument("--rate", type=float, default=_RATE, help="events a second")
    parser.add_argument("--minutes", type=float, default=_MOST_MINUTES, help="begin none later")
    parser.add_argument("--ci", action="store_true", help="the part that fits into minutes")
    parser.add_argument(
        "--nightly", action="store_true", help="a million event ids, with pairs; set --minutes"
    )
    parser.add_argument("--page", action="store_true", help="only write docs/fault-results.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
