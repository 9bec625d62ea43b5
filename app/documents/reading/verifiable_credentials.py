"""W3C Verifiable Credentials 2.0 and 1.1 about something that no other reader knows.

Such a credential has a type, an issuer and days; what it says of its holder is of no known shape and is not told.
"""

from app.documents.reading import values
from app.documents.reading.draft import Draft
from app.documents.reading.parts import Part
from app.documents.reading.result import ReadCredential
from app.domain.errors import UnreadableDocument

KNOWN = {
    **dict.fromkeys(
        ("proof", "credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence"),
        "Proofs, status and schemas are checked elsewhere, not read.",
    ),
    **dict.fromkeys(("validFrom", "issuanceDate"), "The document is valid from then; it is not the day of the award."),
    **dict.fromkeys(("@context", "id", "type", "@type", "description", "image", "url", "email"), ""),
}
"""Terms of the data model that no attribute is made of, with the reason where it is not plain."""

GENERAL = frozenset({"VerifiableCredential", "VerifiableAttestation"})


def read_credential(part: Part) -> list[ReadCredential]:
    """A credential named by its type, else by its own name, which issuers also use for the name of the holder."""
    for subject in part.many("credentialSubject"):
        subject.is_holder()
    draft = Draft(part, "verifiable_credential")
    special = [name for name in part.types if name not in GENERAL]
    if special:
        key = "type" if "type" in part.value else "@type"
        draft.put("title", special[-1], Part(part.value[key], f"{part.pointer}/{key}", part.ledger))
    else:
        draft.titles(part.one("name"))
    if "title" not in draft.given:
        raise UnreadableDocument("a credential of no special type", "a name, or a type that says what it is", "/type")
    issuer = part.one("issuer")
    if issuer is not None and issuer.names_holder:
        issuer.is_holder()
    elif issuer is not None and isinstance(issuer.value, dict):
        draft.put_text("issuer.name", issuer.describes().one("name", "legalName"))
    elif issuer is not None:
        issuer.not_understood("The issuer's address, which is not fetched, and no name.")
    if (until := part.one("validUntil", "expirationDate")) is not None:
        draft.put("expires_on", values.day(until), until, "It is no date.")
    return [draft.finish()]
