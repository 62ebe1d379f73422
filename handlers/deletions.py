"""The ledger of deletions: one line for each item of evidence that was taken away, chained.

    previous ─► line ─► hash        hash = sha256(previous ‖ canonical line)

A line names bytes by their digest, and cases by their id: nothing in it has ever to be erased.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.decisions.dossier import Dossier
from handlers.decisions.retention import last_day
from handlers.ledger import GENESIS
from schemas.act import SubjectId
from schemas.ids import Sha256
from schemas.instants import instant_text
from schemas.wire.canonical import Json, canonical_bytes

CLAUSE: Final = "国令799 17"
FORM: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A case or incident that named the item, as it stood when it needed it no more."""

    subject: SubjectId
    state: str | None
    penalty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """An item that nothing keeps. No holders: it was sealed, and nobody ever told of it."""

    item: Sha256
    media_type: str
    size_bytes: int
    recorded_at: datetime
    deleted_at: datetime
    holders: tuple[Holder, ...]
    policy: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionLine:
    """A deletion in its place. `number` counts from 0 without holes."""

    number: int
    previous: Sha256
    content: bytes
    hash: Sha256


def holder_of(dossier: Dossier) -> Holder:
    """What is written down of a subject."""
    return Holder(
        subject=dossier.id,
        state=None if dossier.case is None else dossier.case.state.value,
        penalty=dossier.penalty.value,
    )


def chained(
    deletions: Sequence[Deletion], *, after: DeletionLine | None
) -> tuple[DeletionLine, ...]:
    """The next lines of the ledger."""
    lines: list[DeletionLine] = []
    for deletion in deletions:
        last = lines[-1] if lines else after
        number, previous = (0, GENESIS) if last is None else (last.number + 1, last.hash)
        content = _bytes_of(deletion, number)
        lines.append(
            DeletionLine(
                number=number,
                previous=previous,
                content=content,
                hash=deletion_hash(previous, content),
            )
        )
    return tuple(lines)


def deletion_hash(previous: Sha256, content: bytes) -> Sha256:
    """What the next line hangs on. Anybody can compute it again from the line alone."""
    return Sha256(hashlib.sha256(previous.encode() + content).hexdigest())


def _bytes_of(deletion: Deletion, number: int) -> bytes:
    holders: list[Json] = [
        {"subject": each.subject, "state": each.state, "penalty": each.penalty}
        for each in deletion.holders
    ]
    return canonical_bytes(
        {
            "form": FORM,
            "number": number,
            "sha256": deletion.item,
            "media_type": deletion.media_type,
            "bytes": deletion.size_bytes,
            "recorded_at": instant_text(deletion.recorded_at),
            "last_day_of_term": last_day(deletion.recorded_at).isoformat(),
            "deleted_at": instant_text(deletion.deleted_at),
            "clause": CLAUSE,
            "holders": holders,
            "policy": deletion.policy,
        }
    )
