"""What an answer becomes with what is known of the document that shows the credential."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.evaluation import evaluate
from app.domain.genuineness import COUNTS, NOT_LISTED, weigh
from app.domain.report import Outcome, Question, RecogniserAnswer, Report
from app.domain.rules import Rule
from app.domain.verification import DECISIVE, Doubt, Genuineness
from tests.domain.test_properties import rule_lists
from tests.factories import DAY, a_credential, a_rule, rules_of

QUESTION = Question(credential=a_credential(), as_of=DAY, jurisdictions=("XF",))
REVOKED = Genuineness(genuine="failed", doubts=(Doubt(step="status", reason="It was revoked."),))
UNASKED = Genuineness(
    genuine="unknown", doubts=(Doubt(step="key_control", reason="Fetching is switched off."),), issuer_known=True
)
KNOWN = Genuineness(genuine="passed", issuer_known=True)

GENUINENESS = st.builds(
    Genuineness,
    genuine=st.sampled_from(["passed", "failed", "unknown"]),
    doubts=st.lists(st.builds(Doubt, step=st.sampled_from(DECISIVE), reason=st.just("A reason.")), max_size=2).map(
        tuple
    ),
    issuer_known=st.booleans(),
)
ORDER = {"recognised": 0, "conditional": 1, "discretionary": 2, "not_recognised": 3}


def report_with(status: str) -> Report:
    return evaluate(QUESTION, rules_of(a_rule(status=status)), ())


def outcome_with(status: str) -> Outcome:
    return next(outcome for outcome in report_with(status).outcomes if outcome.status == status)


def weighed(status: str, genuineness: Genuineness) -> Outcome:
    report = replace(report_with(status), outcomes=(outcome_with(status),))
    (outcome,) = weigh(report, genuineness).outcomes
    return outcome


@pytest.mark.parametrize("status", sorted(COUNTS))
def test_a_failed_document_is_recognised_nowhere_and_the_answer_says_why(status: str) -> None:
    outcome = weighed(status, REVOKED)
    assert outcome.status == "not_recognised"
    assert outcome.statement.startswith("Not with this document. Failed: status: It was revoked. Were it genuine: ")
    assert outcome.statement.endswith(outcome_with(status).statement)
    assert (outcome.credit, outcome.level, outcome.form, outcome.share, outcome.basis) == (None,) * 5
    assert outcome.conditions[0].state == "failed"
    assert "It was revoked." in outcome.explanation[-1].text
    assert f"was {status} and is not recognised" in outcome.explanation[-1].text


def test_what_could_not_be_checked_makes_a_yes_depend_on_the_issuer() -> None:
    outcome = weighed("recognised", UNASKED)
    assert outcome.status == "conditional"
    condition = outcome.conditions[0]
    assert (condition.state, condition.shown_by) == ("unknown", "the issuer")
    assert condition.text.startswith("Have it confirmed with the issuer")
    assert "key control: Fetching is switched off." in condition.text
    assert "was recognised and is conditional" in outcome.explanation[-1].text


@pytest.mark.parametrize("status", ["conditional", "discretionary"])
def test_what_could_not_be_checked_is_a_condition_of_other_answers_too(status: str) -> None:
    outcome = weighed(status, UNASKED)
    assert outcome.status == status
    assert outcome.conditions[0].text.startswith("Have it confirmed with the issuer")
    assert outcome.credit == outcome_with(status).credit


@pytest.mark.parametrize("status", sorted(ORDER))
def test_a_genuine_document_of_a_listed_issuer_changes_nothing(status: str) -> None:
    assert weighed(status, KNOWN) == outcome_with(status)


def test_a_proof_by_somebody_whom_no_list_names_leaves_a_yes_to_the_issuer_who_is_named() -> None:
    outcome = weighed("recognised", replace(KNOWN, issuer_known=False))
    assert (outcome.status, outcome.warnings) == ("conditional", (NOT_LISTED,))
    assert (outcome.conditions[0].state, outcome.conditions[0].shown_by) == ("unknown", "the issuer")
    assert NOT_LISTED in outcome.conditions[0].text


@settings(max_examples=150, deadline=None)
@given(rule_lists(), GENUINENESS)
def test_no_answer_ever_gets_better(rules: list[Rule], genuineness: Genuineness) -> None:
    before = evaluate(QUESTION, rules_of(*rules), ())
    after = weigh(before, genuineness)
    assert replace(after, outcomes=before.outcomes) == before
    for one, other in zip(before.outcomes, after.outcomes, strict=True):
        _is_no_better(one, other, genuineness)
        for member, changed in zip(one.recognisers, other.recognisers, strict=True):
            _is_no_better(member, changed, genuineness)
        offered = {alternative.status for alternative in other.alternatives}
        assert genuineness.genuine != "failed" or offered.isdisjoint(COUNTS)
        assert genuineness.genuine != "unknown" or "recognised" not in offered


def _is_no_better(one: Outcome | RecogniserAnswer, other: Outcome | RecogniserAnswer, genuineness: Genuineness) -> None:
    if one.status not in ORDER:
        assert other.status == one.status
        return
    assert ORDER[other.status] >= ORDER[one.status]
    if (genuineness.genuine == "passed" and genuineness.issuer_known) or one.status == "not_recognised":
        assert other.status == one.status
    elif genuineness.genuine == "failed":
        assert (other.status, other.credit, other.level) == ("not_recognised", None, None)
    else:
        assert other.status == ("conditional" if one.status == "recognised" else one.status)
        assert any(condition.shown_by == "the issuer" for condition in other.conditions)


@given(rule_lists(), GENUINENESS)
@settings(max_examples=50, deadline=None)
def test_every_change_of_status_is_explained(rules: list[Rule], genuineness: Genuineness) -> None:
    before = evaluate(QUESTION, rules_of(*rules), ())
    for one, other in zip(before.outcomes, weigh(before, genuineness).outcomes, strict=True):
        if one.status != other.status:
            assert len(other.explanation) == len(one.explanation) + 1
            assert one.status.replace("_", " ") in other.explanation[-1].text
