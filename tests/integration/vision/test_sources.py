"""Sources as they are: whole, broken, shorter than promised, away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av

from detectors.frames import Break, Frame
from detectors.sources.opening import open_source
from detectors.sources.reader import End, Reader
from detectors.sources.source import SourceUnusableError
from detectors.sources.staying import stay_connected
from detectors.synthetic.clips import write_clip
from detectors.synthetic.stories import compose
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.integration.vision.rtsp_camera import (
    HEIGHT,
    SOUND,
    VIDEO,
    WIDTH,
    mute_camera,
    rtsp_camera,
)

CLIPS = Path(__file__).parents[3] / ".." / "shared" / "data" / "video"
needs_clips = pytest.mark.skipif(
    not CLIPS.is_dir(), reason="the real clips are not in ../shared/data"
)
STREET = FrameSize(width=640, height=360)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s of the drawn street at 10 frames a second."""
    path = tmp_path_factory.mktemp("clips") / "street.mp4"
    write_clip(compose(seed=9001, story="quiet"), path, fps=10, seconds=12)
    return path


def watch(address: Path, *, fps: float = 10) -> tuple[list[Frame], list[Break]]:
    with open_source(str(address), fps=fps) as source:
        told = list(source.frames())
    frames = [one for one in told if isinstance(one, Frame)]
    return frames, [one for one in told if isinstance(one, Break)]


def overwrite(clip: Path, into: Path, *, at: float, size: int) -> Path:
    """A copy with zeroes in the middle of its pictures."""
    content = bytearray(clip.read_bytes())
    begin = int(len(content) * at)
    content[begin : begin + size] = bytes(size)
    into.write_bytes(content)
    return into


def test_a_whole_recording_gives_every_frame_at_its_time(clip: Path) -> None:
    frames, breaks = watch(clip)

    assert [frame.at for frame in frames] == [timedelta(seconds=i / 10) for i in range(120)]
    assert [frame.index for frame in frames] == list(range(120))
    assert breaks == []


def test_a_recording_tells_what_it_is(clip: Path) -> None:
    with open_source(str(clip), fps=5) as source:
        assert source.frame_size == STREET
        assert source.duration == timedelta(seconds=12)
        assert source.expected_frames == 120
        assert not source.is_live
        assert source.recorded_at is None


@pytest.mark.parametrize(
    ("fps", "seconds"),
    [
        pytest.param(5, [0, 0.2, 0.4, 0.6, 0.8, 1.0], id="every-second-frame"),
        pytest.param(4, [0, 0.3, 0.5, 0.8, 1.0, 1.3], id="no-whole-part"),
        pytest.param(0.5, [0, 2, 4, 6, 8, 10], id="less-than-one-a-second"),
        pytest.param(60, [0, 0.1, 0.2, 0.3, 0.4, 0.5], id="more-than-there-are"),
    ],
)
def test_thinning_follows_media_time(clip: Path, fps: float, seconds: list[float]) -> None:
    frames, _ = watch(clip, fps=fps)

    assert [frame.at.total_seconds() for frame in frames[:6]] == seconds


def test_broken_frames_are_one_break_and_the_rest_keeps_its_time(
    clip: Path, tmp_path: Path
) -> None:
    broken = overwrite(clip, tmp_path / "broken.mp4", at=0.5, size=8_000)

    frames, breaks = watch(broken)

    assert breaks
    assert {one.kind for one in breaks} == {SignalKind.DROPPED}
    assert 100 < len(frames) < 120
    assert frames[-1].at == timedelta(seconds=11.9)
    assert sum(one.frames or 0 for one in breaks) == 120 - len(frames)
    for one in breaks:
        assert not [frame for frame in frames if one.from_at < frame.at < one.until_at]


def test_a_recording_that_is_cut_off_says_how_many_frames_are_missing(
    clip: Path, tmp_path: Path
) -> None:
    content = with_header_in_front(clip, tmp_path / "front.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) * 2 // 3])

    frames, breaks = watch(tmp_path / "cut.mp4")

    assert 40 < len(frames) < 110
    assert sum(one.frames or 0 for one in breaks) == 120 - len(frames)
    assert breaks[-1].until_at == timedelta(seconds=12)


def test_frames_come_once_and_closing_may_be_repeated(clip: Path) -> None:
    source = open_source(str(clip), fps=5)
    first = next(source.frames())

    source.close()
    source.close()

    assert isinstance(first, Frame)
    assert first.picture.shape == (360, 640, 3)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusableError, match=r"nowhere\.mp4: there is no such file"):
        open_source(str(tmp_path / "nowhere.mp4"), fps=5)


def test_a_text_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("nothing to see\n" * 100)

    with pytest.raises(SourceUnusableError, match=r"notes\.mp4: this is no video"):
        open_source(str(tmp_path / "notes.mp4"), fps=5)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8_000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8_000
        container.mux(stream.encode(frame))

    with pytest.raises(SourceUnusableError, match=r"there is no picture in it"):
        open_source(str(path), fps=5)


def test_a_playlist_is_no_video_and_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n")

    with pytest.raises(SourceUnusableError, match=r"list\.m3u8: this is no video"):
        open_source(str(path), fps=5)


def test_a_scheme_nobody_asked_for_is_refused() -> None:
    with pytest.raises(SourceUnusableError, match=r"begins with rtsp:// or http://, got ftp://…"):
        open_source("ftp://127.0.0.1/clip.mp4", fps=5)


def test_no_frames_a_second_are_refused(clip: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"fps: expected a number above 0, got 0"):
        open_source(str(clip), fps=0)


def test_a_camera_that_hangs_up_is_away_after_its_last_frame() -> None:
    seen: list[Frame | Break] = []
    with rtsp_camera(frames=60) as address, open_source(address, fps=5, timeout_s=5) as source:
        assert source.is_live
        assert source.frame_size == FrameSize(width=WIDTH, height=HEIGHT)
        assert source.expected_frames is None

        with pytest.raises(TemporarilyUnavailableError, match=r"the camera ended the stream"):
            seen.extend(source.frames())

    assert [one.at.total_seconds() for one in seen if isinstance(one, Frame)][:3] == [0, 0.2, 0.4]
    assert len(seen) == 30


def test_nobody_listens_in() -> None:
    asked: list[str] = []

    with (
        rtsp_camera(frames=20, offers=VIDEO + SOUND, asked=asked) as address,
        open_source(address, fps=5, timeout_s=5) as source,
    ):
        seen = next(source.frames())

    assert isinstance(seen, Frame)
    assert [line.split()[1].rpartition("/")[2] for line in asked if "SETUP" in line] == ["track1"]


def test_a_camera_with_sound_alone_gives_no_picture() -> None:
    only_sound = VIDEO.partition("m=video")[0] + SOUND
    with (
        rtsp_camera(frames=1, offers=only_sound) as address,
        pytest.raises(SourceUnusableError, match="there is no picture in it"),
    ):
        open_source(address, fps=5, timeout_s=2)


def test_a_camera_that_falls_silent_is_away() -> None:
    with (
        rtsp_camera(frames=60, then_silent=True) as address,
        open_source(address, fps=5, timeout_s=1) as source,
        pytest.raises(TemporarilyUnavailableError, match=r"said nothing for too long"),
    ):
        list(source.frames())


def test_a_camera_that_says_nothing_is_away() -> None:
    with (
        mute_camera() as address,
        pytest.raises(TemporarilyUnavailableError, match=r"no picture from the camera within 1 s"),
    ):
        open_source(address, fps=5, timeout_s=1)


def test_a_camera_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(TemporarilyUnavailableError, match=r"^rtsp://127\.0\.0\.1:1/street: no"):
        open_source("rtsp://officer:s3cret@127.0.0.1:1/street?key=hidden", fps=5, timeout_s=2)


def test_a_camera_that_falls_silent_is_a_stall_from_its_last_frame_on() -> None:
    with (
        rtsp_camera(frames=30, then_silent=True) as address,
        stay_connected(
            lambda: open_source(address, fps=5, timeout_s=1),
            name="gate-3",
            frame_size=FrameSize(width=WIDTH, height=HEIGHT),
        ) as source,
    ):
        told: list[Frame | Break] = []
        for one in source.frames():
            told.append(one)
            if isinstance(one, Break):
                break

    *frames, stalled = told
    assert len(frames) == 15
    assert isinstance(stalled, Break)
    assert stalled.kind is SignalKind.STALLED
    assert isinstance(frames[-1], Frame)
    assert stalled.from_at == frames[-1].at
    assert stalled.until_at - stalled.from_at > timedelta(seconds=0.9)
    assert "the camera said nothing for too long" in stalled.text


def test_a_reader_of_a_silent_camera_leaves_no_thread() -> None:
    with rtsp_camera(frames=30, then_silent=True) as address:
        reader = Reader(open_source(address, fps=5, timeout_s=1))
        first = reader.take(20)

        reader.close()

    assert isinstance(first, Frame | Break)
    assert not reader._thread.is_alive()
    assert isinstance(reader.take(0), Frame | Break | End)


def test_a_reader_of_a_recording_can_be_closed_in_the_middle(clip: Path) -> None:
    reader = Reader(open_source(str(clip), fps=10))
    first = reader.take(20)

    reader.close()

    assert isinstance(first, Frame)
    assert not reader._thread.is_alive()


def test_two_recordings_are_read_side_by_side_and_nothing_is_lost(clip: Path) -> None:
    with (
        Reader(open_source(str(clip), fps=10)) as one,
        Reader(open_source(str(clip), fps=10)) as other,
    ):
        told = [(one.take(20), other.take(20)) for _ in range(121)]

    assert all(isinstance(item, Frame) for pair in told[:-1] for item in pair)
    assert told[-1] == (End(error=None), End(error=None))


@pytest.mark.clips
@needs_clips
def test_fewer_frames_than_the_header_promises_are_told() -> None:
    frames, breaks = watch(CLIPS / "car_bicycle_person_passing_only.mp4", fps=12)

    (missing,) = breaks
    assert len(frames) == 459
    assert missing.kind is SignalKind.DROPPED
    assert missing.frames == 8
    assert missing.text == "8 frames fewer than the header promises: 459 of 467"
    assert missing.from_at == frames[-1].at == timedelta(seconds=38, microseconds=166_667)


@pytest.mark.clips
@needs_clips
def test_five_frames_a_second_of_twelve() -> None:
    with open_source(str(CLIPS / "car_bicycle_person_passing_only.mp4"), fps=5) as source:
        frames = [one for one in first_ten_seconds(source.frames()) if isinstance(one, Frame)]

    assert len(frames) == 50
    assert source.recorded_at == datetime(2024, 2, 3, 19, 52, tzinfo=UTC)


@pytest.mark.clips
@needs_clips
def test_avi_with_pictures_out_of_order_has_right_times() -> None:
    frames, breaks = watch(CLIPS / "campus_people_parked_vans_480x360.avi")

    assert [frame.at for frame in frames] == [timedelta(seconds=i / 10) for i in range(795)]
    assert breaks == []


@pytest.mark.clips
@needs_clips
def test_an_avi_that_is_cut_off_says_how_many_frames_are_missing(tmp_path: Path) -> None:
    content = (CLIPS / "campus_people_parked_vans_480x360.avi").read_bytes()
    (tmp_path / "cut.avi").write_bytes(content[: len(content) // 2])

    frames, breaks = watch(tmp_path / "cut.avi")

    assert 300 < len(frames) < 500
    assert sum(one.frames or 0 for one in breaks) == 795 - len(frames)


def first_ten_seconds(told: Iterator[Frame | Break]) -> Iterator[Frame | Break]:
    for one in told:
        if isinstance(one, Frame) and one.at >= timedelta(seconds=10):
            return
        yield one


def with_header_in_front(clip: Path, into: Path) -> Path:
    """The same packets with the index first, as recorders for the network write it."""
    with (
        av.open(str(clip)) as old,
        av.open(str(into), "w", options={"movflags": "faststart"}) as new,
    ):
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return into
