"""What a command would be judged by now, with nothing judged and nothing recorded."""

from dataclasses import dataclass

from handlers.acts import ActWork, Shelf, facts_for
from handlers.decisions.act_facts import ActFacts
from handlers.decisions.judging import Packs
from schemas.act import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known, and the packs that it is judged under."""

    facts: ActFacts
    packs: Packs


async def look(command: Command, *, work: ActWork, shelf: Shelf) -> Looked:
    """Take up what the command path would, in a transaction that writes nothing.

    Others' acts on the subject wait meanwhile, so that what is seen is of one instant.

    Raises:
        TemporarilyUnavailableError: the store is away.
    """
    async with work.begin(command.subject) as transaction:
        dossier = await transaction.dossier(command.subject)
        packs = await shelf.packs(None if dossier is None else dossier.opened_under)
        facts = await facts_for(command, dossier, packs, transaction)
    return Looked(facts=facts, packs=packs)
