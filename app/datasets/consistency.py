"""Checks that statements agree with one another: dates, supersession, level tables, and links between credits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from app.datasets.exceptions import Exceptions
from app.datasets.problems import Problem
from app.datasets.reader import DataFile
from app.datasets.yaml_text import pointer_to
from app.domain.credit_cycles import TOLERANCE, Cycle, find_cycles
from app.domain.dataset import Dataset, merged
from app.domain.levels import Framework, LevelLink
from app.domain.rules import Decision, Rule
from app.domain.sources import Source, attested_from
from app.domain.validity import overlap

DATED = ("rules", "level_links", "equivalences", "decisions")
"""Sections whose statements need a period."""


class Placed(NamedTuple):
    """A statement and where it stands."""

    file: DataFile
    pointer: str
    item: Any

    def problem(self, key: str, found: str, expected: str) -> Problem:
        """A fault in it."""
        return self.file.problem(f"{self.pointer}/{key}", found, expected)


def check_consistency(files: Iterable[DataFile], exceptions: Exceptions) -> list[Problem]:
    """All faults between statements that are each sound in themselves."""
    files = list(files)
    data = merged(file.dataset for file in files)
    return [
        *_undated(files, {source.id: source for source in data.sources}),
        *_superseded(files),
        *_doubles(files),
        *_level_tables(files, {framework.id: framework for framework in data.frameworks}),
        *_credit_cycles(files, data, exceptions),
        *_nobody_to_ask(files, data),
    ]


def placed(files: Iterable[DataFile], *sections: str) -> Iterator[Placed]:
    """Every statement of some sections."""
    for file in files:
        for section in sections:
            for n, item in enumerate(getattr(file.dataset, section)):
                yield Placed(file, pointer_to(section, n), item)


def cycles_of(data: Dataset) -> list[Cycle]:
    """The cycles of the credit graph in which one credit does not come back as one, the worst first."""
    return find_cycles(data.credit_systems, data.credit_readings, data.equivalences)


def _undated(files: list[DataFile], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """A statement without a period needs at least a day for which it is attested."""
    limits = (
        Placed(scheme.file, f"{scheme.pointer}/limits/{n}", limit)
        for scheme in placed(files, "schemes")
        for n, limit in enumerate(scheme.item.limits)
    )
    for place in (*placed(files, *DATED), *limits):
        item = place.item
        if item.valid_from is None and item.valid_to is None and attested_from(item, sources) is None:
            yield place.problem("valid_from", "no day at all", "valid_from, a dated source, or reviewed_on")


def _superseded(files: list[DataFile]) -> Iterator[Problem]:
    """What was superseded ends, at the latest, on the first day of what superseded it."""
    for section in ("rules", "decisions"):
        known = {place.item.id: place for place in placed(files, section)}
        for place in known.values():
            for earlier in place.item.supersedes:
                if earlier in known and overlap(known[earlier].item, place.item):
                    start = place.item.valid_from
                    expected = f"no later than {start}, when {place.item.id} superseded it" if start else "a day"
                    end = known[earlier].item.valid_to
                    yield known[earlier].problem("valid_to", str(end) if end else "no valid_to", expected)


def _doubles(files: list[DataFile]) -> Iterator[Problem]:
    """The same rule, decision or table twice for the same day."""
    kinds: Mapping[str, Any] = {"rules": _sameness_of_rule, "decisions": _sameness_of_decision, "level_links": _pair}
    for section, sameness in kinds.items():
        groups: dict[Any, list[Placed]] = defaultdict(list)
        for place in placed(files, section):
            key = sameness(place.item)
            for before in groups[key]:
                if overlap(before.item, place.item) and _share_levels(before.item, place.item):
                    found = f"the same as {before.item.id}, in force at the same time"
                    yield place.problem("valid_from", found, "periods that do not overlap, or one statement")
                    break
            groups[key].append(place)


def _without_words(item: Any, *names: str) -> Any:
    """A statement without what may differ while it still says the same thing of the same things."""
    blank: dict[str, Any] = {"id": "", "valid_from": None, "valid_to": None, "sources": (), "evidence": ()}
    blank |= {"confidence": "low", "reviewed_on": None, "note": None, "statement": "", "supersedes": ()}
    return replace(item, **blank, **dict.fromkeys(names, None))


def _sameness_of_rule(rule: Rule) -> Any:
    return repr(_without_words(rule, "credit", "share", "level"))


def _sameness_of_decision(decision: Decision) -> Any:
    return repr(_without_words(decision, "credit", "share", "level"))


def _pair(link: LevelLink) -> Any:
    return link.framework, link.to_framework, link.strength


def _share_levels(one: Any, other: Any) -> bool:
    return not isinstance(one, LevelLink) or bool(set(one.table) & set(other.table))


def _level_tables(files: list[DataFile], frameworks: Mapping[str, Framework]) -> Iterator[Problem]:
    """A table has every level of the framework on its left, and never leads down where that leads up."""
    for place in placed(files, "level_links"):
        link: LevelLink = place.item
        left, right = frameworks.get(link.framework), frameworks.get(link.to_framework)
        if left is None or right is None:
            continue
        absent = [level.value for level in left.levels if level.value not in link.table]
        if absent and link.partial is None:
            yield place.problem("table", f"no {', '.join(absent)}", "every level of the framework, or 'partial'")
        if not absent and link.partial is not None:
            yield place.problem("partial", "a whole table", "no 'partial'")
        low = high = -1
        for level in left.levels:
            ranks = [rank for value in link.table.get(level.value, ()) if (rank := right.rank(value)) is not None]
            if ranks and (min(ranks) < low or max(ranks) < high):
                values = ", ".join(link.table[level.value])
                yield place.problem(f"table/{level.value}", values, "levels not below those of the level before")
            low, high = (min(ranks), max(ranks)) if ranks else (low, high)


def _nobody_to_ask(files: list[DataFile], data: Dataset) -> Iterator[Problem]:
    """Where somebody decides case by case there is somebody to ask, with a page."""
    pages = {body.id: body.url for body in data.recognisers}
    contacts = {place.id: place.contact for place in data.jurisdictions}
    for place in placed(files, "rules"):
        rule: Rule = place.item
        asked = (rule.contact, rule.recogniser, contacts.get(rule.jurisdiction))
        if rule.status == "discretionary" and not any(pages.get(body or "") for body in asked):
            yield place.problem("contact", "nobody to ask", "a contact with a url, here or for the place")


def _credit_cycles(files: list[DataFile], data: Dataset, exceptions: Exceptions) -> Iterator[Problem]:
    """Links between credits agree, all round, within the tolerance."""
    where = {place.item.id: place for place in placed(files, "credit_systems", "credit_readings", "equivalences")}
    allowed = {exception.link for exception in exceptions.credit_links}
    for cycle in cycles_of(data):
        if cycle.deviation > TOLERANCE and not allowed & set(cycle.links):
            place = where[next(link for link in reversed(cycle.links) if link in where)]
            expected = f"links that agree within {float(TOLERANCE):.0%} all round, or an exception with its reason"
            yield place.problem("id", f"a cycle, {cycle}", expected)
