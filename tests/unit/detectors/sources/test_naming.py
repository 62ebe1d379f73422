"""When a picture was taken, by its name."""

import pytest

from detectors.sources.naming import in_counting_order, time_in, times_in


@pytest.mark.parametrize(
    ("name", "time"),
    [
        pytest.param("20261101_080000.jpg", "2026-11-01T08:00:00", id="compact"),
        pytest.param("20261101080000123.jpg", "2026-11-01T08:00:00.123000", id="millis"),
        pytest.param("gate-3_2026-11-01_08-00-07.png", "2026-11-01T08:00:07", id="named"),
        pytest.param("2026-11-01T08.00.00.250Z.jpg", "2026-11-01T08:00:00.250000+00:00", id="utc"),
        pytest.param("2026-11-01T08:00:00+08:00.jpg", "2026-11-01T08:00:00+08:00", id="zone"),
        pytest.param("1793491200.jpg", "2026-11-01T00:00:00+00:00", id="epoch"),
        pytest.param("1793491200123.jpg", "2026-11-01T00:00:00.123000+00:00", id="epoch-millis"),
        pytest.param("cam_1793491200.5.jpg", "2026-11-01T00:00:00.500000+00:00", id="epoch-number"),
        pytest.param("20261301_080000.jpg", None, id="month-thirteen"),
        pytest.param("frame_0001.jpg", None, id="only-counted"),
        pytest.param("holiday.jpg", None, id="no-number"),
        pytest.param("99920261101080000.jpg", None, id="inside-a-longer-number"),
    ],
)
def test_the_name_tells_the_time_or_nothing(name: str, time: str | None) -> None:
    told = time_in(name)

    assert (told and told.isoformat()) == time


@pytest.mark.parametrize(
    ("names", "is_told"),
    [
        pytest.param(["20261101_080000.jpg", "20261101_080001.jpg"], True, id="each-its-own"),
        pytest.param(["20261101_080000.jpg", "cover.jpg"], False, id="one-without"),
        pytest.param(["20261101_080000.jpg", "1793491200.jpg"], False, id="two-kinds-of-clocks"),
        pytest.param(["20261101_080000_a.jpg", "20261101_080000_b.jpg"], False, id="all-the-same"),
        pytest.param(
            [f"20261101_0800{second:02}.jpg" for second in (*range(20), 19)], True, id="a-copy"
        ),
    ],
)
def test_names_tell_times_only_all_together(names: list[str], is_told: bool) -> None:
    assert (times_in(names) is not None) == is_told


def test_picture_two_comes_before_picture_ten() -> None:
    names = ["img10.jpg", "IMG2.jpg", "img1.jpg", "img02.jpg"]

    ordered = sorted(names, key=in_counting_order)

    assert ordered == ["img1.jpg", "img02.jpg", "IMG2.jpg", "img10.jpg"]
