"""A while of video is kept, whole groups of it, and never more than there is room for."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

from hypothesis import given
from hypothesis import strategies as st

from detectors.sources.cutting import Coding, Piece
from detectors.sources.footage import Footage
from schemas.errors import InvalidValueError

CODING = Coding(codec="h264", parameters=b"", template=b"")


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


def piece(at: float, *, is_key: bool = False, size: int = 10, codec: Coding = CODING) -> Piece:
    return Piece(content=bytes(size), at=seconds(at), is_key=is_key, coding=codec)


def kept(footage: Footage, until: float = 1e6) -> Sequence[float]:
    pieces = footage._between(seconds(-1e6), seconds(until))
    return [one.at.total_seconds() for one in pieces]


def filled(footage: Footage, until: int, *, every: int = 5, size: int = 10) -> Footage:
    for at in range(until):
        footage.add(piece(at, is_key=at % every == 0, size=size))
    return footage


def test_it_reaches_back_to_the_key_picture_before_what_must_be_kept() -> None:
    footage = filled(Footage(keep=seconds(7)), 20)

    assert kept(footage) == list(range(10, 20))


def test_nothing_is_kept_before_the_first_key_picture() -> None:
    footage = Footage()

    footage.add(piece(0))
    footage.add(piece(1, is_key=True))

    assert kept(footage) == [1]


def test_whole_groups_go_when_there_is_no_room() -> None:
    footage = filled(Footage(most_bytes=120), 20)

    assert kept(footage) == list(range(10, 20))
    assert footage.size_bytes == 100


def test_a_group_that_is_too_large_goes_whole_and_the_next_is_kept() -> None:
    footage = filled(Footage(most_bytes=40), 7)

    assert kept(footage) == [5, 6]


def test_a_stretch_begins_at_the_key_picture_at_or_before_it() -> None:
    footage = filled(Footage(), 20)

    pieces = footage._between(seconds(7), seconds(11))

    assert [one.at.total_seconds() for one in pieces] == list(range(5, 12))


def test_what_has_no_times_of_presentation_begins_a_group_earlier() -> None:
    footage = Footage()
    avi = Coding(codec="mpeg4", parameters=b"", template=b"", shows_as_decoded=True)
    for at in range(20):
        footage.add(piece(at, is_key=at % 5 == 0, codec=avi))

    pieces = footage._between(seconds(12), seconds(13))

    assert [one.at.total_seconds() for one in pieces] == list(range(5, 14))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param(20, 30, id="after-all"),
        pytest.param(-9, -1, id="before-all"),
        pytest.param(3.2, 3.8, id="between-two-frames"),
    ],
)
def test_where_nothing_was_shown_there_is_no_clip(since: float, until: float) -> None:
    footage = filled(Footage(), 20)

    assert footage.clip(seconds(since), seconds(until)) is None


def test_what_was_and_what_comes_pours_into_another_in_its_time() -> None:
    run, connection = filled(Footage(), 3), filled(Footage(), 2)

    connection.pour_into(run, later_by=seconds(100))
    connection.add(piece(2))

    assert kept(run) == [0, 1, 2, 100, 101, 102]
    assert connection.size_bytes == 0


def test_to_keep_less_than_nothing_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"footage\.keep: expected 0 s or more"):
        Footage(keep=seconds(-1))


@given(
    came=st.lists(
        st.tuples(st.integers(0, 9), st.booleans(), st.integers(1, 40)), min_size=1, max_size=80
    ),
    keep=st.integers(0, 20),
    room=st.one_of(st.integers(1, 300), st.just(10_000)),
)
def test_whatever_comes_it_is_bounded_decodable_and_as_long_as_there_is_room(
    came: list[tuple[int, bool, int]], keep: int, room: int
) -> None:
    footage, at, keys = Footage(keep=seconds(keep), most_bytes=room), 0, []

    for step, is_key, size in came:
        at += step
        keys += [at] if is_key else []
        footage.add(piece(at, is_key=is_key, size=size))

        held = footage._between(seconds(-1), seconds(1e6))
        assert footage.size_bytes == sum(len(one.content) for one in held) <= room
        assert not held or held[0].is_key

    if room == 10_000 and keys:
        assert held[0].at <= seconds(
            max([key for key in keys if key <= at - keep], default=keys[0])
        )
