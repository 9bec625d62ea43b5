"""What was understood of a document, and where it stands in it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain.credential import Credential, Issuer, Skill
from app.domain.credits import CreditAmount
from app.domain.described import described

DocumentFormat = Literal["open_badge", "clr", "elm", "ctdl", "verifiable_credential", "case"]

ATTRIBUTES = (
    "issuer.name", "issuer.country", "issuer.accredited_by", "level", "credit", "notional_hours", "assessed",
    "proctored", "identity_verified", "quality_assured_by", "kind", "delivery", "field", "skills", "language",
    "awarded_on", "expires_on", "identifiers",
)  # fmt: skip
"""What is looked for in every credential besides its title; what a document does not give is told."""


@described
@dataclass(frozen=True, kw_only=True)
class Found:
    """Where an attribute was read."""

    attribute: str
    """Name of the attribute of the credential: `level`, `issuer.name`."""
    pointer: str
    """JSON pointer (RFC 6901) to where it stands in the document."""
    written: str
    """What is written there."""


@described
@dataclass(frozen=True, kw_only=True)
class Unread:
    """A part of the document that no attribute was made of."""

    pointer: str
    """JSON pointer (RFC 6901) to it."""
    term: str
    """Name under which it stands."""
    written: str | None = None
    """What is written there; not told where it may be about the holder."""
    because: str
    """Why nothing was made of it."""


@described
@dataclass(frozen=True, kw_only=True)
class ReadCredential:
    """A credential as a document describes it."""

    credential: Credential
    """The credential. What the document does not say is absent."""
    pointer: str
    """JSON pointer to it."""
    found: tuple[Found, ...]
    """Where each attribute stands."""
    not_given: tuple[str, ...]
    """Attributes that were looked for and that the document does not give."""


@described
@dataclass(frozen=True, kw_only=True)
class ReadDecision:
    """A transfer value that a document publishes: what somebody gives for a credential."""

    title: str
    """Its name."""
    pointer: str
    """JSON pointer to it."""
    recogniser: Issuer
    """The body that gives it."""
    credentials: tuple[str, ...]
    """Titles, else addresses, of what it is given for."""
    credit: CreditAmount | None = None
    """The credit given, where the unit is one of ours."""
    statement: str | None = None
    """What it says, in its own words."""
    status: str | None = None
    """Status as the document names it."""
    valid_from: date | None = None
    """First day of it."""
    last_day: date | None = None
    """Last day of it."""
    url: str | None = None
    """Its public page."""
    found: tuple[Found, ...] = ()
    """Where each attribute stands."""


@described
@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A document as it was understood. Nothing of it is passed over: each part stands under one of these."""

    format: DocumentFormat
    """Format that it was read as."""
    version: str | None = None
    """Version of the format, as far as the document tells."""
    recognised_by: str
    """What in the document says so."""
    credentials: tuple[ReadCredential, ...] = ()
    """Credentials that it describes."""
    decisions: tuple[ReadDecision, ...] = ()
    """Transfer values that it publishes."""
    skills: tuple[Skill, ...] = ()
    """Skills of a framework, when it is one."""
    found: tuple[Found, ...] = ()
    """Where these skills stand."""
    unknown: tuple[Unread, ...] = ()
    """Parts with terms or values that are not known to us."""
    set_aside: tuple[Unread, ...] = ()
    """Parts that are known and describe nothing that is asked of a credential."""
    withheld: tuple[str, ...] = ()
    """JSON pointers to what is, or may be, about the holder. What stands there is not told."""
