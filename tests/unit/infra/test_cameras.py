"""What a camera's file may say, what is said of a wrong one, and that it reads back as written."""

import re
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.camera_form import CAMERA_KEYS, camera_of, faults_of
from infra.camera_text import camera_text
from infra.cameras import read_camera
from infra.sample.street import SAMPLE_CAMERAS, camera_file
from infra.zone_form import ZONE_KEYS
from schemas.camera import Camera, Zone, ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ground import Ground
from schemas.hours import Hours
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.place import Place
from schemas.source import SourceAddress

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "cameras"
GOOD = (EXAMPLES / "van-bay.toml").read_text("utf-8")
WHOLE = """
name = "解放路口"
frame = [200, 100]
units = "normalised"
source = "rtsp://admin:hunter2@10.0.0.7/stream1?token=hunter3"
fps = 2.5
place = { id = "jiefang-1" }
ground = [[[0, 0], [0, 0]], [[1, 0], [8, 0]], [[1, 1], [8, 4]], [[0, 1], [0, 4.5]]]

[[zone]]
id = "kerb"
kind = "pavement"
name = "North kerb"
outline = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
holes = [[[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]]
hours = ["07:00-19:00", "22:00-02:00"]
matters = ["GB/T 47678.5-2026|matter|09009"]
purpose = "Keep the pavement free"
road_side = [[0, 1], [0.5, 1]]

[[zone]]
id = "exit"
kind = "exit"
outline = [[0.6, 0], [1, 0], [1, 1]]
place = { grid_cell = "420106-07", longitude = 114.3, latitude = 30.5 }
"""


def read(text: str) -> Camera:
    return camera_of(text, CameraId("c"), name="file")


def test_the_example_and_the_sample_cameras_can_be_read() -> None:
    van_bay = read_camera(EXAMPLES, "van-bay")
    sample = [
        camera_of(camera_file(camera), CameraId(camera.id), name=camera.id)
        for camera in SAMPLE_CAMERAS
    ]

    assert van_bay.zones[0].place.id == "campus-van-bay"
    assert [len(camera.zones) for camera in sample] == [2, 2]


def test_the_page_on_cameras_shows_a_file_that_can_be_read_and_names_every_key() -> None:
    page = (EXAMPLES.parents[1] / "cameras.md").read_text("utf-8")
    shown = page[page.index("```toml") + len("```toml") :]
    keys = {"`[[zone]]`" if key == "zone" else f"`{key}`" for key in {*CAMERA_KEYS, *ZONE_KEYS}}

    assert len(read(shown[: shown.index("```")]).zones[0].holes) == 1
    assert [key for key in keys if f"| {key} |" not in page] == []
    assert [kind for kind in ZoneKind if f"`{kind}`" not in page] == []


def test_every_key_is_read_and_shares_become_pixels() -> None:
    camera = read(WHOLE)

    assert camera == Camera(
        id=CameraId("c"),
        name="解放路口",
        frame=FrameSize(width=200, height=100),
        place=Place(id="jiefang-1"),
        source=SourceAddress("rtsp://admin:hunter2@10.0.0.7/stream1?token=hunter3"),
        fps=2.5,
        ground=Ground(
            (
                (Point(0, 0), Point(0, 0)),
                (Point(200, 0), Point(8, 0)),
                (Point(200, 100), Point(8, 4)),
                (Point(0, 100), Point(0, 4.5)),
            )
        ),
        zones=(
            Zone(
                id=ZoneId("kerb"),
                kind=ZoneKind.PAVEMENT,
                name="North kerb",
                outline=Polygon((Point(0, 0), Point(100, 0), Point(100, 100), Point(0, 100))),
                holes=(Polygon((Point(20, 10), Point(40, 10), Point(40, 20))),),
                hours=(
                    Hours(begins=time(7), ends=time(19)),
                    Hours(begins=time(22), ends=time(2)),
                ),
                matters=frozenset({MatterKey("GB/T 47678.5-2026", "matter", "09009")}),
                purpose="Keep the pavement free",
                road_side=(Point(0, 100), Point(100, 100)),
                place=Place(id="jiefang-1"),
            ),
            Zone(
                id=ZoneId("exit"),
                kind=ZoneKind.EXIT,
                name="exit",
                outline=Polygon((Point(120, 0), Point(200, 0), Point(200, 100))),
                place=Place(grid_cell="420106-07", longitude=114.3, latitude=30.5),
            ),
        ),
    )


def test_a_camera_may_have_no_zones_yet() -> None:
    assert read("frame = [640, 360]") == Camera(
        id=CameraId("c"), name="c", frame=FrameSize(width=640, height=360), zones=()
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("[480, 360]", "[480]", "file, frame: expected 2 numbers", id="half a frame"),
        pytest.param("[480, 360]", "[480.5, 360]", "frame: expected [width, height]", id="a half"),
        pytest.param("[480, 360]", "[480, inf]", "frame: expected 2 numbers", id="endless"),
        pytest.param("[480, 360]", "[480, 99999]", "1 … 16384", id="a picture too large"),
        pytest.param("frame =", "frames =", "file: expected only", id="a misspelt key"),
        pytest.param(
            "fire-lane", "lane", "file, zone bay, kind: expected one of", id="unknown kind"
        ),
        pytest.param("[402, 20], ", "", "", id="three corners will do"),
        pytest.param("[402, 20], [456, 20], ", "", "at least 3 corners", id="two won't"),
        pytest.param(
            "[402, 20]",
            "[902, 20]",
            "file, zone bay, outline: expected corners within 480x360, got (902, 20)",
            id="out of the frame",
        ),
        pytest.param("[402, 20]", "[nan, 20]", "outline: expected 2 numbers", id="no number"),
        pytest.param("[402, 20]", "[true, 20]", "outline: expected 2 numbers", id="true"),
        pytest.param(
            "[456, 68], [402, 68]",
            "[402, 68], [456, 68]",
            "file, zone bay, outline: expected edges that don't cross or touch, got edge 2 "
            "(456, 20)–(402, 68) meets edge 4 (456, 68)–(402, 20)",
            id="crossing",
        ),
        pytest.param("outline", "outlines", "zone bay: expected only", id="a typo"),
        pytest.param('id = "bay"', "", "zone 1, id: expected text", id="no id"),
        pytest.param('id = "bay"', 'id = "\\u0007"', "id: expected one line", id="a bell"),
        pytest.param('id = "campus-van-bay"', "", "place: expected an id", id="no place"),
        pytest.param('id = "campus-van-bay"', "id = 5", "place, id: expected text", id="number"),
        pytest.param(
            'id = "campus-van-bay"', "longitude = 30\nlatitude = 114", "longitude", id="xy"
        ),
        pytest.param("name =", "fps = 0\nname =", "file, fps: expected more than 0", id="no fps"),
        pytest.param("name =", "fps = true\nname =", "file, fps: expected 1 numbers", id="yes"),
        pytest.param("name =", 'units = "feet"\nname =', "units: expected one of", id="units"),
        pytest.param(
            "name =",
            'units = "normalised"\nname =',
            "outline: expected shares of width and height, 0 … 1 (units are normalised), "
            "got (402, 20)",
            id="pixels that were to be shares",
        ),
        pytest.param(
            "name =", "ground = [[[0, 0], [0, 0]]]\nname =", "file, ground: expected", id="one pair"
        ),
        pytest.param("name =", "ground = [[1, 2, 3]]\nname =", "[[[x, y], [metres", id="no pairs"),
        pytest.param("name =", "source = 5\nname =", "source: expected an address", id="source"),
        pytest.param("name =", f"x = {'[' * 3000}\nname =", "expected TOML", id="brackets"),
        pytest.param("name =", f"fps = 0x{'f' * 9999}\nname =", "64 bits", id="huge"),
        pytest.param("name =", f"fps = {'9' * 9999}\nname =", "expected TOML", id="huge digits"),
    ],
)
def test_a_broken_camera_file_says_where(old: str, new: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)

    if said:
        with pytest.raises(InvalidValueError, match=re.escape(said)):
            read(text)
    else:
        assert read(text).zones


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param('hours = "07:00-19:00"', "hours: expected a list like", id="not a list"),
        pytest.param('hours = ["7 to 9"]', "hours: expected hours as HH:MM-HH:MM", id="hours"),
        pytest.param('hours = ["07:00-07:00"]', "begin and end at different times", id="none"),
        pytest.param('matters = ["09012"]', "matters: expected standard|kind|code", id="matter"),
        pytest.param("matters = [9]", "matters: expected a list like", id="a number"),
        pytest.param("purpose = 5", "purpose: expected text", id="purpose"),
        pytest.param("holes = [[402, 20]]", "holes, 1: expected 2 numbers", id="a hole of points"),
        pytest.param(
            "holes = [[[410, 30], [470, 30], [410, 60]]]",
            "file, zone bay, holes: expected holes within the outline, got hole 1 outside at "
            "(470, 30)",
            id="a hole that sticks out",
        ),
        pytest.param("road_side = [[1, 1]]", "road_side: expected [[x, y], [x, y]]", id="a point"),
        pytest.param(
            "road_side = [[1, 1], [1, 1]]", "road_side: expected two points that", id="twice"
        ),
        pytest.param(
            "road_side = [[1, 1], [1, 1000]]", "road_side: expected corners within", id="far"
        ),
    ],
)
def test_a_broken_zone_says_which_key(line: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=re.escape(said)):
        read(f"{GOOD}{line}\n")


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("fire-lane", "lane").replace("[402, 68]", "[402, 680]") + 'hours = ["x"]'

    faults = faults_of("fps = 0\ncolour = 1\n" + text, CameraId("c"), name="file")

    assert [fault.field for fault in faults] == [
        "file",
        "file, zone bay, kind",
        "file, zone bay, outline",
        "file, zone bay, hours",
    ]


def test_two_zones_of_one_id_are_told() -> None:
    zone = GOOD[GOOD.index("[[zone]]") :]

    (fault,) = faults_of(GOOD + zone, CameraId("c"), name="file")

    assert "zone ids that differ, got bay, bay" in str(fault)


def test_no_error_quotes_the_source() -> None:
    faults = faults_of('source = "rtsp://a:hunter2@b\\n"\nframe = 1', CameraId("c"), name="file")

    assert [fault.field for fault in faults] == ["file, frame", "file, source"]
    assert "hunter2" not in "".join(map(str, faults))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("rtsp://admin:p@ss@10.0.0.7:554/1", "rtsp://10.0.0.7:554/1", id="password"),
        pytest.param("http://h/snap.jpg?user=a&pwd=b", "http://h/snap.jpg", id="in the query"),
        pytest.param("rtsp://10.0.0.7/1", "rtsp://10.0.0.7/1", id="no password"),
        pytest.param("clips/a@b?.mp4", "clips/a@b?.mp4", id="a file"),
    ],
)
def test_a_source_is_shown_without_credentials(address: str, shown: str) -> None:
    source = SourceAddress(address)

    assert str(source) == shown
    assert source.secret == address
    assert address == shown or address not in repr(source)


def test_a_camera_does_not_show_where_it_gets_its_pictures() -> None:
    assert "hunter" not in repr(read(WHOLE))


def test_a_camera_without_zones_is_told_in_its_file_how_to_draw_one() -> None:
    text = camera_text(replace(read(WHOLE), zones=()))
    drawn = re.sub(r"(?m)^# (?=\[\[zone|[a-z_]+ = )", "", text)

    assert read(text).zones == ()
    assert [zone.kind for zone in read(drawn).zones] == [ZoneKind.FIRE_LANE]


def test_hours_that_a_file_cannot_say_are_not_written() -> None:
    camera = read(WHOLE)
    odd = replace(camera.zones[0], hours=(Hours(begins=time(7, 0, 30), ends=time(8)),))

    with pytest.raises(InvalidValueError, match="reads back as it was written"):
        camera_text(replace(camera, zones=(odd,)))


# Anything that a camera may be is written and read back; anything that is written is taken or
# refused in our own words.

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20
)
PLACES = st.one_of(
    st.builds(Place, id=TEXTS),
    st.builds(Place, address=TEXTS, longitude=st.floats(73, 136), latitude=st.floats(3, 54)),
)
ADDRESSES = st.builds(SourceAddress, TEXTS)
HOURS = st.builds(
    lambda begins, minutes: Hours(
        begins=time(begins // 60, begins % 60),
        ends=time((begins + minutes) % 1440 // 60, (begins + minutes) % 60),
    ),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
MATTERS = st.builds(MatterKey, *(TEXTS.map(lambda text: text.replace("|", "/")),) * 3)
POINTS = st.builds(Point, st.floats(0, 640), st.floats(0, 360))


@st.composite
def zones(draw: st.DrawFn, number: int) -> Zone:
    left, top = draw(st.floats(0, 300)), draw(st.floats(0, 150))
    width, height = draw(st.floats(10, 300)), draw(st.floats(10, 200))
    corners = [(0, 0), (1, 0), (1, 1), (0.5, draw(st.floats(0.6, 1))), (0, 1)]
    hole = [(0.2, 0.2), (0.4, 0.2), (draw(st.floats(0.25, 0.4)), 0.4)]

    def placed(pairs: list[tuple[float, float]]) -> Polygon:
        return Polygon(tuple(Point(left + x * width, top + y * height) for x, y in pairs))

    ends = draw(st.none() | st.tuples(POINTS, POINTS).filter(lambda two: two[0] != two[1]))
    return Zone(
        id=ZoneId(f"{draw(TEXTS)}-{number}"),
        kind=draw(st.sampled_from(ZoneKind)),
        name=draw(TEXTS),
        outline=placed(corners),
        holes=draw(st.sampled_from([(), (placed(hole),)])),
        hours=tuple(draw(st.lists(HOURS, max_size=2))),
        matters=draw(st.none() | st.frozensets(MATTERS, max_size=2)),
        purpose=draw(st.just("") | TEXTS),
        road_side=ends,
        place=draw(PLACES),
    )


@st.composite
def cameras(draw: st.DrawFn) -> Camera:
    ground = [(0, 0), (600, 0), (640, 360), (0, 300)]
    return Camera(
        id=CameraId("c"),
        name=draw(TEXTS),
        frame=FrameSize(width=640, height=360),
        zones=tuple(draw(zones(number)) for number in range(draw(st.integers(0, 3)))),
        place=draw(st.none() | PLACES),
        source=draw(st.none() | ADDRESSES),
        fps=draw(st.none() | st.floats(0.01, 60)),
        ground=draw(
            st.none()
            | st.just(Ground(tuple((Point(x, y), Point(x / 7, y / 3)) for x, y in ground)))
        ),
    )


@settings(max_examples=40, deadline=None, database=None)
@given(cameras())
def test_any_camera_is_read_back_as_it_was_written(camera: Camera) -> None:
    assert read(camera_text(camera)) == camera


@settings(max_examples=60, deadline=None, database=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_our_words(text: str) -> None:
    assert_read_or_refused(text)


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["pixels", "normalised", "exit", "07:00-19:00", "a|b|c"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["id", "longitude", "latitude", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(["name", "frame", "units", "place", "ground", "source", "fps", "zone"])
KEYS_OF_ZONE = st.sampled_from(
    ["id", "kind", "name", "outline", "holes", "hours", "matters", "purpose", "road_side", "place"]
)


@settings(max_examples=80, deadline=None, database=None)
@given(st.dictionaries(KEYS, TREES, max_size=3), st.dictionaries(KEYS_OF_ZONE, TREES, max_size=3))
def test_a_good_file_with_anything_in_its_keys_is_read_or_refused(top: dict, zone: dict) -> None:
    good = {"frame": "[480, 360]", "place": '{ id = "p" }'}
    good_zone = {"id": '"z"', "kind": '"exit"', "outline": "[[0, 0], [9, 0], [9, 9]]"}
    lines = [f"{key} = {value}" for key, value in {**good, **told(top)}.items()]
    if "zone" not in top:
        lines += ["[[zone]]"]
        lines += [f"{key} = {value}" for key, value in {**good_zone, **told(zone)}.items()]

    assert_read_or_refused("\n".join(lines))


@settings(max_examples=80, deadline=None, database=None)
@given(st.data())
def test_a_good_file_with_a_slip_of_the_pen_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE)))
    cut = data.draw(st.integers(0, 5))
    text = WHOLE[:at] + data.draw(st.text("0.-[]{}=\"'\n ,einaf_", max_size=4)) + WHOLE[at + cut :]

    assert_read_or_refused(text)


def told(table: dict) -> dict[str, str]:
    return {key: spelt(value) for key, value in table.items()}


def spelt(value: object) -> str:
    """As TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {spelt(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(spelt, value))}]"
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    return repr(value)


def assert_read_or_refused(text: str) -> None:
    faults = faults_of(text, CameraId("c"), name="file")
    if faults:
        assert all(isinstance(fault, InvalidValueError) for fault in faults)
        with pytest.raises(InvalidValueError):
            read(text)
    else:
        assert read(text).frame
