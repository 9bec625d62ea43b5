"""A report in the form that the caller wants: JSON, a page, a PDF, or signed as a verifiable credential."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response

from app.api.dependencies import today
from app.api.negotiation import HTML, PDF, VC, Form, wanted_form
from app.api.problems import Problem
from app.api.responses import BY_ACCEPT, answer, as_json, page_headers, private, tagged, unkept
from app.api.schemas import Options
from app.documents.printed.page import policy
from app.documents.signed_reports import Signer
from app.domain.errors import NotConfigured, UnreadableQuestion
from app.domain.report import Report
from app.domain.ruleset import RuleSet
from app.services.documents import DocumentAnswer, DocumentReport
from app.services.printing import Printer

FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            HTML: {
                "schema": {"type": "string", "description": "One page to print or keep, with all sources."},
                "example": '<!DOCTYPE html><html lang="en">...<h1>Recognition report: ...</h1>...',
            },
            PDF: {"schema": {"type": "string", "format": "binary", "description": "The same as a tagged PDF."}},
            VC: {
                "schema": {
                    "type": "string",
                    "description": "A W3C verifiable credential (VC 2.0) as a signed token, where the operator set a "
                    "key up. It says what was answered, and of nobody that they hold the credential.",
                },
                "example": "eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCIsImN0eSI6InZjIiwia2lkIjoiLi4uIn0.eyJAY29u...",
            },
        }
    },
    406: {"model": Problem, "description": "Signed reports are asked for, and no key is set up for them."},
    501: {"model": Problem, "description": "This installation was made without what is asked for (documents, PDF)."},
}
"""What addresses that give reports answer besides JSON."""


def form_of(request: Request, given: Form | None) -> Form:
    """The form that a request asks for. Raises NotConfigured where that cannot be had at all."""
    accept = request.headers.get("accept", "")
    form = wanted_form(accept, given)
    if form != "vc" or request.app.state.signer is not None:
        return form
    if given is None and any(kind in accept for kind in ("application/json", "*/*")):
        return "json"
    raise NotConfigured("Signed reports", "SIGNING_KEY")


async def respond_in(
    form: Form, request: Request, told: Report | DocumentAnswer, asked: Options, rules: RuleSet
) -> Response:
    """The response. What tells of a document is for this caller alone; so is what was signed for them."""
    is_private = isinstance(told, DocumentAnswer | DocumentReport)
    if form == "json":
        shape = type(told)
        return private(shape, told) if is_private else answer(shape, told, BY_ACCEPT)
    if form == "vc":
        return unkept(_signed(request, told, asked).encode(), VC)
    printer: Printer = request.app.state.printer
    if form == "html":
        body, kind = await printer.page(told, rules, asked.language, today()), f"{HTML}; charset=utf-8"
        more = page_headers(policy())
    else:
        body, kind = await printer.pdf(told, rules, asked.language, today()), PDF
        more = {"Content-Disposition": f'inline; filename="recognition-{today()}.pdf"'}
    return unkept(body, kind, more) if is_private else tagged(body, kind, BY_ACCEPT, more)


def _signed(request: Request, told: Report | DocumentAnswer, asked: Options) -> str:
    """One report, signed now."""
    if asked.holder:
        text = "Found facts about a holder, expected none: a signed report says nothing of a holder."
        raise UnreadableQuestion(text, "/holder")
    if isinstance(told, DocumentAnswer):
        found = [one.report for document in told.documents for one in document.credentials if one.report is not None]
        if len(found) != 1:
            text = f"Found {len(found)} reports, expected one to sign: hand in a document with one credential."
            raise UnreadableQuestion(text, "/document")
        told = found[0]
    elif isinstance(told, DocumentReport) and told.document is not None:
        told = replace(told, document=None)  # what was handed in stays with whoever handed it in
    signer: Signer = request.app.state.signer
    return signer.sign(told, as_json(Report, told), datetime.now(UTC))
