"""A camera on the loopback that speaks just enough RTSP over TCP, and dies when told to."""

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np

WIDTH, HEIGHT, FPS = 160, 120, 10
_TICKS = 90_000
VIDEO = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
    "a=control:track1\r\n"
)
SOUND = "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:track2\r\n"


@contextmanager
def rtsp_camera(
    *, frames: int, then_silent: bool = False, offers: str = VIDEO, asked: list[str] | None = None
) -> Iterator[str]:
    """The address of a camera that sends so many frames to one caller, then hangs up.

    What the caller asks for is put down in `asked`.
    """
    camera = _Camera(
        frames=frames,
        then_silent=then_silent,
        offers=offers,
        asked=[] if asked is None else asked,
    )
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        serving = threading.Thread(target=_serve, args=(server, camera, over))
        serving.start()
        try:
            yield f"rtsp://officer:secret@127.0.0.1:{server.getsockname()[1]}/street?key=hidden"
        finally:
            over.set()
            serving.join(timeout=20)


@contextmanager
def mute_camera() -> Iterator[str]:
    """Takes the call and says nothing: the system accepts on behalf of a backlog."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/street"


@dataclass(frozen=True, kw_only=True)
class _Camera:
    frames: int
    then_silent: bool
    offers: str
    asked: list[str]


def _serve(server: socket.socket, camera: _Camera, over: threading.Event) -> None:
    caller, _ = server.accept()
    with caller, caller.makefile("rb") as hears:
        try:
            while _answer(caller, hears, camera) != "PLAY":
                pass
            _send(caller, _encoded(camera.frames))
        except (BrokenPipeError, ConnectionResetError):
            return
        if camera.then_silent:
            over.wait(20)


def _answer(caller: socket.socket, hears: BinaryIO, camera: _Camera) -> str:
    lines: list[str] = []
    while line := hears.readline().decode().strip():
        lines.append(line)
    if not lines:
        raise ConnectionResetError
    verb = lines[0].split()[0]
    camera.asked.append(lines[0])
    sequence = next(line for line in lines if line.lower().startswith("cseq"))
    body = camera.offers if verb == "DESCRIBE" else ""
    extra = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
        "DESCRIBE": "Content-Type: application/sdp\r\n",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
    }.get(verb, "Session: 1\r\n")
    head = f"RTSP/1.0 200 OK\r\n{sequence}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    caller.sendall((head + body).encode())
    return verb


def _send(caller: socket.socket, pictures: Sequence[bytes]) -> None:
    """Each picture's units in packets of their own; the last of a picture carries the mark."""
    number = 0
    for index, picture in enumerate(pictures):
        units = [unit.rstrip(b"\0") for unit in picture.split(b"\0\0\1") if unit.rstrip(b"\0")]
        for unit in units:
            mark = 0x80 if unit is units[-1] else 0
            head = struct.pack("!BBHII", 0x80, mark | 96, number & 0xFFFF, index * _TICKS // FPS, 7)
            caller.sendall(b"$\0" + struct.pack("!H", len(head) + len(unit)) + head + unit)
            number += 1


def _encoded(frames: int) -> list[bytes]:
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    coder.time_base = Fraction(1, FPS)
    coder.framerate = Fraction(FPS)
    coder.options = {"tune": "zerolatency", "preset": "ultrafast", "g": "5"}
    packets: list[bytes] = []
    for index in range(frames):
        picture = np.full((HEIGHT, WIDTH, 3), 40 + index, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts = index
        packets += [bytes(packet) for packet in coder.encode(frame)]
    return packets + [bytes(packet) for packet in coder.encode(None)]
