"""Imports point inward, and the pure rooms know no library that talks to the world."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("schemas", "handlers", "detectors", "streams", "infra")
MAY_IMPORT = {
    "schemas": {"schemas"},
    "handlers": {"handlers", "schemas"},
    "detectors": {"detectors", "schemas"},
    "streams": {"streams", "handlers", "schemas"},
    "infra": set(ROOMS),
}
PURE = (
    "detectors/assigning",
    "detectors/dwell",
    "detectors/evidence/scene",
    "detectors/evidence/telling",
    "detectors/eyes/engines",
    "detectors/fields",
    "detectors/ground",
    "detectors/guarding",
    "detectors/kinds",
    "detectors/looks",
    "detectors/observing",
    "detectors/posts",
    "detectors/reasons",
    "detectors/recorded",
    "detectors/recorded_text",
    "detectors/relations",
    "detectors/resting",
    "detectors/rules",
    "detectors/sources/addresses",
    "detectors/sources/naming",
    "detectors/sources/timeline",
    "detectors/staying",
    "detectors/synthetic/places",
    "detectors/synthetic/scenes",
    "detectors/synthetic/screens",
    "detectors/synthetic/truth",
    "detectors/synthetic/wrongs",
    "detectors/telling",
    "detectors/wording",
    "handlers/decisions",
    "schemas",
)
WORLDLY = {
    "asyncio", "socket", "subprocess", "time", "random", "secrets", "os", "pathlib", "threading",
    "kafka", "faust", "sqlalchemy", "psycopg", "fastapi", "cv2", "ultralytics", "av", "numpy",
}  # fmt: skip
KNOWS_EVERYBODY = ("infra/composition", "infra/cli")
KNOWN_BY = {
    "ultralytics": {"detectors/eyes/library.py", "detectors/eyes/following.py"},
    "torch": {"detectors/eyes/library.py"},
    "openvino": {"detectors/eyes/openvino_network.py"},
    "onnxruntime": {"detectors/eyes/onnx_network.py"},
    "supervision": {"detectors/eyes/slicing.py"},
}


def modules(under: str) -> Iterator[Path]:
    place = HOUSE / under
    if place.with_suffix(".py").is_file():
        yield place.with_suffix(".py")
    yield from sorted(place.rglob("*.py"))


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def name_of(module: Path) -> str:
    return str(module.relative_to(HOUSE))


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_inward(room: str) -> None:
    outward = [
        f"{name_of(module)} imports {name}"
        for module in modules(room)
        for name in imports(module)
        if name.split(".")[0] in set(ROOMS) - MAY_IMPORT[room]
    ]

    assert outward == []


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_do_not_talk_to_the_world(room: str) -> None:
    worldly = [
        f"{name_of(module)} imports {name}"
        for module in modules(room)
        for name in imports(module)
        if name.split(".")[0] in WORLDLY
    ]

    assert worldly == []


def test_only_the_composition_and_the_cli_know_streams_and_detectors_and_the_store() -> None:
    everybody = {"streams", "detectors"}
    too_curious = [
        f"{name_of(module)} knows streams and detectors"
        for module in modules("infra")
        if not name_of(module).startswith(KNOWS_EVERYBODY)
        and everybody <= {name.split(".")[0] for name in imports(module)}
    ]

    assert too_curious == []


@pytest.mark.parametrize("library", KNOWN_BY)
def test_a_library_of_eyes_is_known_in_its_own_place_only(library: str) -> None:
    knows = {
        name_of(module)
        for room in ROOMS
        for module in modules(room)
        if library in {name.split(".")[0] for name in imports(module)}
    }

    assert knows == KNOWN_BY[library]


def test_every_module_says_what_it_is_responsible_for() -> None:
    silent = [
        name_of(module)
        for room in ROOMS
        for module in modules(room)
        if module.name != "__init__.py" and not ast.get_docstring(ast.parse(module.read_text()))
    ]

    assert silent == []


def test_the_house_names_no_registry() -> None:
    hosts = ("pypi" + ".org", "files.python" + "hosted", "repo.maven" + ".apache", "npmjs" + ".org")
    texts = [
        path
        for path in HOUSE.rglob("*")
        if path.suffix in {".py", ".toml", ".md", ".lock", ".xml", ".yaml", ".sh", ""}
        and path.is_file()
        and not {".venv", ".venv-peers", ".git"} & set(path.parts)
        and not any(part.endswith("_cache") or part == ".hypothesis" for part in path.parts)
    ]

    named = [
        name_of(path) for path in texts if any(h in path.read_text(errors="ignore") for h in hosts)
    ]

    assert named == []


def test_door_workers_and_commands_start_without_eyes() -> None:
    """An API or a handler worker is installed without torch, OpenCV and PyAV."""
    blind = (
        "import sys\n"
        "for name in ('av', 'cv2', 'lap', 'numpy', 'torch', 'ultralytics'):\n"
        "    sys.modules[name] = None\n"
        "from importlib import import_module\n"
        "from infra.cli.main import COMMANDS\n"
        "for where in COMMANDS.values():\n"
        "    import_module(where.partition(':')[0])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", blind], cwd=HOUSE, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
