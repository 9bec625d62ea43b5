"""Issuers of an invented world: keys made for each run, badges signed by other code than that which checks them."""

import base64
import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from joserfc import jws
from joserfc.jwk import import_key
from openbadgeslib.ob3.contexts import bundled_contexts
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.multibase import encode_multibase
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from pyld import jsonld

from app.documents.verification.contexts import installed_contexts

SigningKey = Ed25519SigningKey | P256SigningKey | P384SigningKey

ED25519 = Ed25519SigningKey.generate("ed")
P256 = P256SigningKey.generate("p256")
P384 = P384SigningKey.generate("p384")

_CODES = {"EdDSA": b"\xed\x01", "ES256": b"\x80\x24", "ES384": b"\x81\x24"}

OB3 = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]

CLR2 = [OB3[0], "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB3[1]]


def multikey(key: SigningKey) -> str:
    return encode_multibase(_CODES[key.alg] + key.public_key_raw())


def did_key(key: SigningKey) -> str:
    return f"did:key:{multikey(key)}"


def method_of(key: SigningKey) -> str:
    return f"{did_key(key)}#{multikey(key)}"


def did_jwk(key: SigningKey) -> str:
    return "did:jwk:" + base64.urlsafe_b64encode(json.dumps(key.public_jwk()).encode()).rstrip(b"=").decode()


def a_badge(issuer: str = did_key(ED25519), **changes: Any) -> dict[str, Any]:
    """An Open Badges 3.0 credential with sound defaults."""
    badge = {
        "@context": OB3,
        "id": "https://issuer.example/badges/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "Apiary"},
        "validFrom": "2024-01-01T00:00:00Z",
        "name": "Beekeeping",
        "credentialSubject": {
            "id": "did:example:holder",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://issuer.example/achievements/bees",
                "type": ["Achievement"],
                "name": "Beekeeping",
                "description": "Keeps bees.",
                "criteria": {"narrative": "Kept bees for a year."},
            },
        },
    }
    return {name: value for name, value in {**badge, **changes}.items() if value is not None}


def a_record(*inside: Any, issuer: str = did_key(ED25519), **changes: Any) -> dict[str, Any]:
    """A Comprehensive Learner Record that holds these credentials."""
    record = {
        "@context": CLR2,
        "id": "https://issuer.example/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Transcript",
        "credentialSubject": {
            "id": "did:example:holder", "type": ["ClrSubject"], "verifiableCredential": list(inside),
        },
    }  # fmt: skip
    return a_badge(issuer, **{**record, **changes})


def signed(
    document: Mapping[str, Any], suite: str = "eddsa-rdfc-2022", key: SigningKey = ED25519, **proof: Any
) -> dict[str, Any]:
    """A document with a proof in it."""
    method = proof.pop("verificationMethod", method_of(key))
    is_graph = suite.endswith(("rdfc-2022", "rdfc-2019"))
    if is_graph and "ClrCredential" not in document["type"]:  # of a record the library knows no compact form
        maker = DataIntegrityProofSuite() if suite.startswith("eddsa") else EcdsaRdfcProofSuite()
        purpose = proof.pop("proofPurpose", "assertionMethod")
        assert not proof
        return maker.add_proof(
            copy.deepcopy(dict(document)), signing_key=key, verification_method=method, proof_purpose=purpose,
            extra_contexts=bundled_contexts(),
        )  # fmt: skip
    made = {
        "type": "DataIntegrityProof", "cryptosuite": suite, "created": "2024-01-01T00:00:00Z",
        "verificationMethod": method, "proofPurpose": "assertionMethod", "@context": document["@context"], **proof,
    }  # fmt: skip
    digest = hashlib.sha384 if key is P384 else hashlib.sha256
    form = _graph if is_graph else rfc8785.dumps
    data = digest(form(made)).digest() + digest(form(dict(document))).digest()
    return {**document, "proof": {**made, "proofValue": encode_multibase(key.sign(data))}}


def _graph(document: Any) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": installed_contexts()}
    return str(jsonld.normalize(document, options)).encode()


def token(payload: Mapping[str, Any], key: Any, algorithm: str, **header: Any) -> str:
    """A compact token."""
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = 1_000_000
    return jws.serialize_compact(
        {"alg": algorithm, "typ": "JWT", **header}, json.dumps(payload), key, registry=registry
    )


def private(key: SigningKey) -> Any:
    """The private key, as the token library takes it."""
    inner = vars(key)
    found = next(value for value in inner.values() if hasattr(value, "private_bytes"))
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return import_key(pem, "OKP" if key.alg == "EdDSA" else "EC")
