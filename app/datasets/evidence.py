"""Checks that what is encoded rests on the evidence sheets kept in data/evidence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from app.datasets.exceptions import Exceptions
from app.datasets.problems import Problem
from app.datasets.reader import DataFile
from app.datasets.yaml_text import pointer_to, read_yaml
from app.domain.dataset import SECTIONS
from app.domain.sources import CONFIDENCES, Statement


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Every fact of the sheets by its id, with the URL of its source under ``url`` and its ``file`` and ``line``."""
    facts: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        text = read_yaml(path.name, path.read_bytes())
        sheet: Any = text.value
        for n, fact in enumerate(sheet["facts"]):
            source = sheet["sources"].get(fact.get("source") or "", {})
            facts[fact["id"]] = {
                **fact,
                "url": source.get("url"),
                "file": f"evidence/{path.name}",
                "line": text.line_of(pointer_to("facts", n)),
            }
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
        for field in fields(thing):
            yield from _named_in(getattr(thing, field.name))


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
