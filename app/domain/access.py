"""Who may do what: callers, what they are allowed to do, and the keys by which they are known."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

from app.domain.described import described
from app.domain.errors import unknown
from app.domain.validity import Dated

Scope = Literal["read", "import", "release", "keys", "audit"]
"""What a caller may do: read where reading is closed; import catalogues and data; make and switch releases; make and
revoke keys; read the audit log."""
SCOPES: tuple[Scope, ...] = get_args(Scope)

LONGEST_NAME = 200

PREFIX = "passerelle"
_TOKEN = re.compile(rf"{PREFIX}_(?P<id>[0-9a-f]{{12}})_[0-9a-f]{{64}}")
_SECRETS = re.compile(rf"{PREFIX}_[0-9A-Za-z]{{1,12}}_[0-9A-Za-z]+|\beyJ[\w-]+\.[\w-]*(?:\.[\w-]*)*")


def read_scope(name: str) -> Scope:
    """The scope of this name. Raises UnknownReference."""
    for scope in SCOPES:
        if scope == name:
            return scope
    raise unknown("scope", name, SCOPES)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who acts, once it is known who that is."""

    id: str
    """Id of the key, or issuer and subject of the token; `command-line` for commands."""
    name: str
    """What people call them."""
    scopes: frozenset[Scope]
    """What they may do."""
    address: str
    """Network address that they act from."""


@described
@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as it is listed: everything but the secret, which nobody can read again."""

    id: str
    """Public part of the key, by which it is found and revoked."""
    name: str
    """Whose key it is, or what for."""
    scopes: tuple[Scope, ...]
    """What its holder may do."""
    created_at: datetime
    """When it was made."""
    created_by: str
    """Who made it."""
    expires_on: date | None = None
    """First day (UTC) on which it no longer works. Absent: it works until it is revoked."""
    last_used_at: datetime | None = None
    """When it was last used, to a minute. Absent: never."""
    revoked_at: datetime | None = None
    """When it was revoked. Absent: it was not."""

    def has_expired(self, day: date) -> bool:
        """Say whether its time is over on this day."""
        return Dated(valid_to=self.expires_on).ended_by(day)


def token(key_id: str, secret: bytes) -> str:
    """A key as its holder keeps it: a word by which scanners for leaked secrets know it, its id, its secret."""
    return f"{PREFIX}_{key_id}_{secret.hex()}"


def id_in(presented: str) -> str | None:
    """The id in what somebody presents as a key, or None when it is no key.

    >>> id_in("passerelle_" + "0" * 12 + "_" + "f" * 64)
    '000000000000'
    """
    found = _TOKEN.fullmatch(presented)
    return found["id"] if found else None


def digest(presented: str) -> str:
    """What is stored of a key.

    SHA-256 and no slow hash: slow hashes protect passwords, which can be guessed. A secret of 256 random bits cannot,
    however fast the guessing, and a slow hash would let anybody keep our processors busy by presenting nonsense.
    """
    return hashlib.sha256(presented.encode()).hexdigest()


def is_digest_of(stored: str, presented: str) -> bool:
    """Whether a presented key is the stored one, in a time that does not tell how nearly it is."""
    return hmac.compare_digest(stored, digest(presented))


def without_secrets(text: str) -> str:
    """A text with keys and tokens struck out, whole or in part.

    >>> without_secrets("DELETE /v1/admin/keys/passerelle_0123456789ab_" + "f" * 64)
    'DELETE /v1/admin/keys/[secret]'
    """
    return _SECRETS.sub("[secret]", text)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """What has to be known of a provider."""

    issuer: str
    audience: str
    jwks_url: str = ""
    """Where its keys are; empty: as its discovery document says."""
    scopes_claim: str = "scope"
    """Claim that says what the holder may do; dots lead into objects."""
    scopes: Mapping[str, Scope]
    """What each of its scopes allows here."""


def check_address(address: str) -> str:
    """The address, when keys may be fetched from it: https, or this machine for trying things out."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return address
    if parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return address
    raise ValueError(f"found {address!r}, expected an address that begins with https://")
