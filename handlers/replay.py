"""Decides again from recorded facts: no model, no network, and the same bytes years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from handlers.decisions.act_records import answer_bytes, read_act_facts
from handlers.decisions.deciding import decide
from handlers.decisions.judging import Packs, judge
from handlers.decisions.policy import Policy
from handlers.decisions.records import decision_bytes, read_facts
from schemas.ids import Address

_MISSING: Final = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first field in which two decisions part."""

    field: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One decision made again. No difference: the bytes are the same."""

    address: Address
    decision: bytes
    difference: Difference | None


def replay(address: Address, *, facts: bytes, recorded: bytes, policy: Policy) -> Replayed:
    """Decide once more from what was laid down, and hold it against what was recorded."""
    return _compared(address, recorded, decision_bytes(decide(read_facts(facts), policy)))


def replay_act(
    address: Address, *, facts: bytes, recorded: bytes, now: Policy, then: Policy | None
) -> Replayed:
    """Judge a person's command once more, and hold the answer against what was told then.

    `now` is the pack that was in force at the act, `then` that of when it happened.
    """
    laid_down = read_act_facts(facts)
    answer = judge(laid_down, Packs(now=now, then=then))
    return _compared(address, recorded, answer_bytes(laid_down, answer))


def _compared(address: Address, recorded: bytes, again: bytes) -> Replayed:
    difference = None
    if again != recorded:
        difference = _first_difference(orjson.loads(recorded), orjson.loads(again), "")
    return Replayed(address=address, decision=again, difference=difference)


def _first_difference(recorded: Any, replayed: Any, path: str) -> Difference:  # noqa: ANN401
    """Walk both trees in the order of their keys."""
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for key in sorted(recorded.keys() | replayed.keys()):
            one, other = _at(recorded, key), _at(replayed, key)
            if one != other:
                return _first_difference(one, other, f"{path}.{key}" if path else key)
    if isinstance(recorded, list) and isinstance(replayed, list):
        for index, (one, other) in enumerate(zip(recorded, replayed, strict=False)):
            if one != other:
                return _first_difference(one, other, f"{path}[{index}]")
    return Difference(field=path, recorded=_text(recorded), replayed=_text(replayed))


def _at(tree: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON has many types
    return tree.get(key, _MISSING)


def _text(value: Any) -> str:  # noqa: ANN401 - JSON has many types
    return orjson.dumps(value).decode()
