"""The framework data of one release, arranged for answering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.domain.circumstances import Circumstance
from app.domain.credits import CreditGraph
from app.domain.dataset import Dataset
from app.domain.jurisdictions import Places
from app.domain.labels import Term
from app.domain.levels import Framework, LevelGraph
from app.domain.memory import remembered
from app.domain.recognisers import Recogniser
from app.domain.report import ReleaseReference
from app.domain.rules import Decision, Rule, Ruling
from app.domain.schemes import Scheme
from app.domain.sources import Source
from app.domain.text import PhraseIndex, fold


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Everything that evaluation looks up, compiled once for a release."""

    release: ReleaseReference
    data: Dataset

    @cached_property
    def places(self) -> Places:
        """Jurisdictions and who belongs to whom."""
        return Places(self.data.jurisdictions)

    @cached_property
    def levels(self) -> LevelGraph:
        """Frameworks and links between levels."""
        return LevelGraph({f.id: f for f in self.data.frameworks}, self.data.level_links)

    @cached_property
    def credits(self) -> CreditGraph:
        """Credit systems and links between them."""
        return CreditGraph(
            {s.id: s for s in self.data.credit_systems}, self.data.credit_readings, self.data.equivalences
        )

    @cached_property
    def schemes(self) -> Mapping[str, Scheme]:
        """Schemes by id."""
        return {scheme.id: scheme for scheme in self.data.schemes}

    @cached_property
    def recognisers(self) -> Mapping[str, Recogniser]:
        """Bodies by id."""
        return {recogniser.id: recogniser for recogniser in self.data.recognisers}

    @cached_property
    def circumstances(self) -> Mapping[str, Circumstance]:
        """Further facts by id."""
        return {circumstance.id: circumstance for circumstance in self.data.circumstances}

    @cached_property
    def framework_names(self) -> Mapping[str, str]:
        """Ids of frameworks by every folded name that only one of them has."""
        return _named(self.data.frameworks)

    @cached_property
    def recogniser_names(self) -> Mapping[str, str]:
        """Ids of bodies by every folded name that only one of them has."""
        return _named(self.data.recognisers)

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """What statuses and purposes are called, by code."""
        return {term.id: term for term in self.data.terms}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {source.id: source for source in self.data.sources}

    @cached_property
    def rules_by_place(self) -> Mapping[str, tuple[Rule, ...]]:
        """Rules by the code of their jurisdiction."""
        return _grouped((rule.jurisdiction, rule) for rule in self.data.rules)

    @cached_property
    def rules_by_recogniser(self) -> Mapping[str, tuple[Rule, ...]]:
        """Rules of a body's own, by its id."""
        return _grouped((rule.recogniser, rule) for rule in self.data.rules if rule.recogniser)

    @cached_property
    def same_as(self) -> Mapping[str, frozenset[str]]:
        """All folded names of a body, by each of them."""
        result: dict[str, frozenset[str]] = {}
        for body in self.data.recognisers:
            names = frozenset(fold(name) for name in (body.id, body.name, *body.aliases))
            for name in names:
                result[name] = names | result.get(name, frozenset())
        return result

    @cached_property
    def kin(self) -> Mapping[str, frozenset[str]]:
        """A body with its predecessors and successors, by its id: they share one history."""
        groups = {body.id: {body.id} for body in self.data.recognisers}
        for body in self.data.recognisers:
            for earlier in body.succeeds:
                joined = groups[body.id] | groups.get(earlier, {earlier})
                for member in joined:
                    groups[member] = joined
        return {body: frozenset(group) for body, group in groups.items()}

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that schemes and facts look for in titles."""
        schemes = [phrase for scheme in self.data.schemes for phrase in (*scheme.phrases, *scheme.denied_by)]
        facts = [phrase for fact in self.data.circumstances for phrase in (*fact.phrases, *fact.denied_by)]
        return (*schemes, *facts)

    @cached_property
    def title_phrases(self) -> PhraseIndex:
        """The same, to find those that stand in a title."""
        return PhraseIndex(self.phrases)

    @cached_property
    def places_with_rules(self) -> tuple[str, ...]:
        """Codes of the countries and subdivisions that have rules of their own, in order."""
        return tuple(
            code for code, place in sorted(self.places.by_code.items())
            if place.kind != "region" and code in self.rules_by_place
        )  # fmt: skip

    @remembered
    def parts_with_rules(self, place: str, on: date) -> tuple[str, ...]:
        """Those of them that lie inside a place on a day."""
        codes = self.places_with_rules
        return tuple(code for code in codes if code != place and self.places.lies_in(code, place, on))

    def place_of(self, ruling: Ruling) -> str:
        """Code of the place in which a rule or decision has effect."""
        if isinstance(ruling, Rule):
            return ruling.jurisdiction
        assert isinstance(ruling, Decision)
        return ruling.jurisdiction or self.recognisers[ruling.recogniser].jurisdiction


def _named(things: Iterable[Framework] | Iterable[Recogniser]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for thing in things:
        for name in (thing.id, thing.name, *thing.aliases):
            found.setdefault(fold(name), set()).add(thing.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


def _grouped(pairs: Iterable[tuple[str, Rule]]) -> dict[str, tuple[Rule, ...]]:
    result: dict[str, list[Rule]] = {}
    for key, rule in pairs:
        result.setdefault(key, []).append(rule)
    return {key: tuple(sorted(rules, key=lambda rule: rule.id)) for key, rules in result.items()}
