"""Reports for people to keep, as a page or a PDF: worded from what JSON tells, and from nothing more."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from importlib.util import find_spec

from app.documents.printed.composing import document_of, part_of
from app.documents.printed.names import Names
from app.documents.printed.page import page_of
from app.documents.printed.sheet import Document, Line, Part, Sheet
from app.domain.errors import Busy, NotInstalled, UnreadableQuestion
from app.domain.report import CatalogueMatch, Report
from app.domain.ruleset import RuleSet
from app.services.documents import DocumentAnswer, DocumentReport, SignedDocument

LARGEST = 2_000_000
"""Most bytes of a report, as JSON, that is set as a PDF: some 350 pages, for which 700 MB of memory are needed."""
LONGEST_WORK = 20.0
"""Most seconds for setting a PDF."""
LONGEST_WAIT = 20.0
"""Most seconds that a report waits for its turn."""


def sheet_of(told: Report | DocumentAnswer, rules: RuleSet, *, language: str | None, answered_on: date) -> Sheet:
    """The sheet of a report, or of all reports on what documents show."""
    names = Names(rules, language)
    documents: list[Document] = []
    parts: list[Part] = []
    problems: list[str] = []
    if isinstance(told, DocumentAnswer):
        for document in told.documents:
            documents.append(_document(document))
            for credential in document.credentials:
                if credential.report is not None:
                    parts.append(part_of(credential.report, names, str(len(parts) + 1)))
                if credential.problem is not None:
                    problems.append(f"{credential.credential.title}: {credential.problem}")
    else:
        if isinstance(told, DocumentReport) and told.document is not None:
            documents.append(_document(told.document))
        parts.append(part_of(told, names))
    title = parts[0].title if len(parts) == 1 else f"{len(parts) or 'no'} credentials"
    return Sheet(
        title=f"Recognition report: {title}",
        answered_on=answered_on.isoformat(),
        documents=documents,
        parts=parts,
        problems=problems,
    )


def _document(told: SignedDocument) -> Document:
    """What is told of a document: nothing of what it says is repeated here but its kind."""
    lines = []
    if told.format is not None:
        version = f" {told.version}" if told.version else ""
        lines.append(Line(label="Read as", value=f"{told.format.replace('_', ' ')}{version}"))
    for credential in told.credentials:
        if credential.match is not None:
            lines.append(Line(label="In the catalogue", value=_match(credential.match)))
    if told.problem:
        lines.append(Line(label="Could not be read", value=told.problem))
    if told.unknown:
        parts = ", ".join(one.pointer for one in told.unknown)
        lines.append(Line(label="Parts not understood", value=parts))
    if told.withheld:
        about = "parts that are, or may be, about the holder are not told"
        lines.append(Line(label="Withheld", value=f"{len(told.withheld)} {about}"))
    return document_of(told.verification, lines, f"The document handed in ({told.where})")


def _match(match: CatalogueMatch) -> str:
    taken = "taken for" if match.taken else "not taken for, though near to,"
    return f"{taken} {match.id} ({match.title}), score {match.score:g} of 100: {match.because}"


class Printer:
    """Sets sheets off the event loop, one page and one PDF at a time: it is work for a processor, and others wait."""

    def __init__(self) -> None:
        self._pages, self._pdfs = asyncio.Semaphore(1), asyncio.Semaphore(1)

    async def page(
        self, told: Report | DocumentAnswer, rules: RuleSet, language: str | None, answered_on: date
    ) -> bytes:
        """A page of HTML. Raises Busy when too many are asked for."""

        def make() -> bytes:
            return page_of(sheet_of(told, rules, language=language, answered_on=answered_on)).encode()

        return await _in_turn(self._pages, make)

    async def pdf(
        self, told: Report | DocumentAnswer, rules: RuleSet, language: str | None, answered_on: date
    ) -> bytes:
        """A PDF. Raises NotInstalled without the libraries for it; UnreadableQuestion for too long a report; Busy."""
        if find_spec("typst") is None:
            raise NotInstalled("The making of PDFs", "pdf")

        def make() -> bytes:
            in_words = asdict(sheet_of(told, rules, language=language, answered_on=answered_on))
            sheet = json.dumps(in_words, ensure_ascii=False).encode()
            if len(sheet) > LARGEST:
                text = f"Found a report of {len(sheet):,} bytes, expected at most {LARGEST:,} for a PDF: ask about "
                raise UnreadableQuestion(f"{text}fewer places or purposes, or take the page (HTML).", "/jurisdictions")
            return typeset(sheet)

        return await _in_turn(self._pdfs, make)


def typeset(sheet: bytes) -> bytes:
    """The PDF of a sheet in JSON, made by a process of its own. Raises Busy when that takes too long.

    Nothing that it may say of the report is repeated: it would end in a log.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.documents.printed.pdf"],
            input=sheet,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_WORK,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Busy("printed reports") from None
    return done.stdout


async def _in_turn(turn: asyncio.Semaphore, make: Callable[[], bytes]) -> bytes:
    """What is made in a thread when it is its turn, which ends when the work does and not when the caller hangs up."""
    try:
        await asyncio.wait_for(turn.acquire(), LONGEST_WAIT)
    except TimeoutError:
        raise Busy("printed reports") from None
    work = asyncio.ensure_future(asyncio.to_thread(make))

    def done(made: asyncio.Future[bytes]) -> None:
        turn.release()
        if not made.cancelled():
            made.exception()  # seen, though nobody may wait for it any more

    work.add_done_callback(done)
    return await asyncio.shield(work)
