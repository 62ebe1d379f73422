"""Ultralytics, asked quietly and offline: nobody else knows it.

A .pt is a pickle. Besides that its digest must be known, only the classes on Ultralytics' list
of harmless ones are made of it.
"""

import ast
import logging
import os
import pickle
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from detectors.eyes.engines import Engine, Form, Running
from detectors.eyes.network import Answers, Pictures
from detectors.eyes.onnx_network import as_blob
from detectors.eyes.reporting import report_nothing
from detectors.eyes.weights import Weights, kept_apart
from schemas.errors import RefusedError
from schemas.geometry import FrameSize

_FORMATS: Final = {Engine.OPENVINO: "openvino", Engine.ONNX: "onnx"}
_LEFT_BY: Final = {Engine.OPENVINO: "weights_openvino_model", Engine.ONNX: "weights.onnx"}
_MAKERS: Final = {
    Engine.OPENVINO: ("ultralytics-opencv-headless", "ultralytics", "torch", "openvino"),
    Engine.ONNX: ("ultralytics-opencv-headless", "ultralytics", "torch", "onnx", "onnxslim"),
}
_MOST_AT_ONCE_ON_A_GPU: Final = 16
_UNREADABLE: Final = (
    *(AssertionError, AttributeError, EOFError, ImportError, IndexError, KeyError, OSError),
    *(RuntimeError, SyntaxError, TypeError, ValueError, pickle.UnpicklingError),
)
"""What Ultralytics and torch raise at bytes that are no weights."""


class TorchNetwork:
    """A network that torch computes, or TensorRT: on the first GPU if there is one.

    One call at a time: Ultralytics keeps the grid of the last picture's shape in the network.
    """

    def __init__(self, weights: Weights, running: Running) -> None:
        require_ultralytics()
        import torch  # noqa: PLC0415 - takes seconds, and only eyes need it
        from ultralytics.nn.autobackend import AutoBackend  # noqa: PLC0415

        self._torch: Final[Any] = torch
        self._alone: Final = Lock()
        self._threads: Final = running.threads
        self.most_at_once: Final = _MOST_AT_ONCE_ON_A_GPU if has_gpu() else 1
        device = torch.device("cuda:0" if has_gpu() else "cpu")
        with kept_apart(weights) as copy, _reading(weights):
            network = AutoBackend(copy, device=device, verbose=False, end2end=False)
        self._network: Final[Any] = network.eval()
        _require_detector(weights, network.task or getattr(network.model, "task", None))
        self.names: Final[Mapping[int, str]] = dict(network.names)
        self.fixed: Final = _fixed(network) if weights.form is Form.TENSORRT else None

    def run(self, pictures: Pictures) -> Answers:
        """Compute. torch has one number of threads for the whole process: ours, from now on."""
        with self._alone, self._torch.inference_mode():
            if self._torch.get_num_threads() != self._threads:
                self._torch.set_num_threads(self._threads)
            answers = self._network(
                self._torch.from_numpy(as_blob(pictures)).to(self._network.device)
            )
        first = answers[0] if isinstance(answers, (list, tuple)) else answers
        told: Answers = first.float().cpu().numpy().astype(np.float32, copy=False)
        return told


def names_in(weights: Weights) -> Mapping[int, str]:
    """The classes that an export names; a .pt names them only once it is loaded.

    Raises:
        RefusedError: it names none, or is of a network that doesn't detect.
    """
    require_ultralytics()
    from ultralytics.nn.backends.base import BaseBackend  # noqa: PLC0415

    with kept_apart(weights) as copy:
        told = BaseBackend.read_metadata(copy)
    try:
        names = told["names"]
        named = ast.literal_eval(names) if isinstance(names, str) else names
        classes = {int(number): str(name) for number, name in named.items()}
        if sorted(classes) != list(range(len(classes))):
            raise ValueError("numbers are missing")
    except (KeyError, TypeError, AttributeError, ValueError, SyntaxError) as error:
        raise RefusedError(
            f"weights {weights.path}: expected metadata that names the classes; export them "
            f"with Ultralytics"
        ) from error
    _require_detector(weights, told.get("task"))
    return classes


def export(weights: Weights, engine: Engine, folder: Path) -> Path:
    """Write a .pt that is vouched for in another engine's form, into an empty folder.

    It takes pictures of any size and number. Takes seconds.
    """
    require_ultralytics()
    from ultralytics import YOLO  # noqa: PLC0415

    with kept_apart(weights) as copy, _reading(weights), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.trace is deprecated, says torch
        model = YOLO(str(copy), task="detect", verbose=False)
        _require_detector(weights, model.model.task)
        model.export(format=_FORMATS[engine], dynamic=True, device="cpu", verbose=False)
        made = copy.with_name(_LEFT_BY[engine])
        return Path(shutil.move(made, folder / made.name))


def makers(engine: Engine) -> Mapping[str, str]:
    """Which versions would make an engine's form: other ones may make another."""
    found = {name: _version(name) for name in _MAKERS[engine]}
    return {name: number for name, number in found.items() if number is not None}


def has_gpu() -> bool:
    """Whether torch could compute on a GPU."""
    require_ultralytics()
    import torch  # noqa: PLC0415

    return bool(torch.cuda.is_available())


def require_ultralytics() -> None:
    """Import it so that it doesn't look at the network, report, or install behind our back.

    Raises:
        RefusedError: it isn't installed.
    """
    report_nothing()  # an export imports OpenVINO
    # Read at import.
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    try:
        from ultralytics.nn import tasks  # noqa: PLC0415
        from ultralytics.utils.events import events  # noqa: PLC0415
    except ImportError as error:
        raise RefusedError(
            f"looking at pictures needs Ultralytics: install the extra [vision] ({error})"
        ) from error
    logging.getLogger("ultralytics").setLevel(logging.ERROR)
    events.enabled = False  # when somebody imported it before us
    tasks.SAFE_LOAD = True  # no pickled class beyond those that Ultralytics knows


@contextmanager
def _reading(weights: Weights) -> Iterator[None]:
    """Say in one sentence which weights it was that could not be read."""
    try:
        yield
    except _UNREADABLE as error:
        raise RefusedError(
            f"weights {weights.path} (sha256 {weights.digest[:12]}…) can't be read as "
            f"{weights.form}: truncated, or not made by Ultralytics "
            f"({type(error).__name__}: {_first_line(error)})"
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200]


def _require_detector(weights: Weights, task: str | None) -> None:
    if task not in {"detect", None}:
        raise RefusedError(f"weights {weights.path}: expected a network that detects, got {task}")


def _fixed(network: Any) -> FrameSize | None:  # noqa: ANN401 - of Ultralytics
    if network.dynamic:
        return None
    height, width = network.imgsz
    return FrameSize(width=int(width), height=int(height))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
