"""Which lane, which key, which topic: what keeps related messages together and floods apart."""

from typing import Final

import pytest

from handlers.decisions.letters import Letter
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.disposition import CaseChanged, Change, DeadLetter, Disposition, ProbeReturned
from schemas.events import EventBody
from schemas.ids import CameraId
from schemas.lane import Lane
from schemas.values import replace
from schemas.workfile import Queue
from streams.topics import key_of, lane_of, topic_of, wanted_topics
from tests.support.builders import (
    BLOCKED_EXIT,
    NOON,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    a_case,
    a_digest,
    a_place,
    a_policy,
    a_probe,
    a_report,
    a_signal,
    a_site,
    an_address,
    an_event,
    an_observation,
)
from tests.support.clocks import a_page

IN_WORDS: Final = a_place(None, address="解放路边")
DANGER: Final = a_case(site=a_site(queue=Queue.ZERO_TOLERANCE))


@pytest.mark.parametrize(
    ("body", "registered", "lane"),
    [
        pytest.param(an_observation(matter=BLOCKED_EXIT), None, Lane.SAFETY, id="danger"),
        pytest.param(an_observation(matter=OPEN_MANHOLE), None, Lane.SAFETY, id="danger to mend"),
        pytest.param(an_observation(matter=STALL), None, Lane.GENERAL, id="a stall"),
        pytest.param(
            an_observation(matter=BLOCKED_EXIT), Lane.GENERAL, Lane.SAFETY,
            id="the safety table goes before the source",
        ),
        pytest.param(
            an_observation(matter=STALL), Lane.SAFETY, Lane.GENERAL,
            id="and a soft matter doesn't crowd the safety lane",
        ),
        pytest.param(
            an_observation(matter=UNLISTED), Lane.SAFETY, Lane.SAFETY,
            id="an unlisted matter travels as its source does",
        ),
        pytest.param(an_observation(matter=UNLISTED), None, Lane.GENERAL, id="nobody knows"),
        pytest.param(
            a_report(matter=None), Lane.SAFETY, Lane.SAFETY, id="a fire brigade's bare word"
        ),
        pytest.param(a_report(matter=None), None, Lane.GENERAL, id="a stranger's bare word"),
        pytest.param(a_report(matter=BLOCKED_EXIT), None, Lane.SAFETY, id="a stranger's danger"),
        pytest.param(
            an_observation(zone_kind=ZoneKind.FIRE_LANE), None, Lane.SAFETY,
            id="a stall on a fire lane",
        ),
        pytest.param(
            an_observation(zone_kind=ZoneKind.EXIT), None, Lane.SAFETY,
            id="a stall before an exit",
        ),
        pytest.param(
            a_report(dangers=[Danger.ESCAPE_ROUTE]), Lane.GENERAL, Lane.SAFETY,
            id="a stranger's word of a danger that always lifts",
        ),
        pytest.param(
            a_report(matter=None, dangers=[Danger.FIRE_LANE]), None, Lane.SAFETY,
            id="a danger without a matter",
        ),
        pytest.param(
            a_report(dangers=[Danger.SKIDDING]), None, Lane.GENERAL,
            id="a danger that doesn't lift this matter",
        ),
        pytest.param(
            a_report(matter=replace(UNLISTED, code="wellCoverAbnormal")), None, Lane.SAFETY,
            id="a danger by a vendor's name",
        ),
        pytest.param(
            a_report(matter=replace(UNLISTED, code="04-06")), Lane.SAFETY, Lane.GENERAL,
            id="a stall by its old code",
        ),
        pytest.param(a_signal(), Lane.SAFETY, Lane.SAFETY, id="a signal of a safety camera"),
        pytest.param(a_signal(), None, Lane.GENERAL, id="a signal of any camera"),
        pytest.param(a_probe(Lane.SAFETY), Lane.GENERAL, Lane.SAFETY, id="a probe, where it says"),
    ],
)  # fmt: skip
def test_a_message_travels_as_urgently_as_it_may_be(
    body: EventBody, registered: Lane | None, lane: Lane
) -> None:
    aliases = {"wellCoverAbnormal": OPEN_MANHOLE, "04-06": STALL}
    policy = replace(a_policy(), aliases=aliases)

    assert lane_of(an_event(body), policy=policy, registered=registered) is lane


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param(an_observation(), "place:jiefang-1", id="the place"),
        pytest.param(a_report(place=a_place()), "place:jiefang-1", id="whoever tells of it"),
        pytest.param(
            a_report(place=a_place(None, longitude=114.3051, latitude=30.5932)),
            "cell:114.305,30.593", id="a position's cell",
        ),
        pytest.param(
            a_report(place=a_place(), camera=CameraId("cam-09")), "place:jiefang-1",
            id="the place before the camera",
        ),
        pytest.param(an_observation(place=IN_WORDS), "camera:cam-07", id="else the camera"),
        pytest.param(
            a_report(place=IN_WORDS, camera=CameraId("cam-09")), "camera:cam-09",
            id="a report by way of a camera",
        ),
        pytest.param(a_report(camera=CameraId("cam-09")), "camera:cam-09", id="no place at all"),
        pytest.param(a_report(), "source:/hotline", id="else the source"),
        pytest.param(a_report(place=IN_WORDS), "source:/hotline", id="words tell no spot apart"),
        pytest.param(a_signal(), "camera:cam-07", id="a signal goes with its camera"),
        pytest.param(a_probe(Lane.SAFETY, 41), "probe:safety:41", id="a probe goes by its number"),
    ],
)  # fmt: skip
def test_related_messages_share_a_key(body: EventBody, key: str) -> None:
    assert key_of(an_event(body, source="/hotline")) == key


@pytest.mark.parametrize(
    ("letter", "topic"),
    [
        pytest.param(
            Disposition(
                id="x/1", case=a_case(), title_zh="摊", title_en="stall", reasons=(), evidence=()
            ),
            "disposition.soft",
            id="a soft task",
        ),
        pytest.param(
            Disposition(
                id="x/1", case=DANGER, title_zh="险", title_en="danger", reasons=(), evidence=()
            ),
            "disposition.zero-tolerance",
            id="a danger",
        ),
        pytest.param(
            CaseChanged(id="x/2", case=DANGER, change=Change.EXTENDED, reasons=(), evidence=()),
            "disposition.zero-tolerance",
            id="a change follows its case",
        ),
        pytest.param(
            DeadLetter(id="t/0/1", address=an_address(1), reason="no JSON", payload=a_digest()),
            "dead-letters",
            id="a dead letter",
        ),
        pytest.param(a_page(), "pages", id="a page"),
        pytest.param(
            ProbeReturned(
                id="t/0/1/probe",
                lane=Lane.SAFETY,
                number=1,
                sent_at=NOON,
                received_at=NOON,
                address=an_address(1),
            ),
            "probes",
            id="a probe",
        ),
    ],
)
def test_a_letter_leaves_to_its_queue(letter: Letter, topic: str) -> None:
    assert topic_of(letter) == topic


@pytest.mark.parametrize(
    ("replication", "in_sync"),
    [
        pytest.param(1, "1", id="one broker"),
        pytest.param(2, "1", id="two"),
        pytest.param(3, "2", id="three: one may fail"),
    ],
)
def test_one_broker_may_fail_where_there_are_enough(replication: int, in_sync: str) -> None:
    topics = wanted_topics(partitions=4, replication=replication)

    assert {topic.settings["min.insync.replicas"] for topic in topics} == {in_sync}
    assert {(topic.partitions, topic.replication) for topic in topics} == {(4, replication)}


def test_events_carry_the_brokers_time_and_nothing_but_probes_is_forgotten() -> None:
    topics = {topic.name: topic.settings for topic in wanted_topics(partitions=1, replication=1)}

    assert sorted(topics) == [
        "alarms",
        "dead-letters",
        "disposition.soft",
        "disposition.zero-tolerance",
        "events.general",
        "events.safety",
        "pages",
        "probes",
    ]
    for lane in ("events.general", "events.safety"):
        assert topics[lane]["message.timestamp.type"] == "LogAppendTime"
    forgotten = {name for name, settings in topics.items() if settings["retention.ms"] != "-1"}
    assert forgotten == {"probes"}
    assert {settings["unclean.leader.election.enable"] for settings in topics.values()} == {"false"}
