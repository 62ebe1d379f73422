"""Every setting, read here and nowhere else: environment `OFFSITE_…`, else the default."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.security import Mechanism


class Settings(BaseSettings):
    """What a deployment may choose. Without `kafka` and `database` both are started embedded."""

    model_config = SettingsConfigDict(env_prefix="OFFSITE_", frozen=True, extra="ignore")

    data: Path = Path("offsite-data")
    """Folder of an embedded deployment: logs, journals, vault, spool, database, broker."""
    kafka: str | None = None
    """Bootstrap servers of your own Kafka, `host:port[,host:port …]`."""
    kafka_tls_ca: Path | None = None
    """Turns TLS on: who vouches for the brokers (PEM), or `system` for whom this machine trusts."""
    kafka_tls_cert: Path | None = None
    """Our own certificate, where brokers ask for one (PEM); `kafka_tls_key` is its key."""
    kafka_tls_key: Path | None = None
    kafka_sasl_mechanism: Mechanism | None = None
    """How we prove who we are; `kafka_sasl_user` and a password go with it."""
    kafka_sasl_user: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_sasl_password_file: Path | None = None
    """Holds the password instead of the environment; its last line end doesn't count."""
    database: SecretStr | None = None
    """DSN of your own PostgreSQL, `postgresql://user:secret@host/name?sslmode=verify-full`."""
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
    connections_limit: Annotated[int, Field(ge=1)] = 1000
    """More at once are answered 503, so that a flood of connections leaves the door standing."""
    events_per_second_per_key: Annotated[float, Field(gt=0)] = 5000.0
    batch_events: Annotated[int, Field(ge=1, le=5000)] = 2000
    spool_limit_bytes: Annotated[int, Field(ge=1024 * 1024)] = 256 * 1024 * 1024
    workers_safety: Annotated[int, Field(ge=1, le=64)] = 1
    workers_general: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes a lane, each with its own connections; more than it has partitions stand idle."""
    general_nice: Annotated[int, Field(ge=0, le=19)] = 10
    """How far general workers stand back for safety's, where both want the processor."""
    java_heap_mib: Annotated[int, Field(ge=256)] = 768
    statement_key: Path | None = None
    """Signs daily statements (Ed25519, PEM); `<data>/keys/statement.ed25519` when absent."""
    vault_reserve_bytes: Annotated[int, Field(ge=0)] = 512 * 1024 * 1024
    """Free space that evidence leaves to journals, spool and database on the same disk."""
    dead_letter_run_limit: Annotated[int, Field(ge=1)] = 1000
    """A lane that parks more messages in a row stops, until a person lets it go on."""
    dead_letter_ratio_limit: Annotated[float, Field(gt=0, le=1)] = 0.5
    """The same for a larger share of a worker's last 2,000 messages, once it has seen 500."""
    probe_every_s: Annotated[float, Field(ge=0)] = 60.0
    """A probe goes round each lane as often; 0: none does."""
    probe_within_s: Annotated[float, Field(gt=0)] = 10.0
    """One that needs longer is missed, and an alarm."""
    probe_door: Annotated[str, Field(pattern="^https?://")] | None = None
    """The front door that probes go through; the deployment's own when absent."""
    alarm_webhook: SecretStr | None = None
    """Where alarms are posted: one address, or several with blanks between."""
    alarm_secret: SecretStr | None = None
    """Signs what is posted there."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Where a worker, relay or lookout shows its metrics; 0: nowhere. `offsite up` chooses."""
    traces: str | None = None
    """Where spans go, by OTLP/HTTP: `http://collector:4318/v1/traces`. None are made without."""
    traces_sample: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of messages that are followed, where their sender has not chosen."""
