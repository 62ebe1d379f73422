"""Computes with ONNX Runtime: nobody else knows it."""

from collections.abc import Mapping
from typing import Any, Final

import cv2
import numpy as np

from detectors.eyes.engines import Running
from detectors.eyes.network import Answers, Pictures, Shelf, fixed_size
from detectors.eyes.weights import Weights
from schemas.errors import RefusedError
from schemas.geometry import FrameSize


class OnnxNetwork:
    """A network of an .onnx file, on the CPU.

    Each call computes in threads of its own, so `Running.at_once` is as many as call.
    """

    most_at_once: Final = 1

    def __init__(self, weights: Weights, running: Running, names: Mapping[int, str]) -> None:
        import onnxruntime  # noqa: PLC0415 - only where it is the engine

        self._ort: Final[Any] = onnxruntime
        self._weights: Final = weights
        self._running: Final = running
        self.names: Final = names
        self._free_edges, self.fixed = self._input()
        self._shelf: Final = Shelf(self._session)

    def run(self, pictures: Pictures) -> Answers:
        """Compute; may be called from several threads."""
        session = self._shelf.take(pictures.shape)
        blob = as_blob(pictures)
        answers: Answers = session.run(None, {session.get_inputs()[0].name: blob})[0]
        return answers.astype(np.float32, copy=False)

    def _input(self) -> tuple[tuple[str | None, ...], FrameSize | None]:
        """What the file calls the edges that it leaves open, and what it fixes."""
        edges = self._session(()).get_inputs()[0].shape
        told = [edge if isinstance(edge, int) else None for edge in edges]
        free = tuple(edge if isinstance(edge, str) else None for edge in edges)
        return free, fixed_size(self._weights.path, told)

    def _session(self, shape: tuple[int, ...]) -> Any:  # noqa: ANN401 - of ONNX Runtime
        """For one shape of pictures, with what is known of it folded into the network."""
        options = self._ort.SessionOptions()
        options.intra_op_num_threads = self._running.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if shape:
            count, height, width, colours = shape
            sizes = (count, colours, height, width)
            for name, size in zip(self._free_edges, sizes, strict=True):
                if name is not None:
                    options.add_free_dimension_override_by_name(name, size)
        try:
            return self._ort.InferenceSession(
                self._weights.content(".onnx"), options, providers=["CPUExecutionProvider"]
            )
        except _faults(self._ort) as error:
            raise RefusedError(
                f"weights {self._weights.path}: ONNX Runtime can't read them"
            ) from error


def _faults(ort: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401 - of ONNX Runtime
    """Its errors have no root of their own."""
    state = vars(ort.capi.onnxruntime_pybind11_state).values()
    return tuple(one for one in state if isinstance(one, type) and issubclass(one, Exception))


def as_blob(pictures: Pictures) -> Any:  # noqa: ANN401 - an array as OpenCV makes it
    """(pictures, 3, height, width), red-green-blue, 0 … 1."""
    return cv2.dnn.blobFromImages(list(pictures), 1 / 255, swapRB=True)
