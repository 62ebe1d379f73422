"""Holds what lies in a vault against what a manifest says of it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from infra.vault.disk import DiskVault
from schemas.evidence import EvidenceRef
from schemas.ids import sha256_text
from schemas.manifest import Manifest
from schemas.wire.manifests import read_manifest


class Condition(StrEnum):
    """How bytes were found."""

    WHOLE = "whole"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An item that a manifest names, and how its bytes were found."""

    item: EvidenceRef
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A manifest and its items. Where its own bytes aren't whole, nobody knows what it said."""

    condition: Condition
    manifest: Manifest | None = None
    items: tuple[Checked, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether every byte is as it was sealed."""
        return self.condition is Condition.WHOLE and all(
            each.condition is Condition.WHOLE for each in self.items
        )


def verify(vault: DiskVault, sha256: str) -> Verdict:
    """Digest a manifest and all that it names anew. Reads every byte.

    Raises:
        InvalidValueError: no digest, or what lies there is no manifest.
    """
    digest = sha256_text(sha256)
    path = vault.find(digest)
    condition = _condition(path, digest)
    if path is None or condition is not Condition.WHOLE:
        return Verdict(condition=condition)
    manifest = read_manifest(path.read_bytes())
    return Verdict(
        condition=condition,
        manifest=manifest,
        items=tuple(
            Checked(item=item, condition=_condition(vault.find(item.sha256), item.sha256))
            for item in manifest.items
        ),
    )


def _condition(path: Path | None, digest: str) -> Condition:
    if path is None:
        return Condition.MISSING
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:  # it went meanwhile
        return Condition.MISSING
    return Condition.WHOLE if found == digest else Condition.ALTERED
