"""Makes an MP4 of pieces of video: untouched where the coding allows it, else encoded anew."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import Final, Self

import av
from av.container import OutputContainer

_UNTOUCHED: Final = frozenset({"h264", "hevc"})
"""What every player reads in an MP4."""

_TICKS: Final = 90_000
_WIDEST_PX: Final = 1280
_THREADS: Final = 2
"""A clip now and then must not take the whole machine from thirty cameras."""

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How pieces are decoded.

    `template` is a tiny file of this coding, which a decoder or a muxer takes its parameters
    from. `shows_as_decoded`: there are no times of presentation (AVI, bare streams).
    """

    codec: str
    parameters: bytes
    template: bytes = field(compare=False, repr=False)
    shows_as_decoded: bool = False

    @property
    def may_stay(self) -> bool:
        """Whether its packets may go into an MP4 as they are."""
        return self.codec in _UNTOUCHED and not self.shows_as_decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One packet or picture as it came, at its media time."""

    content: bytes = field(repr=False)
    at: timedelta
    is_key: bool
    coding: Coding

    def later(self, by: timedelta) -> Self:
        """The same, so much later."""
        return replace(self, at=self.at + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """An MP4 of H.264 or HEVC. Its first frame was shown at `from_at`, its last at `until_at`.

    `is_untouched`: not one bit of a picture was changed on the way from the camera.
    """

    content: bytes = field(repr=False)
    from_at: timedelta
    until_at: timedelta
    frames: int
    is_untouched: bool
    media_type: str = "video/mp4"


def coding_of(packet: av.Packet, *, shows_as_decoded: bool) -> Coding | None:
    """The coding of a packet's stream; nothing where only its own container can hold it."""
    buffer = io.BytesIO()
    stream = packet.stream
    try:
        with av.open(buffer, "w", format="nut") as file:  # keeps parameters to the byte, unlike MP4
            like = file.add_stream_from_template(stream, opaque=True)
            file.mux(_packet(bytes(packet), ticks=(0, 0), stream=like))
    except (av.error.FFmpegError, ValueError):
        return None
    return Coding(
        codec=stream.codec_context.name,
        parameters=stream.codec_context.extradata or b"",
        template=buffer.getvalue(),
        shows_as_decoded=shows_as_decoded,
    )


def cut(pieces: Sequence[Piece], *, since: timedelta, until: timedelta) -> Clip | None:
    """A clip of pieces that are in the order of decoding, from a key picture on."""
    if not pieces:
        return None
    begins_at = pieces[0].at
    shown = [piece for piece in pieces if piece.at >= begins_at]  # its group's; not the leading
    may_stay = {piece.coding.may_stay and piece.coding == pieces[0].coding for piece in pieces}
    if may_stay == {True} and len({_ticks(piece.at) for piece in shown}) == len(shown):
        with suppress(av.error.FFmpegError):  # damaged so that the muxer can't make sense of it
            return _copied(shown)
    return _encoded(pieces, since=since, until=until)


def _copied(pieces: Sequence[Piece]) -> Clip:
    """Packets as they are, with times of decoding that suit those of presentation.

    The n-th packet is decoded when the n-th picture is due, earlier by what keeps every picture
    from being shown before it is decoded.
    """
    begins_at = pieces[0].at
    shown = [_ticks(piece.at) - _ticks(begins_at) for piece in pieces]
    due = sorted(shown)
    early = max(when - mine for when, mine in zip(due, shown, strict=True))
    buffer = io.BytesIO()
    with (
        av.open(io.BytesIO(pieces[0].coding.template)) as template,
        av.open(buffer, "w", format="mp4") as file,
    ):
        stream = file.add_stream_from_template(template.streams.video[0], opaque=True)
        for piece, mine, when in zip(pieces, shown, due, strict=True):
            packet = _packet(piece.content, ticks=(mine, when - early), stream=stream)
            packet.is_keyframe = piece.is_key
            file.mux(packet)
    return Clip(
        content=buffer.getvalue(),
        from_at=begins_at,
        until_at=max(piece.at for piece in pieces),
        frames=len(pieces),
        is_untouched=True,
    )


def _encoded(pieces: Sequence[Piece], *, since: timedelta, until: timedelta) -> Clip | None:
    buffer = io.BytesIO()
    shown: list[timedelta] = []
    stream = None
    with av.open(buffer, "w", format="mp4") as file:
        for at, decoded in _decoded(pieces):
            if not since <= at <= until or (shown and _ticks(at) <= _ticks(shown[-1])):
                continue
            shown.append(at)
            stream = stream or _h264(file, decoded)
            picture = decoded.reformat(
                width=stream.width, height=stream.height, format="yuv420p", dst_color_range="MPEG"
            )
            picture.pts, picture.time_base = _ticks(at) - _ticks(shown[0]), Fraction(1, _TICKS)
            picture.pict_type = 0  # else the encoder would repeat the old choice of key pictures
            file.mux(stream.encode(picture))
        if stream is None:
            return None
        file.mux(stream.encode(None))
    return Clip(
        content=buffer.getvalue(),
        from_at=shown[0],
        until_at=shown[-1],
        frames=len(shown),
        is_untouched=False,
    )


def _h264(file: OutputContainer, like: av.VideoFrame) -> av.VideoStream:
    """Even sizes, for a colour stands for two by two pixels.

    No B pictures: with them x264 gives other bytes now and then (1 of 40 clips, measured), and
    a clip that is cut again should have the same digest.
    """
    scale = min(1.0, _WIDEST_PX / like.width)
    stream = file.add_stream(
        "libx264",
        options={"preset": "veryfast", "crf": "23", "bf": "0"},
        width=max(2, 2 * round(like.width * scale / 2)),
        height=max(2, 2 * round(like.height * scale / 2)),
        time_base=Fraction(1, _TICKS),
    )
    stream.pix_fmt = "yuv420p"
    stream.codec_context.thread_count = _THREADS
    return stream


def _decoded(pieces: Sequence[Piece]) -> Iterator[tuple[timedelta, av.VideoFrame]]:
    """Frames and when they were shown. A broken piece leaves out its own."""
    for coding, run in groupby(pieces, key=lambda piece: piece.coding):
        with _decoder(coding) as decoder:
            shown_at, step = timedelta(0), timedelta(0)
            for decoded in (one for piece in (*run, None) for one in _tried(decoder, piece)):
                stamp = decoded.dts if coding.shows_as_decoded else decoded.pts
                at = shown_at + step if stamp is None else stamp * _MICROSECOND
                shown_at, step = at, at - shown_at
                yield at, decoded


@contextmanager
def _decoder(coding: Coding) -> Iterator[av.VideoCodecContext]:
    if not coding.template:
        yield av.CodecContext.create(coding.codec, "r")
        return
    with av.open(io.BytesIO(coding.template)) as template:
        yield template.streams.video[0].codec_context


def _tried(decoder: av.VideoCodecContext, piece: Piece | None) -> Sequence[av.VideoFrame]:
    """What comes out now; without a piece, all that was held back."""
    packet = None
    if piece is not None:
        packet = _packet(piece.content, ticks=(piece.at // _MICROSECOND,) * 2)
    try:
        frames: Sequence[av.VideoFrame] = decoder.decode(packet)
    except av.error.FFmpegError:
        return ()
    return frames


def _packet(
    content: bytes, *, ticks: tuple[int, int], stream: av.VideoStream | None = None
) -> av.Packet:
    """A copy in memory of libav's own, which it may read a little beyond the end of."""
    packet = av.Packet(len(content))
    packet.update(content)
    packet.pts, packet.dts = ticks
    if stream is not None:
        packet.stream, packet.time_base = stream, Fraction(1, _TICKS)
    return packet


def _ticks(span: timedelta) -> int:
    return round(span / _MICROSECOND * _TICKS / 1_000_000)
