"""What `offsite case evidence` shows to whom, and what `offsite evidence` answers for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pytest

from infra.vault.disk import DiskVault
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import Sha256
from schemas.instants import instant_text
from schemas.manifest import MEDIA_TYPE, Manifest
from schemas.values import replace
from schemas.wire.manifests import manifest_bytes
from tests.support.builders import a_digest, an_observation
from tests.support.halls import FRAME, Hall, a_stall_at, open_hall
from tests.support.manifests import a_manifest

LONG_AGO: Final = datetime.now(UTC) - timedelta(days=60)
PICTURES: Final = {
    EvidenceKind.ORIGINAL_FRAME: b"\xff\xd8 the street as it was",
    EvidenceKind.ANNOTATED_PICTURE: b"\xff\xd8 zone and stall drawn in",
    EvidenceKind.PRIVACY_COPY: b"\xff\xd8 nobody can be recognised",
}


@pytest.fixture
def hall(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    yield from open_hall(tmp_path, database, monkeypatch)


@dataclass
class Sealed:
    """A case with what a camera sealed of it."""

    hall: Hall
    case: str
    refs: dict[EvidenceKind, EvidenceRef]

    @property
    def vault(self) -> DiskVault:
        return DiskVault(self.hall.settings.data / "vault")

    def path(self, kind: EvidenceKind) -> Path:
        path = self.vault.find(self.refs[kind].sha256)
        assert path is not None
        return path

    @property
    def manifest(self) -> Sha256:
        return self.refs[EvidenceKind.MANIFEST].sha256

    def shown(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        return self.hall.lines("case", "evidence", self.case, *words, code=code)

    def age(self) -> None:
        """All of it happened long ago."""
        for item in self.vault.kept():
            os.utime(item.path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
        secret = self.hall.settings.database
        assert secret is not None
        with psycopg.connect(secret.get_secret_value()) as connection:
            (facts,) = connection.execute("SELECT facts FROM decision_records").fetchone() or ()
            older = {**orjson.loads(facts), "received_at": instant_text(LONG_AGO)}
            connection.execute("UPDATE decision_records SET facts = %s", (orjson.dumps(older),))


@pytest.fixture
def sealed(hall: Hall) -> Sealed:
    vault = DiskVault(hall.settings.data / "vault")

    def keep(kind: EvidenceKind, content: bytes, media_type: str = "image/jpeg") -> EvidenceRef:
        return vault.keep(
            content, media_type=media_type, kind=kind, media_time=timedelta(seconds=70)
        )

    refs = {kind: keep(kind, content) for kind, content in PICTURES.items()}
    manifest: Manifest = a_manifest(items=tuple(refs.values()))
    refs[EvidenceKind.MANIFEST] = keep(EvidenceKind.MANIFEST, manifest_bytes(manifest), MEDIA_TYPE)
    body = replace(an_observation(place=a_stall_at("market-lane")), evidence=tuple(refs.values()))
    return Sealed(hall=hall, case=hall.decided(body), refs=refs)


def looks(hall: Hall, case: str) -> list[dict[str, Any]]:
    return [each for each in hall.lines("case", "timeline", case) if each.get("what") == "view"]


# --- looking


def test_by_default_the_copies_are_shown_and_originals_only_named(sealed: Sealed) -> None:
    rows = sealed.shown()

    assert [(row["kind"], row["is_shown"]) for row in rows] == [
        ("annotated-picture", True),
        ("privacy-copy", True),
        ("manifest", True),
        ("original-frame", False),
    ]
    assert rows[0]["where"] == str(sealed.path(EvidenceKind.ANNOTATED_PICTURE))
    original = sealed.refs[EvidenceKind.ORIGINAL_FRAME].sha256
    assert rows[-1]["where"] == f"in the vault: {original}"
    assert looks(sealed.hall, sealed.case) == []


def test_a_person_is_told_how_to_see_the_rest(sealed: Sealed) -> None:
    told = sealed.hall.offsite("case", "evidence", sealed.case).stdout

    assert "1 show everybody as they are: --original --as" in told
    assert str(sealed.path(EvidenceKind.ORIGINAL_FRAME)) not in told


def test_a_look_at_an_original_is_on_record_before_it_is_shown(sealed: Sealed) -> None:
    rows = sealed.shown("--original", "--as", "yang", "--reason", "is it a stall?")

    (look,) = looks(sealed.hall, sealed.case)
    assert rows[-1]["where"] == str(sealed.path(EvidenceKind.ORIGINAL_FRAME))
    assert all(row["is_shown"] for row in rows)
    assert look["person"] == "yang"
    assert look["details"]["reason"] == "is it a stall?"
    assert sorted(look["details"]["items"]) == sorted(ref.sha256 for ref in sealed.refs.values())


def test_who_says_why_is_on_record_with_just_what_was_shown(sealed: Sealed) -> None:
    rows = sealed.shown("--as", "yang", "--reason", "is it a stall?")

    (look,) = looks(sealed.hall, sealed.case)
    assert [row["kind"] for row in rows if not row["is_shown"]] == ["original-frame"]
    assert sealed.refs[EvidenceKind.ORIGINAL_FRAME].sha256 not in look["details"]["items"]


def test_items_can_be_chosen(sealed: Sealed) -> None:
    digest = sealed.refs[EvidenceKind.PRIVACY_COPY].sha256

    assert [row["sha256"] for row in sealed.shown("--item", digest)] == [digest]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--original",), id="nobody"),
        pytest.param(("--original", "--as", "yang"), id="no reason"),
        pytest.param(("--original", "--reason", "is it a stall?"), id="a reason of nobody's"),
        pytest.param(("--as", "yang"), id="somebody without a reason"),
    ],
)
def test_an_original_without_who_and_why_is_refused(sealed: Sealed, words: tuple[str, ...]) -> None:
    done = sealed.hall.offsite("case", "evidence", sealed.case, *words, code=2)

    assert "expected --original with --as and --reason" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("person", "reason", "rule"),
    [
        pytest.param("wu", "is it a stall?", "A1", id="an auxiliary"),
        pytest.param("yang", "?", "D7", id="no reason to speak of"),
    ],
)
def test_a_refused_look_shows_nothing(sealed: Sealed, person: str, reason: str, rule: str) -> None:
    words = ("--original", "--as", person, "--reason", reason)

    done = sealed.hall.offsite("case", "evidence", sealed.case, *words, code=2)

    assert rule in done.stderr
    assert not any(ref.sha256 in done.output for ref in sealed.refs.values())


def test_what_is_with_the_source_says_so(hall: Hall) -> None:
    case = hall.decided(an_observation(place=a_stall_at("market-lane")))

    (row,) = hall.lines("case", "evidence", case)

    assert (row["sha256"], row["where"]) == (FRAME, f"with the source: {FRAME}")


def test_a_case_shows_its_copies_first_and_originals_by_digest_only(sealed: Sealed) -> None:
    shown = sealed.hall.line("case", "show", sealed.case)
    told = sealed.hall.offsite("case", "show", sealed.case).stdout

    (step,) = shown["history"]
    assert [item["kind"] for item in step["evidence"]] == [
        *("annotated-picture", "privacy-copy", "manifest", "original-frame"),
    ]
    assert step["evidence"][0]["where"] == str(sealed.path(EvidenceKind.ANNOTATED_PICTURE))
    assert str(sealed.path(EvidenceKind.PRIVACY_COPY)) in told
    assert str(sealed.path(EvidenceKind.ORIGINAL_FRAME)) not in told


# --- verifying


def test_a_manifest_whose_items_are_whole_is_verified(sealed: Sealed) -> None:
    verdict = sealed.hall.line("evidence", "verify", sealed.manifest)
    told = sealed.hall.offsite("evidence", "verify", sealed.manifest).stdout

    assert verdict["is_fine"] is True
    assert {item["condition"] for item in verdict["items"]} == {"whole"}
    assert "all 3 items are as they were sealed" in told
    assert "V02-street-vending" in told


def test_an_altered_item_and_a_missing_one_are_named(sealed: Sealed) -> None:
    sealed.path(EvidenceKind.ORIGINAL_FRAME).write_bytes(b"\xff\xd8 another street")
    sealed.path(EvidenceKind.PRIVACY_COPY).unlink()

    verdict = sealed.hall.line("evidence", "verify", sealed.manifest, code=1)
    told = sealed.hall.offsite("evidence", "verify", sealed.manifest, code=1).stdout

    assert {item["kind"]: item["condition"] for item in verdict["items"]} == {
        "original-frame": "altered",
        "annotated-picture": "whole",
        "privacy-copy": "missing",
    }
    assert "2 of 3 items are missing or altered" in told


@pytest.mark.parametrize("condition", ["altered", "missing"])
def test_a_manifest_that_is_not_as_it_was_says_nothing(sealed: Sealed, condition: str) -> None:
    path = sealed.path(EvidenceKind.MANIFEST)
    if condition == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b'"detected"', b'"supposed"'))

    verdict = sealed.hall.line("evidence", "verify", sealed.manifest, code=1)
    sealed.hall.offsite("evidence", "verify", sealed.manifest, code=1)

    assert (verdict["condition"], verdict["items"]) == (condition, [])


def test_a_copy_of_a_vault_is_verified_where_nothing_runs(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("OFFSITE_KAFKA", "OFFSITE_DATABASE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path / "elsewhere"))
    copy = str(sealed.hall.settings.data / "vault")

    sealed.hall.offsite("evidence", "verify", sealed.manifest, "--vault", copy)
    sealed.hall.offsite("evidence", "verify", sealed.manifest, code=1)


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        pytest.param("../../etc/passwd", "64 lower-case hexadecimal digits", id="no digest"),
        pytest.param(a_digest(), "missing", id="nobody's"),
    ],
)
def test_what_can_not_be_verified_is_told(sealed: Sealed, digest: str, expected: str) -> None:
    done = sealed.hall.offsite("evidence", "verify", digest, code=1 if expected == "missing" else 2)

    assert expected in done.output


def test_a_picture_is_no_manifest(sealed: Sealed) -> None:
    digest = sealed.refs[EvidenceKind.PRIVACY_COPY].sha256

    told = sealed.hall.offsite("evidence", "verify", digest, code=2).stderr

    assert "manifest: expected JSON" in told


# --- letting go


def test_what_is_young_is_kept_and_the_reason_told(sealed: Sealed) -> None:
    report = sealed.hall.line("evidence", "retain")
    told = sealed.hall.offsite("evidence", "retain").stdout

    assert report["kept"]["term"]["items"] == 4
    assert report["deleted"] == {"items": 0, "bytes": 0}
    assert "thirty days are not over" in told
    assert "deleted: 0 of 4 items" in told


def test_an_open_case_keeps_its_evidence_however_old(sealed: Sealed) -> None:
    sealed.age()

    report = sealed.hall.line("evidence", "retain")

    assert {name: amount["items"] for name, amount in report["kept"].items()} == {"open-case": 4}
    assert sealed.hall.line("evidence", "verify", sealed.manifest)["is_fine"]


def test_what_nothing_keeps_goes_and_every_command_says_so(sealed: Sealed) -> None:
    hall = sealed.hall
    hall.act(sealed.case, "withdraw", "guo", "code=opened-in-error", "reason=opened in error")
    sealed.age()

    dry = hall.line("evidence", "retain", "--dry-run")
    there = hall.line("evidence", "verify", sealed.manifest)["is_fine"]
    done = hall.offsite("evidence", "retain").stdout
    rows = sealed.shown()
    deletions = hall.lines("evidence", "deletions")
    told = hall.offsite("evidence", "deletions").stdout

    assert (dry["dry_run"], dry["deleted"]["items"], there) == (True, 4, True)
    assert "deleted: 4 of 4 items" in done
    assert list(sealed.vault.kept()) == []
    assert all("deleted on" in row["where"] for row in rows)
    assert [line["number"] for line in deletions] == [0, 1, 2, 3]
    assert {line["holders"][0]["subject"] for line in deletions} == {sealed.case}
    assert all(line["faults"] == [] for line in deletions)
    assert f"{sealed.case} withdrawn" in " ".join(told.split())
    assert "deleted on" in hall.offsite("case", "show", sealed.case).stdout


def test_a_hold_is_heard(sealed: Sealed) -> None:
    hall = sealed.hall
    hall.act(sealed.case, "withdraw", "guo", "code=opened-in-error", "reason=opened in error")
    hall.act(sealed.case, "hold", "chen", "reason=a lawsuit about it")
    sealed.age()

    report = hall.line("evidence", "retain")

    assert {name: amount["items"] for name, amount in report["kept"].items()} == {"legal-hold": 4}
    assert report["deleted"]["items"] == 0


def test_a_broken_ledger_of_deletions_is_found(sealed: Sealed, database: str) -> None:
    hall = sealed.hall
    sealed.vault.keep(
        b"never told", media_type="image/jpeg", kind=EvidenceKind.CLIP, media_time=timedelta(0)
    )
    sealed.age()
    hall.offsite("evidence", "retain")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE evidence_deletions DISABLE TRIGGER USER")
        connection.execute("UPDATE evidence_deletions SET hash = previous")

    told = hall.offsite("evidence", "deletions", code=1)

    assert "line 0: its hash is not that of its content" in told.stderr
    assert "nobody: it was never told" in " ".join(told.stdout.split())


def test_nothing_was_ever_deleted(hall: Hall) -> None:
    assert "Deletions: none" in hall.offsite("evidence", "deletions").stdout
