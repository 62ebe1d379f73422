"""No log ever shows a camera's password."""

import pytest

from detectors.sources.addresses import scheme_of
from schemas.source import without_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("rtsp://10.0.0.7/stream1", "rtsp://10.0.0.7/stream1", id="nothing-secret"),
        pytest.param("rtsp://officer:s3cret@10.0.0.7/1", "rtsp://10.0.0.7/1", id="password"),
        pytest.param("http://a:b@c@10.0.0.7/i.jpg", "http://10.0.0.7/i.jpg", id="at-in-password"),
        pytest.param("http://10.0.0.7/i.jpg?key=k", "http://10.0.0.7/i.jpg", id="key"),
    ],
)
def test_an_address_is_shown_without_what_opens_doors(address: str, shown: str) -> None:
    assert without_credentials(address) == shown


@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        pytest.param("RTSP://10.0.0.7/1", "rtsp", id="capitals"),
        pytest.param("clips/street.mp4", "", id="path"),
    ],
)
def test_a_path_has_no_scheme(address: str, scheme: str) -> None:
    assert scheme_of(address) == scheme
