"""What a new schema breaks for those who rely on the old one.

    incoming: others write, we read      what was right must stay right: only loosen
    outgoing: we write, others read      what was promised must stay true: only tighten

A value that a list of values gains breaks nothing: readers meet it as one that they don't know.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

Schema = Mapping[str, Any]

AT_LEAST: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
AT_MOST: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
EXACT: Final = ("pattern", "format", "const", "multipleOf", "uniqueItems")


class Direction(StrEnum):
    """Who writes the messages of a type."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


def breaking_changes(old: Schema, new: Schema, *, direction: Direction) -> list[str]:
    """A sentence for each change that needs a new version of the type, each with its place."""
    return list(_Comparison(old, new, direction).of(old, new, "$"))


class _Comparison:
    """Walks two schemas side by side; keeps both roots, since `$ref` counts from there."""

    def __init__(self, old: Schema, new: Schema, direction: Direction) -> None:
        self._old_root = old
        self._new_root = new
        self._direction = direction

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before = alternatives(old, self._old_root)
        after = alternatives(new, self._new_root)
        yield from self._types(before.keys(), after.keys(), path)
        for kind in sorted(before.keys() & after.keys()):
            yield from self._values(before[kind], after[kind], path)
            yield from self._limits(before[kind], after[kind], path)
            yield from self._properties(before[kind], after[kind], path)
            if "items" in before[kind] and "items" in after[kind]:
                yield from self.of(before[kind]["items"], after[kind]["items"], f"{path}[]")

    def _types(self, before: Collection[str], after: Collection[str], path: str) -> Iterator[str]:
        """Incoming may take more types than before, outgoing may use fewer."""
        promised, kept = (before, after) if self._is_incoming else (after, before)
        if not set(promised) <= _covered(kept):
            yield f"{path}: type {_listed(before)} became {_listed(after)}"

    def _values(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("enum"), new.get("enum")
        if before is None and after is not None and self._is_incoming:
            yield f"{path}: only {_listed(after)} from now on"
        if before is not None and after is None and not self._is_incoming:
            yield f"{path}: no longer one of {_listed(before)}"
        if before is not None and after is not None:
            for gone in [value for value in before if value not in after]:
                yield f"{path}: value {gone!r} removed"

    def _limits(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        loose, tight = (old, new) if self._is_incoming else (new, old)
        for name in [*AT_LEAST, *AT_MOST, *EXACT]:
            if _is_tighter(name, tight.get(name), than=loose.get(name)):
                yield f"{path}: {name} {_told(old.get(name))} became {_told(new.get(name))}"
        if self._is_incoming and _is_closed(new) and not _is_closed(old):
            yield f"{path}: unknown properties refused from now on"

    def _properties(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must, must_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield f"{path}.{name}: removed"
        if self._is_incoming:
            for name in sorted(must_now - must):
                yield f"{path}.{name}: required from now on"
        else:
            for name in sorted((must - must_now) & after.keys()):
                yield f"{path}.{name}: no longer always there"
        for name in sorted(before.keys() & after.keys()):
            yield from self.of(before[name], after[name], f"{path}.{name}")

    @property
    def _is_incoming(self) -> bool:
        return self._direction is Direction.INCOMING


def alternatives(schema: Schema, root: Schema) -> dict[str, Schema]:
    """What a value may be, by JSON type: references followed, `anyOf` taken apart.

    Raises:
        ValueError: two alternatives of one type, which can't be told apart here.
    """
    if "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return alternatives({**_at(root, schema["$ref"]), **beside}, root)
    if "anyOf" in schema:
        found: dict[str, Schema] = {}
        for each in schema["anyOf"]:
            for kind, inner in alternatives(each, root).items():
                if kind in found:
                    raise ValueError(f"expected one alternative of type {kind}, got two")
                found[kind] = inner
        return found
    kinds = schema.get("type", _type_of(schema))
    return dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, schema)


def _at(root: Schema, reference: str) -> Schema:
    at: Any = root
    for step in reference.removeprefix("#/").split("/"):
        at = at[step]
    return at


def _type_of(schema: Schema) -> str:
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return "string" if values and all(isinstance(value, str) for value in values) else "any"


def _covered(kinds: Iterable[str]) -> set[str]:
    """Every integer is a number."""
    return {*kinds, "integer"} if "number" in kinds else set(kinds)


def _is_closed(schema: Schema) -> bool:
    return schema.get("additionalProperties", True) is False


def _is_tighter(name: str, limit: Any, *, than: Any) -> bool:
    if limit is None or limit == than:
        return False
    if than is None or name in EXACT:
        return True
    return limit > than if name in AT_LEAST else limit < than


def _listed(values: Iterable[Any]) -> str:
    return " or ".join(sorted(str(value) for value in values))


def _told(limit: Any) -> str:
    return "unlimited" if limit is None else str(limit)
