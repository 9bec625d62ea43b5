"""From the body of a request to a report with its permalink."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.metrics import count_outcomes
from app.api.schemas import RecognitionRequest, permalink
from app.domain.report import Report
from app.domain.ruleset import RuleSet
from app.services.lookup import look_up


async def report_on(body: RecognitionRequest, session: AsyncSession, rules: RuleSet, public_url: str) -> Report:
    """The answer to a question, with the address that gives it again. Raises the faults of ``look_up``."""
    report = await look_up(session, rules, body.question())
    count_outcomes(report)
    return replace(report, permalink=permalink(public_url, body.pinned_text(report.as_of, report.release.number)))
