"""Checks a statement by itself: its form, its sums, its root, and that it follows the last one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final

from handlers.statements import FORM, digest_of_statement, merkle_root
from schemas.errors import InvalidValueError
from schemas.wire.canonical import canonical_bytes

Content = Mapping[str, Any]

_STATEMENT: Final[Mapping[str, type | UnionType]] = {
    "form": int, "day": str, "made_at": str, "so_far": bool, "number": int,
    "previous": str | None, "software": str, "key": str, "cluster": str | None,
    "logs": list, "journals": dict, "lost": int, "losses": list, "ledgers": list, "root": str,
}  # fmt: skip
_LOG: Final[Mapping[str, type | UnionType]] = {
    "topic": str, "topic_id": str, "partition": int, "from": int, "cut": int, "voids": list,
    "expected": int, "outcomes": dict, "difference": int, "waiting": int, "broker": dict | None,
}  # fmt: skip
_VOID: Final[Mapping[str, type | UnionType]] = {"from": int, "to": int, "reason": str}
_LOSS: Final[Mapping[str, type | UnionType]] = {"address": str, "why": str}
_LEDGER: Final[Mapping[str, type | UnionType]] = {"ledger": str, "lines": int, "head": str}
_JOURNALS: Final[Mapping[str, type | UnionType]] = {"entries": int, "sha256": str}


def read_content(content: bytes) -> Content:
    """Take up what was signed.

    Raises:
        InvalidValueError: no statement, or not in its canonical spelling; says where.
    """
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(field="statement", expected="JSON", got=str(error)) from error
    _require(said, _STATEMENT, "statement")
    if said["form"] != FORM:
        raise InvalidValueError(field="form", expected=str(FORM), got=said["form"])
    _require(said["journals"], _JOURNALS, "journals")
    for field, form in (("logs", _LOG), ("losses", _LOSS), ("ledgers", _LEDGER)):
        for each in said[field]:
            _require(each, form, field)
    for log in said["logs"]:
        _require(log["outcomes"], dict.fromkeys(log["outcomes"], int), "outcomes")
        for void in log["voids"]:
            _require(void, _VOID, "voids")
    if canonical_bytes(said) != content:
        raise InvalidValueError(
            field="statement", expected="the canonical spelling of RFC 8785", got="another one"
        )
    return dict(said)


def _require(said: object, form: Mapping[str, type | UnionType], field: str) -> None:
    """These keys and no others, each of its kind. A truth value is no number."""
    if not isinstance(said, dict) or said.keys() != form.keys():
        got = sorted(said) if isinstance(said, dict) else type(said).__name__
        raise InvalidValueError(field=field, expected=", ".join(form), got=str(got))
    for key, kind in form.items():
        value = said[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise InvalidValueError(field=f"{field}.{key}", expected=str(kind), got=value)


def faults_of(said: Content, *, previous: bytes | None = None) -> Sequence[str]:
    """Everything that doesn't come out; `previous` is the content of the statement before."""
    faults = list(_wrong_sums(said))
    if merkle_root([canonical_bytes(head) for head in said["ledgers"]]) != said["root"]:
        faults.append("root: not that of these ledgers")
    if previous is not None:
        faults += _wrong_sequence(said, previous)
    return faults


def _wrong_sums(said: Content) -> Iterator[str]:
    for log in said["logs"]:
        name = f"{log['topic']}/{log['partition']} ({log['topic_id']})"
        at, voided = log["from"], 0
        for void in log["voids"]:
            if not at <= void["from"] < void["to"] <= log["cut"]:
                yield f"{name}: a void outside its range, or counted twice"
            at, voided = void["to"], voided + void["to"] - void["from"]
        if not 0 <= log["from"] <= log["cut"]:
            yield f"{name}: cut before it begins"
        expected = log["cut"] - log["from"] - voided
        if expected != log["expected"]:
            yield f"{name}: expected {expected} by its range and voids, says {log['expected']}"
        difference = expected - sum(log["outcomes"].values())
        if difference != log["difference"]:
            yield f"{name}: difference {difference} by its outcomes, says {log['difference']}"
    if len(said["losses"]) > said["lost"]:
        yield "lost: fewer than are listed"


def _wrong_sequence(said: Content, previous: bytes) -> Iterator[str]:
    before = read_content(previous)
    if said["previous"] != digest_of_statement(previous):
        yield "previous: names another statement than this one"
    if said["number"] != before["number"] + 1:
        yield f"number: expected {before['number'] + 1}, got {said['number']}"
    cuts = {(log["topic_id"], log["partition"]): log["cut"] for log in before["logs"]}
    for log in said["logs"]:
        cut = cuts.pop((log["topic_id"], log["partition"]), 0)
        if log["from"] != cut:
            yield (
                f"{log['topic']}/{log['partition']} ({log['topic_id']}): "
                f"begins at {log['from']}, the last one was cut at {cut}"
            )
    for topic_id, partition in cuts:
        yield f"{topic_id}/{partition}: in the last one, and not in this"
    lines = {head["ledger"]: head["lines"] for head in before["ledgers"]}
    for head in said["ledgers"]:
        if head["lines"] < lines.pop(head["ledger"], 0):
            yield f"{head['ledger']}: its ledger has fewer lines than in the last one"
    for name in lines:
        yield f"{name}: its ledger is in the last one, and not in this"
