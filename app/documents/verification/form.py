"""Is a document built as its kind asks? Rules of the data models, written down here.

No installed package carries the JSON schemas of Open Badges 3.0 or CLR 2.0, and none is fetched. What is checked is
what these texts require of every document: W3C Verifiable Credentials Data Model 1.1 and 2.0, Open Badges 3.0
(section 4.2 and appendix B), Comprehensive Learner Record 2.0. For European Digital Credentials: the data model of
credentials and that the issuer has a legal name; the other rules of the ELM application profile are SHACL shapes,
which are not applied here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.documents.verification.asking import read_moment
from app.documents.verification.contexts import BASE
from app.documents.verification.members import values_of

V2, V1 = BASE

_OPEN_BADGES = ("https://purl.imsglobal.org/spec/ob/v3p0/", "https://purl.imsglobal.org/spec/clr/v2p0/")
_BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_KINDS = frozenset({*_BADGE_TYPES, "EndorsementCredential", "ClrCredential"})

_SUBJECTS = {"EndorsementCredential": "EndorsementSubject", "ClrCredential": "ClrSubject"}

_TYPES = {
    "achievement": "Achievement", "alignment": "Alignment", "address": "Address", "creator": "Profile",
    "endorsement": "EndorsementCredential", "evidence": "Evidence", "geo": "GeoCoordinates",
    "image": "Image", "issuer": "Profile", "otherIdentifier": "IdentifierEntry",
    "parentOrg": "Profile", "related": "Related", "result": "Result", "resultDescription": "ResultDescription",
    "rubricCriterionLevel": "RubricCriterionLevel", "source": "Profile", "association": "Association",
}  # fmt: skip
"""The type that the value of each member has in Open Badges 3.0 and CLR 2.0."""

_REQUIRED = {
    "Achievement": ("id", "criteria", "description", "name"),
    "Alignment": ("targetName", "targetUrl"),
    "IdentityObject": ("hashed", "identityHash", "identityType"),
    "IdentifierEntry": ("identifier", "identifierType"),
    "ResultDescription": ("id", "name", "resultType"),
    "RubricCriterionLevel": ("id", "name"),
    "Image": ("id",),
    "Profile": ("id",),
    "Related": ("id",),
}
"""What each of these must have besides its type."""

_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
_MOMENTS = ("validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate")

MAX_NAME = 2_000
"""Longest name of an issuer, in characters."""
MAX_FAULTS = 20
"""Most faults that are told of one document."""


def types_of(value: Any) -> tuple[str, ...]:
    """The types of an object, whether one or several are written."""
    found = value.get("type") if isinstance(value, Mapping) else None
    return tuple(item for item in (found if isinstance(found, list) else [found]) if isinstance(item, str))


def issuer_of(document: Mapping[str, Any]) -> str | None:
    """The address or DID of the issuer; None when there is none."""
    issuer = document.get("issuer")
    name = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return name if isinstance(name, str) and ":" in name and len(name) <= MAX_NAME else None


def check_form(document: Mapping[str, Any], claims: Mapping[str, Any]) -> list[str]:
    """Every fault in how a document is built, as sentences; none for one that is built as its kind asks."""
    faults: list[str] = []
    for fault in _faults(document, claims):
        faults.append(fault)
        if len(faults) == MAX_FAULTS:
            break
    return faults


def _faults(document: Mapping[str, Any], claims: Mapping[str, Any]) -> Iterator[str]:
    contexts = document.get("@context")
    names = contexts if isinstance(contexts, list) else [contexts]
    kinds = types_of(document)
    if names[0:1] not in ([V2], [V1]):
        yield f"/@context does not begin with {V2} or {V1}."
    if "VerifiableCredential" not in kinds:
        yield "/type does not name VerifiableCredential."
    if issuer_of(document) is None:
        yield "/issuer names nobody: it is neither an address nor an object with one as its id."
    if not isinstance(document.get("id", ""), str) or (document.get("id") and ":" not in document["id"]):
        yield "/id is no address."
    first = "issuanceDate" if V1 in names and V2 not in names else "validFrom"
    if first == "issuanceDate" and first not in document and "validFrom" not in document:
        yield "/issuanceDate is missing."
    for name in _MOMENTS:
        if name in document and read_moment(document[name]) is None:
            yield f"/{name} is no moment in the form 2024-01-31T12:00:00Z."
    subjects = document.get("credentialSubject")
    subjects = subjects if isinstance(subjects, list) else [subjects]
    if not subjects or not all(isinstance(subject, Mapping) and subject for subject in subjects):
        yield "/credentialSubject says nothing of anybody."
    for name in _TYPED:
        for n, item in enumerate(values_of(document.get(name))):
            if not types_of(item):
                yield f"/{name}/{n} has no type."
    yield from _claims_that_differ(document, claims)
    if any(str(name).startswith(_OPEN_BADGES) for name in names) or _KINDS & set(kinds):
        yield from _badge_faults(document, kinds, first)
    if "EuropeanDigitalCredential" in kinds:
        issuer = document.get("issuer")
        if not isinstance(issuer, Mapping) or not issuer.get("legalName"):
            yield "/issuer/legalName is missing."


def _badge_faults(document: Mapping[str, Any], kinds: tuple[str, ...], first: str) -> Iterator[str]:
    if not _KINDS & set(kinds):
        yield f"/type names none of {', '.join(sorted(_KINDS))}, though its context is that of Open Badges."
    if first not in document:
        yield f"/{first} is missing."
    wanted = next((subject for kind, subject in _SUBJECTS.items() if kind in kinds), "AchievementSubject")
    for subject in values_of(document.get("credentialSubject")):
        if isinstance(subject, Mapping):
            if wanted not in types_of(subject):
                yield f"/credentialSubject is not of the type {wanted}."
            if _BADGE_TYPES & set(kinds) and not isinstance(subject.get("achievement"), Mapping):
                yield "/credentialSubject/achievement is missing, or no object."
    for name in ("issuer", "credentialSubject", "evidence", "endorsement", "image"):
        yield from _typed(name, document.get(name), f"/{name}")


def _typed(name: str, value: Any, path: str) -> Iterator[str]:
    """Faults in the types of what a member holds, at any depth; credentials in it are documents of their own."""
    for n, item in enumerate(values_of(value)):
        here = f"{path}/{n}" if isinstance(value, list) else path
        wanted = "IdentityObject" if path == "/credentialSubject/identifier" else _TYPES.get(name)
        if not isinstance(item, Mapping):
            continue
        kinds = types_of(item)
        if wanted and wanted not in kinds and not (name == "issuer" and not kinds):
            yield f"{here} is of the type {', '.join(kinds)[:60] or 'none'}, not {wanted}."
        for member in _REQUIRED.get(wanted or "", ()):
            if member not in item:
                yield f"{here}/{member} is missing."
        if "VerifiableCredential" in kinds:
            continue
        for member, inner in item.items():
            if member != "verifiableCredential" and (isinstance(inner, list | Mapping) or member in _TYPES):
                yield from _typed(member, inner, f"{here}/{member[:100]}")


def _claims_that_differ(document: Mapping[str, Any], claims: Mapping[str, Any]) -> Iterator[str]:
    """Where a token says something else than the credential in it (VC Data Model 1.1 section 6.3.1)."""
    subject = document.get("credentialSubject")
    pairs = {
        "iss": issuer_of(document),
        "jti": document.get("id"),
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
    }
    for claim, said in pairs.items():
        if claim in claims and said is not None and claims[claim] != said:
            yield f"The token says {claim} and means another than the credential in it."
    for claim, members in {"nbf": ("issuanceDate", "validFrom"), "exp": ("expirationDate", "validUntil")}.items():
        moments = [read_moment(document[member]) for member in members if member in document]
        said_at = claims.get(claim)
        if said_at is not None and (isinstance(said_at, bool) or not isinstance(said_at, int | float)):
            yield f"The token says {claim} and gives no moment."
        elif said_at is not None and moments and not any(m and int(m.timestamp()) == int(said_at) for m in moments):
            yield f"The token says {claim} and means another moment than the credential in it."
