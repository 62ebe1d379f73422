"""Opens eyes: weights that a class map vouches for, on the engine that fits this machine."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from detectors.eyes import library
from detectors.eyes.cache import Say, in_form_of
from detectors.eyes.class_maps import ClassMap, require_image_size
from detectors.eyes.engines import Engine, Form, Running, choose
from detectors.eyes.model import Eyes, NetworkEyes, require_size
from detectors.eyes.network import Network
from detectors.eyes.onnx_network import OnnxNetwork
from detectors.eyes.openvino_network import OpenVinoNetwork
from detectors.eyes.slicing import SlicedEyes, Slicing
from detectors.eyes.weights import Weights, read_weights, require_vouched

_LIBRARIES: Final = {
    Engine.TORCH: "torch",
    Engine.ONNX: "onnxruntime",
    Engine.OPENVINO: "openvino",
    Engine.TENSORRT: "tensorrt",
}


def load_eyes(  # noqa: PLR0913 - by keyword, and most may be left out
    weights: Path,
    *,
    class_map: ClassMap,
    cache: Path,
    engine: Engine = Engine.AUTO,
    image_size: int | None = None,
    slicing: Slicing | None = None,
    wanted: frozenset[str] | None = None,
    running: Running | None = None,
    say: Say = lambda _: None,
) -> Eyes:
    """Load weights. The first time on an engine takes seconds, for its form is made: `say` tells.

    `image_size` is the class map's unless told. Of the map's kinds those that are `wanted` are
    found, people and vehicles always; without `wanted` all of them.

    Raises:
        RefusedError: the map doesn't vouch for these bytes, or they can't be computed here.
        InvalidValueError: the map names classes that they don't know.
    """
    size = class_map.image_size if image_size is None else image_size
    require_image_size(size, "image_size")
    brought = read_weights(weights)
    require_vouched(brought, class_map)
    has_gpu = library.has_gpu()
    chosen = choose(engine, brought.form, installed=installed(), has_gpu=has_gpu)
    network = _network(chosen, brought, running or Running(), cache=cache, say=say)
    require_size(size, network, weights=str(weights))
    eyes = NetworkEyes(
        network,
        class_map,
        name=f"{brought.name}@{brought.digest[:12]} {chosen} {size}",
        weights_digest=brought.digest,
        image_size=size,
        wanted=wanted,
    )
    return eyes if slicing is None else SlicedEyes(eyes, slicing, class_map)


def installed() -> frozenset[Engine]:
    """The engines that could be imported."""
    return frozenset(engine for engine, name in _LIBRARIES.items() if find_spec(name) is not None)


def _network(
    engine: Engine, brought: Weights, running: Running, *, cache: Path, say: Say
) -> Network:
    if engine in {Engine.TORCH, Engine.TENSORRT}:
        return library.TorchNetwork(brought, running)
    weights = brought
    if brought.form is Form.TORCH:
        weights = in_form_of(engine, brought, cache=cache, say=say)
    names = library.names_in(weights)
    if engine is Engine.ONNX:
        return OnnxNetwork(weights, running, names)
    return OpenVinoNetwork(weights, running, names)
