"""From the body of a request to a report with its permalink."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.dependencies import today
from app.api.metrics import count_outcomes
from app.api.schemas import LONGEST_PERMALINK, CredentialInDocument, Options, RecognitionRequest, permalink
from app.domain.errors import (
    UnknownDocument,
    UnknownReference,
    UnopenedDocument,
    UnreadableDocument,
    UnreadableQuestion,
)
from app.domain.report import CatalogueMatch, Report
from app.domain.ruleset import RuleSet
from app.domain.verification import Genuineness, genuineness_of
from app.services.documents import (
    AnsweredCredential,
    DocumentAnswer,
    DocumentReport,
    Documents,
    Handed,
    SignedDocument,
)
from app.services.lookup import look_up_matched
from app.services.matching import TOLD_SCORE

IN_QUESTION = "/credential/document"
"""Where a document stands in a question."""
EVERYWHERE = 60
"""As how many places the question counts that names none."""
MAX_ANSWERS = 300
"""Most credentials times places times bodies that are asked about at once for a document."""


async def report_on(
    body: RecognitionRequest, session: AsyncSession, rules: RuleSet, public_url: str, documents: Documents
) -> Report:
    """The answer to a question, with the address that gives it again. Raises the faults of ``look_up``.

    For a credential that a document shows, a DocumentReport; raises the faults of ``Documents.read`` too.
    """
    if isinstance(body.credential, CredentialInDocument):
        return await _report_on_document(body, body.credential, session, rules, public_url, documents)
    report, _ = await _report(body, session, rules, public_url)
    return report


async def _report(
    body: RecognitionRequest, session: AsyncSession, rules: RuleSet, public_url: str, told_from: float = 100
) -> tuple[Report, CatalogueMatch | None]:
    report, match = await look_up_matched(session, rules, body.question(), told_from=told_from)
    count_outcomes(report)
    link = permalink(public_url, body.pinned_text(report.as_of, report.release.number))
    return replace(report, permalink=link if len(link) <= LONGEST_PERMALINK else None), match


async def shown_credential(
    asked: CredentialInDocument, rules: RuleSet, on: date, documents: Documents
) -> tuple[SignedDocument, AnsweredCredential]:
    """The one credential that a document shows, and the document that it stands in, verified for a day.

    Raises the faults of ``Documents.read``, and UnreadableQuestion where there is none or several.
    """
    try:
        read = await documents.read(Handed(content=asked.document), rules, on)
    except (UnopenedDocument, UnknownDocument, UnreadableDocument) as fault:
        fault.pointer = IN_QUESTION
        raise
    found = [(document, credential) for document in read for credential in document.credentials]
    if len(found) != 1:
        problem = " ".join(document.problem for document in read if document.problem)
        text = f"Found {len(found)} credentials in the document, expected one; POST /v1/recognition/document takes any."
        text = f"{text} {problem}".rstrip()
        raise UnreadableQuestion(text, IN_QUESTION)
    return found[0]


async def _report_on_document(
    body: RecognitionRequest,
    asked: CredentialInDocument,
    session: AsyncSession,
    rules: RuleSet,
    public_url: str,
    documents: Documents,
) -> DocumentReport:
    document, credential = await shown_credential(asked, rules, body.as_of or today(), documents)
    answered = await _answered(document, credential, _options_of(body), session, rules, public_url)
    if answered.report is None:
        raise UnreadableQuestion(answered.problem or "The credential cannot be asked about.", IN_QUESTION)
    shown = replace(document, credentials=(replace(answered, report=None),))
    whole = {part.name: getattr(answered.report, part.name) for part in fields(answered.report)}
    return DocumentReport(**whole, document=shown)


async def answer_document(
    handed: Handed, options: Options, session: AsyncSession, rules: RuleSet, public_url: str, documents: Documents
) -> DocumentAnswer:
    """Every credential in what is handed in, and where each is recognised. Raises the faults of ``Documents.read``."""
    told = []
    read = await documents.read(handed, rules, options.as_of or today())
    _check_size(sum(len(document.credentials) for document in read), options)
    for document in read:
        answered = [
            await _answered(document, credential, _options_of(options), session, rules, public_url)
            for credential in document.credentials
        ]
        told.append(replace(document, credentials=tuple(answered)))
    return DocumentAnswer(documents=tuple(told))


def _check_size(credentials: int, options: Options) -> None:
    """One credential may be asked about everywhere; of several not all is told at once."""
    places = len(options.jurisdictions or ()) or EVERYWHERE
    bodies = len(options.recognisers or ()) or 1
    if credentials > 1 and credentials * places * bodies > MAX_ANSWERS:
        text = f"Found {credentials} credentials, expected fewer of them, or fewer jurisdictions and recognisers."
        raise UnreadableQuestion(text, "/jurisdictions")


def _options_of(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in Options.model_fields}


async def _answered(
    document: SignedDocument,
    credential: AnsweredCredential,
    options: dict[str, Any],
    session: AsyncSession,
    rules: RuleSet,
    public_url: str,
) -> AnsweredCredential:
    """A credential with its match and report, or with what keeps it from being asked about."""
    genuineness: Genuineness = genuineness_of(document.verification)
    body = RecognitionRequest.model_construct(credential=credential.credential, genuineness=genuineness, **options)
    try:
        report, match = await _report(body, session, rules, public_url, TOLD_SCORE)
    except (UnknownReference, UnreadableQuestion) as fault:
        if not fault.pointer.startswith("/credential"):  # what the caller asks, not what the document says
            raise
        return replace(credential, problem=str(fault))
    return replace(credential, match=match, report=report)
