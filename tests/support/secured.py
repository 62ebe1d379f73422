"""A real Kafka that lets in by TLS and a password, and by a certificate, and knows rights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.embedded.apache import ApacheKafka
from infra.embedded.broker import settle_broker
from infra.embedded.ports import LOOPBACK, PortBook
from infra.embedded.supervisor import Supervisor
from streams.connection import Connection
from tests.support.authority import Authority
from tests.support.services import KAFKA_HEAP_MIB

OWNER: Final = "owner"
"""May do everything, whichever way it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredKafka:
    """`inside` is the broker's own way, open to the suite; the others are what clients see."""

    inside: Connection
    by_password: str
    by_certificate: str
    authority: Authority


@contextmanager
def running_secured_kafka(folder: Path, users: Mapping[str, str]) -> Iterator[SecuredKafka]:
    """One broker with three ways in. Who has no right by an ACL may do nothing, but inside."""
    plan = settle_broker(lambda _: None)
    assert plan.jars is not None
    ports = PortBook(file=folder / "ports.json").ports_for(
        "inside", "controller", "password", "certificate"
    )
    authority = Authority(folder / "authority")
    kafka = ApacheKafka(
        folder=folder / "kafka",
        log=folder / "kafka.log",
        jars=plan.jars,
        port=ports["inside"],
        controller_port=ports["controller"],
        heap_mib=KAFKA_HEAP_MIB,
        java=plan.java,
        more=_more(ports, authority),
        users=users,
    )
    with Supervisor([kafka.child()]) as supervisor:
        supervisor.start()
        yield SecuredKafka(
            inside=Connection(bootstrap=kafka.bootstrap),
            by_password=f"{LOOPBACK}:{ports['password']}",
            by_certificate=f"{LOOPBACK}:{ports['certificate']}",
            authority=authority,
        )


def _more(ports: Mapping[str, int], authority: Authority) -> dict[str, str]:
    listeners = {
        "PLAINTEXT": ports["inside"],
        "CONTROLLER": ports["controller"],
        "PASSWORD": ports["password"],
        "CERTIFICATE": ports["certificate"],
    }
    protocols = {
        "PLAINTEXT": "PLAINTEXT",
        "CONTROLLER": "PLAINTEXT",
        "PASSWORD": "SASL_SSL",
        "CERTIFICATE": "SSL",
    }
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return {
        "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in listeners.items()),
        "listener.security.protocol.map": ",".join(
            f"{name}:{protocol}" for name, protocol in protocols.items()
        ),
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.name.password.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.password.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.certificate.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(authority.keystore_for("broker")),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.ca),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{OWNER}",
    }
