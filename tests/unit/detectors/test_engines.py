"""Which engine computes is a rule; what can't be is said with what would help."""

import pytest

from detectors.eyes.engines import RUNS, Engine, Form, Running, choose
from schemas.errors import InvalidValueError, RefusedError

ALL = frozenset(Engine)


@pytest.mark.parametrize(
    ("asked", "form", "without", "has_gpu", "chosen"),
    [
        pytest.param("auto", Form.TORCH, (), False, Engine.OPENVINO, id="fastest-on-a-cpu"),
        pytest.param("auto", Form.TORCH, ("openvino",), False, Engine.ONNX, id="no-openvino"),
        pytest.param(
            "auto", Form.TORCH, ("openvino", "onnx"), False, Engine.TORCH, id="torch-only"
        ),
        pytest.param("auto", Form.TORCH, (), True, Engine.TORCH, id="a-gpu-is-used"),
        pytest.param("auto", Form.ONNX, (), True, Engine.OPENVINO, id="onnx-file"),
        pytest.param("auto", Form.ONNX, ("openvino",), False, Engine.ONNX, id="onnx-without"),
        pytest.param("auto", Form.OPENVINO, (), True, Engine.OPENVINO, id="folder"),
        pytest.param("auto", Form.TENSORRT, (), True, Engine.TENSORRT, id="engine-file"),
        pytest.param("torch", Form.TORCH, (), False, Engine.TORCH, id="torch-asked-for"),
        pytest.param("onnx", Form.TORCH, (), True, Engine.ONNX, id="onnx-asked-for-beside-a-gpu"),
    ],
)
def test_the_engine_is_the_one_asked_for_or_the_fastest_here(
    asked: str, form: Form, without: tuple[str, ...], has_gpu: bool, chosen: Engine
) -> None:
    here = ALL - {Engine(one) for one in without}

    assert choose(Engine(asked), form, installed=here, has_gpu=has_gpu) is chosen


@pytest.mark.parametrize(
    ("asked", "form", "without", "has_gpu", "why"),
    [
        pytest.param("auto", Form.TENSORRT, (), False, "TensorRT needs an NVIDIA GPU", id="no-gpu"),
        pytest.param(
            "tensorrt", Form.TORCH, (), False, "there is none: take the .pt", id="no-gpu-pt"
        ),
        pytest.param(
            "tensorrt",
            Form.TORCH,
            (),
            True,
            "made on the machine that runs it",
            id="pt-as-tensorrt",
        ),
        pytest.param("torch", Form.OPENVINO, (), False, "expected openvino$", id="folder-as-torch"),
        pytest.param(
            "torch", Form.ONNX, (), False, "expected openvino or onnx$", id="onnx-as-torch"
        ),
        pytest.param(
            "onnx", Form.TORCH, ("onnx",), False, r"install the extra \[onnx\]", id="extra"
        ),
        pytest.param("auto", Form.OPENVINO, ("openvino",), False, r"\[vision\]", id="vision"),
        pytest.param(
            "auto", Form.TENSORRT, ("tensorrt",), True, "tensorrt is not ins", id="no-trt"
        ),
    ],
)
def test_what_can_not_be_computed_is_refused_with_what_would_help(
    asked: str, form: Form, without: tuple[str, ...], has_gpu: bool, why: str
) -> None:
    here = ALL - {Engine(one) for one in without}

    with pytest.raises(RefusedError, match=why):
        choose(Engine(asked), form, installed=here, has_gpu=has_gpu)


def test_every_form_can_be_computed_by_something() -> None:
    assert RUNS.keys() == set(Form)
    assert all(RUNS.values())


@pytest.mark.parametrize("field", ["threads", "at_once"])
def test_no_threads_are_refused(field: str) -> None:
    with pytest.raises(InvalidValueError, match=rf"{field}: expected 1 or more, got 0"):
        Running(**{field: 0})
