"""How long we wait for a child, and which broker a machine can have."""

from pathlib import Path

import pytest

from infra.embedded.broker import BrokerKind, Machine, choose_broker
from infra.embedded.supervisor import back_off_s
from schemas.errors import RefusedError

JARS = Path("/somewhere/libs")


@pytest.mark.parametrize(
    ("deaths", "expected"),
    [
        pytest.param(0, 0.5, id="never-died"),
        pytest.param(1, 0.5, id="first"),
        pytest.param(2, 1.0, id="second"),
        pytest.param(6, 16.0, id="last-below-the-limit"),
        pytest.param(7, 30.0, id="at-the-limit"),
        pytest.param(100_000, 30.0, id="for-weeks"),
    ],
)
def test_the_wait_doubles_up_to_half_a_minute(deaths, expected):
    assert back_off_s(deaths) == expected


@pytest.mark.parametrize(
    ("machine", "kind"),
    [
        pytest.param(
            Machine(java="java", java_version=17, maven="mvn"), BrokerKind.APACHE, id="maven"
        ),
        pytest.param(
            Machine(java="java", java_version=21, jars=JARS), BrokerKind.APACHE, id="jars-here"
        ),
        pytest.param(
            Machine(java="java", java_version=17, maven="mvn", has_memory_broker=True),
            BrokerKind.APACHE,
            id="both",
        ),
        pytest.param(
            Machine(java="java", java_version=11, jars=JARS, has_memory_broker=True),
            BrokerKind.MEMORY,
            id="old-java",
        ),
        pytest.param(
            Machine(java="java", java_version=17, has_memory_broker=True),
            BrokerKind.MEMORY,
            id="no-maven",
        ),
        pytest.param(Machine(maven="mvn", has_memory_broker=True), BrokerKind.MEMORY, id="no-java"),
        pytest.param(
            Machine(
                java="java",
                java_version=17,
                maven="mvn",
                maven_trouble="offline",
                has_memory_broker=True,
            ),
            BrokerKind.MEMORY,
            id="maven-failed",
        ),
    ],
)
def test_apache_is_chosen_wherever_it_can_be_had(machine, kind):
    plan = choose_broker(machine)

    assert plan.kind is kind
    assert plan.is_trial is (kind is BrokerKind.MEMORY)


def test_a_trial_says_that_events_are_lost_and_why():
    plan = choose_broker(Machine(java="java", java_version=11, has_memory_broker=True))

    assert "TRIAL" in plan.sentence
    assert "LOST" in plan.sentence
    assert "Java is 11" in plan.sentence


def test_maven_is_asked_only_when_the_jars_are_not_here():
    fresh = choose_broker(Machine(java="java", java_version=17, maven="mvn"))
    known = choose_broker(Machine(java="java", java_version=17, maven="mvn", jars=JARS))

    assert (fresh.maven, known.maven) == ("mvn", None)


def test_a_machine_that_can_have_no_broker_is_told_what_would_help():
    with pytest.raises(RefusedError, match="Install Java 17"):
        choose_broker(Machine())
