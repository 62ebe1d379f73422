"""Loads a policy pack from its folder: all of it, or nothing."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from handlers.decisions.policy import Limit, MatterPolicy, Policy
from handlers.policies.form import Form, HeirForm, LimitForm, MatterForm, MattersForm, PackForm
from schemas.errors import InvalidValueError
from schemas.ids import Sha256
from schemas.matter import MatterKey, parse_matter
from schemas.workfile import Queue

SHIPPED: Final = Path(__file__).parent
Files = Mapping[str, bytes]
"""A pack's files by `pack/file.toml`, exactly as they stand: what its digest is made of."""

AnyForm = TypeVar("AnyForm", bound=Form)


def read_files(name: str, folder: Path = SHIPPED) -> Files:
    """Take up the files of a pack and of the pack that it inherits from.

    Raises:
        InvalidValueError: no such pack, or an heir of an heir.
    """
    if not (folder / name / "pack.toml").is_file():
        known = sorted(path.parent.name for path in folder.glob("*/pack.toml"))
        raise InvalidValueError(
            expected=f"one of {', '.join(known)}", got=name, field=f"policy pack in {folder}"
        )
    files = {
        f"{name}/{path.name}": path.read_bytes() for path in sorted((folder / name).glob("*.toml"))
    }
    parent = _parsed(files, f"{name}/pack.toml").get("inherits")
    if parent is None or str(parent) == name or not (folder / str(parent)).is_dir():
        return files  # `pack_from` says what is wrong with it
    inherited = {
        f"{parent}/{path.name}": path.read_bytes()
        for path in sorted((folder / str(parent)).glob("*.toml"))
    }
    return {**inherited, **files}


def pack_from(files: Files, name: str) -> Policy:
    """Make a pack from files that were read, now or years ago.

    Raises:
        InvalidValueError: which file and key, what was expected, what came.
    """
    where = f"{name}/pack.toml"
    if "inherits" in _parsed(files, where):
        heir = _shaped(HeirForm, files, where)
        parent = f"{heir.inherits}/pack.toml"
        if "inherits" in _parsed(files, parent):
            raise InvalidValueError(
                expected="another pack, one that stands on its own",
                got=heir.inherits,
                field=f"{where}: inherits",
            )
        own = replace(
            pack_from(files, heir.inherits),
            name=heir.name,
            version=heir.version,
            valid_from=heir.valid_from,
            digest=_digest(files),
        )
        return replace(own, matters=_with_dwell(own.matters, heir.dwell_s, where))
    pack = _shaped(PackForm, files, where)
    missing = set(Queue) - set(pack.triage_limit)
    if missing:
        raise InvalidValueError(
            expected="a limit for each queue", got=f"none for {sorted(missing)}", field=where
        )
    return Policy(
        name=pack.name,
        version=pack.version,
        valid_from=pack.valid_from,
        digest=_digest(files),
        sample_one_in=pack.sample_one_in,
        least_confidence_permille=pack.least_confidence_permille,
        triage_limit={queue: _limit(form) for queue, form in pack.triage_limit.items()},
        matters=_matters(files, f"{name}/matters.toml"),
    )


def load(name: str, folder: Path = SHIPPED) -> Policy:
    """Read and check a pack."""
    return pack_from(read_files(name, folder), name)


def _matters(files: Files, where: str) -> Mapping[MatterKey, MatterPolicy]:
    matters: dict[MatterKey, MatterPolicy] = {}
    for form in _shaped(MattersForm, files, where).matter:
        matter = _matter(form, where)
        if matter.key in matters:
            raise InvalidValueError(
                expected="each matter once", got=f"{matter.key} twice", field=where
            )
        matters[matter.key] = matter
    return matters


def _matter(form: MatterForm, where: str) -> MatterPolicy:
    try:
        return MatterPolicy(
            key=MatterKey(form.standard, form.kind, form.code),
            name=form.name,
            title_zh=form.zh,
            title_en=form.en,
            is_safety=form.safety,
            why=form.why,
            route=form.route,
            dwell_threshold=timedelta(seconds=form.dwell_s),
            disposal_limit=_limit(form.limit),
            clause=form.clause,
            certainty=form.certainty,
        )
    except InvalidValueError as error:
        raise InvalidValueError(
            expected=error.expected, got=error.got, field=f"{where}: {error.field}"
        ) from error


def _with_dwell(
    matters: Mapping[MatterKey, MatterPolicy], dwell_s: Mapping[str, int], where: str
) -> Mapping[MatterKey, MatterPolicy]:
    changed = dict(matters)
    for text, seconds in dwell_s.items():
        try:
            key = parse_matter(text)
        except InvalidValueError as error:
            raise InvalidValueError(
                expected=error.expected, got=text, field=f"{where}: dwell_s"
            ) from error
        if key not in changed:
            raise InvalidValueError(
                expected="a matter of the inherited pack", got=text, field=f"{where}: dwell_s"
            )
        changed[key] = replace(changed[key], dwell_threshold=timedelta(seconds=seconds))
    return changed


def _limit(form: LimitForm) -> Limit:
    return Limit(amount_min=form.amount_min, calendar=form.calendar)


def _digest(files: Files) -> Sha256:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(b"%s:%d:" % (name.encode(), len(files[name])))
        digest.update(files[name])
    return Sha256(digest.hexdigest())


def _parsed(files: Files, where: str) -> dict[str, object]:
    if where not in files:
        raise InvalidValueError(expected="a file", got="none", field=where)
    try:
        return tomllib.loads(files[where].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(expected="TOML in UTF-8", got=str(error), field=where) from error


def _shaped(form: type[AnyForm], files: Files, where: str) -> AnyForm:
    try:
        return form.model_validate(_parsed(files, where))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(step) for step in fault["loc"])
        got = "nothing" if fault["type"] == "missing" else repr(fault["input"])[:120]
        raise InvalidValueError(expected=fault["msg"], got=got, field=f"{where}: {key}") from error
