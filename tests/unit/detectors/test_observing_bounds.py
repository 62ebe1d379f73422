"""What an observer claims of a stay, against truths that hypothesis makes up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.dwell import Stay
from detectors.observing import Observer, Told
from detectors.recorded_text import read_recorded, write_recorded
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from tests.support.posts import STARTS_AT, a_thing, an_observer

FAST: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

MS: Final = timedelta(milliseconds=1)
STEP_MS: Final = 2000


@dataclass
class Street:
    """One thing that comes and goes at one place, and an honest watch of it.

    An absence is longer than the longest step: a shorter one nobody can notice.
    """

    presence: Sequence[tuple[int, int]]
    observer: Observer = field(default_factory=lambda: an_observer(threshold_s=8))
    at: int = 0
    searched: int = 0
    track: int = 1
    began: int = 0
    told: list[Told] = field(default_factory=list)

    def is_unchanged(self, box: BoxXYXY) -> bool:
        edges = [edge for span in self.presence for edge in span]
        return not any(self.searched < edge <= self.at for edge in edges)

    def things(self) -> list[Thing]:
        is_there = any(begins <= self.at < ends for begins, ends in self.presence)
        return [a_thing(track=str(self.track))] if is_there else []

    def glance(self, kind: str) -> None:
        """One frame, or a death of the watch and its successor's first frame."""
        if kind == "restart":
            text = write_recorded(self.observer.recorded())
            self.began, self.searched, self.track = self.at, 0, self.track + 100
            self.observer = an_observer(
                threshold_s=8,
                starts_at=STARTS_AT + self.at * MS,
                recorded=read_recorded(text, name="state"),
            )
            self.at += 1  # its first frame
        at = (self.at - self.began) * MS
        if kind == "rename":
            self.track += 1
        if kind == "blind":
            self.told += self.observer.blind(at)
        elif kind == "compare" and self.is_unchanged(a_thing().box) and self.searched:
            self.told += self.observer.unchanged(at, self)
        else:
            self.told += self.observer.look(at, self.things(), self)
            self.searched = self.at

    def stays(self) -> list[Stay]:
        """What is claimed now, by the clock of the first watch."""
        recorded = self.observer.recorded()
        return [kept.stay.shifted(self.began * MS) for kept in recorded.stays]

    def there(self, since: timedelta, until: timedelta) -> timedelta:
        first, last = since // MS, until // MS
        shared = (min(last, ends) - max(first, begins) for begins, ends in self.presence)
        return sum((length * MS for length in shared if length > 0), timedelta(0))


@st.composite
def streets(draw: st.DrawFn) -> Street:
    lengths = draw(st.lists(st.integers(1, 30_000), min_size=1, max_size=4))
    pauses = draw(
        st.lists(st.integers(STEP_MS + 2, 9_000), min_size=len(lengths), max_size=len(lengths))
    )
    edges = list(accumulate(x for pair in zip(pauses, lengths, strict=True) for x in pair))
    return Street(list(zip(edges[::2], edges[1::2], strict=True)))


KINDS: Final = ["look"] * 6 + ["compare"] * 4 + ["rename"] * 2 + ["blind"]
STEPS: Final = st.integers(2, 900) | st.integers(2, 5000)
QUIET: Final = st.lists(st.tuples(STEPS, st.sampled_from(KINDS)), min_size=5, max_size=60)
ROUGH: Final = st.lists(
    st.tuples(STEPS, st.sampled_from([*KINDS, "restart"])), min_size=5, max_size=60
)


def played(street: Street, glances: Sequence[tuple[int, str]]) -> Iterator[list[Stay]]:
    for step, kind in glances:
        street.at += step
        street.glance(kind)
        yield street.stays()


@FAST
@given(streets(), ROUGH)
def test_what_is_claimed_lies_on_both_sides_of_the_truth_whatever_happens_to_the_watch(
    street: Street, glances: Sequence[tuple[int, str]]
) -> None:
    for stays in played(street, glances):
        assert len(stays) <= 1
        for stay in stays:
            until = stay.looked_at if stay.gone_at is None else stay.gone_at

            assert stay.dwell.at_least <= street.there(stay.first_seen, stay.last_seen)
            assert stay.dwell.at_most >= street.there(stay.not_before, until)


@FAST
@given(streets(), ROUGH)
def test_each_occurrence_begins_once_ends_once_and_counts_its_messages(
    street: Street, glances: Sequence[tuple[int, str]]
) -> None:
    for _ in played(street, glances):
        pass

    for occurrence in {one.occurrence for one in street.told}:
        messages = [one for one in street.told if one.occurrence == occurrence]
        phases = [one.phase.value for one in messages]
        assert [one.sequence for one in messages] == list(range(len(messages)))
        assert phases[0] == "began"
        assert "began" not in phases[1:]
        assert not {"ended", "lost-sight"} & set(phases[:-1])


@FAST
@given(streets(), QUIET, st.integers(0, 59))
def test_a_restart_costs_the_time_that_nobody_watched_and_adds_nothing(
    street: Street, glances: Sequence[tuple[int, str]], number: int
) -> None:
    """The same street and frames, once with a watch that lives and once with one that dies."""
    alive, dies = Street(street.presence), Street(street.presence)
    unwatched = timedelta(0)
    for index, (step, kind) in enumerate(glances):
        for one in (alive, dies):
            one.at += step
        if index == number:
            unwatched = step * MS + 1 * MS
            dies.glance("restart")
            dies.at -= 1
        else:
            dies.glance(kind)
        alive.glance("look" if index == number else kind)
        lives = {stay.first_seen: stay for stay in alive.stays()}
        for stay in dies.stays():
            if stay.first_seen in lives:
                whole = lives[stay.first_seen].dwell.at_least
                assert whole - unwatched - 2 * MS <= stay.dwell.at_least <= whole + 2 * MS
