"""The coverage report: how much is recorded for every place and purpose."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.datasets.reader import read_files
from app.domain.dataset import Dataset, merged
from app.domain.rules import BASES, PURPOSES, Decision, Purpose, Rule
from app.domain.sources import Source, weakest_confidence

INTRODUCTION = """\
# Coverage

Written by `make coverage-report`; a test keeps it current.

What is recorded for every place and purpose. Rules of wider places (EU, EHEA, ASEAN, the whole world) hold for their
members too and are counted only in their own row. A dash says that nothing is recorded, which is not a no.
"""


def coverage_report(data: Path) -> str:
    """The report on a data folder, in Markdown. Raises InvalidData."""
    return _report(merged(file.dataset for file in read_files([data / "frameworks", data / "catalogue"])))


def _report(data: Dataset) -> str:
    sources = {source.id: source for source in data.sources}
    bodies = {body.id: body.jurisdiction for body in data.recognisers}
    overview: list[Sequence[object]] = []
    details: list[Sequence[object]] = []
    for place in data.jurisdictions:
        decisions = [d for d in data.decisions if (d.jurisdiction or bodies[d.recogniser]) == place.id]
        counts = []
        for purpose in PURPOSES:
            rules = [rule for rule in data.rules if rule.jurisdiction == place.id and purpose in rule.purposes]
            counts.append(len(rules) or "-")
            if rules:
                details.append((place.id, purpose.replace("_", " "), *_summary(rules, decisions, purpose, sources)))
        overview.append((place.id, place.name, *counts, len(decisions) or "-"))
    total = f"{len(data.rules)} rules and {len(data.decisions)} decisions on {len(data.credentials)} credentials"
    return "\n".join(
        [
            INTRODUCTION,
            f"{len(data.jurisdictions)} places, {total}, from {len(data.sources)} sources.\n",
            "## Rules by place and purpose\n",
            *_table(("place", "name", *(p.replace("_", " ") for p in PURPOSES), "decisions"), overview),
            "\n## On what they rest\n",
            "An ended rule is one with a last day. The newest source is the latest date among the sources cited.\n",
            *_table(
                (
                    "place",
                    "purpose",
                    "rules",
                    "ended",
                    "best basis",
                    "weakest confidence",
                    "newest source",
                    "decisions",
                ),
                details,
            ),
            "",
        ]
    )


def _summary(
    rules: Sequence[Rule], decisions: Iterable[Decision], purpose: Purpose, sources: dict[str, Source]
) -> tuple[object, ...]:
    cited = [sources[citation.source] for rule in rules for citation in rule.sources if citation.source in sources]
    days = [day for source in cited if (day := source.not_before) is not None]
    return (
        len(rules),
        sum(rule.valid_to is not None for rule in rules) or "-",
        min((rule.basis for rule in rules), key=BASES.index).replace("_", " "),
        weakest_confidence(rule.confidence for rule in rules),
        max(days).year if days else "undated",
        sum(purpose in decision.purposes for decision in decisions) or "-",
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines]
