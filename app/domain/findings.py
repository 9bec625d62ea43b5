"""Tests criteria on the facts of a question: each part comes out true, false or unknown, with what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from app.domain.credits import Range, as_range
from app.domain.criteria import (
    AwardTest,
    CircumstanceTest,
    Criterion,
    IssuerTest,
    LevelTest,
    NumberTest,
    ProgrammeTest,
    VolumeTest,
)
from app.domain.facts import Facts
from app.domain.programmes import WIDER_LEVELS
from app.domain.schemes import Scheme
from app.domain.text import contains_phrase, fold
from app.domain.truth import Truth, all_of, any_of, negated, truth_of
from app.domain.validity import as_days, years_before


@dataclass(frozen=True)
class Finding:
    """How one part of a criterion came out."""

    text: str
    """The test in words."""
    truth: Truth
    """How it came out."""
    missing: tuple[str, ...] = ()
    """Attributes that would settle it, as JSON pointers into the question."""


def truth_of_findings(findings: Iterable[Finding]) -> Truth:
    """Whether all findings hold together."""
    return all_of(finding.truth for finding in findings)


def missing_in(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What the undecided findings lack, each once, in order."""
    return tuple(dict.fromkeys(name for f in findings if f.truth is Truth.UNKNOWN for name in f.missing))


def find(criterion: Criterion, facts: Facts) -> tuple[Finding, ...]:
    """Test a criterion part by part; together they hold when all findings are true."""
    return tuple(finding for name, wanted in criterion.parts for finding in _TESTS[name](wanted, facts))


def holds(criterion: Criterion, facts: Facts) -> Truth:
    """Whether a criterion holds for these facts."""
    return truth_of_findings(find(criterion, facts))


# One function for every part of a criterion -------------------------------------------------------------------


def _find_all(parts: tuple[Criterion, ...], facts: Facts) -> tuple[Finding, ...]:
    return tuple(finding for part in parts for finding in find(part, facts))


def _joined(findings: Iterable[Finding], word: str) -> str:
    return f" {word} ".join(finding.text for finding in findings) or "anything"


def _find_any(parts: tuple[Criterion, ...], facts: Facts) -> tuple[Finding, ...]:
    tried = [find(part, facts) for part in parts]
    truth = any_of(truth_of_findings(findings) for findings in tried)
    text = " or ".join(_joined(findings, "and") for findings in tried)
    missing = tuple(dict.fromkeys(name for findings in tried for name in missing_in(findings)))
    return (Finding(text, truth, missing if truth is Truth.UNKNOWN else ()),)


def _find_none(parts: tuple[Criterion, ...], facts: Facts) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"not: {_joined(findings, 'and')}", truth, missing_in(findings) if truth is Truth.UNKNOWN else ())
        for findings in (find(part, facts) for part in parts)
        for truth in (negated(truth_of_findings(findings)),)
    )


def _interval_within(value: Range | None, at_least: Fraction | None, at_most: Fraction | None) -> Truth:
    """Whether an interval lies inside limits: false only when no part of it does."""
    if value is None:
        return Truth.UNKNOWN
    low_ok = at_least is None or (value.min is not None and value.min >= at_least)
    high_ok = at_most is None or (value.max is not None and value.max <= at_most)
    if low_ok and high_ok:
        return Truth.TRUE
    below = at_least is not None and value.max is not None and value.max < at_least
    above = at_most is not None and value.min is not None and value.min > at_most
    return Truth.FALSE if below or above else Truth.UNKNOWN


def _limits(at_least: object, at_most: object) -> str:
    match at_least, at_most:
        case None, most:
            return f"at most {most}"
        case least, None:
            return f"at least {least}"
    return f"{at_least} to {at_most}"


def _find_level(test: LevelTest, facts: Facts) -> tuple[Finding, ...]:
    framework = facts.levels.frameworks.get(test.framework)
    name = framework.aliases[0] if framework and framework.aliases else test.framework
    if framework is None:
        return (Finding(f"level in {name}", Truth.UNKNOWN),)
    allowed = set(test.one_of or framework.between(test.at_least, test.at_most))
    wanted = ", ".join(test.one_of) or _limits(test.at_least, test.at_most)
    text = f"{name} level {wanted}"
    if facts.credential.level is None:
        return (Finding(text, Truth.UNKNOWN, ("/credential/level",)),)
    result = facts.levels.convert(facts.credential.level, test.framework, facts.as_of)
    if result is None:
        return (Finding(text, Truth.UNKNOWN, ("/credential/level",)),)
    reached = set(result.levels)
    inside = bool(reached) and reached <= allowed
    truth = Truth.TRUE if inside else Truth.UNKNOWN if reached & allowed else Truth.FALSE
    return (Finding(text, truth, ("/credential/level",)),)


def _find_volume(test: VolumeTest, facts: Facts) -> tuple[Finding, ...]:
    truth = _interval_within(facts.volume(test.system), test.at_least, test.at_most)
    text = f"size of {_limits(test.at_least, test.at_most)} {test.system}"
    return (Finding(text, truth, ("/credential/credit", "/credential/notional_hours")),)


def _find_hours(test: NumberTest, facts: Facts) -> tuple[Finding, ...]:
    truth = _interval_within(facts.notional_hours(), test.at_least, test.at_most)
    text = f"{_limits(test.at_least, test.at_most)} notional learning hours"
    return (Finding(text, truth, ("/credential/notional_hours",)),)


def _find_duration(test: NumberTest, facts: Facts) -> tuple[Finding, ...]:
    weeks = facts.credential.duration_weeks
    truth = _interval_within(None if weeks is None else as_range(weeks), test.at_least, test.at_most)
    return (Finding(f"{_limits(test.at_least, test.at_most)} weeks", truth, ("/credential/duration_weeks",)),)


_FLAG_WORDS = {
    "assessed": ("assessed", "not assessed"),
    "proctored": ("assessment supervised", "assessment not supervised"),
    "identity_verified": ("identity of the holder verified", "identity of the holder not verified"),
    "graded": ("graded", "not graded"),
    "credit_bearing": ("credit-bearing", "not credit-bearing"),
}


def _find_flag(name: str, wanted: bool, facts: Facts) -> tuple[Finding, ...]:
    told: bool | None = getattr(facts.credential, name)
    truth = truth_of(None if told is None else told == wanted)
    return (Finding(_FLAG_WORDS[name][0 if wanted else 1], truth, (f"/credential/{name}",)),)


def _find_quality_assured(wanted: bool, facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.quality_assured_by
    truth = truth_of(None if told is None else bool(told) == wanted)
    text = "quality-assured" if wanted else "not quality-assured"
    return (Finding(text, truth, ("/credential/quality_assured_by",)),)


def _names_match(told: Iterable[str], wanted: Iterable[str], facts: Facts) -> bool:
    def meanings(names: Iterable[str]) -> set[str]:
        folded = {fold(name) for name in names}
        return folded.union(*(facts.same_as.get(name, frozenset()) for name in folded))

    return not meanings(told).isdisjoint(meanings(wanted))


def _find_quality_assured_by(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.quality_assured_by
    truth = truth_of(None if told is None else _names_match(told, wanted, facts))
    return (Finding(f"quality-assured by {' or '.join(wanted)}", truth, ("/credential/quality_assured_by",)),)


def _find_issuer(test: IssuerTest, facts: Facts) -> tuple[Finding, ...]:
    issuer = facts.credential.issuer
    findings = []
    if test.kind:
        truth = truth_of(None if issuer.kind is None else issuer.kind in test.kind)
        words = " or ".join(kind.replace("_", " ") for kind in test.kind)
        findings.append(Finding(f"issued by a {words}", truth, ("/credential/issuer/kind",)))
    if test.country:
        told = None
        if issuer.country is not None:
            told = any(facts.places.lies_in(issuer.country, place, facts.as_of) for place in test.country)
            if not told and any(facts.places.lies_in(p, issuer.country, facts.as_of) for p in test.country):
                told = None  # only the wider place was told: the issuer may sit in the part that is asked for
        text = f"issued in {' or '.join(test.country)}"
        findings.append(Finding(text, truth_of(told), ("/credential/issuer/country",)))
    if test.abroad is not None:
        text = "issued in another country" if test.abroad else "issued in the same country"
        told = _is_abroad(issuer.country, facts)
        truth = truth_of(None if told is None else told == test.abroad)
        findings.append(Finding(text, truth, ("/credential/issuer/country",)))
    if test.name:
        truth = truth_of(None if issuer.name is None else _names_match([issuer.name], test.name, facts))
        findings.append(Finding(f"issued by {' or '.join(test.name)}", truth, ("/credential/issuer/name",)))
    if test.accredited_by:
        told_by = issuer.accredited_by
        truth = truth_of(None if told_by is None else _names_match(told_by, test.accredited_by, facts))
        text = f"issuer accredited by {' or '.join(test.accredited_by)}"
        findings.append(Finding(text, truth, ("/credential/issuer/accredited_by",)))
    return tuple(findings)


def _is_abroad(country: str | None, facts: Facts) -> bool | None:
    """Whether an issuer sits in another country than the one asked about. Of a region the other countries are meant."""
    asked = facts.places.by_code.get(facts.place or "")
    if country is None or facts.place is None:
        return None
    if asked is not None and asked.kind == "region":
        return True
    return country.partition("-")[0] != facts.place.partition("-")[0]


def _find_schemes(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    known = [facts.schemes[scheme] for scheme in wanted if scheme in facts.schemes]
    text = f"awarded under {' or '.join(scheme.name for scheme in known) or ' or '.join(wanted)}"
    told = facts.credential.schemes
    if told is not None:
        return (Finding(text, truth_of(not set(told).isdisjoint(wanted))),)
    country = facts.credential.issuer.country
    if country is not None and known and all(_from_elsewhere(scheme, country, facts) for scheme in known):
        return (Finding(text, Truth.FALSE),)
    return (Finding(text, Truth.UNKNOWN, ("/credential/schemes",)),)


def _from_elsewhere(scheme: Scheme, country: str, facts: Facts) -> bool:
    """Whether an issuer from this place cannot award under the scheme at all."""
    return bool(scheme.issuer_places) and not any(
        facts.places.lies_in(country, place, facts.as_of) or facts.places.lies_in(place, country, facts.as_of)
        for place in scheme.issuer_places
    )


def _find_registers(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.registers
    truth = truth_of(None if told is None else not set(told).isdisjoint(wanted))
    return (Finding(f"entered in {' or '.join(wanted)}", truth, ("/credential/registers",)),)


def _find_kind(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.kind
    truth = truth_of(None if told is None else told in wanted)
    words = " or ".join(kind.replace("_", " ") for kind in wanted)
    return (Finding(f"is a {words}", truth, ("/credential/kind",)),)


def _find_any_listed(name: str, text: str, wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    told: tuple[str, ...] | None = getattr(facts.credential, name)
    truth = truth_of(None if told is None else not set(told).isdisjoint(wanted))
    words = " or ".join(value.replace("_", " ") for value in wanted)
    return (Finding(f"{text} {words}", truth, (f"/credential/{name}",)),)


def _find_field(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.field
    text = f"field of study {' or '.join(wanted)} (ISCED-F)"
    if told is None:
        return (Finding(text, Truth.UNKNOWN, ("/credential/field",)),)
    if told.startswith(wanted):
        return (Finding(text, Truth.TRUE),)
    broader = any(code.startswith(told) for code in wanted)
    return (Finding(text, Truth.UNKNOWN if broader else Truth.FALSE, ("/credential/field",)),)


def _find_awarded(test: AwardTest, facts: Facts) -> tuple[Finding, ...]:
    told = facts.credential.awarded_on
    awarded = None if told is None else as_days(told)

    def finding(text: str, first: date | None, end: date | None) -> Finding:
        truth = truth_of(None if awarded is None else awarded.within(first, end))
        return Finding(f"awarded {text}", truth, ("/credential/awarded_on",))

    findings = []
    if test.on_or_after is not None:
        findings.append(finding(f"on or after {test.on_or_after}", test.on_or_after, None))
    if test.before is not None:
        findings.append(finding(f"before {test.before}", None, test.before))
    if test.within_years is not None:
        span = "year" if test.within_years == 1 else f"{test.within_years} years"
        findings.append(finding(f"within the last {span}", years_before(facts.as_of, test.within_years), None))
    return tuple(findings)


def _find_title(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    titles = (facts.credential.title, *facts.credential.aliases)
    truth = truth_of(any(contains_phrase(title, words) for title in titles for words in wanted))
    return (Finding(f"title contains {' or '.join(repr(words) for words in wanted)}", truth),)


def _find_credentials(wanted: tuple[str, ...], facts: Facts) -> tuple[Finding, ...]:
    return (Finding(f"is {' or '.join(wanted)}", truth_of(facts.credential.id in wanted)),)


def _find_circumstances(tests: tuple[CircumstanceTest, ...], facts: Facts) -> tuple[Finding, ...]:
    return tuple(_find_circumstance(test, facts) for test in tests)


def _find_circumstance(test: CircumstanceTest, facts: Facts) -> Finding:
    holders = {
        "/credential/features": facts.credential.features,
        "/holder": facts.holder,
        "/programme/features": facts.programme.features,
    }
    told = next((told[test.fact] for told in holders.values() if test.fact in told), None)
    parts = []
    known = facts.circumstances.get(test.fact)
    words = known.text.rstrip(".") if known else test.fact.replace("_", " ")
    if test.equals is not None:
        parts.append(truth_of(None if told is None else told == test.equals))
        words = words if test.equals is True else f"{words}: {test.equals}"
    if test.one_of:
        folded = {fold(word) for word in test.one_of}
        parts.append(truth_of(None if told is None else fold(str(told)) in folded))
        words += f" one of {', '.join(test.one_of)}"
    if test.at_least is not None or test.at_most is not None:
        value = None if told is None else as_range(Fraction(str(told)))
        parts.append(_interval_within(value, test.at_least, test.at_most))
        words += f" {_limits(test.at_least, test.at_most)}"
    if test.on_or_after is not None:
        parts.append(truth_of(None if told is None else date.fromisoformat(str(told)) >= test.on_or_after))
        words += f" on or after {test.on_or_after}"
    if test.before is not None:
        parts.append(truth_of(None if told is None else date.fromisoformat(str(told)) < test.before))
        words += f" before {test.before}"
    return Finding(words, all_of(parts), (f"fact:{test.fact}",))


def _find_programme(test: ProgrammeTest, facts: Facts) -> tuple[Finding, ...]:
    programme = facts.programme
    findings = []
    if test.level:
        wanted = set(test.level).union(*(WIDER_LEVELS.get(level, ()) for level in test.level))
        told = None
        if programme.level is not None:
            told = programme.level in wanted
            if not told and not WIDER_LEVELS.get(programme.level, frozenset()).isdisjoint(wanted):
                told = None
        text = f"programme at {' or '.join(test.level)} level"
        findings.append(Finding(text, truth_of(told), ("/programme/level",)))
    if test.title:
        told = None
        if programme.title is not None:
            told = any(contains_phrase(programme.title, words) for words in test.title)
        text = f"programme called {' or '.join(repr(words) for words in test.title)}"
        findings.append(Finding(text, truth_of(told), ("/programme/title",)))
    return tuple(findings)


_TESTS: Mapping[str, Callable[[Any, Facts], tuple[Finding, ...]]] = {
    "all_of": _find_all,
    "any_of": _find_any,
    "none_of": _find_none,
    "level": _find_level,
    "volume": _find_volume,
    "notional_hours": _find_hours,
    "duration_weeks": _find_duration,
    **{name: partial(_find_flag, name) for name in _FLAG_WORDS},
    "quality_assured": _find_quality_assured,
    "quality_assured_by": _find_quality_assured_by,
    "issuer": _find_issuer,
    "schemes": _find_schemes,
    "registers": _find_registers,
    "kind": _find_kind,
    "delivery": partial(_find_any_listed, "delivery", "taught as"),
    "field": _find_field,
    "digital_formats": partial(_find_any_listed, "digital_formats", "issued as"),
    "awarded": _find_awarded,
    "title": _find_title,
    "credentials": _find_credentials,
    "circumstances": _find_circumstances,
    "programme": _find_programme,
}
