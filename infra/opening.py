"""Opens what commands and processes share: database, policy pack, cameras' folder, vault."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from handlers.policies.pack import SHIPPED, Files, pack_from, read_files
from infra.deployment import VAULT, Deployment
from infra.settings import Settings
from infra.signing import NAME
from infra.store.engine import make_engine
from infra.vault.disk import DiskVault
from streams.tracing import UNTRACED, Traces


def engine(deployment: Deployment, *, application: str, connections: int = 3) -> AsyncEngine:
    """Connections to PostgreSQL for one process and event loop."""
    return make_engine(
        deployment.database.get_secret_value(), application=application, connections=connections
    )


def policy_files(settings: Settings, name: str | None = None) -> tuple[Files, str]:
    """The files of the settings' pack, or of another one by name."""
    wanted = name or settings.policy
    return read_files(wanted, settings.policies or SHIPPED), wanted


def policy(settings: Settings, name: str | None = None) -> Policy:
    """The settings' pack, or another one by name; checked whole."""
    return pack_from(*policy_files(settings, name))


def cameras_folder(settings: Settings) -> Path:
    """Where `<camera>.toml` lies."""
    return settings.cameras or settings.data / "cameras"


def statement_key(settings: Settings) -> Path:
    """Where the key lies that signs daily statements."""
    return settings.statement_key or settings.data / "keys" / NAME


def vault(settings: Settings) -> DiskVault:
    """Where evidence lies, which also stands there while nothing runs."""
    return DiskVault(settings.data / VAULT, reserve_bytes=settings.vault_reserve_bytes)


def open_traces(settings: Settings, service: str) -> Traces:
    """Follows messages where the settings say whereto; else the library isn't even imported."""
    if settings.traces is None:
        return UNTRACED
    from infra.telemetry import OtelTraces, provider_for, telling  # noqa: PLC0415 - see above

    provider = provider_for(service, sample=settings.traces_sample)
    return OtelTraces(telling(provider, settings.traces))
