"""What somebody hands in to show a credential: opened, verified, read, and made ready to be asked about.

Documents are about people. Nothing of them is stored or logged, and what is told of them names their issuer and what
they describe, never their holder.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.documents.reading.detection import read_document
from app.documents.reading.result import DocumentFormat, ReadCredential, ReadDecision, ReadDocument, Unread
from app.domain.credential import Skill
from app.domain.described import described
from app.domain.errors import UnknownDocument, UnopenedDocument, UnreadableDocument
from app.domain.report import CatalogueMatch, Report
from app.domain.ruleset import RuleSet
from app.domain.verification import Fetched, FetchRecord, Verification
from app.services.fetching import MAX_SECONDS_TOGETHER, within
from app.services.verifying import Verified, verify_document

if TYPE_CHECKING:
    from app.documents.opening import Held
    from app.documents.verification.trust import TrustList

MAX_CREDENTIALS = 50
"""Most credentials in one document that are asked about."""

_HOLDER = "the holder"
"""What stands in the place of a holder's name for themselves."""


@described
@dataclass(frozen=True, kw_only=True)
class AnsweredCredential(ReadCredential):
    """A credential as a document describes it, and where it is recognised."""

    match: CatalogueMatch | None = None
    """The entry of the catalogue that it comes nearest to, and whether it was taken for it. Absent when there is
    none, or several fit alike."""
    report: Report | None = None
    """Where it is recognised. Absent where the document stands beside its report."""
    problem: str | None = None
    """Why nothing can be said of it."""


@described
@dataclass(frozen=True, kw_only=True)
class SignedDocument:
    """One document that was handed in, alone or with others: what it is, whether it is genuine, what it says."""

    where: str
    """Where it was found: the document itself, a place in a presentation or learner record, a file in an archive."""
    format: DocumentFormat | None = None
    """Format that it was read as."""
    version: str | None = None
    """Version of the format, as far as it tells."""
    recognised_by: str | None = None
    """What in it says so."""
    verification: Verification
    """Whether it is genuine, step by step."""
    credentials: tuple[AnsweredCredential, ...] = ()
    """Credentials that it describes."""
    decisions: tuple[ReadDecision, ...] = ()
    """Transfer values that it publishes. They are shown, and change no answer."""
    skills: tuple[Skill, ...] = ()
    """Skills of a framework, when it is one."""
    unknown: tuple[Unread, ...] = ()
    """Parts with terms or values that are not known to us."""
    set_aside: tuple[Unread, ...] = ()
    """Parts that are known and describe nothing that is asked of a credential."""
    withheld: tuple[str, ...] = ()
    """JSON pointers to what is, or may be, about the holder. What stands there is not told."""
    problem: str | None = None
    """Why it could not be read."""


@described
@dataclass(frozen=True, kw_only=True)
class DocumentAnswer:
    """What was handed in, and where each credential in it is recognised."""

    documents: tuple[SignedDocument, ...]
    """Every document that was found, in its order."""


@described
@dataclass(frozen=True, kw_only=True)
class DocumentReport(Report):
    """The answer to a question whose credential is shown by a document."""

    document: SignedDocument | None = None
    """The document: what it is, whether it is genuine, and how it was read. Absent where none was handed in."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """Something that is handed in: its content, or the address where it lies."""

    content: bytes | str | Mapping[str, Any] = b""
    address: str | None = None


Fetch = Callable[[str], Awaitable[Fetched]]


class Documents:
    """Takes in documents with what this process has for it: a client for other places, and lists of issuers."""

    def __init__(self, fetch: Fetch | None, trust: "Sequence[TrustList]" = ()) -> None:
        self._fetch = fetch
        self._trust = trust

    async def read(self, handed: Handed, rules: RuleSet, on: date) -> tuple[SignedDocument, ...]:
        """Every document in what is handed in, verified for a day and read; nothing of it is asked about yet.

        Of a signed one that cannot be read it is still told whether it is genuine. Raises UnopenedDocument for what
        cannot be opened; UnknownDocument or UnreadableDocument when nothing in it is signed or can be read;
        NotInstalled where the libraries for it are missing.
        """
        fetch = within(MAX_SECONDS_TOGETHER, self._fetch) if self._fetch else None
        content = handed.content if handed.address is None else await _content_at(handed.address, fetch)
        verified = await verify_document(content, on=on, fetch=fetch, trust=self._trust)
        documents: list[SignedDocument] = []
        faults: list[UnknownDocument | UnreadableDocument] = []
        for one in verified:
            told = without_holder(one)
            if one.held.fault is not None:
                documents.append(SignedDocument(where=one.held.where, verification=told, problem=str(one.held.fault)))
                continue
            try:
                read = await asyncio.to_thread(read_document, one.held.content, rules)
            except (UnknownDocument, UnreadableDocument) as fault:
                faults.append(fault)
                documents.append(SignedDocument(where=one.held.where, verification=told, problem=str(fault)))
            else:
                documents.append(_document(one.held.where, told, read))
        if len(faults) == len(documents) and not any(one.held.is_signed for one in verified):
            raise faults[0]
        count = sum(len(document.credentials) for document in documents)
        if count > MAX_CREDENTIALS:
            raise UnopenedDocument("the document", f"{count} credentials", f"at most {MAX_CREDENTIALS} at a time")
        return tuple(documents)


async def _content_at(address: str, fetch: Fetch | None) -> bytes:
    """What lies at an address. The address is not repeated: it may be that of somebody's badge."""
    if fetch is None:
        raise UnopenedDocument("the address", "that fetching is switched off", "the document itself", "/url")
    fetched = await fetch(address)
    if fetched.record.problem is not None:
        raise UnopenedDocument("the address", f"no document ({fetched.record.problem})", "a document there", "/url")
    return fetched.body


def _document(where: str, verification: Verification, read: ReadDocument) -> SignedDocument:
    return SignedDocument(
        where=where,
        format=read.format,
        version=read.version,
        recognised_by=read.recognised_by,
        verification=verification,
        credentials=tuple(
            AnsweredCredential(**{part.name: getattr(one, part.name) for part in fields(one)})
            for one in read.credentials
        ),
        decisions=read.decisions,
        skills=read.skills,
        unknown=read.unknown,
        set_aside=read.set_aside,
        withheld=read.withheld,
    )


def without_holder(verified: Verified) -> Verification:
    """A verification that does not repeat how the holder is called: people may issue credentials to themselves.

    What is told of a credential in a learner record may rest on that, so its holder counts too.
    """
    verification, held = verified.verification, verified.held
    ids = _holder_ids(held)
    while held.record is not None:
        held = held.record
        ids |= _holder_ids(held)
    names = sorted(ids, key=len, reverse=True)
    if not names:
        return verification

    def told(text: str) -> str:
        for name in names:
            text = text.replace(name, _HOLDER)
        return text

    def of(record: FetchRecord) -> FetchRecord:
        return record if verification.issuer not in names else replace(record, address=_HOLDER, redirected_to=None)

    return replace(
        verification,
        reason=told(verification.reason),
        issuer=None if verification.issuer is None else told(verification.issuer),
        steps=tuple(
            replace(step, reason=told(step.reason), details=tuple(told(text) for text in step.details))
            for step in verification.steps
        ),
        fetched=tuple(of(record) for record in verification.fetched),
    )


def _holder_ids(held: "Held") -> set[str]:
    subjects = held.content.get("credentialSubject")
    subjects = subjects if isinstance(subjects, list) else [subjects]
    ids = [subject.get("id") for subject in subjects if isinstance(subject, Mapping)]
    return {name for name in ids if isinstance(name, str) and name}
