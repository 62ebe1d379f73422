"""Writes a scene as a video file with exact timestamps."""

from fractions import Fraction
from pathlib import Path

import av

from detectors.synthetic.rendering import Renderer
from detectors.synthetic.scenes import Scene


def write_clip(scene: Scene, path: Path, *, fps: int, seconds: float) -> None:
    """Play [0, seconds) into an H.264 MP4; frame i stands at i / fps."""
    renderer = Renderer(scene)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = scene.frame.width, scene.frame.height
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "20"}
        for index in range(int(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(renderer.frame(index / fps), format="bgr24")
            frame.pts = index
            frame.time_base = Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
