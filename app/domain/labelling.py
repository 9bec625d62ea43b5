"""Collects what the codes of an answer are called in the language asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from app.domain.labels import ENGLISH, Label, LabelKind, pick
from app.domain.report import Report
from app.domain.ruleset import RuleSet


def labels_of(report: Report, rules: RuleSet, language: str) -> tuple[Label, ...]:
    """What the codes of an answer are called in a language, each once, falling back to English."""
    found = {
        (kind, code): _label(kind, code, english, names, language)
        for kind, code, english, names in _named(report, rules)
    }
    return tuple(found[key] for key in sorted(found))


def _label(kind: LabelKind, code: str, english: str, names: Mapping[str, str], language: str) -> Label:
    tag, text = pick(language, {ENGLISH: english, **names}) or (ENGLISH, english)
    return Label(kind=kind, code=code, text=text, language=tag)


Named = tuple[LabelKind, str, str, Mapping[str, str]]


def _named(report: Report, rules: RuleSet) -> Iterator[Named]:
    """Every code of the answer that has a name: kind, code, English name, other names."""
    levels = [report.credential.credential.level, *(outcome.level for outcome in report.outcomes)]
    for level in levels:
        framework = rules.levels.frameworks.get(level.framework) if level else None
        if framework is not None:
            yield "framework", framework.id, framework.name, framework.labels
            for step in framework.levels:
                yield "level", f"{framework.id} {step.value}", step.title or f"Level {step.value}", step.labels
    for outcome in report.outcomes:
        yield from _term("status", outcome.status, rules)
        yield from _term("purpose", outcome.purpose, rules)
        place = rules.places.by_code.get(outcome.jurisdiction)
        if place is not None:
            yield "jurisdiction", place.id, place.name, place.labels
        unit = rules.credits.systems.get((outcome.credit.system if outcome.credit else None) or "")
        if unit is not None:
            yield "credit_system", unit.id, unit.name, unit.labels
        yield from _bodies(
            (outcome.contact.id if outcome.contact else None, *(m.recogniser for m in outcome.recognisers)), rules
        )
        for member in outcome.recognisers:
            yield from _term("status", member.status, rules)


def _bodies(ids: Iterable[str | None], rules: RuleSet) -> Iterator[Named]:
    for body_id in ids:
        body = rules.recognisers.get(body_id or "")
        if body is not None:
            yield "recogniser", body.id, body.name, body.labels


def _term(kind: Literal["status", "purpose"], code: str, rules: RuleSet) -> Iterator[Named]:
    term = rules.terms.get(code)
    if term is not None:
        yield kind, code, term.name, term.labels
