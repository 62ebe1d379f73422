"""The rights that `docs/examples/kafka-acls.sh` gives, given by the driver instead of by Java."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from streams.connection import Connection

SCRIPT: Final = Path(__file__).parents[2] / "docs" / "examples" / "kafka-acls.sh"
_LINE: Final = re.compile(
    r'^allow (\w+) +(\w+) +(topic|group|cluster) "?([\w.*-]+)"?$', re.MULTILINE
)
_SPELT: Final = {"DescribeConfigs": "DESCRIBE_CONFIGS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a principal may do to something."""

    principal: str
    operation: str
    kind: str
    name: str


def rights() -> Iterator[Right]:
    """Each line of the script."""
    for principal, operation, kind, name in _LINE.findall(SCRIPT.read_text("utf-8")):
        yield Right(principal=principal, operation=operation, kind=kind, name=name)


def give_rights(connection: Connection) -> None:
    """As the script would."""
    admin = KafkaAdminClient(**connection.driver_settings())
    admin.create_acls(
        [
            ACL(
                principal=f"User:{each.principal}",
                host="*",
                operation=ACLOperation[_SPELT.get(each.operation, each.operation.upper())],
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(ResourceType[each.kind.upper()], each.name),
            )
            for each in rights()
        ]
    )
    admin.close()
