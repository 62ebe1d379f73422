"""Weights as bytes that were digested: what is loaded is what was read, to the byte.

A file is known by the sha256 of its bytes. A folder (Ultralytics' OpenVINO export: one .xml, its
.bin, metadata.yaml) by the sha256 of the list that `sha256sum` makes of the three:

    cd FOLDER && LC_ALL=C && sha256sum -- *.bin *.xml metadata.yaml | sort -k 2 | sha256sum
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detectors.eyes.class_maps import ClassMap, nobody_vouches
from detectors.eyes.engines import Form
from schemas.errors import RefusedError
from schemas.ids import Sha256

LARGEST_BYTES: Final = 2 * 1024**3
_METADATA: Final = "metadata.yaml"
_SUFFIX_APART: Final = {"folder": "_openvino_model"}
"""Ultralytics knows an export by the end of its folder's name."""


_FILES: Final[Mapping[str, Form]] = {
    one.value: one for one in (Form.TORCH, Form.ONNX, Form.TENSORRT)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """All files of one set of weights, read once. `files` go by their names, sorted."""

    path: Path
    form: Form
    digest: Sha256
    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """What a person calls them."""
        return self.path.name if self.form is Form.OPENVINO else self.path.stem

    def content(self, suffix: str) -> bytes:
        """The one file that ends so."""
        return next(bytes_ for name, bytes_ in self.files.items() if name.endswith(suffix))


def digest_of(path: Path) -> Sha256:
    """By which digest a class map would vouch for these weights.

    Raises:
        RefusedError: there are no such weights.
    """
    return read_weights(path).digest


def read_weights(path: Path) -> Weights:
    """Read weights whole; links are followed, for what counts is the bytes.

    Raises:
        RefusedError: there are no such weights, or they are of no form that we know.
    """
    if path.is_dir():
        return _read_folder(path)
    content = _read_file(path, of=path)
    if path.suffix not in _FILES:
        raise RefusedError(
            f"weights {path}: expected a file ending in {', '.join(sorted(_FILES))}, or a folder "
            f"of OpenVINO's, got {path.suffix or 'a file without suffix'}"
        )
    digest = Sha256(hashlib.sha256(content).hexdigest())
    return Weights(path=path, form=_FILES[path.suffix], digest=digest, files={path.name: content})


def require_vouched(weights: Weights, class_map: ClassMap) -> None:
    """Refuse weights that the map doesn't name."""
    if weights.digest not in class_map.digests:
        raise nobody_vouches(weights.path, weights.digest)


def folder_digest(files: Mapping[str, bytes]) -> Sha256:
    """Over the lines that `sha256sum` prints for these files, sorted by name."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return Sha256(hashlib.sha256("".join(lines).encode()).hexdigest())


@contextmanager
def kept_apart(weights: Weights) -> Iterator[Path]:
    """A copy where nobody else may enter, for a loader that wants a path."""
    with tempfile.TemporaryDirectory(prefix="offsite-weights-") as name:
        copy = Path(name) / f"weights{_SUFFIX_APART.get(weights.form, weights.form)}"
        if weights.form is Form.OPENVINO:
            copy.mkdir()
        for file, content in weights.files.items():
            (copy / file if weights.form is Form.OPENVINO else copy).write_bytes(content)
        yield copy


def _read_folder(folder: Path) -> Weights:
    names = sorted(each.name for each in folder.iterdir())
    graphs = [name for name in names if name.endswith(".xml")]
    stem = graphs[0].removesuffix(".xml") if len(graphs) == 1 else ""
    wanted = (f"{stem}.bin", f"{stem}.xml", _METADATA)
    if not stem or not set(wanted) <= set(names):
        raise RefusedError(
            f"weights {folder}: expected an OpenVINO export (one .xml, its .bin and {_METADATA}), "
            f"got {', '.join(names) or 'an empty folder'}"
        )
    files = {name: _read_file(folder / name, of=folder) for name in sorted(wanted)}
    return Weights(path=folder, form=Form.OPENVINO, digest=folder_digest(files), files=files)


def _read_file(path: Path, *, of: Path) -> bytes:
    """Opened once and asked what it is by its handle, so that nothing can be put in its place."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise RefusedError(
            f"weights {of}: there is no such file; nothing is downloaded, put it there"
        ) from error
    except OSError as error:
        raise RefusedError(f"weights {of} can't be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_BYTES:
            raise RefusedError(
                f"weights {of}: expected a file of at most {LARGEST_BYTES} bytes, "
                f"got {about.st_size if stat.S_ISREG(about.st_mode) else 'something else'}"
            )
        return file.read(LARGEST_BYTES)
