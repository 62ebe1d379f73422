"""`offsite policy …`: what the packs say, whether they are sound, and how two of them differ."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.line import Line
from handlers.decisions.lives.titles import CERTAINTIES
from handlers.decisions.policy import Policy
from handlers.policies.comparing import Change, ChangeKind, compare, rows_of
from handlers.policies.explaining import explain, find_matter
from handlers.policies.files import PACK, names_in
from handlers.policies.pack import SHIPPED, load
from infra.cli.telling import (
    OUT,
    AsJson,
    Exit,
    errors_told,
    tell_fields,
    tell_json,
    tell_table,
)
from infra.settings import Settings
from schemas.errors import InvalidValueError

policy_app = typer.Typer(help="Policy packs: what a city has laid down.", no_args_is_help=True)

WhichPack = Annotated[str, typer.Argument(help="A pack's name, or the path of its folder.")]


@policy_app.command("ls")
def list_packs(as_json: AsJson = False) -> None:
    """List the packs that can be used, with what is wrong with those that can't."""
    settings = Settings()
    rows = [_listed(name, settings) for name in names_in(settings.policies or SHIPPED)]
    if as_json:
        for row in rows:
            tell_json(row)
        return
    columns = ("name", "version", "valid_from", "matters", "digest", "of_settings", "fault")
    tell_table("Policy packs", columns, [[row[column] for column in columns] for row in rows])


def _listed(name: str, settings: Settings) -> dict[str, Any]:
    blank = dict.fromkeys(("version", "valid_from", "matters", "digest", "fault"), "-")
    row = {**blank, "name": name, "of_settings": name == settings.policy}
    try:
        pack = _pack(name, settings)
    except InvalidValueError as error:
        return {**row, "fault": str(error)}
    return {
        **row,
        "version": pack.version,
        "valid_from": pack.valid_from.isoformat(),
        "matters": len(pack.matters),
        "digest": pack.digest,
    }


@policy_app.command("show")
def show_pack(pack: WhichPack, as_json: AsJson = False) -> None:
    """Show a pack: how much of what it has, and its matters. All rows with --json."""
    with errors_told():
        policy = _pack(pack, Settings())
    if as_json:
        for (table, row), fields in rows_of(policy).items():
            tell_json({"table": table, "row": row, "fields": fields})
        return
    tell_fields(f"{policy.name} {policy.version}", _summary(policy))
    columns = ("code", "matter", "safety", "route", "party", "limit", "certainty")
    tell_table("Matters", columns, [_matter_row(row) for row in policy.matters.values()])


@policy_app.command("check")
def check_pack(pack: WhichPack, as_json: AsJson = False) -> None:
    """Say whether a pack is sound. Exit code 2 with file, key, expected and got where it isn't."""
    settings = Settings()
    if not as_json:
        with errors_told():
            policy = _pack(pack, settings)
        OUT.print(f"{policy.name} {policy.version} is sound: {policy.digest}", highlight=False)
        return
    try:
        policy = _pack(pack, settings)
    except InvalidValueError as error:
        place = {"field": error.field, "expected": error.expected, "got": error.got}
        tell_json({"pack": pack, "sound": False, **place})
        raise typer.Exit(Exit.CALLERS_MISTAKE) from error
    tell_json({"pack": policy.name, "sound": True, "digest": policy.digest})


@policy_app.command("diff")
def diff_packs(before: WhichPack, after: WhichPack, as_json: AsJson = False) -> None:
    """Say which rows of a pack were added, removed or changed in another."""
    settings = Settings()
    with errors_told():
        changes = compare(_pack(before, settings), _pack(after, settings))
    if as_json:
        for change in changes:
            tell_json(asdict(change))
        return
    for change in changes:
        OUT.print(str(change), markup=False, highlight=False)
    OUT.print(_count(changes), style="bold", highlight=False)


@policy_app.command("explain")
def explain_matter(
    matter: Annotated[str, typer.Argument(help="Its code, name, title or alias.")],
    policy: Annotated[str | None, typer.Option(help="Another pack than the one in force.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say in words how a matter is met, who may punish it, what is let go, and by when."""
    settings = Settings()
    with errors_told():
        pack = _pack(policy or settings.policy, settings)
        row = find_matter(matter, pack)
    lines = explain(row, pack)
    if as_json:
        told = [asdict(line) for line in lines]
        tell_json({"pack": pack.name, "matter": str(row.key), "lines": told})
        return
    for line in lines:
        tell_line(line)


def tell_line(line: Line) -> None:
    """A label, its text in both languages, and how it is grounded."""
    OUT.print(str(line.label), style="bold", markup=False, highlight=False)
    for text in dict.fromkeys((line.text.zh, line.text.en)):
        OUT.print(f"  {text}", markup=False, highlight=False)
    ground = " · ".join(
        part
        for part in (
            line.clause,
            "" if line.certainty is None else str(CERTAINTIES[line.certainty]),
        )
        if part
    )
    if ground:
        OUT.print(f"  [{ground}]", style="dim", markup=False, highlight=False)


def _pack(name: str, settings: Settings) -> Policy:
    """By name, where there is one of that name; else by the path of its folder."""
    home, folder = settings.policies or SHIPPED, Path(name).resolve()
    if name not in names_in(home) and (folder / PACK).is_file():
        return load(folder.name, folder.parent)
    return load(name, home)


def _summary(policy: Policy) -> dict[str, object]:
    authority, leniency = policy.authority, policy.leniency
    return {
        "digest": policy.digest,
        "valid from": policy.valid_from,
        "matters": f"{len(policy.matters)}, {_safety(policy)} of them about safety",
        "aliases": len(policy.aliases),
        "designated": f"{len(leniency.designated)} places and times",
        "first violations": f"{len(leniency.first_violations)} matters",
        "bands": f"{len(policy.discretion.bands)}, published: {policy.discretion.published or '-'}",
        "grants": len(authority.grants),
        "devices": f"{len(authority.devices)}, one unregistered is a {authority.unregistered}",
        "device bases": len(authority.device_bases),
        "deadlines": f"{len(policy.deadlines)}, {len(policy.ladders)} ladders",
        "calendar": "; ".join(f"{y}: {year.source}" for y, year in policy.calendar.years.items()),
        "forbidden pairs": ", ".join(pair.id for pair in policy.duties.pairs),
    }


def _safety(policy: Policy) -> int:
    return sum(row.is_safety for row in policy.matters.values())


def _matter_row(row: MatterPolicy) -> tuple[object, ...]:
    return (
        row.key.code,
        f"{row.title_zh} {row.title_en}",
        "yes" if row.is_safety else "no",
        row.route,
        row.has_party,
        row.disposal_limit,
        row.certainty,
    )


def _count(changes: Sequence[Change]) -> str:
    many = {kind: sum(change.kind is kind for change in changes) for kind in ChangeKind}
    return ", ".join(f"{amount} {kind}" for kind, amount in many.items())
