"""Who is who at a camera: by boxes alone, the same every time, and nobody else's business."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")

import numpy as np

from detectors.eyes.tracks import Following, Tracks, Way
from detectors.frames import Picture
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.stories import compose
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from tests.support.eyes import open_eyes

EMPTY = np.zeros((360, 640, 3), np.uint8)
Look = tuple[float, Sequence[Thing]]


def a_thing(x: float, y: float = 100, *, kind: str = "person", sure: float = 0.9) -> Thing:
    return Thing(kind=kind, box=BoxXYXY(x1=x, y1=y, x2=x + 40, y2=y + 100), confidence=sure)


def follow(looks: Sequence[Look], tracks: Tracks | None = None) -> list[list[str | None]]:
    """The tracks of all things, look by look."""
    following = tracks or Tracks()
    return [
        [one.track for one in following.follow(things, EMPTY, at=timedelta(seconds=at))]
        for at, things in looks
    ]


@pytest.mark.parametrize("way", Way)
def test_one_that_walks_keeps_its_track(way: Way) -> None:
    looks = [(step / 5, [a_thing(100 + 8 * step)]) for step in range(10)]

    assert follow(looks, Tracks(Following(way=way))) == [["1"]] * 10


@pytest.mark.parametrize("way", Way)
def test_two_that_pass_each_other_stay_who_they_are(way: Way) -> None:
    looks = [
        (step / 5, [a_thing(100 + 6 * step, 100), a_thing(200 - 6 * step, 160)])
        for step in range(16)
    ]

    assert follow(looks, Tracks(Following(way=way))) == [["1", "2"]] * 16


def test_things_come_back_in_the_order_and_with_the_boxes_in_which_they_were_found() -> None:
    tracks = Tracks()
    found = [[a_thing(300 + 3.7 * step, kind="vehicle"), a_thing(11.3 * step)] for step in range(5)]

    followed = [tracks.follow(things, EMPTY) for things in found]

    for things, told in zip(found, followed, strict=True):
        assert [one.kind for one in told] == ["vehicle", "person"]
        assert [one.box for one in told] == [one.box for one in things]
        assert [one.confidence for one in told] == [one.confidence for one in things]


def test_what_is_seen_once_has_no_track_and_is_there_all_the_same() -> None:
    looks: list[Look] = [(0.0, []), (0.2, [a_thing(100)]), (0.4, [a_thing(101)])]

    assert follow(looks) == [[], [None], ["1"]]


def test_no_things_have_no_tracks() -> None:
    assert follow([(0.0, []), (0.2, [])]) == [[], []]


def test_a_thing_that_is_hidden_for_a_while_is_the_same_afterwards() -> None:
    looks: list[Look] = [(step / 5, [a_thing(100)]) for step in range(5)]
    looks += [(1.0 + step / 5, []) for step in range(20)]
    looks += [(5.0 + step / 5, [a_thing(102)]) for step in range(3)]

    assert follow(looks)[-1] == ["1"]


def test_what_comes_after_longer_than_a_track_is_kept_is_somebody_else() -> None:
    looks: list[Look] = [(step / 5, [a_thing(100)]) for step in range(5)]
    looks += [(1.0 + step / 5, []) for step in range(40)]
    looks += [(9.0 + step / 5, [a_thing(102)]) for step in range(3)]

    assert follow(looks)[-1] == ["2"]


def test_a_parked_car_that_is_looked_at_twice_a_minute_stays_who_it_is() -> None:
    parked = [a_thing(300 + wobble, kind="vehicle") for wobble in (0, 2, -1, 1, 0, 2)]
    looks = [(30.0 * number, [car]) for number, car in enumerate(parked)]
    looks.insert(3, (75.0, []))

    tracks = follow(looks)

    assert [told for told in tracks if told] == [["1"]] * 6


def test_after_a_pause_a_thing_is_looked_for_where_it_was() -> None:
    drove_in: list[Look] = [
        (step / 5, [a_thing(100 + 20 * step, kind="vehicle")]) for step in range(6)
    ]
    stands = (20.0, [a_thing(205, kind="vehicle")])

    assert follow([*drove_in, stands])[-1] == ["1"]


def test_looks_at_any_distance_are_followed() -> None:
    at = [0.0, 0.2, 0.4, 1.9, 2.1, 12.0, 12.2, 42.0, 42.1]
    looks = [(seconds, [a_thing(100), a_thing(400, kind="vehicle")]) for seconds in at]

    assert follow(looks) == [["1", "2"]] * len(at)


def test_a_person_never_goes_on_as_the_bicycle_that_stood_there() -> None:
    looks: list[Look] = [(step / 5, [a_thing(100, kind="bicycle")]) for step in range(4)]
    looks += [(0.8 + step / 5, [a_thing(100, kind="person")]) for step in range(4)]

    told = follow(looks)

    assert {track for look in told[:4] for track in look} == {"1"}
    assert told[-1] == ["2"]


def test_a_faint_thing_goes_on_with_a_track_of_its_kind_and_begins_none() -> None:
    sure: list[Look] = [(step / 5, [a_thing(100)]) for step in range(3)]
    faint: list[Look] = [
        (0.6, [a_thing(101, sure=0.2), a_thing(500, sure=0.2)]),
        (0.8, [a_thing(102, kind="bicycle", sure=0.2)]),
        (1.0, [a_thing(102, sure=0.2)]),
    ]

    assert follow(sure + faint)[3:] == [["1", None], [None], [None]]


def test_cameras_know_nothing_of_each_other() -> None:
    here, there = Tracks(), Tracks()
    looks = [(step / 5, [a_thing(100 + 8 * step), a_thing(400)]) for step in range(6)]
    elsewhere = [(step / 5, [a_thing(500 - 9 * step)]) for step in range(6)]

    mixed = [
        (follow([look], here), follow([other], there))
        for look, other in zip(looks, elsewhere, strict=True)
    ]

    assert [one[0] for one, _ in mixed] == follow(looks)
    assert [one[0] for _, one in mixed] == follow(elsewhere)


def shaken(steps: int, *, by: int) -> list[tuple[Picture, Thing]]:
    """A street in which somebody stands, seen by a camera that swings from side to side."""
    street = Renderer(compose(seed=9_050, story="quiet")).frame(0.0)
    swings = [by * (step % 2) for step in range(steps)]
    return [(np.roll(street, swing, axis=1), a_thing(300 + swing)) for swing in swings]


@pytest.mark.parametrize(
    ("way", "keeps"),
    [pytest.param(Way.BYTETRACK, False, id="bytetrack"), pytest.param(Way.BOTSORT, True, id="bot")],
)
def test_a_camera_that_shakes_needs_botsort(way: Way, keeps: bool) -> None:
    tracks = Tracks(Following(way=way))

    told = [tracks.follow([thing], picture)[0].track for picture, thing in shaken(steps=8, by=45)]

    assert (set(told) == {"1"}) is keeps


def test_botsort_bears_pictures_of_another_size() -> None:
    tracks = Tracks(Following(way=Way.BOTSORT))

    told = [
        tracks.follow([a_thing(100)], np.full((height, 640, 3), 90, np.uint8))[0].track
        for height in (360, 480, 480, 360)
    ]

    assert told == ["1"] * 4


@pytest.mark.model
@pytest.mark.parametrize("way", Way)
def test_the_same_pictures_give_the_same_tracks_every_time(way: Way) -> None:
    renderer = Renderer(compose(seed=9_050, story="fire-lane"))
    pictures: list[tuple[timedelta, Picture]] = [
        (timedelta(seconds=second), renderer.frame(second))
        for second in (5.0, 5.2, 5.4, 5.6, 6.4, 6.6, 9.0, 9.2)
    ]
    eyes = open_eyes()

    def run() -> list[tuple[Thing, ...]]:
        tracks = Tracks(Following(way=way))
        return [tracks.follow(eyes.find([picture])[0], picture, at=at) for at, picture in pictures]

    first, second = run(), run()

    assert first == second
    assert {thing.track for thing in first[-1]} - {None}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        pytest.param({"sure": 1.2}, r"sure: expected a number in \[0, 1\]", id="sure"),
        pytest.param({"reach": -0.1}, r"reach: expected a number in \[0, 1\]", id="reach"),
        pytest.param({"keep": timedelta(0)}, "keep: expected more than 0 s", id="keep"),
        pytest.param({"pause": -timedelta(1)}, "pause: expected more than 0 s", id="pause"),
    ],
)
def test_following_that_can_not_be_is_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidValueError, match=why):
        Following(**wrong)  # type: ignore[arg-type]
