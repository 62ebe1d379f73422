"""Snapshots from a real HTTP server on the loopback."""

import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from itertools import islice, pairwise

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

from detectors.frames import Break, Frame
from detectors.sources.fetching import Fetcher
from detectors.sources.opening import open_source
from detectors.sources.reader import End, Reader
from detectors.sources.source import SourceUnusableError, TimeSource
from detectors.sources.staying import stay_connected
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize
from tests.integration.vision.coded import HEIGHT, WIDTH
from tests.integration.vision.snapshot_camera import (
    JPEGS,
    PASSWORD,
    USER,
    Answer,
    picture,
    send,
    snapshot_camera,
    with_basic,
    with_digest,
)

KEY = f"{USER}:{PASSWORD}"


def frames_of(told: Iterator[Frame | Break], count: int) -> list[Frame]:
    return list(islice((one for one in told if isinstance(one, Frame)), count))


def test_a_camera_that_gives_pictures_is_watched_live() -> None:
    with snapshot_camera(picture) as address, open_source(address, fps=25) as source:
        frames = frames_of(source.frames(), 6)
        clip = source.footage.clip(frames[1].at, frames[4].at)

    assert source.is_live
    assert source.frame_size == FrameSize(width=WIDTH, height=HEIGHT)
    assert source.time_source is TimeSource.CLOCK
    assert frames[0].at == timedelta(0)
    assert all(sooner.at < later.at for sooner, later in pairwise(frames))
    assert clip is not None
    assert (clip.frames, clip.is_untouched) == (4, False)


@pytest.mark.parametrize("answer", [with_basic, with_digest], ids=lambda answer: answer.__name__)
def test_name_and_password_of_the_address_open_the_camera(answer: Answer) -> None:
    with snapshot_camera(answer, user=KEY) as address, open_source(address, fps=25) as source:
        frames = frames_of(source.frames(), 3)

    assert len(frames) == 3
    assert PASSWORD not in source.name
    assert "hidden" not in source.name


def not_found(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, b"no such page", told="text/plain", status=404)


def busy(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, b"", status=503)


def a_page(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, b"<html>please log in</html>", told="text/html; charset=utf-8")


def a_disguised_page(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, b"<html>please log in</html>")


def a_stream(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, JPEGS[0], told="multipart/x-mixed-replace; boundary=frame")


def nothing(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, b"")


def half(asked: BaseHTTPRequestHandler, _: int) -> None:
    send(asked, JPEGS[0][: len(JPEGS[0]) // 2])


def without_end(asked: BaseHTTPRequestHandler, _: int) -> None:
    asked.send_response(200)
    asked.send_header("Content-Type", "image/jpeg")
    asked.end_headers()
    try:
        while True:
            asked.wfile.write(JPEGS[0] * 100)
    except OSError:
        return


def no_http(asked: BaseHTTPRequestHandler, _: int) -> None:
    asked.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def elsewhere(asked: BaseHTTPRequestHandler, _: int) -> None:
    asked.send_response(302)
    asked.send_header("Location", "http://localhost:1/other.jpg")
    asked.end_headers()


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        pytest.param(not_found, SourceUnusableError, "the camera answered 404 Not Found", id="404"),
        pytest.param(with_basic, SourceUnusableError, "answered 401 Unauth", id="wrong-basic"),
        pytest.param(with_digest, SourceUnusableError, "answered 401", id="wrong-digest"),
        pytest.param(busy, TemporarilyUnavailableError, "answered 503 Service Unavail", id="503"),
        pytest.param(a_page, SourceUnusableError, "a JPEG or PNG, got text/html", id="page"),
        pytest.param(a_disguised_page, SourceUnusableError, "neither a JPEG", id="disguised-page"),
        pytest.param(a_stream, SourceUnusableError, "got multipart/x-mixed-replace", id="stream"),
        pytest.param(nothing, TemporarilyUnavailableError, "answered with nothing", id="nothing"),
        pytest.param(half, SourceUnusableError, "cut off or damaged", id="half"),
        pytest.param(without_end, SourceUnusableError, "most 16777216 bytes, got more", id="much"),
        pytest.param(no_http, TemporarilyUnavailableError, "no answer that could be", id="no-http"),
        pytest.param(elsewhere, SourceUnusableError, "sends us to another machine", id="elsewhere"),
    ],
)
def test_a_bad_answer_is_a_sentence_without_the_password(
    answer: Answer, error: type[Exception], why: str
) -> None:
    with (
        snapshot_camera(answer, user="officer:wr0ng") as address,
        pytest.raises(error, match=rf"^http://127\.0\.0\.1:\d+/now\.jpg: .*{why}") as told,
    ):
        open_source(address, fps=5)

    assert "wr0ng" not in str(told.value)
    assert "hidden" not in str(told.value)
    assert told.value.__cause__ is None or "wr0ng" not in repr(told.value.__cause__)


@pytest.mark.parametrize("answer", [with_basic, with_digest], ids=lambda answer: answer.__name__)
def test_a_wrong_password_is_shown_once(answer: Answer) -> None:
    asked: list[int] = []

    def counted(handler: BaseHTTPRequestHandler, number: int) -> None:
        asked.append(number)
        answer(handler, number)

    with (
        snapshot_camera(counted, user="officer:wr0ng") as address,
        pytest.raises(SourceUnusableError, match="401"),
    ):
        open_source(address, fps=5)

    assert asked == [0, 1]  # without, and with it


def test_a_camera_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(
        TemporarilyUnavailableError,
        match=r"^http://127\.0\.0\.1:1/now\.jpg: no answer: Connection refused$",
    ):
        open_source(f"http://{KEY}@127.0.0.1:1/now.jpg?key=hidden", fps=5)


def test_an_address_without_a_host_is_refused() -> None:
    with pytest.raises(SourceUnusableError, match="there is no host in it"):
        open_source("http:///now.jpg", fps=5)


def silent(asked: BaseHTTPRequestHandler, _: int) -> None:
    asked.rfile.read(1)  # until the caller hangs up


def drop_by_drop(asked: BaseHTTPRequestHandler, _: int) -> None:
    asked.send_response(200)
    asked.end_headers()
    try:
        while True:
            asked.wfile.write(b"\xff")
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(silent, "no answer in time", id="silent"),
        pytest.param(drop_by_drop, r"the answer took more than 0\.4 s", id="drop-by-drop"),
    ],
)
def test_a_camera_that_takes_too_long_is_given_up(answer: Answer, why: str) -> None:
    with (
        snapshot_camera(answer) as address,
        pytest.raises(TemporarilyUnavailableError, match=why),
    ):
        open_source(address, fps=5, timeout_s=0.4)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with snapshot_camera(picture) as address:
        content = Fetcher(address, timeout_s=5).fetch()

    assert content == JPEGS[0]


def test_bad_answers_between_good_ones_are_told_and_it_goes_on() -> None:
    def now_and_then(asked: BaseHTTPRequestHandler, number: int) -> None:
        (not_found if number in {3, 4} else picture)(asked, number)

    told: list[Frame | Break] = []
    with snapshot_camera(now_and_then) as address, open_source(address, fps=25) as source:
        for one in source.frames():
            told.append(one)
            if len(told) == 8:
                break

    (lost,) = (one for one in told if isinstance(one, Break))
    assert lost.frames == 2
    assert "the camera answered 404 Not Found" in lost.text


def test_a_reader_of_snapshots_that_stays_connected_closes_at_once() -> None:
    with snapshot_camera(picture) as address:
        size = FrameSize(width=WIDTH, height=HEIGHT)
        source = stay_connected(
            lambda: open_source(address, fps=0.01), name="gate-3", frame_size=size
        )
        reader = Reader(source)
        first = reader.take(20)

        reader.close()  # the next picture is due in 100 s

        assert isinstance(first, Frame)
        assert not reader._thread.is_alive()
        assert reader.take(0) == End(error=None)
