"""What an act changes besides its own row: the case, the penalty case, the opinion, the pack."""

import hashlib
from datetime import datetime
from typing import Final

from psycopg import errors

from handlers.acts import SettledAct
from handlers.decisions.answer import Done
from handlers.decisions.dossier import Dossier
from handlers.decisions.effects import party_of
from handlers.decisions.lives.standing import OPINION_PREFIX, PACK_PREFIX
from infra.store import act_statements as sql
from infra.store.act_tables import ONE_PUBLISHED
from infra.store.rows import CASE_COLUMNS, case_row, digest_bytes
from infra.store.work import Driver
from schemas.act import Act, Command, SubjectId, Taken
from schemas.errors import InvalidValueError, OffsiteError, RefusedError
from schemas.ids import sha256_text
from schemas.penalty import PenaltyState
from schemas.workfile import WorkFile

FOUND: Final = frozenset(
    {
        PenaltyState.NO_PENALTY,
        PenaltyState.DECIDED,
        PenaltyState.SERVED,
        PenaltyState.PERFORMING,
        PenaltyState.CLOSED,
    }
)
"""Where something was found against a party: what another case looks back on."""


def party_digest(party: str) -> bytes:
    """Tells parties apart without naming them."""
    return hashlib.sha256(party.encode()).digest()


def pack_digest(subject: SubjectId) -> bytes:
    """The pack that a subject stands for.

    Raises:
        InvalidValueError: no digest.
    """
    return digest_bytes(sha256_text(subject.removeprefix(PACK_PREFIX)))


async def leave_behind(driver: Driver, settled: SettledAct) -> None:
    """Bring everything that an act changed to where it stands now. Nothing for a refused one."""
    answer, facts = settled.answer, settled.facts
    if not isinstance(answer, Done):
        return
    after, taken = answer.dossier, answer.taken
    before = None if facts.dossier is None else facts.dossier.case
    if after.case is not None and before is not None:
        await _change_case(driver, before, after.case)
        await _keep_penalty(driver, after, facts.command)
    if after.opinion is not None:
        await _keep_opinion(driver, after)
    if taken.act is Act.PROPOSE_PACK:
        proposed = (taken.person, facts.now, pack_digest(after.id))
        _once(await driver.execute(sql.PROPOSE_PACK, proposed), after.id)
    if taken.act is Act.PUBLISH_PACK:
        await _publish(driver, after.id, taken, facts.now)


async def _change_case(driver: Driver, before: WorkFile, after: WorkFile) -> None:
    row = dict(zip(CASE_COLUMNS, case_row(after), strict=True))
    changed = await driver.execute(
        sql.KEEP_CASE, (*(row[name] for name in sql.CHANGED_BY_ACTS), after.id, before.version)
    )
    _once(changed, after.id)


async def _keep_penalty(driver: Driver, after: Dossier, command: Command) -> None:
    if after.penalty is PenaltyState.NOT_CONSIDERED or after.case is None:
        return
    last = after.taken[-1]
    standing = after.stayed_from if after.penalty is PenaltyState.STAYED else after.penalty
    excused = after.last(Act.EXCUSE) if standing is PenaltyState.NO_PENALTY else None
    decided = None if excused else after.last(Act.DECIDE, Act.DECIDE_ON_SPOT)
    party = party_of(command, after)
    row = (
        after.case.id,
        after.penalty.value,
        None if after.stayed_from is None else after.stayed_from.value,
        party_digest(party) if party else None,
        None if after.case.matter is None else str(after.case.matter),
        None if excused is None else excused.details.text("ground") or None,
        None if decided is None else decided.details.number("fine_fen"),
        last.at if standing in FOUND else None,
        last.at,
    )
    await driver.execute(sql.KEEP_PENALTY, row)


async def _keep_opinion(driver: Driver, after: Dossier) -> None:
    if not after.id.startswith(OPINION_PREFIX):
        raise InvalidValueError(
            expected=f"the id of an incident, {OPINION_PREFIX}…", got=after.id, field="subject"
        )
    detected, graded = after.last(Act.DETECT_OPINION), after.last(Act.GRADE_OPINION)
    if detected is None or after.opinion is None:
        raise OffsiteError(f"{after.id}: expected an incident that somebody detected, got none")
    row = (
        after.id,
        after.opinion.value,
        detected.details.text("title"),
        None if graded is None else graded.details.text("grade"),
        detected.details.instant("first_known_at") or detected.at,
        detected.details.text("case") or None,
        after.taken[-1].at,
    )
    await driver.execute(sql.KEEP_OPINION, row)


async def _publish(driver: Driver, subject: SubjectId, taken: Taken, now: datetime) -> None:
    row = (taken.person, now, taken.details.text("where"), pack_digest(subject))
    try:
        published = await driver.execute(sql.PUBLISH_PACK, row)
    except errors.UniqueViolation as error:
        if error.diag.constraint_name != ONE_PUBLISHED:
            raise
        raise RefusedError(
            f"K01: expected a new version, got that of a published pack: {subject}"
        ) from error
    _once(published, subject)


def _once(written: object, what: str) -> None:
    rows = getattr(written, "rowcount", None)
    if rows != 1:
        raise OffsiteError(f"{what}: expected one row changed, got {rows}")
