"""Which engine computes, and with how many threads."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.errors import InvalidValueError, RefusedError


class Form(StrEnum):
    """How weights lie on the disk; the value is the suffix."""

    TORCH = ".pt"
    ONNX = ".onnx"
    TENSORRT = ".engine"
    OPENVINO = "folder"


class Engine(StrEnum):
    """What computes a network. Only these; `auto` takes the fastest that this machine has."""

    AUTO = "auto"
    TORCH = "torch"
    ONNX = "onnx"
    OPENVINO = "openvino"
    TENSORRT = "tensorrt"


RUNS: Final = {
    Form.TORCH: (Engine.OPENVINO, Engine.ONNX, Engine.TORCH),
    Form.ONNX: (Engine.OPENVINO, Engine.ONNX),
    Form.OPENVINO: (Engine.OPENVINO,),
    Form.TENSORRT: (Engine.TENSORRT,),
}
"""What can compute which weights on a CPU, fastest first: decision 0018 has the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How much of the machine the eyes take.

    `threads` work on one picture, `at_once` pictures may be worked on, each called for by a
    thread of its own. One thread a picture costs the least CPU in all (decision 0018); more
    only make one picture's answer come sooner. `exact` computes in float32 where the CPU would
    rather compute in bfloat16.
    """

    threads: int = 1
    at_once: int = 1
    exact: bool = False

    def __post_init__(self) -> None:
        for name, count in (("threads", self.threads), ("at_once", self.at_once)):
            if count < 1:
                raise InvalidValueError(expected="1 or more", got=count, field=name)


def choose(asked: Engine, form: Form, *, installed: Collection[Engine], has_gpu: bool) -> Engine:
    """The engine that these weights are computed with.

    Raises:
        RefusedError: it can't compute them, or isn't here.
    """
    able = _able(form, has_gpu=has_gpu)
    if asked is Engine.AUTO:
        asked = next((one for one in able if one in installed), able[0])
    if asked is Engine.TENSORRT and not has_gpu:
        raise RefusedError(
            "TensorRT needs an NVIDIA GPU that torch can see, and there is none: take the .pt, "
            "or weights of another engine"
        )
    if asked not in able:
        raise RefusedError(
            f"{asked} can't compute weights in the form {form}: expected "
            f"{' or '.join(able)}{_hint(asked)}"
        )
    if asked not in installed:
        extra = "onnx" if asked is Engine.ONNX else "vision"
        raise RefusedError(f"the engine {asked} is not installed: install the extra [{extra}]")
    return asked


def _able(form: Form, *, has_gpu: bool) -> tuple[Engine, ...]:
    """A GPU is faster than any way of computing on the CPU."""
    if form is Form.TORCH and has_gpu:
        return (Engine.TORCH, Engine.OPENVINO, Engine.ONNX)
    return RUNS[form]


def _hint(asked: Engine) -> str:
    if asked is not Engine.TENSORRT:
        return ""
    return "; an .engine is made on the machine that runs it, and its digest put into a class map"
