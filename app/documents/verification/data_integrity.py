"""Proofs inside a document (W3C Verifiable Credential Data Integrity 1.0, EdDSA and ECDSA Cryptosuites 1.0).

One calculation serves all suites: the hash of the proof without its value, followed by the hash of the document
without its proof, is what was signed. The suites differ in the form that is hashed and in the kind of key.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from openvc.multibase import MultibaseError, decode_multibase

from app.documents.verification.asking import read_moment
from app.documents.verification.canonical import (
    NotAsSigned,
    NotCanonical,
    canonical_graph,
    canonical_json,
    check_form,
)
from app.documents.verification.contexts import MOVING, Contexts, UnknownContext
from app.documents.verification.keys import PURPOSE, Jwk, Keys, NoKey, SigningKey, import_key
from app.documents.verification.members import values_of
from app.domain.verification import StepResult

MAX_PROOFS = 10
"""Most proofs of one document."""


@dataclass(frozen=True)
class Suite:
    """How a kind of proof is calculated."""

    graph: bool
    """Whether the graph is signed (RDFC-1.0) rather than the JSON (JCS)."""
    curves: tuple[str, ...]
    """The curves that its keys may have."""


SUITES = {
    "eddsa-rdfc-2022": Suite(graph=True, curves=("Ed25519",)),
    "eddsa-jcs-2022": Suite(graph=False, curves=("Ed25519",)),
    "ecdsa-rdfc-2019": Suite(graph=True, curves=("P-256", "P-384")),
    "ecdsa-jcs-2019": Suite(graph=False, curves=("P-256", "P-384")),
    "Ed25519Signature2020": Suite(graph=True, curves=("Ed25519",)),
}

_HASHES: dict[str, Callable[[bytes], Any]] = {
    "Ed25519": hashlib.sha256, "P-256": hashlib.sha256, "P-384": hashlib.sha384,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ProofFinding:
    """What was found of one proof."""

    result: StepResult
    reason: str
    key: SigningKey | None = None
    """Its key, where it was looked for."""


async def check_proofs(
    document: Mapping[str, Any], *, issuer: str | None, on: date, keys: Keys, contexts: Contexts
) -> list[ProofFinding]:
    """Check every proof of a document: sets, and chains in which a proof covers earlier ones (section 2.1)."""
    proofs = document.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    if len(proofs) > MAX_PROOFS:
        return [ProofFinding(result="could_not_be_checked", reason=f"It has more than {MAX_PROOFS} proofs.")]
    return [await _check(document, proof, proofs, issuer, on, keys, contexts) for proof in proofs]


def signs_graph(document: Mapping[str, Any]) -> bool:
    """Whether a proof in a document covers its graph, in which a thing has one description wherever that is written."""
    kinds = [_kind_of(proof) for proof in values_of(document.get("proof")) if isinstance(proof, Mapping)]
    return any(SUITES[kind].graph for kind in kinds if isinstance(kind, str) and kind in SUITES)


def _kind_of(proof: Mapping[str, Any]) -> Any:
    return proof.get("cryptosuite") if proof.get("type") == "DataIntegrityProof" else proof.get("type")


async def _check(
    document: Mapping[str, Any], proof: Any, proofs: list[Any], issuer: str | None, on: date, keys: Keys,
    contexts: Contexts,
) -> ProofFinding:  # fmt: skip
    if not isinstance(proof, Mapping):
        return ProofFinding(result="failed", reason="Its proof is no object.")
    name = _kind_of(proof)
    if not isinstance(name, str) or name not in SUITES:
        known = ", ".join(SUITES)
        return ProofFinding(
            result="could_not_be_checked", reason=f"Proofs of the kind {str(name)[:60]!r} are not known, only {known}."
        )
    fault = _built_wrongly(proof, on)
    if fault:
        return ProofFinding(result="failed", reason=fault)
    key = await keys.find(issuer, method=proof["verificationMethod"])
    if key.jwk is None:
        return ProofFinding(result="could_not_be_checked", reason=key.reason, key=key)
    try:
        covered = _with_earlier_proofs(document, proof, proofs)
        await asyncio.to_thread(_verify, SUITES[name], covered, proof, key.jwk, contexts)
    except UnknownContext as error:
        reason = f"The context {error.name!r} is none of those kept here, and none is fetched."
        return ProofFinding(result="could_not_be_checked", reason=reason, key=key)
    except (NotCanonical, NoKey) as error:
        return ProofFinding(result="could_not_be_checked", reason=f"The {name} proof: {error}", key=key)
    except NotAsSigned as error:
        return ProofFinding(result="failed", reason=str(error), key=key)
    except InvalidSignature:
        moving = sorted(MOVING & set(map(str, values_of(document.get("@context"))))) if SUITES[name].graph else []
        if moving:
            reason = (
                f"The {name} proof does not hold with the content of {moving[0]} kept here; that has changed over time."
            )
            return ProofFinding(result="could_not_be_checked", reason=reason, key=key)
        reason = f"The {name} proof does not hold: the document is not what was signed."
        return ProofFinding(result="failed", reason=reason, key=key)
    return ProofFinding(result="passed", reason=f"The {name} proof holds.", key=key)


def _built_wrongly(proof: Mapping[str, Any], on: date) -> str | None:
    """What is wrong with a proof before any calculation."""
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or ":" not in method:
        return "The verificationMethod of its proof is no address of a key."
    if proof.get("proofPurpose") != PURPOSE:
        return f"Its proof was made for {str(proof.get('proofPurpose'))[:40]!r}, not as a statement ({PURPOSE})."
    for member in ("created", "expires"):
        if member in proof and read_moment(proof[member]) is None:
            return f"The member {member} of its proof is no moment."
    expires = read_moment(proof.get("expires"))
    if expires is not None and expires <= datetime.combine(on, time(), UTC):
        return f"Its proof ran out on {expires.date()}."
    return None


def _with_earlier_proofs(document: Mapping[str, Any], proof: Mapping[str, Any], proofs: list[Any]) -> dict[str, Any]:
    """What a proof covers: the document without proofs, and those earlier ones that it names (section 4.5)."""
    covered = {name: value for name, value in document.items() if name != "proof"}
    earlier = values_of(proof.get("previousProof"))
    if earlier:
        found = [other for other in proofs if isinstance(other, Mapping) and other.get("id") in earlier]
        if len(found) != len(earlier) or proof in found:
            raise InvalidSignature
        covered["proof"] = found
    return covered


def _verify(suite: Suite, covered: Mapping[str, Any], proof: Mapping[str, Any], jwk: Jwk, contexts: Contexts) -> None:
    """Raises InvalidSignature, NotAsSigned, NotCanonical, UnknownContext or NoKey unless the proof holds."""
    curve = jwk.get("crv")
    if curve not in suite.curves:
        raise NoKey(f"its key is of the kind {str(curve or jwk.get('kty'))[:20]!r}, not {' or '.join(suite.curves)}.")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    covered = dict(covered)
    if suite.graph:
        options["@context"] = covered.get("@context")
        parts = [canonical_graph(options, contexts), canonical_graph(covered, contexts)]
    else:
        own = values_of(options.get("@context"))
        if own:  # EdDSA Cryptosuites section 3.3.2: a beginning of the document's contexts
            if values_of(covered.get("@context"))[: len(own)] != own:
                raise InvalidSignature
            covered["@context"] = options["@context"]
        parts = [canonical_json(options), canonical_json(covered)]
    hashed = b"".join(_HASHES[curve](part).digest() for part in parts)
    _verify_signature(import_key(jwk).public_key, _signature_in(proof), hashed)
    if suite.graph:
        check_form({name: value for name, value in covered.items() if name != "proof"}, contexts)
        check_form(options, contexts)


def _signature_in(proof: Mapping[str, Any]) -> bytes:
    value = proof.get("proofValue")
    try:
        return decode_multibase(value) if isinstance(value, str) else b""
    except (MultibaseError, ValueError):
        raise InvalidSignature from None


def _verify_signature(key: Any, signature: bytes, data: bytes) -> None:
    if isinstance(key, Ed25519PublicKey):
        key.verify(signature, data)
    elif isinstance(key, EllipticCurvePublicKey):
        size = (key.curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        key.verify(encode_dss_signature(r, s), data, ECDSA(hashes.SHA384() if size == 48 else hashes.SHA256()))
    else:
        raise NoKey("its key is of another kind.")
