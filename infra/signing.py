"""Signs statements, and tells whose signature it is: Ed25519, one key a deployment.

<data>/keys/statement.ed25519       ours alone
<data>/keys/statement.ed25519.pub   for everybody who checks
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import Sha256
from schemas.wire.canonical import canonical_bytes
from streams.durable import write_whole

NAME: Final = "statement.ed25519"
_PEM: Final = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a file of a statement holds, its signature checked."""

    content: bytes
    key: Sha256


class SigningKey:
    """Ours. Never printed, never logged."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private: Final = private

    @property
    def id(self) -> Sha256:
        """By which a statement names it: the digest of its public half."""
        return _key_id(self._private.public_key())

    def sign(self, content: bytes) -> bytes:
        """The file of a statement: what it says, the signature over that, and the public key.

        `content` is canonical, so whoever spells the statement canonically has what was signed.
        """
        public = self._private.public_key()
        return canonical_bytes(
            {
                "statement": json.loads(content),
                "signature": _text(self._private.sign(content)),
                "public_key": _text(_raw(public)),
            }
        )


def make_key(path: Path) -> None:
    """Make a key where there is none; the public half beside it. May be repeated."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(
        _PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_whole(_public(path), public)
    _public(path).chmod(0o644)
    spelt = private.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(path, spelt)


def read_key(path: Path) -> SigningKey:
    """Take up our key.

    Raises:
        RefusedError: there is none, or others may read it.
        InvalidValueError: the file holds no such key.
    """
    try:
        others = path.stat().st_mode & 0o077
        content = path.read_bytes()
    except OSError as error:
        raise RefusedError(
            f"the key of statements {path} can't be read ({error.strerror}): `offsite up` makes "
            "one, or name yours with OFFSITE_STATEMENT_KEY"
        ) from error
    if others:
        raise RefusedError(f"the key of statements {path} may be read by others: chmod 600 it")
    try:
        private = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_key(path)
    return SigningKey(private)


def open_signed(file: bytes, *, public: Path | None = None) -> Signed:
    """Check the signature of a file, by the key in it, or by one that one has of old.

    Raises:
        InvalidValueError: no such file, or another signature; says which.
    """
    said = _said(file)
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(said["public_key"]))
        signature = _bytes(said["signature"])
        content = canonical_bytes(said["statement"])
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidValueError(
            field="file", expected="statement, signature and public_key", got=repr(error)
        ) from error
    if public is not None and _key_id(key) != _key_id(_read_public(public)):
        raise InvalidValueError(
            field="public_key", expected=f"the key of {public}", got=f"key {_key_id(key)}"
        )
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise InvalidValueError(
            field="signature", expected=f"that of key {_key_id(key)} over this text", got="another"
        ) from error
    return Signed(content=content, key=_key_id(key))


def _said(file: bytes) -> dict[str, Any]:
    try:
        said = json.loads(file)
        is_ours = isinstance(said, dict) and canonical_bytes(said) == file
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(field="file", expected="JSON", got=str(error)) from error
    if not is_ours or set(said) != {"statement", "signature", "public_key"}:
        raise InvalidValueError(
            field="file",
            expected="statement, signature and public_key in their canonical spelling",
            got="another spelling, or other fields",
        )
    return dict(said)


def _read_public(path: Path) -> Ed25519PublicKey:
    try:
        public = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise RefusedError(f"the key {path} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise _no_key(path) from error
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(path)
    return public


def _public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _no_key(path: Path) -> InvalidValueError:
    return InvalidValueError(
        field=str(path), expected="an Ed25519 key in PEM", got="something else"
    )


def _key_id(public: Ed25519PublicKey) -> Sha256:
    return Sha256(hashlib.sha256(_raw(public)).hexdigest())


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
