"""Checks that what is encoded rests on the evidence sheets kept in data/evidence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.datasets.exceptions import Exceptions
from app.datasets.problems import InvalidData, Problem
from app.datasets.reader import DataFile, read_as
from app.datasets.yaml_text import pointer_to
from app.domain.dataset import SECTIONS
from app.domain.sources import CONFIDENCES, Confidence, Statement


@dataclass(frozen=True, kw_only=True)
class _Fact:
    """What the checks need of a fact; a sheet says more of it."""

    id: str
    topic: str
    confidence: Confidence
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Source:
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    facts: tuple[_Fact, ...] = ()
    sources: Mapping[str, _Source] = field(default_factory=dict)


_SHEET = TypeAdapter(_Sheet)


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Every fact of the sheets by its id: topic, confidence, the ``url`` of its source, its ``file`` and ``line``.

    Raises InvalidData with all faults of a sheet.
    """
    facts: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        name = f"evidence/{path.name}"
        text, sheet = read_as(_SHEET, name, path.read_bytes())
        problems = []
        for n, fact in enumerate(sheet.facts):
            line = text.line_of(pointer_to("facts", n))
            if fact.source is not None and fact.source not in sheet.sources:
                place = pointer_to("facts", n, "source")
                problems.append(Problem(name, line, place, repr(fact.source)[:80], "one of the sources of the sheet"))
                continue
            facts[fact.id] = {
                "topic": fact.topic, "confidence": fact.confidence, "file": name, "line": line,
                "url": sheet.sources[fact.source].url if fact.source is not None else None,
            }  # fmt: skip
        if problems:
            raise InvalidData(problems)
    return facts


def check_evidence(files: Iterable[DataFile], facts: dict[str, dict[str, Any]]) -> list[Problem]:
    """Faults between statements and the facts that they name.

    Every fact must exist. A statement may not be surer than the best fact it names unless it cites a source of its
    own besides. Where its facts have sources, at least one of its citations must lead to one of those.
    """
    files = list(files)
    urls = {source.id: source.url for file in files for source in file.dataset.sources}
    return [problem for file in files for problem in _check_file(file, facts, urls)]


USED_TOPICS = frozenset(
    {
        "volume", "credit_system", "level", "level_mapping", "conversion", "he_credit_transfer", "stacking", "funding",
        "assessment", "quality_assurance", "legal_basis",
    }
)  # fmt: skip
"""Topics of which every fact is used by a statement, or listed as unused with the reason."""


def check_use(files: Iterable[DataFile], facts: Mapping[str, dict[str, Any]], exceptions: Exceptions) -> list[Problem]:
    """Faults where a fact is neither used nor listed as unused, or both."""
    used = {fact for file in files for fact in _named_in(file.dataset)}
    listed = {exception.fact for exception in exceptions.unused_facts}
    problems = [
        Problem(fact["file"], fact["line"], "", f"{name!r}, unused", "a statement that names it, or an exception")
        for name, fact in facts.items()
        if fact["topic"] in USED_TOPICS and name not in used | listed
    ]
    for name in sorted(listed):
        found = "a fact that a statement uses" if name in used else None if name in facts else "no such fact"
        if found:
            problems.append(Problem("exceptions.yaml", 1, "/unused_facts", f"{name!r}, {found}", "an unused fact"))
    return problems


def _named_in(thing: Any) -> Iterator[str]:
    """The facts that a thing or anything below it names."""
    if isinstance(thing, tuple):
        for item in thing:
            yield from _named_in(item)
    elif is_dataclass(thing):
        if isinstance(thing, Statement):
            yield from thing.evidence
        for part in fields(thing):
            yield from _named_in(getattr(thing, part.name))


def _check_file(file: DataFile, facts: dict[str, dict[str, Any]], urls: dict[str, str | None]) -> Iterator[Problem]:
    for section in SECTIONS:
        for n, item in enumerate(getattr(file.dataset, section)):
            if not isinstance(item, Statement):
                continue
            pointer = pointer_to(section, n, "evidence")
            named = []
            for fact_id in item.evidence:
                if fact_id in facts:
                    named.append(facts[fact_id])
                else:
                    yield file.problem(pointer, repr(fact_id), "the id of a fact in data/evidence")
            if not named:
                continue
            best = min((fact["confidence"] for fact in named), key=CONFIDENCES.index)
            cited = {urls.get(citation.source) for citation in item.sources} - {None}
            supporting = {fact["url"] for fact in named} - {None}
            if CONFIDENCES.index(item.confidence) < CONFIDENCES.index(best) and cited <= supporting:
                place = pointer_to(section, n, "confidence")
                yield file.problem(place, repr(item.confidence), f"no more than '{best}', that of its evidence")
            if supporting and item.sources and cited.isdisjoint(supporting):
                place = pointer_to(section, n, "sources")
                yield file.problem(place, "no source of its evidence", f"one of {', '.join(sorted(supporting))}")
