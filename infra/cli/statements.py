"""A day's signed statement at the terminal: given out, and checked without us."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from handlers.statement_checking import Content, faults_of, read_content
from handlers.statements import digest_of_statement
from infra import opening
from infra.cli.asking import with_engine
from infra.cli.telling import ERR, OUT, Exit, tell_fields, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.signing import open_signed, read_key
from infra.stating import state
from schemas.errors import RefusedError
from streams.durable import write_whole


def give_statement(day: date, *, so_far: bool, out: Path | None) -> None:
    """Write a day's statement to a file, else to standard output. Exit code 1: not all is fine."""
    settings = Settings()
    deployment = find(settings)
    key = read_key(opening.statement_key(settings))
    file = with_engine(
        deployment, lambda engine: state(deployment, engine, key=key, day=day, so_far=so_far)
    )
    content = open_signed(file).content
    said = read_content(content)
    if out is None:
        sys.stdout.buffer.write(file + b"\n")
        sys.stdout.buffer.flush()
    else:
        write_whole(out, file)
        out.chmod(0o644)
    ERR.print(
        f"{'So far on' if so_far else 'Statement of'} {said['day']}, number {said['number']}, "
        f"sha256 {digest_of_statement(content)}: {_in_a_line(said)}",
        highlight=False,
    )
    if not _is_fine(said):
        raise typer.Exit(Exit.CHECK_FAILED)


def check_statement(
    path: Path, *, previous: Path | None, public: Path | None, as_json: bool
) -> None:
    """Check signature, form, sums, root and sequence. Exit code 1: something doesn't hold."""
    signed = open_signed(_read(path), public=public)
    said = read_content(signed.content)
    before = None if previous is None else open_signed(_read(previous), public=public).content
    faults = list(faults_of(said, previous=before))
    if said["key"] != signed.key:
        faults.append("key: the statement names another than the one that signed it")
    if as_json:
        tell_json(
            {
                "day": said["day"],
                "number": said["number"],
                "sha256": digest_of_statement(signed.content),
                "key": signed.key,
                "holds": not faults,
                "faults": faults,
                "difference": _difference(said),
                "lost": said["lost"],
            }
        )
    else:
        _tell(said, signed.key, faults, was_known=public is not None)
    if faults:
        raise typer.Exit(Exit.CHECK_FAILED)


def _tell(said: Content, key: str, faults: Sequence[str], *, was_known: bool) -> None:
    tell_fields(
        f"Statement of {said['day']}, number {said['number']}",
        {
            "made at": said["made_at"],
            "so far only": said["so_far"],
            "signed by key": key if was_known else f"{key} (compare it, or name it with --key)",
            "cluster": said["cluster"],
            "says": _in_a_line(said),
        },
    )
    tell_table(
        "Logs",
        ("topic", "partition", "range", "expected", "outcomes", "difference", "waits behind"),
        [
            (
                log["topic"],
                log["partition"],
                f"[{log['from']}, {log['cut']})",
                log["expected"],
                sum(log["outcomes"].values()),
                log["difference"],
                log["waiting"],
            )
            for log in said["logs"]
        ],
    )
    for fault in faults:
        OUT.print(f"FAULT {fault}", style="red", markup=False, highlight=False)
    OUT.print("It holds." if not faults else "It does not hold.", style="bold")


def _in_a_line(said: Content) -> str:
    outcomes = sum(sum(log["outcomes"].values()) for log in said["logs"])
    return (
        f"expected {sum(log['expected'] for log in said['logs'])} − outcomes {outcomes} = "
        f"{_difference(said)}   waiting behind the cut "
        f"{sum(log['waiting'] for log in said['logs'])}   lost {said['lost']}"
    )


def _difference(said: Content) -> int:
    """Without their signs, so that none hides another."""
    return sum(abs(log["difference"]) for log in said["logs"])


def _is_fine(said: Content) -> bool:
    return _difference(said) == 0 and said["lost"] == 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().removesuffix(b"\n")
    except OSError as error:
        raise RefusedError(f"{path} can't be read: {error.strerror}") from error
