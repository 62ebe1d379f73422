"""What a demo came to, for programs: `summary.json`."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from handlers.decisions.facts import Sighting
from handlers.decisions.records import read_facts
from infra.store.cases import CaseHistory
from infra.vault.disk import DiskVault
from schemas.evidence import EvidenceKind
from schemas.instants import instant_text
from schemas.lane import Lane
from schemas.workfile import Queue, WorkFile

LANES: Final[Mapping[Queue, Lane]] = {
    Queue.ZERO_TOLERANCE: Lane.SAFETY,
    Queue.SOFT: Lane.GENERAL,
}
"""Which lane's urgency a queue has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """A case with the annotated picture that shows best why; a report by words has none.

    Bystanders can't be recognised in it: originals stay in the vault, for who says why.
    """

    case: WorkFile
    title: str
    picture: Path | None

    def as_json(self) -> dict[str, object]:
        """As it stands in `summary.json`."""
        case = self.case
        return {
            "case_id": case.id,
            "matter": None if case.matter is None else str(case.matter),
            "title": self.title,
            "lane": LANES[case.queue],
            "track": case.route,
            "camera": case.camera,
            "place": None if case.place is None else case.place.id,
            "opened_at": instant_text(case.opened_at),
            "due_at": instant_text(case.due_at),
            "evidence": None if self.picture is None else str(self.picture),
        }


def demo_case(history: CaseHistory, *, title: str, vault: DiskVault, pictures: Path) -> DemoCase:
    """Put the annotated picture where a person finds it."""
    case = history.case
    kept = _first_annotated(history, vault)
    picture = None
    if kept is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        picture = pictures / f"{case.id}{kept.suffix}"
        shutil.copyfile(kept, picture)
    return DemoCase(case=case, title=title, picture=picture)


def write_summary(
    path: Path, cases: Sequence[DemoCase], totals: Mapping[str, int], *, seconds: float
) -> None:
    """Whole numbers of the sum beside the cases."""
    content: dict[str, Any] = {
        "cases": [case.as_json() for case in cases],
        **{name: totals[name] for name in ("accepted", "expected", "outcomes", "waiting")},
        "difference": totals["difference"],
        "losses": totals["losses"],
        "seconds": round(seconds, 1),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _first_annotated(history: CaseHistory, vault: DiskVault) -> Path | None:
    contents = (read_facts(one.facts).content for one in history.records if one.facts is not None)
    return next(
        (
            vault.find(item.sha256)
            for content in contents
            if isinstance(content, Sighting)
            for item in content.evidence
            if item.kind is EvidenceKind.ANNOTATED_PICTURE
        ),
        None,
    )
