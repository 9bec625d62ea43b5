"""From the body of a request to a report with its permalink."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.schemas import RecognitionRequest
from app.domain.report import Report
from app.domain.ruleset import RuleSet
from app.services.lookup import look_up


async def report_on(body: RecognitionRequest, session: AsyncSession, rules: RuleSet, public_url: str) -> Report:
    """The answer to a question, with the address that gives it again. Raises the faults of ``look_up``."""
    report = await look_up(session, rules, body.question())
    pinned = body.pinned(report.as_of, report.release.number)
    return replace(report, permalink=f"{public_url.rstrip('/')}/v1/recognition?question={pinned}")
