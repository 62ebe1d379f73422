"""Salts are their own random bytes, however many are asked for."""

from handlers.ledger import SALT_BYTES
from infra.salting import fresh_salts


def test_each_salt_is_long_enough_and_handed_out_once() -> None:
    salts = fresh_salts()

    drawn = [salts() for _ in range(1000)] + [fresh_salts()()]

    assert {len(salt) for salt in drawn} == {SALT_BYTES}
    assert len(set(drawn)) == len(drawn)
