"""Checks that what is encoded rests on the evidence sheets kept in data/evidence."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.datasets.problems import Problem
from app.datasets.reader import DataFile
from app.datasets.yaml_text import pointer_to, read_yaml
from app.domain.dataset import SECTIONS
from app.domain.sources import CONFIDENCES, Statement


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Every fact of the sheets by its id, with the URL of its source under ``url``."""
    facts: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        sheet: Any = read_yaml(path.name, path.read_bytes()).value
        for fact in sheet["facts"]:
            source = sheet["sources"].get(fact.get("source") or "", {})
            facts[fact["id"]] = {**fact, "url": source.get("url")}
    return facts


def check_evidence(files: Iterable[DataFile], facts: dict[str, dict[str, Any]]) -> list[Problem]:
    """Faults between statements and the facts that they name.

    Every fact must exist. A statement may not be surer than the best fact it names unless it cites a source of its
    own besides. Where its facts have sources, at least one of its citations must lead to one of those.
    """
    files = list(files)
    urls = {source.id: source.url for file in files for source in file.dataset.sources}
    return [problem for file in files for problem in _check_file(file, facts, urls)]


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
