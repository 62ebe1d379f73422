"""Messages as they come over the wire, with one thing changed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from schemas.events import Event
from schemas.wire.writing import write_event

Json = dict[str, Any]
Change = Callable[[Json], object]

ABSENT: Final = object()
"""Stands for a field that isn't there."""


def in_structured_form(event: Event, change: Change = lambda _: None) -> bytes:
    content = orjson.loads(write_event(event))
    change(content)
    return orjson.dumps(content)


def in_binary_form(event: Event, **headers: bytes | None) -> tuple[bytes, Mapping[str, bytes]]:
    """`headers` have underscores for dashes; None takes one away."""
    content = orjson.loads(write_event(event))
    data = orjson.dumps(content.pop("data"))
    media_type = content.pop("datacontenttype").encode()
    plain = {f"ce-{name}": text.encode() for name, text in content.items()}
    changed = {name.replace("_", "-"): text for name, text in headers.items()}
    merged = {"content-type": media_type, **plain, **changed}
    return data, {name: text for name, text in merged.items() if text is not None}


def put(path: str, value: object) -> Change:
    """Change one field, named as an error names it; ABSENT takes it away."""

    def change(content: Json) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        at: Any = content
        for step in way:
            at = at[step]
        if value is ABSENT:
            del at[last]
        else:
            at[last] = value

    return change
