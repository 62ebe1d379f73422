"""Computes with OpenVINO: nobody else knows it.

Compiled anew for each shape of pictures, with the colours turned and scaled inside the network:
measured against a network that takes any shape, that saves a sixth of the time (decision 0018).
"""

from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import Any, Final

import numpy as np

from detectors.eyes.engines import Form, Running
from detectors.eyes.network import Answers, Pictures, Shelf, fixed_size
from detectors.eyes.reporting import report_nothing
from detectors.eyes.weights import Weights
from schemas.errors import RefusedError
from schemas.geometry import FrameSize

_MOST_AT_ONCE: Final = 4
"""Four pictures of 320 px together cost a quarter less than one by one, eight no less still, and
at 640 px it saves nothing (decision 0018)."""


class OpenVinoNetwork:
    """A network of an OpenVINO export, or of an .onnx file."""

    def __init__(self, weights: Weights, running: Running, names: Mapping[int, str]) -> None:
        report_nothing()
        import openvino  # noqa: PLC0415 - only where it is the engine

        self._ov: Final[Any] = openvino
        self._core: Final = openvino.Core()
        self._weights: Final = weights
        self._running: Final = running
        self.names: Final = names
        self.fixed: Final = self._fixed()
        self.most_at_once: Final = 1 if self.fixed else _MOST_AT_ONCE
        self._shelf: Final = Shelf(self._compiled)

    def run(self, pictures: Pictures) -> Answers:
        """Compute; several threads may, as many at once as was said."""
        return self._shelf.take(pictures.shape).run(pictures)

    def _read(self) -> Any:  # noqa: ANN401 - of OpenVINO
        """From the bytes that were digested, never from the disk."""
        weights = self._weights
        try:
            if weights.form is Form.OPENVINO:
                return self._core.read_model(weights.content(".xml"), weights.content(".bin"))
            return self._core.read_model(weights.content(weights.form))
        except RuntimeError as error:
            raise RefusedError(f"weights {weights.path}: OpenVINO can't read them") from error

    def _fixed(self) -> FrameSize | None:
        """What of the input's (pictures, colours, height, width) was fixed at export."""
        edges = [None if edge.is_dynamic else edge.get_length() for edge in self._shape()]
        return fixed_size(self._weights.path, edges)

    def _shape(self) -> Any:  # noqa: ANN401 - of OpenVINO
        return self._read().input(0).get_partial_shape()

    def _compiled(self, shape: tuple[int, ...]) -> "_Compiled":
        ov, model = self._ov, self._read()
        count, height, width, colours = shape
        model.reshape([count, colours, height, width])
        steps = ov.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(
            ov.Layout("NHWC")
        ).set_color_format(ov.preprocess.ColorFormat.BGR)
        steps.input().preprocess().convert_element_type(ov.Type.f32).convert_color(
            ov.preprocess.ColorFormat.RGB
        ).scale(255.0)
        steps.input().model().set_layout(ov.Layout("NCHW"))
        return _Compiled(self._core.compile_model(steps.build(), "CPU", self._settings()))

    def _settings(self) -> dict[str, Any]:
        running = self._running
        told: dict[str, Any] = {
            "NUM_STREAMS": str(running.at_once),
            "INFERENCE_NUM_THREADS": running.threads * running.at_once,
            "ENABLE_CPU_PINNING": False,
        }
        return told | ({"INFERENCE_PRECISION_HINT": self._ov.Type.f32} if running.exact else {})


class _Compiled:
    """For one shape; its requests wait for the next picture."""

    def __init__(self, compiled: Any) -> None:  # noqa: ANN401 - of OpenVINO
        self._compiled: Final = compiled
        self._free: Final[SimpleQueue[Any]] = SimpleQueue()

    def run(self, pictures: Pictures) -> Answers:
        try:
            request = self._free.get_nowait()
        except Empty:
            request = self._compiled.create_infer_request()
        answers: Answers = request.infer({0: pictures}, share_inputs=True)[0]
        self._free.put(request)
        return answers.astype(np.float32, copy=False)
