"""Rules and decisions applied: status, precedence, conditions, what is missing."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from pydantic import TypeAdapter

from app.datasets.reader import read_files
from app.domain.credits import CreditAmount, Range
from app.domain.criteria import Criterion, IssuerTest
from app.domain.evaluation import evaluate
from app.domain.jurisdictions import Jurisdiction, Membership
from app.domain.levels import LevelReference
from app.domain.recognisers import Recogniser
from app.domain.report import Question, Report
from app.domain.rules import Condition, Decision
from tests.factories import DAY, EXLAND, a_credential, a_rule, ask, exland, rules_of

PILOT = {"schemes": ("xf-pilot",), "assessed": True, "credit": (5, "xf-point")}
ASSESSED = Criterion(assessed=True)


@pytest.fixture(scope="module")
def decisions() -> tuple[Decision, ...]:
    files = read_files([EXLAND / "catalogue"])
    return tuple(decision for file in files for decision in file.dataset.decisions)


# Scope, requirements, otherwise --------------------------------------------------------------------------------


def test_no_rule_gives_no_information_and_never_a_no() -> None:
    outcome = ask(rules_of())
    assert outcome.status == "no_information"
    assert outcome.confidence is None
    assert not outcome.because


def test_a_rule_whose_scope_is_false_is_silent() -> None:
    assert ask(rules_of(a_rule(scope=ASSESSED)), a_credential(assessed=False)).status == "no_information"


def test_a_rule_whose_scope_is_unknown_leaves_the_answer_undetermined_and_says_what_is_missing() -> None:
    outcome = ask(rules_of(a_rule(scope=ASSESSED)))
    assert outcome.status == "undetermined"
    assert outcome.missing == ("/credential/assessed",)
    assert [alternative.status for alternative in outcome.alternatives] == ["recognised"]


@pytest.mark.parametrize(
    ("assessed", "status"), [(True, "recognised"), (None, "conditional"), (False, "not_recognised")]
)
def test_requirements_decide_once_the_scope_holds(assessed: bool | None, status: str) -> None:
    assert ask(rules_of(a_rule(requirements=ASSESSED)), a_credential(assessed=assessed)).status == status


def test_otherwise_says_what_follows_from_a_failed_requirement() -> None:
    failing = a_credential(assessed=False)
    assert ask(rules_of(a_rule(requirements=ASSESSED, otherwise="discretionary")), failing).status == "discretionary"
    assert ask(rules_of(a_rule(requirements=ASSESSED, otherwise="silent")), failing).status == "no_information"


def test_an_unknown_requirement_does_not_turn_discretion_into_a_promise() -> None:
    outcome = ask(rules_of(a_rule(status="discretionary", requirements=ASSESSED)))
    assert outcome.status == "discretionary"
    assert outcome.missing == ("/credential/assessed",)


def test_a_condition_that_nobody_can_test_keeps_a_yes_conditional() -> None:
    outcome = ask(rules_of(a_rule(conditions=(Condition(text="Admission first.", on="holder"),))))
    assert outcome.status == "conditional"
    assert [(c.text, c.state) for c in outcome.conditions] == [("Admission first.", "unknown")]


def test_a_low_fact_alone_never_gives_recognised() -> None:
    assert ask(exland(), place="XG", purpose="funding").status == "conditional"
    assert ask(exland(), place="XG", purpose="funding").confidence == "low"
    assert ask(exland(), place="XG", purpose="funding").warnings


# Time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "points", "status"),
    [
        (date(2018, 8, 21), 5, "no_information"),
        (date(2018, 8, 22), 5, "recognised"),
        (date(2022, 6, 30), 4, "not_recognised"),
        (date(2022, 7, 1), 4, "recognised"),
        (date(2022, 7, 1), 41, "not_recognised"),
    ],
)
def test_only_what_holds_on_the_day_counts(day: date, points: int, status: str) -> None:
    credential = a_credential(assessed=True, credit=(points, "xf-point"))
    assert ask(exland(), credential, purpose="register", on=day).status == status


def test_what_is_over_is_told_with_its_day() -> None:
    steps = ask(exland(), purpose="register").explanation
    assert any(step.by == "xf-register-old" and "2022-07-01" in step.text for step in steps)


def test_where_nothing_is_in_force_any_more_the_answer_says_until_when_it_was() -> None:
    rules = rules_of(a_rule(valid_to=date(2024, 1, 1), statement="Courses were paid for."))
    outcome = ask(rules, purpose="credit_transfer")
    assert outcome.status == "no_information"
    assert outcome.statement.endswith("Until 2023-12-31: Courses were paid for.")


def test_what_never_spoke_of_the_credential_is_not_told_when_it_has_ended() -> None:
    rules = rules_of(a_rule(valid_to=date(2024, 1, 1), scope=ASSESSED))
    outcome = ask(rules, a_credential(assessed=False))
    assert "Until" not in outcome.statement
    assert len(outcome.explanation) == 1


def test_membership_ends_and_with_it_what_was_inherited() -> None:
    assert ask(exland(), purpose="funding", on=date(2024, 12, 31)).status == "conditional"
    assert ask(exland(), purpose="funding", on=date(2025, 1, 1)).status == "no_information"


# Precedence --------------------------------------------------------------------------------------------------------


def test_law_beats_practice_and_the_beaten_rule_stays_in_the_explanation() -> None:
    outcome = ask(rules_of(a_rule(id="z-law"), a_rule(id="a-practice", basis="practice", status="not_recognised")))
    assert outcome.status == "recognised"
    assert outcome.because == ("z-law",)
    assert any(step.by == "a-practice" for step in outcome.explanation)


def test_the_nearer_place_beats_its_region() -> None:
    places = (
        Jurisdiction(id="XR", name="Region", kind="region", confidence="high"),
        Jurisdiction(id="XF", name="Exland", kind="country", confidence="high", member_of=(Membership(region="XR"),)),
    )
    near = a_rule(id="near", basis="practice", status="discretionary")
    far = a_rule(id="far", jurisdiction="XR")
    assert ask(rules_of(near, far, jurisdictions=places)).because == ("near",)
    assert ask(rules_of(far, jurisdictions=places)).because == ("far",)


def test_at_equal_rank_a_rule_that_says_no_beats_one_that_says_yes() -> None:
    outcome = ask(rules_of(a_rule(id="yes"), a_rule(id="no", status="not_recognised")))
    assert outcome.status == "not_recognised"
    assert outcome.because == ("no",)


def test_at_equal_rank_one_open_way_is_enough() -> None:
    closed = a_rule(id="a-closed", requirements=ASSESSED)
    outcome = ask(rules_of(closed, a_rule(id="b-open", status="discretionary")), a_credential(assessed=False))
    assert outcome.status == "discretionary"


def test_a_stronger_rule_that_may_speak_leaves_a_weaker_promise_undetermined() -> None:
    stronger = a_rule(id="stronger", scope=ASSESSED, status="not_recognised")
    weaker = a_rule(id="weaker", basis="practice")
    outcome = ask(rules_of(stronger, weaker))
    assert outcome.status == "undetermined"
    assert ask(rules_of(stronger, weaker), a_credential(assessed=False)).status == "recognised"
    assert ask(rules_of(stronger, weaker), a_credential(assessed=True)).status == "not_recognised"


def test_where_somebody_decides_anyway_the_answer_stands_and_tells_what_may_change_it() -> None:
    outcome = ask(exland(), a_credential(title="Sheep"))
    assert outcome.status == "discretionary"
    assert set(outcome.missing) == {
        "/credential/schemes",
        "/credential/assessed",
        "/credential/credit",
        "/credential/notional_hours",
    }
    assert [(a.by, a.status) for a in outcome.alternatives] == [("xf-pilot-transfer", "conditional")]


def test_superseded_rules_step_back_for_their_successor() -> None:
    rules = rules_of(a_rule(id="old"), a_rule(id="new", status="discretionary", supersedes=("old",)))
    assert ask(rules).because == ("new",)


# Reading the title ---------------------------------------------------------------------------------------------------


def test_a_title_that_names_a_scheme_is_read_and_the_reading_is_reported() -> None:
    question = Question(
        credential=a_credential(title="Pilot credential in beekeeping", assessed=True, credit=(5, "xf-point")),
        as_of=DAY,
        jurisdictions=("XF",),
        purposes=("credit_transfer",),
    )
    report = evaluate(question, exland(), ())
    assert report.outcomes[0].status == "recognised"
    assert [(r.attribute, r.value) for r in report.credential.readings] == [("/credential/schemes", "xf-pilot")]


def test_a_title_that_denies_a_scheme_is_read_as_such() -> None:
    assert ask(exland(), a_credential(title="Badge that is not a pilot credential")).alternatives == ()


def test_what_is_stated_overrules_the_title() -> None:
    outcome = ask(exland(), a_credential(title="Pilot credential", schemes=(), assessed=True, credit=(5, "xf-point")))
    assert outcome.status == "discretionary"


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("Certificate awarded six years ago", "failed"),
        ("Certificate completed more than five years ago", "failed"),
        ("Certificate completed 5 years ago", "met"),
        ("Certificate", "unknown"),
    ],
)
def test_an_age_in_the_title_is_read(title: str, state: str) -> None:
    outcome = ask(exland(), a_credential(title=title), by="xf-university")
    assert next(c.state for c in outcome.conditions if c.text.startswith("Awarded within")) == state


# Recognisers ----------------------------------------------------------------------------------------------------------


def test_a_body_asked_about_answers_by_its_own_rules_first() -> None:
    outcome = ask(exland(), by="xf-university")
    assert (outcome.status, outcome.because) == ("conditional", ("xf-university-rpl",))
    assert outcome.share is not None
    assert outcome.share.max == Fraction(1, 2)
    assert set(outcome.missing) == {
        "/credential/awarded_on",
        "/credential/features/final_year_project",
        "/holder/used_for_another_degree",
        "/holder/final_score",
    }


@pytest.mark.parametrize(
    ("holder", "status"),
    [
        ({"final_score": "60", "used_for_another_degree": False}, "conditional"),
        ({"final_score": "59"}, "not_recognised"),
        ({"used_for_another_degree": True}, "not_recognised"),
    ],
)
def test_facts_of_the_holder_settle_conditions(holder: dict[str, object], status: str) -> None:
    assert ask(exland(), a_credential(awarded_on=DAY), by="xf-university", holder=holder).status == status


def test_another_body_of_the_place_is_not_bound_by_it() -> None:
    outcome = ask(exland(), a_credential(title="Sheep", schemes=()), by="xf-college")
    assert outcome.because == ("xf-boards-decide",)


def test_a_body_that_is_not_recorded_gets_the_rules_of_its_place() -> None:
    outcome = ask(exland(), a_credential(schemes=()), by="Some Institute")
    assert outcome.status == "discretionary"
    assert "Nothing is recorded of Some Institute" in outcome.explanation[0].text


def test_a_rule_about_all_others_spares_those_that_it_names() -> None:
    sections = {"recognisers": exland().data.recognisers}
    others = a_rule(status="not_recognised", recogniser_kinds=("college", "university"),
                    except_recognisers=("xf-university",))  # fmt: skip
    assert ask(rules_of(others, **sections), by="xf-college").status == "not_recognised"
    assert ask(rules_of(others, **sections), by="xf-university").status == "no_information"
    assert ask(rules_of(others, **sections)).status == "no_information"


def test_for_the_whole_place_single_bodies_are_listed_and_bind_nobody() -> None:
    own = a_rule(id="own", recogniser="xf-university")
    outcome = ask(rules_of(own, recognisers=exland().data.recognisers))
    assert outcome.status == "conditional"
    assert [(r.recogniser, r.status) for r in outcome.recognisers] == [("xf-university", "recognised")]


# Decisions ---------------------------------------------------------------------------------------------------------


BEES = {"id": "xf-beekeeping", "schemes": (), "assessed": True, "issuer": {"country": "XG"}}


def test_a_decision_beats_a_rule(decisions: tuple[Decision, ...]) -> None:
    outcome = ask(exland(), a_credential(**BEES), decisions=decisions)
    assert (outcome.status, outcome.because) == ("conditional", ("xf-authority-beekeeping",))
    assert outcome.credit is not None
    assert (outcome.credit.meaning, outcome.credit.max) == ("up_to", 4)
    assert any(step.by == "xf-boards-decide" for step in outcome.explanation)


@pytest.mark.parametrize(
    ("awarded", "state"),
    [(date(2022, 1, 1), "met"), (date(2025, 12, 31), "met"), (date(2026, 1, 1), "failed"), (None, "unknown")],
)
def test_a_recommendation_counts_by_the_day_of_the_award(
    awarded: date | None, state: str, decisions: tuple[Decision, ...]
) -> None:
    outcome = ask(
        exland(), a_credential(**BEES, awarded_on=awarded), decisions=decisions, by="xf-authority", on=date(2027, 1, 1)
    )
    assert outcome.conditions[0].state == state


def test_a_recommendation_that_has_expired_leaves_the_decision_to_others(decisions: tuple[Decision, ...]) -> None:
    credential = a_credential(**BEES, awarded_on=date(2026, 1, 1))
    outcome = ask(exland(), credential, decisions=decisions, on=date(2027, 1, 1))
    assert (outcome.status, outcome.because) == ("discretionary", ("xf-boards-decide",))
    assert any("xf-authority-beekeeping" in step.text for step in outcome.explanation)


def test_a_closed_window_is_a_dated_no(decisions: tuple[Decision, ...]) -> None:
    asked = {"decisions": decisions, "by": "xf-college"}
    before = ask(exland(), a_credential(**BEES), on=date(2023, 12, 31), **asked)
    after = ask(exland(), a_credential(**BEES), on=date(2024, 1, 1), **asked)
    assert before.status == "recognised"
    assert before.credit is not None
    assert (before.credit.amount, before.credit.division, before.form) == (3, "lower", "named_course")
    assert after.status == "not_recognised"
    assert after.last_day == date(2023, 12, 31)


def test_a_successor_keeps_its_predecessors_history(decisions: tuple[Decision, ...]) -> None:
    outcome = ask(exland(), a_credential(**BEES), decisions=decisions, by="xf-old-authority", on=date(2022, 6, 1))
    assert outcome.because == ("xf-authority-beekeeping",)


# Credit and level -----------------------------------------------------------------------------------------------------


def test_own_size_counts_in_the_unit_of_the_rule() -> None:
    outcome = ask(exland(), a_credential(**PILOT))
    assert outcome.credit is not None
    assert (outcome.credit.meaning, outcome.credit.amount, outcome.credit.bookable) == ("own_size", 5, 5)
    assert outcome.credit.hours == Range(min=Fraction(140), max=Fraction(140))


def test_where_somebody_decides_the_size_is_shown_as_indicative_in_local_units() -> None:
    outcome = ask(exland(), a_credential(issuer={"country": "XG"}, credit=(7, "xg-unit")))
    assert outcome.credit is not None
    assert (outcome.credit.meaning, outcome.credit.amount, outcome.credit.system) == (
        "indicative", Fraction(7, 2), "xf-point")  # fmt: skip
    assert "points-units" in [step.by for step in outcome.explanation]


def test_a_level_is_compared_and_says_that_this_recognises_nothing() -> None:
    level = LevelReference(framework="xgq", value="B")
    outcome = ask(exland(), a_credential(issuer={"country": "XG"}, level=level))
    assert outcome.level is not None
    assert (outcome.level.framework, outcome.level.levels, outcome.level.method) == ("xfq", ("3",), "comparison")


def test_confidence_is_that_of_the_weakest_evidence() -> None:
    assert ask(exland(), a_credential(**PILOT)).confidence == "medium"


def test_an_old_review_is_warned_about() -> None:
    outcome = ask(exland(), a_credential(schemes=()), on=date(2026, 1, 1))
    assert any("2024-06-01" in warning for warning in outcome.warnings)


def test_the_report_carries_every_source_that_it_cites() -> None:
    question = Question(credential=a_credential(), as_of=DAY)
    report = evaluate(question, exland(), ())
    listed = {source.id for source in report.sources}
    assert listed
    for outcome in report.outcomes:
        assert set(outcome.sources) <= listed
        for part in (*outcome.explanation, *outcome.recognisers):
            assert {citation.source for citation in part.sources} <= listed


def test_the_same_question_gives_the_same_bytes() -> None:
    question = Question(credential=a_credential(credit=(5, "xf-point")), as_of=DAY)
    adapter = TypeAdapter(Report)
    one = adapter.dump_json(evaluate(question, exland(), ()))
    data = replace(exland().data, rules=tuple(reversed(exland().data.rules)))
    assert adapter.dump_json(evaluate(question, replace(exland(), data=data), ())) == one


def test_hours_that_are_a_range_stay_a_range() -> None:
    credential = a_credential(schemes=(), notional_hours=Range(min=Fraction(100), max=Fraction(150)))
    outcome = ask(exland(), credential)
    assert outcome.credit is not None
    assert (outcome.credit.min, outcome.credit.max) == (Fraction(100, 28), Fraction(150, 28))
    assert outcome.credit.bookable == Fraction(7, 2)


def test_credit_is_never_made_up_without_a_size() -> None:
    assert ask(exland(), a_credential(schemes=())).credit is None
    assert ask(exland(), a_credential(schemes=(), credit=(1, "bare-mark"))).credit is None
    assert CreditAmount(system="bare-mark", amount=Fraction(1)).interval.max == 1


def test_whoever_decides_can_be_appealed_against_where_a_route_is_recorded() -> None:
    outcome = ask(exland())
    assert outcome.status == "discretionary"
    assert [(a.by, a.to, a.url) for a in outcome.appeals] == [
        ("xf-court", "Recognition Centre of Exland", "https://xf.example/naric"),
        ("xr-ombudsman", None, None),
    ]


def test_a_body_has_its_own_route_first_and_none_of_another_kind_of_body() -> None:
    own = ask(exland(), by="xf-university")
    assert [a.by for a in own.appeals] == ["xf-university-board", "xf-court", "xr-ombudsman"]
    authority = ask(exland(), by="xf-authority")
    assert [a.by for a in authority.appeals] == ["xr-ombudsman"]


def test_a_route_is_told_only_for_its_purpose_and_in_its_time_and_not_for_a_yes() -> None:
    assert [a.by for a in ask(exland(), purpose="stacking").appeals] == ["xr-ombudsman"]
    assert [a.by for a in ask(exland(), on=date(2019, 1, 1)).appeals] == ["xr-ombudsman"]
    assert ask(exland(), on=date(2025, 1, 1)).appeals[0].by == "xf-court"
    yes = a_credential(schemes=("xf-pilot",), assessed=True, credit=("5", "xf-point"))
    assert ask(exland(), yes).status == "recognised"
    assert ask(exland(), yes).appeals == ()


def test_a_rule_without_a_first_day_says_so_for_days_before_its_oldest_source() -> None:
    warning = "Since when xf-boards-decide holds is not recorded"
    assert any(warning in text for text in ask(exland(), on=date(2023, 12, 31)).warnings)
    assert not any(warning in text for text in ask(exland(), on=date(2024, 1, 1)).warnings)


def test_labels_are_in_the_language_asked_for_and_fall_back_to_english() -> None:
    question = Question(
        credential=a_credential(level=LevelReference(framework="xfq", value="1")),
        as_of=DAY,
        jurisdictions=("XF",),
        purposes=("credit_transfer",),
    )
    assert evaluate(question, exland(), ()).labels == ()
    labels = evaluate(replace(question, language="fr-CA"), exland(), ()).labels
    told = {(label.kind, label.code): (label.text, label.language) for label in labels}
    assert told["status", "discretionary"] == ("décision au cas par cas", "fr")
    assert told["purpose", "credit_transfer"] == ("study credit", "en")
    assert told["jurisdiction", "XF"] == ("Exlande", "fr")
    assert told["framework", "xfq"] == ("Cadre de l'Exlande", "fr")
    assert told["level", "xfq 1"] == ("Niveau 1", "fr")
    assert told["level", "xfq 2"] == ("Level 2", "en")


def test_abroad_is_another_country_than_the_one_asked_about() -> None:
    rule = a_rule(scope=Criterion(issuer=IssuerTest(abroad=True)))
    places = tuple(Jurisdiction(id=code, name=code, kind="country", confidence="high") for code in ("XF", "XG"))
    rules = rules_of(rule, jurisdictions=places)
    assert ask(rules, a_credential(issuer={"country": "XG"})).status == "recognised"
    assert ask(rules, a_credential(issuer={"country": "XF"})).status == "no_information"
    assert ask(rules, a_credential(issuer={"country": "XF-1"})).status == "no_information"
    assert ask(rules, a_credential(issuer={})).missing == ("/credential/issuer/country",)


def test_a_refusal_of_awards_of_one_period_says_nothing_of_those_of_another() -> None:
    refusal = Decision(
        id="no", credentials=("c",), recogniser="b", purposes=("credit_transfer",), status="not_recognised",
        basis="decision", binding=True, statement="No.", confidence="high", dated_by="award",
        valid_to=date(2020, 1, 1),
    )  # fmt: skip
    body = Recogniser(id="b", name="Board", kind="competent_authority", jurisdiction="XF", confidence="high")
    rules = rules_of(recognisers=(body,))

    def asked(awarded: date) -> str:
        return ask(rules, a_credential(id="c", awarded_on=awarded), by="b", decisions=(refusal,)).status

    assert asked(date(2019, 12, 31)) == "not_recognised"
    assert asked(date(2020, 1, 1)) == "no_information"
