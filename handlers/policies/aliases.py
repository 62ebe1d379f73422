"""`aliases.toml`: how vendors and older code books call the matters of the pack."""

from collections.abc import Mapping

from pydantic import Field

from handlers.policies.files import ALIASES
from handlers.policies.form import Form, MatterName, Text
from handlers.policies.sheets import Sheets
from schemas.matter import MatterKey

Aliases = Mapping[str, MatterKey]


class AliasesForm(Form):
    """`aliases.toml`: a vendor's word or an old code, and the matter that is meant."""

    aliases: dict[Text, MatterName] = Field(default_factory=dict)


def read_aliases(sheets: Sheets) -> Aliases:
    """An heir's words in the place of its parent's, or beside them."""
    merged: dict[str, MatterKey] = {}
    for form in sheets.forms(AliasesForm, ALIASES):
        merged.update(form.aliases)
    return merged
