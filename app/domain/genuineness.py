"""What an answer becomes when it is known how genuine the document is that shows the credential.

A rule speaks of credentials that somebody really holds. Where the document is not genuine there is nothing to
recognise; where that could not be checked a yes depends on the issuer's word. No answer ever gets better by this.
"""

from dataclasses import replace
from typing import TypeVar

from app.domain.report import Alternative, Outcome, OutcomeCondition, RecogniserAnswer, Report, Step
from app.domain.rules import Status
from app.domain.verification import Doubt, Genuineness

COUNTS: frozenset[Status] = frozenset({"recognised", "conditional", "discretionary"})
"""Answers that promise something."""

NOT_LISTED = (
    "No list of issuers that was loaded names the issuer of this document: that it is who it says it is rests on its "
    "own word."
)

Answer = TypeVar("Answer", Outcome, RecogniserAnswer)


def weigh(report: Report, genuineness: Genuineness) -> Report:
    """The report on a credential that a document shows, with what is known of the document.

    ``failed``: every answer that promises something becomes ``not_recognised``, with the step and its reason.
    ``unknown``: ``recognised`` becomes ``conditional``, and whoever promises something does so if the issuer confirms
    the document. ``passed`` changes no answer where a list names the issuer; else it is like ``unknown``, since a proof
    shows whose key it is, and anybody may give a key of their own the name of somebody else.
    """
    genuineness = _with_issuer(genuineness)
    return replace(report, outcomes=tuple(_weighed(outcome, genuineness) for outcome in report.outcomes))


def reservation(genuineness: Genuineness) -> str | None:
    """What keeps a credential from counting without more, in words; None where its document leaves nothing open."""
    genuineness = _with_issuer(genuineness)
    if genuineness.genuine == "passed":
        return None
    if genuineness.genuine == "failed":
        return f"The document that shows it is not genuine or not in force. {_reasons(genuineness)}"
    return f"It counts if its issuer confirms that the document is genuine and in force. {_reasons(genuineness)}"


def _with_issuer(genuineness: Genuineness) -> Genuineness:
    """A proof of an issuer that no list names leaves open who that is."""
    if genuineness.genuine != "passed" or genuineness.issuer_known:
        return genuineness
    return replace(genuineness, genuine="unknown", doubts=(Doubt(step="trust", reason=NOT_LISTED),))


def _weighed(outcome: Outcome, genuineness: Genuineness) -> Outcome:
    members = tuple(_changed(member, genuineness) for member in outcome.recognisers)
    weighed = replace(outcome, recognisers=members)
    promises = outcome.status in COUNTS or any(member.status in COUNTS for member in outcome.recognisers)
    if not promises and outcome.status != "undetermined":
        return weighed
    if genuineness.genuine != "failed" and not genuineness.issuer_known:
        weighed = replace(weighed, warnings=(*weighed.warnings, NOT_LISTED))
    if genuineness.genuine == "passed":
        return weighed
    if outcome.status == "undetermined":
        weighed = replace(weighed, warnings=(*weighed.warnings, _reasons(genuineness)))
    if outcome.status in COUNTS:
        weighed = _changed(weighed, genuineness)
        if genuineness.genuine == "failed":  # what the rules would give rests on nothing now, nor does more decide it
            weighed = replace(weighed, basis=None, binding=None, because=(), missing=(), programme=None)
    alternatives = tuple(
        replace(other, status=_status(other.status, genuineness)) for other in _still_open(weighed, genuineness)
    )
    steps = (Step(text=text) for text in _steps(outcome.status, weighed.status, genuineness))
    return replace(weighed, alternatives=alternatives, explanation=(*outcome.explanation, *steps))


def _still_open(outcome: Outcome, genuineness: Genuineness) -> tuple[Alternative, ...]:
    refused = genuineness.genuine == "failed" and outcome.status == "not_recognised"
    return () if refused else outcome.alternatives


def _status(status: Status, genuineness: Genuineness) -> Status:
    if genuineness.genuine == "failed" and status in COUNTS:
        return "not_recognised"
    return "conditional" if genuineness.genuine == "unknown" and status == "recognised" else status


def _changed(answer: Answer, genuineness: Genuineness) -> Answer:
    """One answer, of a place or of a body."""
    if genuineness.genuine == "passed" or answer.status not in COUNTS:
        return answer
    conditions = (_condition(genuineness), *answer.conditions)
    status = _status(answer.status, genuineness)
    if genuineness.genuine == "failed":
        return replace(
            answer,
            status=status,
            statement=f"Not with this document. {_reasons(genuineness)} Were it genuine: {answer.statement}",
            credit=None,
            share=None,
            level=None,
            form=None,
            conditions=conditions,
            valid_from=None,
            valid_to=None,
            last_day=None,
        )
    lead = "If its issuer confirms the document: " if status != answer.status else ""
    return replace(answer, status=status, statement=f"{lead}{answer.statement}", conditions=conditions)


def _condition(genuineness: Genuineness) -> OutcomeCondition:
    if genuineness.genuine == "failed":
        text = f"The document is genuine and in force. {_reasons(genuineness)}"
        return OutcomeCondition(text=text, state="failed", on="credential")
    text = f"Have it confirmed with the issuer that the document is genuine and in force. {_reasons(genuineness)}"
    return OutcomeCondition(text=text, state="unknown", on="credential", shown_by="the issuer")


def _reasons(genuineness: Genuineness) -> str:
    """What failed or could not be checked: each step with its reason."""
    lead = "Failed" if genuineness.genuine == "failed" else "Could not be checked"
    told = [f"{doubt.step.replace('_', ' ')}: {doubt.reason}" for doubt in genuineness.doubts]
    return f"{lead}: {' '.join(told) or 'nothing more is told.'}"


def _steps(before: Status, after: Status, genuineness: Genuineness) -> list[str]:
    if genuineness.genuine == "failed":
        lead = "The document that shows the credential is not genuine or not in force."
    else:
        lead = "Whether the document that shows the credential is genuine is not known."
    end = f"The answer was {before.replace('_', ' ')}"
    end += f" and is {after.replace('_', ' ')} for it." if before != after else " and stays so."
    return [" ".join(filter(None, (lead, _reasons(genuineness), end)))]
