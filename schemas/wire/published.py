"""The JSON Schema of each message type, made from the models: what `docs/schemas/` holds.

Each is a whole CloudEvent in structured form; the shapes of its data stand in `$defs`.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from schemas.wire.data import Data, ObservationV1, ProbeV1, ReportV1, SignalV1
from schemas.wire.envelope import LONGEST_NAME
from schemas.wire.outgoing import (
    AlarmV1,
    CaseChangedV1,
    DeadLetterV1,
    DispositionV1,
    PageV1,
    ProbeReturnedV1,
)

Schema = dict[str, Any]

INCOMING: Final[Mapping[str, type[Data]]] = {
    "offsite.observation.v1": ObservationV1,
    "offsite.report.v1": ReportV1,
    "offsite.signal.v1": SignalV1,
    "offsite.probe.v1": ProbeV1,
}
OUTGOING: Final[Mapping[str, type[Data]]] = {
    "offsite.disposition.v1": DispositionV1,
    "offsite.case-changed.v1": CaseChangedV1,
    "offsite.page.v1": PageV1,
    "offsite.dead-letter.v1": DeadLetterV1,
    "offsite.probe-returned.v1": ProbeReturnedV1,
    "offsite.alarm.v1": AlarmV1,
}

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_HOME: Final = "https://offsite.invalid/schemas"
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_OPTIONAL: Final = frozenset({"datacontenttype"})


def published() -> Mapping[str, Schema]:
    """Every message type with its schema."""
    return {kind: _cloud_event(kind, model) for kind, model in {**INCOMING, **OUTGOING}.items()}


def schema_text(schema: Schema) -> str:
    """One spelling, so that a change of the text is a change of the promise."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(schema, option=options).decode()


def _cloud_event(kind: str, model: type[Data]) -> Schema:
    data = model.model_json_schema()
    shapes = {**data.pop("$defs", {}), model.__name__: data}
    attributes = {
        "specversion": {"const": "1.0"},
        "id": _NAME,
        "source": _NAME,
        "type": {"const": kind},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string"},
        "data": {"$ref": f"#/$defs/{model.__name__}"},
    }
    return {
        "$schema": _DRAFT,
        "$id": f"{_HOME}/{kind}.json",
        "title": kind,
        "type": "object",
        "properties": attributes,
        "required": sorted(attributes.keys() - _OPTIONAL),
        "$defs": shapes,
    }
