"""Every setting, read here and nowhere else: environment `OFFSITE_…`, else the default."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a deployment may choose. Without `kafka` and `database` both are started embedded."""

    model_config = SettingsConfigDict(env_prefix="OFFSITE_", frozen=True, extra="ignore")

    data: Path = Path("offsite-data")
    """Folder of an embedded deployment: logs, journals, vault, spool, database, broker."""
    kafka: str | None = None
    """Bootstrap servers of your own Kafka, `host:port[,host:port …]`."""
    database: SecretStr | None = None
    """DSN of your own PostgreSQL, `postgresql://user:secret@host/name`."""
    policy: str = "base"
    policies: Path | None = None
    """Folder of policy packs; the shipped ones when absent."""
    cameras: Path | None = None
    """Folder with `<camera>.toml`; `<data>/cameras` when absent."""
    partitions: Annotated[int, Field(ge=1, le=512)] = 4
    replication: Annotated[int, Field(ge=1, le=9)] = 1
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8420
    body_limit_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024)] = 1024 * 1024
    events_per_second_per_key: Annotated[float, Field(gt=0)] = 5000.0
    batch_events: Annotated[int, Field(ge=1, le=5000)] = 500
    spool_limit_bytes: Annotated[int, Field(ge=1024 * 1024)] = 256 * 1024 * 1024
    workers_safety: Annotated[int, Field(ge=1, le=64)] = 1
    workers_general: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes a lane, each with its own connections; more than it has partitions stand idle."""
    general_nice: Annotated[int, Field(ge=0, le=19)] = 10
    """How far general workers stand back for safety's, where both want the processor."""
    java_heap_mib: Annotated[int, Field(ge=256)] = 768
    vault_reserve_bytes: Annotated[int, Field(ge=0)] = 512 * 1024 * 1024
    """Free space that evidence leaves to journals, spool and database on the same disk."""
