"""Our own answers as verifiable credentials: W3C VC Data Model 2.0, secured as a token (VC-JOSE-COSE 1.0, EdDSA).

What is signed is that this service gave this report on a moment, from a numbered state of its data. It says of nobody
that they hold the credential.
"""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey, import_key

from app.documents.json_text import MAX_BYTES, read_json
from app.domain.errors import UnopenedDocument, UnreadableQuestion
from app.domain.report import Report

CONTEXT_PATH = "/v1/contexts/recognition-report-1"
"""Where the words of our own are defined. A word that changes its meaning gets another number."""
DID_PATHS = ("/.well-known/did.json", "/did.json")
"""Where our key is, for an address without and with a path (did:web, section 2.5.2)."""
V2 = "https://www.w3.org/ns/credentials/v2"

DidMethod = Literal["web", "key"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_MEANING = (
    "What a recognition service knew, in one state of its data, of where a credential is recognised on a day. The "
    "credential is described as whoever asked described it, or as the catalogue does. Nothing here says that anybody "
    "holds it, or that a body named in it has decided."
)


class _Registry(jws.JWSRegistry):
    """Reports are longer than tokens usually are."""

    max_payload_length = MAX_BYTES


@dataclass(frozen=True)
class Signer:
    """A private key, and under which name it signs."""

    key: OKPKey
    public_url: str
    did: str
    method: str
    """Name of the key, a DID URL."""
    former: tuple[OKPKey, ...] = ()
    """Keys that signed earlier under the same name."""

    def __repr__(self) -> str:
        return f"Signer({self.method})"

    def after(self, former: OKPKey) -> "Signer":
        """The same, after another key that signed before it."""
        return replace(self, former=(*self.former, former))

    @property
    def did_document(self) -> dict[str, Any]:
        """What the DID stands for: its keys, for statements about others (DID Core 1.0 section 5).

        A key that signed earlier stays one for statements: taken away, what it signed could not be checked any more.
        """
        keys = {self.method: self.key} | {f"{self.did}#{key.thumbprint()}": key for key in self.former}
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": self.did,
            "verificationMethod": [
                {"id": method, "type": "JsonWebKey2020", "controller": self.did, "publicKeyJwk": _public(key)}
                for method, key in keys.items()
            ],
            "assertionMethod": list(keys),
        }

    def sign(self, report: Report, content: bytes, at: datetime) -> str:
        """A report as a signed token; ``content`` is its JSON.

        Raises UnreadableQuestion for a report that is too long for those who verify it, ourselves included.
        """
        payload = json.dumps(self.credential(report, content, at), ensure_ascii=False, separators=(",", ":")).encode()
        header = {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": self.method}
        try:
            read_json(payload, "the report")
            if len(payload) * 4 // 3 > MAX_BYTES - 1_000:
                raise UnopenedDocument("the report", f"{len(payload):,} bytes", "fewer")
        except UnopenedDocument as fault:
            text = f"Found {fault.found} in the report, too many for a signed one: ask about fewer places or purposes."
            raise UnreadableQuestion(text, "/jurisdictions") from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA is the name that verifiers know
            return jws.serialize_compact(header, payload, self.key, registry=_Registry(algorithms=["EdDSA"]))

    def credential(self, report: Report, content: bytes, at: datetime) -> dict[str, Any]:
        """The credential that is signed. It names no end: what was known on a day stays what was known then."""
        asked = report.credential
        subject: dict[str, Any] = {"type": "AskedCredential", "title": asked.credential.title}
        if asked.catalogue_id:
            subject = {"id": f"{self.public_url}/v1/credentials/{quote(asked.catalogue_id, safe='')}", **subject}
        told: dict[str, Any] = {
            "@context": [V2, f"{self.public_url}{CONTEXT_PATH}"],
            "type": ["VerifiableCredential", "RecognitionReport"],
            "issuer": self.did,
            "validFrom": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "name": f"Recognition report: {asked.credential.title}",
            "description": _MEANING,
            "credentialSubject": {
                **subject,
                "recognition": {
                    "type": "RecognitionAnswer",
                    "asOf": report.as_of.isoformat(),
                    "release": report.release.number,
                    "checksum": report.release.checksum,
                    "notice": report.notice,
                    "report": json.loads(content),
                },
            },
        }
        if report.permalink:
            told["id"] = report.permalink
        return told


def _public(key: OKPKey) -> dict[str, Any]:
    """The public parts of a key as a JWK, and nothing else of it."""
    return {name: value for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x")}


def signer_of(path: Path, public_url: str, method: DidMethod) -> Signer:
    """Who signs with the key in a file. Raises ValueError that says what was expected, and nothing of the file."""
    key, address = read_key(path), public_url.rstrip("/")
    if not address:
        raise ValueError("PUBLIC_URL to be set as well: signed reports name it")
    if method == "web":
        did = did_web_of(address)
        return Signer(key, address, did, f"{did}#{key.thumbprint()}")
    try:
        from openvc.multibase import encode_multibase
    except ModuleNotFoundError:
        raise ValueError("SIGNING_DID=web, as did:key comes with 'pip install passerelle[documents]'") from None
    spelled = encode_multibase(b"\xed\x01" + key.public_key.public_bytes_raw())
    return Signer(key, address, f"did:key:{spelled}", f"did:key:{spelled}#{spelled}")


def read_key(path: Path) -> OKPKey:
    """The private Ed25519 key in a file, as a JWK or in PEM. Raises ValueError, which tells nothing of its content."""
    expected = "a file with a private Ed25519 key, as a JWK or in PEM without a password"
    key = _read_key(path, expected)
    if not key.is_private:
        raise ValueError(expected)
    return key


def read_public_key(path: Path) -> OKPKey:
    """The Ed25519 key in a file, of which only the public part is needed. Raises ValueError as above."""
    return _read_key(path, "a file with an Ed25519 key, public or private, as a JWK or in PEM without a password")


def _read_key(path: Path, expected: str) -> OKPKey:
    try:
        content = path.read_bytes()
        key = import_key(json.loads(content)) if content.lstrip().startswith(b"{") else import_key(content, "OKP")
    except (OSError, ValueError, TypeError, KeyError, JoseError):
        raise ValueError(expected) from None
    if not isinstance(key, OKPKey) or key.as_dict().get("crv") != "Ed25519":
        raise ValueError(expected)
    return key


def did_web_of(address: str) -> str:
    """The did:web of an https address; raises ValueError for another.

    >>> did_web_of("https://recognition.example:8443/api")
    'did:web:recognition.example%3A8443:api'
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("PUBLIC_URL to begin with https://, which did:web needs; or SIGNING_DID=key")
    host = parts.hostname + (f"%3A{parts.port}" if parts.port else "")
    return ":".join(["did:web", host, *(quote(part, safe="-._") for part in parts.path.split("/") if part)])


def context_of(public_url: str) -> dict[str, Any]:
    """The JSON-LD context of our signed reports, with what each word means beside it."""
    here = f"{public_url.rstrip('/')}{CONTEXT_PATH}#"
    context: dict[str, Any] = {"@version": 1.1, "@protected": True}
    for word, (kind, _) in WORDS.items():
        context[word] = f"{here}{word}" if kind is None else {"@id": f"{here}{word}", "@type": kind}
    return {"@context": context, "words": {word: meaning for word, (_, meaning) in WORDS.items()}}


WORDS: Mapping[str, tuple[str | None, str]] = {
    "RecognitionReport": (None, "A credential by which a recognition service says what it answered."),
    "AskedCredential": (None, "A credential that was asked about. Nobody is said to hold it."),
    "RecognitionAnswer": (None, "What was answered."),
    "title": (f"{_XSD}string", "Title of the credential, as it was understood."),
    "recognition": ("@id", "The answer on where it is recognised."),
    "asOf": (f"{_XSD}date", "Day that was asked about."),
    "release": (f"{_XSD}integer", "Number of the state of the data that the answer rests on, at this service."),
    "checksum": (f"{_XSD}string", "SHA-256 of the content of that state, in hexadecimal digits."),
    "notice": (f"{_XSD}string", "What the answer is, and what it is not."),
    "report": ("@json", "The whole answer as JSON, in the shape of Report in /openapi.json."),
}
"""Our own words in a signed report: the kind of value (None for a class), and the meaning."""
