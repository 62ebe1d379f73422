"""Fills a lane's topic with reports, as the front door would have laid them there."""

import random
from typing import Final

from kafka import KafkaProducer

from handlers.policies.pack import SHIPPED, pack_from, read_files
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.intake import addressed, structured
from tests.bench.reports import STALL, report

EVENTS_A_PLACE: Final = 10


def fill(bootstrap: str, *, messages: int, events_a_place: int = EVENTS_A_PLACE) -> None:
    """Soft reports, ten a place unless told otherwise: one opens a case, the others extend it."""
    dice, policy = random.Random(7), pack_from(read_files("base", SHIPPED), "base")
    places = [f"街道-{number}" for number in range(messages // events_a_place)]
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20, batch_size=256 * 1024
    )
    try:
        for number in range(messages):
            event = report(
                number,
                place=places[number] if events_a_place == 1 else dice.choice(places),
                matter=STALL,
                id_prefix="fill",
            )
            record = addressed(
                structured(write_event(event)), event, policy=policy, registered=Lane.GENERAL
            ).record
            producer.send(
                record.topic,
                value=record.value,
                key=record.key.encode(),
                headers=list(record.headers),
            )
        producer.flush(timeout=60)
    finally:
        producer.close(timeout=5)
