"""A pack's files: read from its folder, known by name, digested to the byte."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.errors import InvalidValueError
from schemas.ids import Sha256

SHIPPED: Final = Path(__file__).parent
Files = Mapping[str, bytes]
"""A pack's files by `pack/file.toml`, exactly as they stand: what its digest is made of."""

PACK: Final = "pack.toml"
MATTERS: Final = "matters.toml"
LENIENCY: Final = "leniency.toml"
DISCRETION: Final = "discretion.toml"
AUTHORITY: Final = "authority.toml"
DEADLINES: Final = "deadlines.toml"
CALENDAR: Final = "calendar.toml"
DUTIES: Final = "duties.toml"
ALIASES: Final = "aliases.toml"
KNOWN: Final = (
    *(PACK, MATTERS, LENIENCY, DISCRETION, AUTHORITY),
    *(DEADLINES, CALENDAR, DUTIES, ALIASES),
)
"""All that a pack may consist of; one that stands on its own has each of them."""

FORM: Final = 2
"""The schema's own number. Before it had one, a pack was little more than a list of matters."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


def read_files(name: str, folder: Path = SHIPPED) -> Files:
    """Take up the files of a pack that is to be used, and of the pack that it inherits from.

    A parent that isn't beside the pack is looked for among the shipped ones.

    Raises:
        InvalidValueError: no such pack, or one of a form that nobody uses any more.
    """
    if not (folder / name / PACK).is_file():
        known = ", ".join(names_in(folder)) or "none there"
        raise InvalidValueError(
            expected=f"one of {known}", got=name, field=f"policy pack in {folder}"
        )
    files = _folder(folder, name)
    head = parsed(files, f"{name}/{PACK}")
    if "form" not in head:
        raise InvalidValueError(
            expected=f"form = {FORM}", got="nothing", field=f"{name}/{PACK}: form"
        )
    parent = head.get("inherits")
    if not isinstance(parent, str) or not _NAME.fullmatch(parent) or parent == name:
        return files  # `pack_from` says what is wrong with it
    home = next((home for home in (folder, SHIPPED) if (home / parent / PACK).is_file()), None)
    return files if home is None else {**_folder(home, parent), **files}


def names_in(folder: Path = SHIPPED) -> tuple[str, ...]:
    """The packs that lie in a folder."""
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{PACK}")))


def _folder(home: Path, name: str) -> dict[str, bytes]:
    """Whatever lies there: a file that nobody would read is a fault, so it is taken up too."""
    return {
        f"{name}/{path.name}": path.read_bytes()
        for path in sorted((home / name).iterdir())
        if path.is_file() and not path.name.startswith(".")
    }


def digest(files: Files) -> Sha256:
    """The same files in whatever order are the same digest; any other byte is another."""
    made = hashlib.sha256()
    for name in sorted(files):
        made.update(b"%s:%d:" % (name.encode(), len(files[name])))
        made.update(files[name])
    return Sha256(made.hexdigest())


def parsed(files: Files, where: str) -> dict[str, object]:
    """A file as TOML. Raises `InvalidValueError` with the line."""
    if where not in files:
        raise InvalidValueError(expected="a file", got="none", field=where)
    try:
        return tomllib.loads(files[where].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(expected="TOML in UTF-8", got=str(error), field=where) from error
