"""One ruling applied to one credential: does it speak, what does it say, and what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.domain.facts import Facts
from app.domain.findings import Finding, find, missing_in, truth_of_findings
from app.domain.report import OutcomeCondition
from app.domain.rules import Decision, Rule, RuledStatus, Ruling
from app.domain.ruleset import RuleSet
from app.domain.truth import Truth
from app.domain.understanding import fact_pointer

_STATES: Mapping[Truth, Literal["met", "failed", "unknown"]] = {
    Truth.TRUE: "met",
    Truth.FALSE: "failed",
    Truth.UNKNOWN: "unknown",
}

UNVERIFIED = "This rests on a statement without a source that could be read: have it confirmed before relying on it."


@dataclass(frozen=True)
class Opinion:
    """What one ruling says of one credential."""

    ruling: Ruling
    scope: Truth
    """Whether it speaks of the credential."""
    status: RuledStatus | None
    """What it says; None when it says nothing."""
    scope_findings: tuple[Finding, ...]
    conditions: tuple[OutcomeCondition, ...]
    missing: tuple[str, ...]
    potential: RuledStatus
    """What it would say if everything unknown turned out well."""
    failed: bool = False
    """Whether a requirement or a tested condition failed."""
    closed: bool = False
    """Whether it is a decision that has run out."""

    @property
    def speaks(self) -> bool:
        """It surely speaks, and says something."""
        return self.scope is Truth.TRUE and self.status is not None

    @property
    def is_open(self) -> bool:
        """It may speak, depending on what is missing."""
        return self.scope is Truth.UNKNOWN and self.status is not None

    @property
    def forbids(self) -> bool:
        """It is a rule that says no, rather than one whose requirements are failed."""
        return self.ruling.status == "not_recognised" and self.status == "not_recognised"

    @property
    def may_forbid(self) -> bool:
        """It is a rule that says no, and whether it applies is not settled."""
        return self.ruling.status == "not_recognised" and not self.failed and not (self.speaks and self.forbids)

    @property
    def statement(self) -> str:
        """What it says, in a sentence."""
        otherwise = self.ruling.otherwise_statement if isinstance(self.ruling, Rule) else None
        if self.failed and self.ruling.status != "not_recognised":
            reasons = "; ".join(c.text for c in self.conditions if c.state == "failed")
            return otherwise or f"Not met: {reasons}. ({self.ruling.statement})"
        return self.ruling.statement


def apply(ruling: Ruling, facts: Facts, rules: RuleSet) -> Opinion:
    """Apply a ruling to the facts of a question (design: evaluation rule 2).

    Scope false: it says nothing. Every requirement and tested condition true: its status. One false: its
    ``otherwise``. Else ``conditional``, except that a ruling which only lets somebody decide stays
    ``discretionary``: what is unknown must not turn it into a promise.
    """
    rule = ruling if isinstance(ruling, Rule) else None
    scope_findings = find(rule.scope, facts) if rule else ()
    scope = truth_of_findings(scope_findings)
    if scope is Truth.FALSE:  # what it would ask for need not be looked at
        return Opinion(ruling, scope, None, scope_findings, (), (), ruling.status)
    required = find(rule.requirements, facts) if rule else ()
    conditions = [
        OutcomeCondition(
            text=_sentence(finding.text),
            state=_STATES[finding.truth],
            on=_bearer(finding.missing),
            missing=_pointers(missing_in([finding]), rules),
        )
        for finding in required
    ]
    truths = [finding.truth for finding in required]
    unjudged = False
    for condition in ruling.conditions:
        if condition.criterion is None:
            unjudged = True
            conditions.append(
                OutcomeCondition(text=condition.text, state="unknown", on=condition.on, shown_by=condition.shown_by)
            )
            continue
        findings = find(condition.criterion, facts)
        truths.append(truth_of_findings(findings))
        conditions.append(
            OutcomeCondition(
                text=condition.text,
                state=_STATES[truths[-1]],
                on=condition.on,
                shown_by=condition.shown_by,
                missing=_pointers(missing_in(findings), rules),
            )
        )
    low = ruling.status == "recognised" and ruling.confidence == "low"
    potential: RuledStatus = "conditional" if ruling.status == "recognised" and (unjudged or low) else ruling.status
    status: RuledStatus | None = potential
    failed = Truth.FALSE in truths
    if failed:
        otherwise = rule.otherwise if rule else "not_recognised"
        status = None if otherwise == "silent" else otherwise
    elif Truth.UNKNOWN in truths and status in ("recognised", "not_recognised"):
        status = "conditional"
    if low and not failed:
        conditions.append(OutcomeCondition(text=UNVERIFIED, state="unknown", on="recogniser"))
    return Opinion(
        ruling=ruling,
        scope=scope,
        status=status,
        scope_findings=scope_findings,
        conditions=tuple(conditions),
        missing=tuple(
            dict.fromkeys(
                [
                    *_pointers(missing_in(scope_findings), rules),
                    *(name for c in conditions if not failed for name in c.missing),
                ]
            )
        ),
        potential=(status or potential) if failed else potential,
        failed=failed,
    )


def closed(decision: Decision) -> Opinion:
    """A decision that has run out: a dated no of the body that made it (design: evaluation rule 7)."""
    ended = decision.last_day
    ruling = replace(
        decision,
        status="not_recognised",
        credit=None,
        share=None,
        level=None,
        form="none",
        conditions=(),
        statement=f"This ended: it could be used until {ended}. Until then: {decision.statement}",
    )
    condition = OutcomeCondition(text=f"Used by {ended}", state="failed", on="holder")
    return Opinion(ruling, Truth.TRUE, "not_recognised", (), (condition,), (), "not_recognised", closed=True)


def _pointers(names: Iterable[str], rules: RuleSet) -> tuple[str, ...]:
    """Missing attributes as JSON pointers; further facts are told where the data says they belong."""
    result = []
    for name in names:
        if name.startswith("fact:"):
            fact = rules.circumstances.get(name.removeprefix("fact:"))
            name = fact_pointer(fact.on, fact.id) if fact else name
        result.append(name)
    return tuple(result)


def _bearer(missing: tuple[str, ...]) -> Literal["credential", "programme"]:
    return "programme" if any(name.startswith("/programme") for name in missing) else "credential"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
