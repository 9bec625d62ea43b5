"""Tells who presents a bearer token of an OpenID Connect provider (RFC 9068, OpenID Connect Discovery 1.0)."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.domain.access import SCOPES, Caller, Provider, Scope, check_address
from app.domain.errors import IdentityProviderAway, NotAuthenticated

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a public key. Never `none`, and never a shared secret: a public key could be taken for one."""
LEEWAY_SECONDS = 30
"""How far clocks may be apart."""
REFETCH_SECONDS = 60
"""Keys are fetched at most this often, whatever tokens come."""
KEEP_SECONDS = 3600
"""Keys are fetched again after this time, so that withdrawn ones go."""
FETCH_SECONDS = 10
"""Longest time that callers wait for the provider."""
LARGEST_TOKEN = 8_192
LARGEST_DOCUMENT = 1_048_576
LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2."""


class IdentityProvider:
    """An OpenID Connect provider, with its keys as this process knows them."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._keys = KeySet([])
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def who(self, presented: str, address: str) -> Caller:
        """The holder of a token. Raises NotAuthenticated, or IdentityProviderAway when there are no keys yet."""
        claims = await self._verified(presented)
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.isprintable() or len(subject) > LONGEST_SUBJECT:
            raise _refused("names no holder")
        name = next((claims[k] for k in ("name", "preferred_username", "client_id") if claims.get(k)), subject)
        return Caller(
            id=f"oidc:{self._provider.issuer}#{subject}",
            name=str(name)[:200],
            scopes=_scopes(claims, self._provider),
            address=address,
        )

    async def _verified(self, presented: str) -> dict[str, Any]:
        if len(presented) > LARGEST_TOKEN or presented.count(".") != 2:
            raise _refused("is not one of the provider's tokens")
        if time.monotonic() - self._fetched > KEEP_SECONDS:
            await self._refetch()
        if not self._keys:
            raise IdentityProviderAway
        try:
            claims = await self._decoded(presented)
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise _refused("has expired") from None
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            # What is wrong helps only who forges one. The list is long because a forger chooses the bytes.
            raise _refused("is not one of the provider's tokens for this service") from None
        return claims

    async def _decoded(self, presented: str) -> dict[str, Any]:
        try:
            return jwt.decode(presented, self._keys, algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            await self._refetch()
            return jwt.decode(presented, self._keys, algorithms=ALGORITHMS).claims

    async def _refetch(self) -> None:
        """Fetch the keys, unless that was tried a short while ago; what is held stays when it fails."""
        async with self._lock:
            if time.monotonic() - self._tried < REFETCH_SECONDS:
                return
            self._tried = time.monotonic()
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    self._keys = await self._fetch_keys()
                self._fetched = time.monotonic()
            except (httpx.HTTPError, TimeoutError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                log.warning("could not fetch the keys of %s: %r", self._provider.issuer, error)

    async def _fetch_keys(self) -> KeySet:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client:
            address = self._provider.jwks_url
            if not address:
                found = await _read(client, f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found["issuer"] != self._provider.issuer:
                    raise ValueError(f"its document is that of another issuer, {found['issuer']!r}")
                address = check_address(found["jwks_uri"])
            found = await _read(client, address)
            # A shared secret has no place in a public document; nothing may be verified with one.
            return KeySet.import_key_set({"keys": [key for key in found["keys"] if key.get("kty") != "oct"]})


async def _read(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """A JSON document of bounded size."""
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"{address} answered {response.status_code}")
        text = bytearray()
        async for part in response.aiter_bytes():
            text += part
            if len(text) > LARGEST_DOCUMENT:
                raise ValueError(f"{address} is larger than {LARGEST_DOCUMENT} bytes")
    found = httpx.Response(200, content=bytes(text)).json()
    if not isinstance(found, dict):
        raise TypeError(f"{address} holds no object")
    return found


def _scopes(claims: Mapping[str, Any], provider: Provider) -> frozenset[Scope]:
    """What the token allows here; anything else in its claim is left aside."""
    told: Any = claims.get(provider.scopes_claim)
    if told is None:
        told = claims
        for part in provider.scopes_claim.split("."):
            told = told.get(part) if isinstance(told, dict) else None
    names = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
    known = provider.scopes or {scope: scope for scope in SCOPES}
    return frozenset(known[name] for name in names if isinstance(name, str) and name in known)


def _refused(why: str) -> NotAuthenticated:
    return NotAuthenticated(f"The token {why}.", presented=True)
