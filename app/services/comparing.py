"""Puts answers side by side: one credential in several places, or several credentials in one."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.described import described
from app.domain.report import Outcome, OutcomeCredit, OutcomeLevel, Report, UnderstoodCredential
from app.domain.rules import Basis, Form, Purpose, Share, Status
from app.domain.sources import Confidence, Source


@described
@dataclass(frozen=True, kw_only=True)
class ComparedCredential:
    """One credential of a comparison."""

    credential: UnderstoodCredential
    """The credential as understood."""
    permalink: str | None = None
    """Address of its whole report, with explanation and conditions."""


@described
@dataclass(frozen=True, kw_only=True)
class ComparedAnswer:
    """What matters most of one outcome."""

    status: Status
    """The answer."""
    statement: str
    """The answer in a sentence."""
    basis: Basis | None = None
    """What kind of text it rests on."""
    binding: bool | None = None
    """Whether whoever decides must follow it."""
    credit: OutcomeCredit | None = None
    """Credit, in the unit of the place or of the decision."""
    share: Share | None = None
    """Share of a programme that it may fill."""
    level: OutcomeLevel | None = None
    """Level in the place's framework."""
    form: Form | None = None
    """How it is recognised."""
    open_conditions: tuple[str, ...] = ()
    """Conditions that are failed or not known to be met."""
    missing: tuple[str, ...] = ()
    """What would change the answer if it were known."""
    decided_by: str | None = None
    """Who decides in the single case."""
    confidence: Confidence | None = None
    """Weakest evidence used."""
    because: tuple[str, ...] = ()
    """Ids of the rules and decisions that decided."""


@described
@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """The answers for one place, body and purpose, side by side."""

    jurisdiction: str
    """Code of the place."""
    recogniser: str | None = None
    """Name of the body asked about, when one is."""
    purpose: Purpose
    """What the credentials should count for."""
    answers: tuple[ComparedAnswer, ...]
    """One answer for every credential, in their order."""
    alike: bool
    """Whether all credentials get the same status and credit here."""


@described
@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Answers side by side."""

    credentials: tuple[ComparedCredential, ...]
    """The credentials, in the order in which they were named."""
    rows: tuple[ComparedRow, ...]
    """A row for every place, body and purpose."""
    sources: tuple[Source, ...]
    """All sources cited by any of the reports."""


def compare(reports: Sequence[Report]) -> Comparison:
    """The answers of several reports to the same places, bodies and purposes, row by row."""
    rows = []
    for outcomes in zip(*(report.outcomes for report in reports), strict=True):
        first = outcomes[0]
        rows.append(
            ComparedRow(
                jurisdiction=first.jurisdiction,
                recogniser=first.recogniser.name if first.recogniser else None,
                purpose=first.purpose,
                answers=tuple(_answer(outcome) for outcome in outcomes),
                alike=len({(outcome.status, outcome.credit) for outcome in outcomes}) == 1,
            )
        )
    sources = {source.id: source for report in reports for source in report.sources}
    return Comparison(
        credentials=tuple(
            ComparedCredential(credential=report.credential, permalink=report.permalink) for report in reports
        ),
        rows=tuple(rows),
        sources=tuple(sources[key] for key in sorted(sources)),
    )


def _answer(outcome: Outcome) -> ComparedAnswer:
    return ComparedAnswer(
        status=outcome.status,
        statement=outcome.statement,
        basis=outcome.basis,
        binding=outcome.binding,
        credit=outcome.credit,
        share=outcome.share,
        level=outcome.level,
        form=outcome.form,
        open_conditions=tuple(condition.text for condition in outcome.conditions if condition.state != "met"),
        missing=outcome.missing,
        decided_by=outcome.decided_by,
        confidence=outcome.confidence,
        because=outcome.because,
    )
