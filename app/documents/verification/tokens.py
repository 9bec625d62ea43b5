"""Signatures around a document: tokens (JWT, W3C VC-JOSE-COSE 1.0) and sealed JSON (JAdES, ETSI TS 119 182-1)."""

import base64
import binascii
import warnings
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jwk import import_key as import_jwk
from joserfc.registry import HeaderParameter

from app.documents.json_text import MAX_BYTES, read_json
from app.documents.opening import Held
from app.documents.verification.data_integrity import ProofFinding
from app.documents.verification.keys import Keys, NoKey, SigningKey, import_key
from app.domain.errors import UnopenedDocument

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures that are checked. Never "none", and never those with a shared secret."""

_RSA = ("RS256", "PS256")
_EC = ("ES256", "ES384")
_CURVES = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519", "Ed25519": "Ed25519"}


def _any(value: object) -> None:
    """A header parameter that is understood in so far as it is covered by the signature."""


class _Registry(jws.JWSRegistry):
    """Headers may be long: keys and chains of certificates stand in them."""

    max_header_length = 131_072
    max_payload_length = 2 * MAX_BYTES
    max_signature_length = 4_096


_REGISTRY = _Registry(
    header_registry={
        name: HeaderParameter(f"{name} (ETSI TS 119 182-1)", _any)
        for name in ("sigT", "adoTst", "sigPId", "srCms", "srAts", "sigPl", "x5t#o")
    },
    algorithms=ALGORITHMS,
    strict_check_header=False,
)


async def check_token(held: Held, issuer: str | None, keys: Keys) -> ProofFinding:
    """Check the signature of a token, with the key that its header names."""
    assert isinstance(held.token, str)
    header = _header(held.token.split(".")[0])
    fault = _unknown_algorithm(header)
    if fault:
        return fault
    if "x5c" in header and "kid" not in header:
        return _check_with_certificate(held, header)
    jwk, method = header.get("jwk"), header.get("kid")
    key = await keys.find(
        issuer,
        method=method if isinstance(method, str) and jwk is None else None,
        jwk=jwk if isinstance(jwk, Mapping) else None,
    )
    if key.jwk is None:
        return ProofFinding(result="could_not_be_checked", reason=key.reason, key=key)
    try:
        return _check_signature(held, str(header["alg"]), import_key(key.jwk), key)
    except NoKey as error:
        return ProofFinding(result="could_not_be_checked", reason=f"The signature: {error}.", key=key)


def check_seal(held: Held) -> list[ProofFinding]:
    """Check the signatures of sealed JSON with the certificates that stand in them."""
    assert isinstance(held.token, Mapping)
    signatures = held.token.get("signatures", [held.token])
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= 5:
        return [ProofFinding(result="failed", reason="Its signatures are not one to five objects.")]
    found = []
    for signature in signatures:
        protected = signature.get("protected") if isinstance(signature, Mapping) else None
        header = _header(protected) if isinstance(protected, str) else {}
        if "sigD" in header:
            reason = "It seals something that is not in it (sigD), which is not read."
            found.append(ProofFinding(result="could_not_be_checked", reason=reason))
        else:
            found.append(_unknown_algorithm(header) or _check_with_certificate(held, header, signature))
    return found


def _check_with_certificate(held: Held, header: Mapping[str, Any], signature: Any = None) -> ProofFinding:
    """Check with the certificate in the header. Who it is, and whether it is a qualified seal, is not judged."""
    chain = header.get("x5c")
    try:
        encoded = chain[0] if isinstance(chain, list) and chain else ""
        certificate = x509.load_der_x509_certificate(base64.b64decode(encoded, validate=True))
        named = certificate.subject.rfc4514_string()
        public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        loaded = import_jwk(public, "RSA" if header["alg"] in _RSA else "EC" if header["alg"] in _EC else "OKP")
        assert isinstance(loaded, RSAKey | ECKey | OKPKey)
    except (ValueError, TypeError, binascii.Error, JoseError, x509.InvalidVersion, KeyError):
        return ProofFinding(result="could_not_be_checked", reason="There is no certificate in it that can be read.")
    key = SigningKey(
        jwk=None,
        control="could_not_be_checked",
        reason="Whether the certificate is a qualified one of the issuer is not assessed; it says of itself: "
        f"{named[:300]}, valid {certificate.not_valid_before_utc.date()} to {certificate.not_valid_after_utc.date()}.",
    )
    return _check_signature(held, str(header["alg"]), loaded, key, signature)


def _check_signature(
    held: Held, algorithm: str, key: RSAKey | ECKey | OKPKey, whose: SigningKey, signature: Any = None
) -> ProofFinding:
    if key.key_type != ("RSA" if algorithm in _RSA else "EC" if algorithm in _EC else "OKP") or (
        algorithm in _CURVES and key.get("crv", _CURVES[algorithm]) != _CURVES[algorithm]
    ):
        return ProofFinding(result="failed", reason=f"Its key is not of the kind that {algorithm} takes.", key=whose)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA is an old name for Ed25519; badges use it
            if isinstance(held.token, str):
                payload = jws.deserialize_compact(held.token, key, registry=_REGISTRY).payload
            else:
                assert isinstance(held.token, Mapping)
                one: Any = {"payload": held.token["payload"], **{
                    name: signature[name] for name in ("protected", "header", "signature") if name in signature
                }}  # fmt: skip
                payload = jws.deserialize_json(one, key, registry=_REGISTRY).payload
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        reason = f"The signature ({algorithm}) does not hold: the document is not what was signed."
        return ProofFinding(result="failed", reason=reason, key=whose)
    if not isinstance(held.token, str) and _content(payload) != held.content:
        return ProofFinding(result="failed", reason="What was signed is not what is shown.", key=whose)
    return ProofFinding(result="passed", reason=f"The signature ({algorithm}) holds.", key=whose)


def _content(payload: bytes) -> Any:
    try:
        return read_json(payload, "the signed content")
    except UnopenedDocument:
        return None


def _header(part: str) -> Mapping[str, Any]:
    try:
        header = read_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), "the header")
    except (UnopenedDocument, ValueError, binascii.Error):
        return {}
    return header if isinstance(header, Mapping) else {}


def _unknown_algorithm(header: Mapping[str, Any]) -> ProofFinding | None:
    algorithm = header.get("alg")
    if algorithm in ALGORITHMS:
        return None
    if algorithm == "none" or str(algorithm).startswith("HS"):
        reason = f"It is signed with {str(algorithm)[:20]!r}, which proves nothing of an issuer."
        return ProofFinding(result="failed", reason=reason)
    reason = f"Signatures of the kind {str(algorithm)[:20]!r} are not checked, only {', '.join(ALGORITHMS)}."
    return ProofFinding(result="could_not_be_checked", reason=reason)
