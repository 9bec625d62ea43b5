"""Checks between statements: that every reference leads somewhere and every statement is dated and sourced."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from app.datasets.problems import Problem
from app.datasets.reader import DataFile
from app.datasets.yaml_text import pointer_to
from app.domain.appeals import AppealRoute
from app.domain.credential import Credential
from app.domain.credits import CreditAmount, CreditReading, CreditSystem, Equivalence, Range
from app.domain.criteria import CircumstanceTest, Criterion, IssuerTest, LevelTest, VolumeTest
from app.domain.dataset import SECTIONS, CatalogueEntry, ListedSkill, merged
from app.domain.jurisdictions import WORLD, Jurisdiction, Membership
from app.domain.levels import Framework, LevelLink, LevelReference
from app.domain.recognisers import Recogniser, Register
from app.domain.rules import Decision, Grant, LevelGrant, Rule, Ruling, Share
from app.domain.schemes import Scheme
from app.domain.sources import Citation, Statement
from app.domain.validity import Dated

Fault = tuple[str, str, str]
"""Key within the object, what was found, what was expected."""

_GRANT_NEEDS = {
    "exact": ("amount", "system"),
    "up_to": ("max", "system"),
    "at_least": ("min", "system"),
    "range": ("min", "max", "system"),
    "own_size": ("system",),
}


@dataclass(frozen=True)
class Known:
    """Everything that can be referred to, by section."""

    ids: Mapping[str, Mapping[str, Any]]
    unlisted: frozenset[str] = frozenset()
    """Sections of which not everything is listed: any id may exist."""

    def missing(self, section: str, key: str, wanted: str | None) -> Iterator[Fault]:
        """A fault when the id does not exist; it names the nearest that do."""
        if section in self.unlisted:
            return
        known = self.ids[section]
        if wanted is None or wanted in known or (section == "jurisdictions" and wanted == WORLD):
            return
        near = get_close_matches(wanted, known, n=3, cutoff=0.5)
        hint = f" ({' or '.join(near)}?)" if near else ""
        yield key, repr(wanted), f"the id of one of the {section.replace('_', ' ')}{hint}"

    def missing_levels(self, framework: str, key: str, values: Iterable[str | None]) -> Iterator[Fault]:
        """A fault for every level that the framework does not have."""
        yield from self.missing("frameworks", key, framework)
        known = self.ids["frameworks"].get(framework)
        for value in values:
            if known is not None and value is not None and known.rank(value) is None:
                levels = ", ".join(level.value for level in known.levels)
                yield key, repr(value), f"a level of {framework}: {levels}"


def check_files(files: Iterable[DataFile]) -> list[Problem]:
    """All faults between the statements of these files, each with its file and line."""
    files = list(files)
    everything = merged(file.dataset for file in files)
    known = Known({section: {item.id: item for item in getattr(everything, section)} for section in SECTIONS})
    return [*_double_ids(files), *(p for file in files for p in _check_object(file, file.dataset, (), known))]


def _double_ids(files: Iterable[DataFile]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        for section in SECTIONS:
            for n, item in enumerate(getattr(file.dataset, section)):
                kind = "rules and decisions" if section in ("rules", "decisions") else section
                place = f"{file.text.name} line {file.text.line_of(pointer_to(section, n))}"
                before = seen.setdefault((kind, item.id), place)
                if before != place:
                    pointer = pointer_to(section, n, "id")
                    yield file.problem(pointer, f"{item.id!r}, which {before} has too", "an id of its own")


def _check_object(file: DataFile, thing: Any, parts: tuple[object, ...], known: Known) -> Iterator[Problem]:
    for place, found, expected in faults_of(thing, known, parts):
        yield file.problem(pointer_to(*place), found, expected)


def faults_of(
    thing: Any, known: Known, parts: tuple[object, ...] = ()
) -> Iterator[tuple[tuple[object, ...], str, str]]:
    """What is wrong within a thing: where, what was found, what was expected."""
    if isinstance(thing, tuple):
        for n, item in enumerate(thing):
            yield from faults_of(item, known, (*parts, n))
    elif is_dataclass(thing):
        for kind, check in _CHECKS.items():
            if isinstance(thing, kind):
                for key, found, expected in check(thing, known):
                    yield (*parts, *([key] if key else [])), found, expected
        for part in fields(thing):
            yield from faults_of(getattr(thing, part.name), known, (*parts, part.name))


def _dated(thing: Dated, known: Known) -> Iterator[Fault]:
    if thing.is_empty():
        yield "valid_to", str(thing.valid_to), f"a day after {thing.valid_from} (the end is not included)"


def _statement(thing: Statement, known: Known) -> Iterator[Fault]:
    if not thing.sources and thing.confidence != "low" and not isinstance(thing, Jurisdiction | CatalogueEntry):
        yield "confidence", repr(thing.confidence), "'low', because no source is cited"


def _ruling(thing: Ruling, known: Known) -> Iterator[Fault]:
    yield from known.missing("recognisers", "contact", thing.contact)
    if not thing.purposes:
        yield "purposes", "none", "at least one purpose"
    if thing.basis == "practice" and thing.binding:
        yield "binding", "true", "false, because nobody must follow what is only practice"


def _appeal_route(thing: AppealRoute, known: Known) -> Iterator[Fault]:
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    yield from known.missing("recognisers", "recogniser", thing.recogniser)
    yield from known.missing("recognisers", "to", thing.to)


def _rule(thing: Rule, known: Known) -> Iterator[Fault]:
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    yield from known.missing("schemes", "scheme", thing.scheme)
    yield from known.missing("recognisers", "recogniser", thing.recogniser)
    for recogniser in thing.except_recognisers:
        yield from known.missing("recognisers", "except_recognisers", recogniser)
    for earlier in thing.supersedes:
        yield from known.missing("rules", "supersedes", earlier)


def _decision(thing: Decision, known: Known) -> Iterator[Fault]:
    yield from known.missing("recognisers", "recogniser", thing.recogniser)
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    for credential in thing.credentials:
        yield from known.missing("credentials", "credentials", credential)
    for earlier in thing.supersedes:
        yield from known.missing("decisions", "supersedes", earlier)


def _grant(thing: Grant, known: Known) -> Iterator[Fault]:
    yield from known.missing("credit_systems", "system", thing.system)
    for key in _GRANT_NEEDS.get(thing.meaning, ()):
        if getattr(thing, key) is None:
            yield "", f"no '{key}'", f"'{key}', because meaning is {thing.meaning}"


def _share(thing: Share, known: Known) -> Iterator[Fault]:
    for key in ("min", "max", "about"):
        value = getattr(thing, key)
        if value is not None and not 0 <= value <= 1:
            yield key, str(value), 'a share between 0 and 1, such as "2/5" for 40 %'


def _level_range(thing: LevelGrant | LevelReference, known: Known) -> Iterator[Fault]:
    yield from known.missing_levels(thing.framework, "framework", (thing.value, thing.min, thing.max))


def _level_test(thing: LevelTest, known: Known) -> Iterator[Fault]:
    yield from known.missing_levels(thing.framework, "framework", (thing.at_least, thing.at_most, *thing.one_of))


def _level_link(thing: LevelLink, known: Known) -> Iterator[Fault]:
    yield from known.missing_levels(thing.framework, "framework", thing.table)
    reached = [value for values in thing.table.values() for value in values]
    yield from known.missing_levels(thing.to_framework, "to_framework", reached)


def _criterion(thing: Criterion, known: Known) -> Iterator[Fault]:
    for section in ("schemes", "registers", "credentials"):
        for wanted in getattr(thing, section):
            yield from known.missing(section, section, wanted)


def _circumstance_test(thing: CircumstanceTest, known: Known) -> Iterator[Fault]:
    yield from known.missing("circumstances", "fact", thing.fact)


def _issuer_test(thing: IssuerTest, known: Known) -> Iterator[Fault]:
    for country in thing.country:
        yield from known.missing("jurisdictions", "country", country)


def _jurisdiction(thing: Jurisdiction, known: Known) -> Iterator[Fault]:
    yield from known.missing("credit_systems", "credit_system", thing.credit_system)
    yield from known.missing("frameworks", "framework", thing.framework)
    yield from known.missing("recognisers", "contact", thing.contact)


def _credential(thing: Credential, known: Known) -> Iterator[Fault]:
    for section in ("schemes", "registers"):
        for wanted in getattr(thing, section) or ():
            yield from known.missing(section, section, wanted)
    for fact in thing.features:
        yield from known.missing("circumstances", "features", fact)


def _entry(thing: CatalogueEntry, known: Known) -> Iterator[Fault]:
    if thing.credential.id not in (None, thing.id):
        yield "credential", f"the id {thing.credential.id!r}", f"{thing.id!r}, the id of the entry, or none"


def _listed_skill(thing: ListedSkill, known: Known) -> Iterator[Fault]:
    for key in ("uri", "label"):
        if not getattr(thing, key).strip():
            yield key, "an empty text", "what the framework says"


def _place(key: str = "jurisdiction") -> Callable[[Any, Known], Iterator[Fault]]:
    return lambda thing, known: known.missing("jurisdictions", key, getattr(thing, key))


def _keeper(thing: Framework | Register, known: Known) -> Iterator[Fault]:
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    yield from known.missing("recognisers", "keeper", thing.keeper)


def _scheme(thing: Scheme, known: Known) -> Iterator[Fault]:
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    yield from known.missing("recognisers", "authority", thing.authority)
    for place in thing.issuer_places:
        yield from known.missing("jurisdictions", "issuer_places", place)


def _recogniser(thing: Recogniser, known: Known) -> Iterator[Fault]:
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    for earlier in thing.succeeds:
        yield from known.missing("recognisers", "succeeds", earlier)


def _system(key: str) -> Callable[[Any, Known], Iterator[Fault]]:
    return lambda thing, known: known.missing("credit_systems", key, getattr(thing, key))


def _local_unit(thing: CreditReading | Equivalence, known: Known) -> Iterator[Fault]:
    yield from known.missing("credit_systems", "system", thing.system)
    yield from known.missing("jurisdictions", "jurisdiction", thing.jurisdiction)
    yield from known.missing("recognisers", "recogniser", thing.recogniser)


def _range(thing: Range, known: Known) -> Iterator[Fault]:
    if thing.min is not None and thing.max is not None and thing.min > thing.max:
        yield "max", str(thing.max), f"at least the min, {thing.min}"


_CHECKS: Mapping[type, Callable[[Any, Known], Iterator[Fault]]] = {
    Dated: _dated,
    Statement: _statement,
    Ruling: _ruling,
    Rule: _rule,
    AppealRoute: _appeal_route,
    Decision: _decision,
    Grant: _grant,
    Share: _share,
    LevelGrant: _level_range,
    LevelReference: _level_range,
    LevelTest: _level_test,
    LevelLink: _level_link,
    VolumeTest: _system("system"),
    CreditAmount: _system("system"),
    Criterion: _criterion,
    CircumstanceTest: _circumstance_test,
    IssuerTest: _issuer_test,
    Citation: lambda thing, known: known.missing("sources", "source", thing.source),
    Membership: _place("region"),
    Jurisdiction: _jurisdiction,
    Credential: _credential,
    CatalogueEntry: _entry,
    ListedSkill: _listed_skill,
    CreditSystem: _place(),
    CreditReading: _local_unit,
    Equivalence: _local_unit,
    Range: _range,
    Framework: _keeper,
    Register: _keeper,
    Scheme: _scheme,
    Recogniser: _recogniser,
}
