"""`offsite policy propose`, `publish` and `in-force`: two persons bring a pack into force."""

import re
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from handlers.acts import Told
from handlers.decisions.gates.gate import Standing
from handlers.decisions.policy import Policy
from handlers.policies.files import PACK, names_in
from handlers.policies.pack import SHIPPED, Files, pack_from, read_files
from infra.cli.acts import As
from infra.cli.answers import tell_answer
from infra.cli.cases import local
from infra.cli.doing import Desk, at_desk
from infra.cli.policies import WhichPack
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json, tell_table
from infra.settings import Settings
from infra.store.pack_states import PackStanding, PackStates
from schemas.errors import RefusedError
from schemas.ids import Sha256
from schemas.instants import instant_text
from schemas.person import PersonId

_DIGEST: Final = re.compile(r"[0-9a-f]{12,64}")
"""A digest, or as much of its beginning as people copy."""


def propose_pack(
    pack: WhichPack,
    *,
    person: As,
    reason: Annotated[str, typer.Option(help="Why: it stays on record.")],
    as_json: AsJson = False,
) -> None:
    """Keep a pack to the byte, and propose that it come into force. Another person publishes it."""
    settings = Settings()
    with errors_told():
        files, name = _files(pack, settings)
        policy = pack_from(files, name)
        told = at_desk(
            settings,
            lambda desk: desk.acting.propose(policy, files, by=PersonId(person), reason=reason),
        )
    if told.is_done and not as_json:
        OUT.print(f"{policy.name} {policy.version}: {policy.digest}", highlight=False)
    tell_answer(told, as_json=as_json)


def publish_pack(
    pack: Annotated[str, typer.Argument(help="A proposed pack's digest, or its name.")],
    *,
    person: As,
    where: Annotated[str, typer.Option(help="Where the city publishes it.")],
    as_json: AsJson = False,
) -> None:
    """Publish what another person proposed. It is in force from its day on."""

    async def work(desk: Desk) -> Told:
        digest = await _proposed(desk, pack)
        return await desk.acting.publish(digest, by=PersonId(person), where=where)

    with errors_told():
        told = at_desk(Settings(), work)
    tell_answer(told, as_json=as_json)


def show_in_force(as_json: AsJson = False) -> None:
    """Say which pack decides now, who stands behind it, and which wait to be published."""

    async def work(desk: Desk) -> tuple[Policy, Standing, list[PackStanding]]:
        now = await desk.acting.shelf.in_force()
        states = PackStates(desk.engine)
        return now, await states.of(now.digest), list(await states.all())

    with errors_told():
        now, standing, proposed = at_desk(Settings(), work)
    if as_json:
        tell_json(_json(now, standing, proposed))
        return
    published = (
        f"proposed by {standing.proposed_by}, published by {standing.published_by}"
        if standing.is_published
        else "not published by two persons: no penalty under it"
    )
    fields = {"digest": now.digest, "valid from": now.valid_from, "standing": published}
    tell_fields(f"In force: {now.name} {now.version}", fields)
    rows = [_row(each) for each in proposed]
    tell_table("Packs on record", ("pack", "digest", "proposed", "published", "where"), rows)


def _files(pack: str, settings: Settings) -> tuple[Files, str]:
    """By name, where there is one of that name; else by the path of its folder."""
    home, folder = settings.policies or SHIPPED, Path(pack).resolve()
    if pack not in names_in(home) and (folder / PACK).is_file():
        return read_files(folder.name, folder.parent), folder.name
    return read_files(pack, home), pack


async def _proposed(desk: Desk, pack: str) -> Sha256:
    """The pack of a digest, or the one of a name that was proposed last."""
    known = await PackStates(desk.engine).all()
    named = [each for each in known if each.name == pack]
    if _DIGEST.fullmatch(pack):
        named += [each for each in known if each.standing.digest.startswith(pack)]
    if not named:
        raise RefusedError(f"expected the name or digest of a proposed pack, got {pack}: none")
    waiting = [each for each in named if not each.standing.is_published]
    return (waiting or named)[0].standing.digest


def _json(now: Policy, standing: Standing, proposed: list[PackStanding]) -> dict[str, Any]:
    return {
        "name": now.name,
        "version": now.version,
        "digest": now.digest,
        "valid_from": now.valid_from.isoformat(),
        **_standing_json(standing),
        "on_record": [
            {
                "name": each.name,
                "version": each.version,
                "digest": each.standing.digest,
                "valid_from": each.valid_from.isoformat(),
                "proposed_at": instant_text(each.proposed_at),
                "published_at": None
                if each.published_at is None
                else instant_text(each.published_at),
                "where": each.where,
                **_standing_json(each.standing),
            }
            for each in proposed
        ],
    }


def _standing_json(standing: Standing) -> dict[str, Any]:
    return {
        "is_published": standing.is_published,
        "proposed_by": standing.proposed_by,
        "published_by": standing.published_by,
    }


def _row(each: PackStanding) -> tuple[object, ...]:
    published = "-"
    if each.published_at is not None:
        published = f"{local(each.published_at)} by {each.standing.published_by}"
    return (
        f"{each.name} {each.version}",
        each.standing.digest[:12],
        f"{local(each.proposed_at)} by {each.standing.proposed_by}",
        published,
        each.where or "-",
    )
