"""What nobody saw: blind stretches, frozen pictures, cameras that come back, watches that die."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from detectors.dwell import Knowing, Why
from detectors.looks import ALL_UNCHANGED, NOT_COMPARED
from detectors.observing import Limits, Observer, Told
from detectors.recorded_text import read_recorded, write_recorded
from schemas.errors import InvalidValueError
from schemas.observation import Phase, Thing
from tests.support.posts import STARTS_AT, a_rule, a_thing, an_observer, every, s

CAR: Final = a_thing()


def seen(observer: Observer, times: Sequence[timedelta], *things: Thing) -> list[Told]:
    return [told for at in times for told in observer.look(at, things, NOT_COMPARED)]


def blind(observer: Observer, times: Sequence[timedelta]) -> list[Told]:
    return [told for at in times for told in observer.blind(at)]


def phases(told: Sequence[Told]) -> list[Phase]:
    return [one.phase for one in told]


def test_a_stay_before_and_after_a_blind_stretch_is_one_with_a_gap() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 6), CAR)
    told += blind(observer, every(0.5, 6.5, 26))
    told += seen(observer, every(0.5, 26.5, 33), a_thing(track="7"))

    (one,) = told
    assert one.stay.first_seen == s(0)
    assert s(10) < one.stay.dwell.at_least < s(11)
    assert one.stay.dwell.at_most == one.stay.looked_at
    assert [bridge.why for bridge in one.stay.bridges] == [Why.IDENTITY, Why.GAP]
    (gap,) = [each for each in one.stay.stretches if each.knowing is Knowing.GAP]
    assert (gap.begins, gap.ends) == (s(6), s(26.5))


def test_frames_that_never_came_are_a_gap_too() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 6), CAR) + seen(observer, every(0.5, 26, 32), CAR)

    (one,) = told
    assert s(10) < one.stay.dwell.at_least < s(11)


@pytest.mark.parametrize(
    ("away_s", "expected"),
    [
        pytest.param(118, [Phase.BEGAN], id="at two minutes it goes on"),
        pytest.param(122, [Phase.BEGAN, Phase.LOST_SIGHT, Phase.BEGAN], id="later it is another"),
    ],
)
def test_a_gap_is_bridged_for_two_minutes(away_s: float, expected: list[Phase]) -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 12), CAR)
    told += seen(observer, every(0.5, 12 + away_s, 30 + away_s), CAR)

    assert phases(told) == expected
    assert len({one.occurrence for one in told}) == len(expected) // 2 + 1


def test_what_is_blind_for_too_long_is_lost_from_sight_while_it_lasts() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 12), CAR) + blind(observer, every(1, 13, 140))

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT]
    assert told[1].stay.last_seen == s(12)
    assert s(131) < told[1].stay.looked_at < s(134)


def test_what_ended_while_nobody_looked_is_lost_from_sight_and_not_ended() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 12), CAR)
    told += blind(observer, every(0.5, 12.5, 40)) + seen(observer, every(0.5, 40.5, 60))

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT]
    assert told[1].stay.dwell.at_least == s(12)
    assert told[1].stay.dwell.at_most == s(40.5)


def test_a_frozen_picture_fires_nothing_and_gives_back_what_it_seemed_to_show() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 6), CAR)
    for at in every(0.5, 6.5, 20):
        told += observer.unchanged(at, ALL_UNCHANGED, same_since=s(6))
    told += observer.look(s(20.5), [CAR], ALL_UNCHANGED, same_since=s(6))
    observer.retract(s(6))
    told += blind(observer, every(0.5, 21, 30))
    told += seen(observer, every(0.5, 30.5, 33), CAR)

    assert told == []
    (kept,) = observer.recorded().stays
    assert kept.stay.dwell.at_least == s(6 + 2.5)


def test_a_still_picture_that_changes_again_was_no_frozen_one() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 6), CAR)
    for at in every(0.5, 6.5, 12):
        told += observer.look(at, [CAR], ALL_UNCHANGED, same_since=s(6))
    told += observer.look(s(12.5), [CAR], NOT_COMPARED)

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.dwell.at_least == s(12.5)


def test_what_only_a_frozen_picture_showed_never_was() -> None:
    observer = an_observer()
    seen(observer, every(0.5, 0, 3))
    for at in every(0.5, 3.5, 9):
        observer.look(at, [CAR], NOT_COMPARED, same_since=s(3))

    observer.retract(s(3))

    assert observer.recorded().stays == ()


def test_what_was_told_of_a_frozen_picture_is_lost_from_sight() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 1, 12), CAR)
    observer.retract(s(0.5))
    told += blind(observer, every(1, 13, 130))

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT]
    assert told[1].stay.dwell.at_least == s(0)


def test_the_past_tells_nothing() -> None:
    observer = an_observer()
    told = seen(observer, every(0.5, 0, 9), CAR)
    told += seen(observer, every(0.5, 0, 8.5), CAR)

    assert told == []
    assert observer.unchanged(s(5), ALL_UNCHANGED) == observer.blind(s(5)) == []


def resumed(observer: Observer, later_s: float, *, rule_id: str = "V", **more: float) -> Observer:
    """Another watch that starts so long after media time 0 of the first."""
    text = write_recorded(observer.recorded())
    return an_observer(
        a_rule(id=rule_id),
        starts_at=STARTS_AT + s(later_s),
        recorded=read_recorded(text, name="state"),
        **more,
    )


def test_the_next_watch_goes_on_with_the_same_occurrence() -> None:
    first = an_observer(limits=Limits(continue_every=s(10)))
    told = seen(first, every(0.5, 0, 12), CAR)
    second = resumed(first, 40, limits=Limits(continue_every=s(10)))  # type: ignore[arg-type]
    told += seen(second, every(0.5, 0.5, 1), a_thing(track="1000"))
    told += seen(second, every(0.5, 1.5, 12))

    assert phases(told) == [Phase.BEGAN, Phase.CONTINUED, Phase.ENDED]
    assert len({one.occurrence for one in told}) == 1
    assert [one.sequence for one in told] == [0, 1, 2]
    assert STARTS_AT + s(40) + told[1].stay.first_seen == STARTS_AT
    assert told[1].stay.dwell.at_least == s(12)
    assert told[1].stay.dwell.at_most == s(40.5)
    assert [bridge.why for bridge in told[1].stay.bridges] == [Why.RESTART]


def test_however_short_nobody_watched_between_two_watches() -> None:
    first = an_observer()
    seen(first, every(0.5, 0, 6), CAR)
    second = resumed(first, 6)

    seen(second, every(0.5, 0.5, 2), CAR)

    (kept,) = second.recorded().stays
    assert kept.stay.dwell.at_least == s(7.5)
    assert [each.knowing for each in kept.stay.stretches] == [
        Knowing.DETECTED,
        Knowing.GAP,
        Knowing.DETECTED,
    ]


def test_what_was_gone_when_the_next_watch_looked_is_lost_from_sight() -> None:
    first = an_observer()
    told = seen(first, every(0.5, 0, 12), CAR)
    told += seen(resumed(first, 40), every(0.5, 0.5, 12))

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT]


def test_a_watch_that_comes_too_late_tells_it_lost_and_begins_anew() -> None:
    first = an_observer()
    told = seen(first, every(0.5, 0, 12), CAR)
    told += seen(resumed(first, 140), every(0.5, 0.5, 15), CAR)

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT, Phase.BEGAN]
    assert told[1].occurrence == told[0].occurrence != told[2].occurrence
    assert told[2].stay.dwell.at_most > s(100)  # since the first watch looked last


def test_what_was_not_told_yet_goes_on_as_well() -> None:
    first = an_observer()
    told = seen(first, every(0.5, 0, 8), CAR)
    told += seen(resumed(first, 20), every(0.5, 0.5, 3.5), CAR)

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.dwell.at_least == s(10.5)


def test_a_cool_spot_stays_cool() -> None:
    rule = a_rule(cooling_off=s(300))
    first = an_observer(rule)
    seen(first, every(0.5, 0, 12), CAR)
    seen(first, every(0.5, 12.5, 20))
    text = write_recorded(first.recorded())
    second = an_observer(
        rule, starts_at=STARTS_AT + s(30), recorded=read_recorded(text, name="state")
    )

    assert seen(second, every(0.5, 0.5, 60), CAR) == []


def test_a_rule_that_is_no_more_is_let_go() -> None:
    first = an_observer()
    seen(first, every(0.5, 0, 12), CAR)

    second = resumed(first, 20, rule_id="W")

    assert second.recorded().stays == ()


def test_a_recording_that_is_seen_again_from_its_beginning_tells_the_same_again() -> None:
    first = an_observer()
    told = seen(first, every(0.5, 0, 200), CAR)

    again = seen(resumed(first, 0), every(0.5, 0, 200), CAR)

    assert [(one.occurrence, one.phase, one.sequence, one.stay) for one in again] == [
        (one.occurrence, one.phase, one.sequence, one.stay) for one in told
    ]


def test_another_cameras_record_is_refused() -> None:
    text = write_recorded(an_observer().recorded()).replace('"cam"', '"other"')

    with pytest.raises(InvalidValueError, match="what was recorded of camera cam, got other"):
        an_observer(recorded=read_recorded(text, name="state"))


def test_open_stays_can_be_asked_for_with_their_first_sight() -> None:
    observer = an_observer()
    seen(observer, every(0.5, 2, 4), CAR)

    assert list(observer.open_since.values()) == [s(2)]
    assert observer.interest == (CAR.box,)
