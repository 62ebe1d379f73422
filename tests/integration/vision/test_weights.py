"""Weights are what their bytes are: read once, known by digest, never downloaded."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")

from detectors.eyes.class_maps import ClassMap, find_class_map, read_class_map
from detectors.eyes.engines import Form
from detectors.eyes.loading import load_eyes
from detectors.eyes.weights import digest_of, kept_apart, read_weights
from schemas.errors import InvalidValueError, RefusedError
from tests.support.eyes import SAMPLE_WEIGHTS, map_of

FOLDER_DIGEST = "LC_ALL=C; sha256sum -- *.bin *.xml metadata.yaml | sort -k 2 | sha256sum"
NAMES = "names: {0: person, 1: car}\ntask: detect\n"


def class_map(digest: str, classes: str = 'person = "person"') -> str:
    return f'sha256 = "{digest}"\nimage_size = 320\nconfidence = 0.25\n[classes]\n{classes}\n'


def vouch(weights: Path, classes: str = 'person = "person"') -> ClassMap:
    """Put a map beside the weights that names their digest, as a city would."""
    digest = digest_of(weights)
    weights.with_suffix(".toml").write_text(class_map(digest, classes))
    return find_class_map(weights, digest)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that nobody can load, with a digest all the same."""
    path = tmp_path / "street.pt"
    path.write_bytes(b"no weights at all")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like an OpenVINO export's."""
    folder = tmp_path / "street_openvino_model"
    folder.mkdir()
    (folder / "street.xml").write_text("<net/>")
    (folder / "street.bin").write_bytes(b"\1\2")
    (folder / "metadata.yaml").write_text(NAMES)
    return folder


def test_a_map_beside_the_weights_counts(weights: Path) -> None:
    assert vouch(weights).digests == {digest_of(weights)}


def test_a_map_beside_the_weights_that_names_another_digest_does_not_count(weights: Path) -> None:
    weights.with_suffix(".toml").write_text(class_map("a" * 64))

    with pytest.raises(RefusedError, match=r"no class map names this digest"):
        find_class_map(weights, digest_of(weights))


def test_unknown_weights_are_refused_with_what_would_help(weights: Path) -> None:
    digest = hashlib.sha256(b"no weights at all").hexdigest()

    with pytest.raises(RefusedError, match=rf"sha256 {digest}: .* put it into street\.toml beside"):
        find_class_map(weights, digest_of(weights))


def test_weights_are_not_loaded_with_a_map_of_others(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "others.toml").write_text(class_map("a" * 64))
    others = read_class_map(tmp_path / "others.toml")

    with pytest.raises(RefusedError, match=r"loaded only when its digest is known"):
        load_eyes(weights, class_map=others, cache=tmp_path / "cache")

    assert not (tmp_path / "cache").exists()


def test_absent_weights_are_refused_and_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"yolo11n\.pt: there is no such file; nothing is down"):
        digest_of(tmp_path / "yolo11n.pt")

    assert list(tmp_path.iterdir()) == []


def test_an_absent_class_map_is_told(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"class map .*street\.toml can't be read: No such file"):
        read_class_map(tmp_path / "street.toml")


def test_a_class_map_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "street.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidValueError, match=r"street\.toml: expected UTF-8"):
        read_class_map(tmp_path / "street.toml")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "street.tflite"
    path.write_bytes(b"x")

    with pytest.raises(RefusedError, match=r"ending in \.engine, \.onnx, \.pt, or a .*tflite"):
        digest_of(path)


def test_a_pipe_instead_of_weights_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "street.pt")

    with pytest.raises(RefusedError, match=r"expected a file of at most .* got something else"):
        digest_of(tmp_path / "street.pt")


def test_a_link_counts_for_what_it_points_to(weights: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.pt"
    link.symlink_to(weights)

    assert digest_of(link) == digest_of(weights)


def test_what_is_loaded_is_what_was_read_even_if_the_file_changes(weights: Path) -> None:
    read = read_weights(weights)
    weights.write_bytes(b"something that runs")

    with kept_apart(read) as copy:
        assert copy.read_bytes() == b"no weights at all"
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == read.digest
        assert copy.parent.stat().st_mode & 0o077 == 0
    assert not copy.exists()


def test_weights_that_change_while_they_are_read_have_the_digest_of_what_was_read(
    weights: Path,
) -> None:
    contents = [bytes([number]) * 50_000 for number in range(4)]
    stop = threading.Event()

    def overwrite() -> None:
        while not stop.is_set():
            for content in contents:
                weights.write_bytes(content)

    writer = threading.Thread(target=overwrite)
    writer.start()
    read = [read_weights(weights) for _ in range(50)]
    stop.set()
    writer.join()

    assert all(hashlib.sha256(one.content(".pt")).hexdigest() == one.digest for one in read)


def test_a_folder_has_the_digest_that_a_person_can_work_out(folder: Path) -> None:
    done = subprocess.run(
        FOLDER_DIGEST, shell=True, cwd=folder, capture_output=True, text=True, check=True
    )

    assert digest_of(folder) == done.stdout.split()[0]
    assert read_weights(folder).form is Form.OPENVINO
    assert read_weights(folder).name == "street_openvino_model"


def test_other_files_in_the_folder_are_neither_read_nor_digested(folder: Path) -> None:
    before = digest_of(folder)
    (folder / "notes.txt").write_text("x")

    read = read_weights(folder)

    assert read.digest == before
    assert list(read.files) == ["metadata.yaml", "street.bin", "street.xml"]


@pytest.mark.parametrize("name", ["street.xml", "street.bin", "metadata.yaml"])
def test_any_change_of_a_file_that_counts_changes_the_digest(folder: Path, name: str) -> None:
    before = digest_of(folder)

    (folder / name).write_bytes((folder / name).read_bytes() + b" ")

    assert digest_of(folder) != before


@pytest.mark.parametrize("name", ["street.xml", "street.bin", "metadata.yaml"])
def test_a_folder_that_lacks_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(RefusedError, match=r"expected an OpenVINO export \(one \.xml, its \.bin"):
        digest_of(folder)


def test_a_folder_of_two_networks_is_refused(folder: Path) -> None:
    (folder / "other.xml").write_text("<net/>")

    with pytest.raises(RefusedError, match="expected an OpenVINO export"):
        digest_of(folder)


@pytest.mark.model
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"just a text\n", id="text"),
        pytest.param(b"", id="empty"),
        pytest.param(SAMPLE_WEIGHTS.read_bytes()[:200_000], id="truncated"),
        pytest.param(b"PK\3\4" + b"\0" * 200, id="broken-zip"),
        pytest.param(b"\x80\x02}q\x00.", id="pickle-of-something-else"),
    ],
)
def test_weights_that_are_vouched_for_and_none_are_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(content)

    with pytest.raises(RefusedError, match=r"broken\.pt \(sha256 .*can't be read as \.pt: truncat"):
        load_eyes(path, class_map=vouch(path), cache=tmp_path / "cache")

    assert not [kept for kept in (tmp_path / "cache").glob("*") if kept.is_dir()]


@pytest.mark.model
def test_a_pickle_that_would_run_something_runs_nothing_though_it_is_vouched_for(
    tmp_path: Path,
) -> None:
    torch = pytest.importorskip("torch")
    trap, sprung = tmp_path / "trap.pt", tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(sprung),)

    torch.save({"model": Trap()}, trap)

    with pytest.raises(RefusedError, match=r"trap\.pt .*can't be read"):
        load_eyes(trap, class_map=vouch(trap), cache=tmp_path / "cache")

    assert not sprung.exists()


@pytest.mark.model
@pytest.mark.parametrize(
    ("suffix", "why"),
    [
        pytest.param(".onnx", "expected metadata that names the classes", id="onnx"),
        pytest.param(".engine", "TensorRT needs an NVIDIA GPU", id="tensorrt-without-gpu"),
    ],
)
def test_an_export_that_is_none_is_told(tmp_path: Path, suffix: str, why: str) -> None:
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"no network")

    with pytest.raises(RefusedError, match=why):
        load_eyes(path, class_map=vouch(path), cache=tmp_path / "cache")


@pytest.mark.model
@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        pytest.param(NAMES, "OpenVINO can't read them", id="no-network"),
        pytest.param("task: detect\n", "expected metadata that names the classes", id="no-names"),
        pytest.param("names: 7\n", "expected metadata that names the classes", id="names-a-number"),
        pytest.param("names: {0: a, 5: b}\n", "expected metadata that names", id="a-gap"),
        pytest.param(": : :", "expected metadata that names the classes", id="no-yaml"),
        pytest.param(
            NAMES.replace("detect", "segment"), "expected a network that detects", id="segments"
        ),
    ],
)
def test_a_folder_that_is_no_export_is_told(folder: Path, metadata: str, why: str) -> None:
    (folder / "metadata.yaml").write_text(metadata)

    with pytest.raises(RefusedError, match=why):
        load_eyes(folder, class_map=vouch(folder), cache=folder.parent / "cache")


@pytest.mark.model
def test_a_misspelt_class_is_told(tmp_path: Path) -> None:
    copy = tmp_path / "street.pt"
    copy.write_bytes(SAMPLE_WEIGHTS.read_bytes())

    with pytest.raises(InvalidValueError, match=r"classes: expected classes of the .*got persn"):
        load_eyes(copy, class_map=vouch(copy, 'persn = "person"'), cache=tmp_path / "cache")


def test_without_the_extra_a_person_is_told_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] == "ultralytics":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ultralytics", None)

    with pytest.raises(RefusedError, match=r"install the extra \[vision\]"):
        load_eyes(SAMPLE_WEIGHTS, class_map=map_of(), cache=tmp_path)
