"""The ledger's form: one line an outcome, chained a shard, of salted digests only.

    previous ─► line ─► hash        hash = sha256(previous ‖ canonical line)
                 │
                 └ sealed: input, facts, policy, decision, case

Each is sha256(salt ‖ label ‖ 0 ‖ content).

What the digests were made from lies beside the ledger, with its salt. Erase both by law, and
the chain still holds; nobody can guess erased content from a salted digest.
"""

import hashlib
from typing import Final

from msgspec import Struct

from schemas.ids import Address, Sha256
from schemas.wire.canonical import Json, canonical_record

GENESIS: Final = Sha256("0" * 64)
SALT_BYTES: Final = 16


class Sealed(Struct, frozen=True, kw_only=True):
    """The salted digests of one outcome. `case` is absent where no case was touched."""

    input: Sha256
    facts: Sha256
    policy: Sha256
    decision: Sha256
    case: Sha256 | None


class Line(Struct, frozen=True, kw_only=True):
    """One line. `number` counts from 0 in its shard without holes."""

    shard: str
    number: int
    address: Address
    previous: Sha256
    sealed: Sealed
    hash: Sha256


def seal(content: bytes, *, label: str, salt: bytes) -> Sha256:
    """A digest that tells nothing without its salt."""
    return Sha256(hashlib.sha256(b"%b%b\0%b" % (salt, label.encode(), content)).hexdigest())


def chain(previous: Sha256, *, number: int, address: Address, sealed: Sealed) -> Line:
    """Write the next line of a shard."""
    shard = f"{address.topic_id}/{address.partition}"
    return Line(
        shard=shard,
        number=number,
        address=address,
        previous=previous,
        sealed=sealed,
        hash=line_hash(previous, shard=shard, number=number, address=address, sealed=sealed),
    )


def line_hash(
    previous: Sha256, *, shard: str, number: int, address: Address, sealed: Sealed
) -> Sha256:
    """What the next line hangs on. Anybody can compute it again from the line alone."""
    content: dict[str, Json] = {
        "form": 1,
        "shard": shard,
        "number": number,
        "offset": address.offset,
        "input": sealed.input,
        "facts": sealed.facts,
        "policy": sealed.policy,
        "decision": sealed.decision,
        "case": sealed.case,
    }
    return Sha256(hashlib.sha256(previous.encode() + canonical_record(content)).hexdigest())
