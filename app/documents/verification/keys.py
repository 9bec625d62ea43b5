"""Which key signed, and whether it belongs to the issuer whom the document names.

A proof that holds says only that whoever has the key signed. That the key is the issuer's is said by a document which
the issuer alone controls: a DID, or its own web address (W3C Controlled Identifiers 1.0, section 3.3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jwk import import_key as import_jwk
from openvc.did.base import DidResolutionError, multikey_to_jwk
from openvc.did.did_jwk import DidJwkResolver
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import AsyncDidWebResolver
from openvc.errors import OpenvcError

from app.documents.verification.asking import Asking, NotFetched, shown
from app.documents.verification.members import values_of
from app.domain.verification import StepResult

PURPOSE = "assertionMethod"
"""What a key of an issuer is for: to say something of others."""

MAX_KEYS = 100
"""Most keys that are looked at in one document of an issuer."""

Jwk = Mapping[str, Any]


class NoKey(Exception):
    """A key that cannot be had or read; the text says why."""


@dataclass(frozen=True, kw_only=True)
class ListedKey:
    """A key in a document of an issuer."""

    id: str
    jwk: Jwk


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """The key that is named as the one that signed, and whether the issuer says that it is its own."""

    jwk: Jwk | None
    """The key; absent when it could not be had."""
    control: StepResult
    """Whether it belongs to the issuer."""
    reason: str
    """Why."""


def import_key(jwk: Jwk) -> RSAKey | ECKey | OKPKey:
    """A public key that can check signatures; raises NoKey for anything else, private keys included."""
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "x", "y", "n", "e")}
    try:
        key = import_jwk(public)
        if isinstance(key, RSAKey | ECKey | OKPKey) and key.public_key is not None:
            return key
    except (JoseError, ValueError, TypeError, KeyError, OverflowError):
        pass
    raise NoKey("the key cannot be read")


def key_in_fragment(method: str) -> Jwk | None:
    """The key that the name of a method itself spells out (Multikey), if it does: https://issuer.example/#z6Mk..."""
    fragment = method.rpartition("#")[2]
    try:
        return multikey_to_jwk(fragment) if fragment.startswith("z") else None
    except (OpenvcError, ValueError, TypeError):
        return None


class Keys:
    """Finds keys and asks issuers for theirs."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def find(self, issuer: str | None, *, method: str | None, jwk: Jwk | None = None) -> SigningKey:
        """The key named by a method (``verificationMethod``, ``kid``) or given with the signature, and whose it is."""
        base = issuer if method is None or ":" not in method.partition("#")[0] else method.partition("#")[0]
        if jwk is None and base is not None:
            try:
                listed = await self._listed(base)
            except NoKey as error:
                jwk = key_in_fragment(method or "")
                if jwk is None:
                    return SigningKey(jwk=None, control="could_not_be_checked", reason=_sentence(f"The key {error}"))
            else:
                jwk = next((key.jwk for key in listed if _same_name(key.id, method, base, len(listed))), None)
                if jwk is None:
                    spelled = key_in_fragment(method or "")
                    return SigningKey(
                        jwk=spelled,
                        control="failed",
                        reason=f"{shown(base)} does not list {shown(method or 'one key')} as its key.",
                    )
                if issuer == base:
                    return SigningKey(jwk=jwk, control="passed", reason=f"The key is one that {shown(issuer)} lists.")
                if issuer and _is_host(issuer) and base.startswith(f"{issuer.rstrip('/')}/.well-known/"):
                    # only who has the whole host can publish there (RFC 8615 section 3); elsewhere others may
                    return SigningKey(jwk=jwk, control="passed", reason=f"The key is published by {shown(issuer)}.")
        if jwk is None:
            return SigningKey(jwk=None, control="could_not_be_checked", reason="No key is named.")
        return await self._controlled(issuer, jwk)

    async def _controlled(self, issuer: str | None, jwk: Jwk) -> SigningKey:
        """Whether the issuer's own document lists this key, which another place gave us."""
        if issuer is None:
            return SigningKey(jwk=jwk, control="could_not_be_checked", reason="No issuer is named.")
        try:
            listed = await self._listed(issuer)
        except NoKey as error:
            reason = _sentence(f"Nothing ties the key to {shown(issuer)}: it {error}")
            return SigningKey(jwk=jwk, control="could_not_be_checked", reason=reason)
        if any(_same_key(key.jwk, jwk) for key in listed):
            return SigningKey(jwk=jwk, control="passed", reason=f"The key is one that {shown(issuer)} lists.")
        return SigningKey(jwk=jwk, control="failed", reason=f"The key is none that {shown(issuer)} lists.")

    async def _listed(self, name: str) -> list[ListedKey]:
        """The keys that a DID or a web address lists for statements about others; raises NoKey."""
        try:
            if name.startswith("did:key:"):
                return list(_keys_in(DidKeyResolver().resolve(name).raw, name))
            if name.startswith("did:jwk:"):
                return list(_keys_in(DidJwkResolver().resolve(name).raw, name))
            if name.startswith("did:web:"):
                document = (await AsyncDidWebResolver(self._asking.own_json).resolve(name)).raw
            elif name.startswith("https://"):
                document = await self._asking.own_json(name)
            else:
                kind = ":".join(name.split(":")[: 2 if name.startswith("did:") else 1])[:40]
                raise NoKey(f"cannot be looked up (names of the kind {kind!r} are not)")
        except NotFetched as error:
            raise NoKey(f"could not be looked up at {shown(name)}: {error}") from None
        except (DidResolutionError, OpenvcError, ValueError, TypeError) as error:
            raise NoKey(f"could not be looked up at {shown(name)}: its document is not one of it") from error
        listed = list(_keys_in(document, name))
        if not listed and isinstance(document, Mapping) and isinstance(document.get("jwks_uri"), str):
            try:
                listed = list(_keys_in(await self._asking.own_json(document["jwks_uri"]), name))
            except NotFetched as error:
                raise NoKey(f"could not be looked up at {shown(document['jwks_uri'])}: {error}") from None
        if not listed:
            raise NoKey(f"could not be looked up at {shown(name)}: what is there lists no keys")
        return listed


def _keys_in(document: Any, name: str) -> Iterator[ListedKey]:
    """The keys of a controlled identifier document (DIDs are such), of a JWK set, or a single JWK.

    Of the first kind only keys for the purpose count, where the document tells purposes at all.
    """
    if not isinstance(document, Mapping):
        return
    if isinstance(document.get("kty"), str):
        yield ListedKey(id=name, jwk=document)
    sets = [document, document.get("jwks")]
    for key in [key for keys in sets if isinstance(keys, Mapping) for key in values_of(keys.get("keys"))][:MAX_KEYS]:
        if isinstance(key, Mapping):
            yield ListedKey(id=str(key.get("kid", "")), jwk=key)
    allowed = document.get(PURPOSE)
    methods = [
        *values_of(document.get("verificationMethod")),
        *values_of(document.get("publicKey")),
        *values_of(allowed),
    ]
    names = {_absolute(item if isinstance(item, str) else item.get("id"), name) for item in values_of(allowed)
             if isinstance(item, str | Mapping)}  # fmt: skip
    for method in methods[:MAX_KEYS]:
        if isinstance(method, Mapping) and isinstance(method.get("id"), str):
            method_id, jwk = _absolute(method["id"], name), _jwk_of(method)
            if jwk is not None and (allowed is None or method_id in names):
                yield ListedKey(id=method_id, jwk=jwk)


def _jwk_of(method: Mapping[str, Any]) -> Jwk | None:
    if isinstance(method.get("publicKeyJwk"), Mapping):
        return dict(method["publicKeyJwk"])
    spelled = method.get("publicKeyMultibase")
    return key_in_fragment(f"#{spelled}") if isinstance(spelled, str) else None


def _absolute(method: Any, name: str) -> str:
    return f"{name}{method}" if isinstance(method, str) and method.startswith("#") else str(method)


def _same_name(listed: str, method: str | None, base: str, many: int) -> bool:
    """Whether a listed key is the one that is meant; without a name it must be the only one."""
    if method in (None, base):
        return many == 1 or listed == base
    return listed == _absolute(method, base) or f"{base}#{listed}" == method or listed == method


def _same_key(one: Jwk, other: Jwk) -> bool:
    try:
        return import_key(one).thumbprint() == import_key(other).thumbprint()
    except NoKey:
        return False


def _is_host(name: str) -> bool:
    """Whether a name is that of a whole host, and not of a page on it."""
    parts = urlsplit(name)
    return parts.scheme == "https" and parts.path in ("", "/") and not parts.query


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
