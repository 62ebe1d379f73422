"""Messages as producers of other versions write them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.events import Event
from schemas.wire.writing import write_event
from tests.support.compatibility import Schema, alternatives

FROZEN: Final = Path(__file__).parents[2] / "docs" / "schemas" / "frozen"
Json = dict[str, Any]


def from_an_older_producer(event: Event) -> bytes:
    """Only what the type had as it was first published."""
    content = orjson.loads(write_event(event))
    schema = _frozen(content["type"])
    return orjson.dumps(_walk(content, schema, schema, _known))


def from_an_older_and_terse_producer(event: Event) -> bytes:
    """Only what it required then; of an object that requires nothing, all of then."""
    content = orjson.loads(write_event(event))
    schema = _frozen(content["type"])
    return orjson.dumps(_walk(content, schema, schema, _required))


def from_a_newer_producer(event: Event) -> bytes:
    """More attributes, and a field more in every object of the data."""
    content = orjson.loads(write_event(event))
    content["data"] = _with_more(content["data"])
    more = {"dataschema": "https://example.com/v1.7", "traceparent": "00-1-2-03", "partitionkey": 7}
    return orjson.dumps({**content, **more})


def of_type(event: Event, kind: str) -> bytes:
    """The same under another type."""
    return orjson.dumps({**orjson.loads(write_event(event)), "type": kind})


@cache
def _frozen(kind: str) -> Schema:
    schema: Schema = json.loads((FROZEN / f"{kind}.json").read_bytes())
    return schema


Keep = Callable[[str, Any, Schema], bool]


def _known(name: str, _: Any, schema: Schema) -> bool:
    return name in schema["properties"]


def _required(name: str, _: Any, schema: Schema) -> bool:
    required = schema.get("required", ())
    return name in required or not required


def _walk(value: Any, schema: Schema, root: Schema, keep: Keep) -> Any:
    kinds = alternatives(schema, root)
    if isinstance(value, dict) and "properties" in kinds.get("object", {}):
        inner = kinds["object"]
        return {
            name: _walk(each, inner["properties"][name], root, keep)
            for name, each in value.items()
            if name in inner["properties"] and keep(name, each, inner)
        }
    if isinstance(value, list) and "items" in kinds.get("array", {}):
        return [_walk(each, kinds["array"]["items"], root, keep) for each in value]
    return value


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{name: _with_more(each) for name, each in value.items()}, "later": {"a": [1]}}
    return [_with_more(each) for each in value] if isinstance(value, list) else value
