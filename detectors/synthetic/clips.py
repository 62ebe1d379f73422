"""Writes a scene as a video file with exact timestamps."""

from fractions import Fraction
from pathlib import Path

import av
import cv2

from detectors.synthetic.brush import Picture
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.scenes import Scene
from schemas.geometry import FrameSize


def write_clip(
    scene: Scene,
    path: Path,
    *,
    fps: int,
    seconds: float,
    size: tuple[int, int] | None = None,
) -> None:
    """Play [0, seconds) into an H.264 MP4; frame i stands at i / fps.

    `size` (width, height) scales the drawn pictures: what it costs to look at larger frames,
    not what more one would see on them. Grounds and truth stay those of the scene's own frame.
    """
    renderer = Renderer(scene)
    frame_size = scene.frame if size is None else FrameSize(width=size[0], height=size[1])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = frame_size.width, frame_size.height
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "20"}
        for index in range(int(seconds * fps)):
            picture = _scaled(renderer.frame(index / fps), frame_size)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = index
            frame.time_base = Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _scaled(picture: Picture, size: FrameSize) -> Picture:
    if picture.shape[:2] == (size.height, size.width):
        return picture
    wanted = (size.width, size.height)
    return cv2.resize(picture, wanted, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]  # uint8 in, uint8 out
