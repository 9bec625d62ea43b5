"""Qualifications frameworks, their levels, and published links between the levels of two frameworks.

A link between levels compares; it recognises nothing by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.domain.described import described
from app.domain.labels import Labelled
from app.domain.memory import remembered
from app.domain.paths import strongest_path
from app.domain.sources import CONFIDENCES, Citation, Confidence, Statement, weakest_confidence

Strength = Literal["referenced", "compared", "indicative"]
"""referenced: an official referencing report; compared: an official comparison; indicative: anything else published."""

STRENGTHS: tuple[Strength, ...] = ("referenced", "compared", "indicative")


@described
@dataclass(frozen=True, kw_only=True)
class Level(Labelled):
    """One level of a framework."""

    value: str
    """The level as it is written: "5", "4.5", "entry 3"."""
    title: str | None = None
    """What the level is called, if it has a name."""
    awards: tuple[str, ...] = ()
    """Qualification types that sit at this level, as the framework names them ("Honours degree")."""


@described
@dataclass(frozen=True, kw_only=True)
class Framework(Labelled, Statement):
    """A qualifications framework with ordered levels."""

    name: str
    """Full name."""
    aliases: tuple[str, ...] = ()
    """Abbreviations and former names."""
    jurisdiction: str
    """Code of the place that it belongs to."""
    levels: tuple[Level, ...]
    """Its levels from the lowest to the highest."""
    url: str | None = None
    """Its public page."""
    keeper: str | None = None
    """Id of the recogniser that maintains it."""
    summary: str | None = None
    """What it is and whom it binds, in a sentence or two."""

    def rank(self, value: str) -> int | None:
        """Position of a level, 0 for the lowest; None when the framework has no such level."""
        return next((n for n, level in enumerate(self.levels) if level.value == value), None)

    def between(self, lowest: str | None, highest: str | None) -> tuple[str, ...]:
        """The levels from one to another, both included; open ends reach the end of the framework."""
        first = 0 if lowest is None else self.rank(lowest)
        last = len(self.levels) - 1 if highest is None else self.rank(highest)
        if first is None or last is None:
            return ()
        return tuple(level.value for level in self.levels[first : last + 1])


@described
@dataclass(frozen=True, kw_only=True)
class LevelLink(Statement):
    """A published table between the levels of two frameworks."""

    framework: str
    """Id of the framework on the left of the table."""
    to_framework: str
    """Id of the framework on the right."""
    strength: Strength
    """How official the table is."""
    table: Mapping[str, tuple[str, ...]]
    """For each level on the left, the levels on the right that it corresponds to; none at all is written []. A level
    that is left out is one of which the source says nothing."""
    partial: str | None = None
    """Why levels on the left are missing from the table. Without it the table has them all."""

    def across(self, value: str, start: str) -> frozenset[str] | None:
        """The levels opposite one level, read from either side of the table.

        An empty set is a published answer, no level corresponds; None means that the table does not say. Read from the
        right, a level that stands nowhere is one of which the table does not say.
        """
        if start == self.framework:
            return frozenset(self.table[value]) if value in self.table else None
        return frozenset(left for left, right in self.table.items() if value in right) or None


@described
@dataclass(frozen=True, kw_only=True)
class LevelReference:
    """A level, or a range of levels, in a framework."""

    framework: str
    """Id of the framework."""
    value: str | None = None
    """The level."""
    min: str | None = None
    """Lowest level of a range."""
    max: str | None = None
    """Highest level of a range."""


def level_reference(framework: str, values: tuple[str, ...]) -> LevelReference:
    """A reference to one level, or from the first to the last of several in order."""
    if len(values) == 1:
        return LevelReference(framework=framework, value=values[0])
    return LevelReference(framework=framework, min=values[0], max=values[-1])


@described
@dataclass(frozen=True, kw_only=True)
class LevelStep:
    """One table used on the way from one framework to another."""

    link: str
    """Id of the level link."""
    framework: str
    """Framework at the start of the step."""
    to_framework: str
    """Framework at the end of the step."""
    levels: tuple[str, ...]
    """Levels reached."""
    strength: Strength
    """How official the table is."""


@described
@dataclass(frozen=True, kw_only=True)
class LevelResult:
    """A level expressed in another framework. A comparison, never a recognition."""

    framework: str
    """Framework of the result."""
    levels: tuple[str, ...]
    """Corresponding levels from low to high. Several: a range that stays a range. Empty: no level corresponds."""
    strength: Strength | Literal["same_framework"]
    """The weakest link on the path."""
    path: tuple[LevelStep, ...] = ()
    """Tables used, in order."""
    confidence: Confidence = "high"
    """Weakest evidence on the path."""
    sources: tuple[Citation, ...] = ()
    """What the path rests on."""


@dataclass(frozen=True)
class LevelGraph:
    """Frameworks and the links between them."""

    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    links: tuple[LevelLink, ...] = ()

    def values(self, reference: LevelReference) -> tuple[str, ...]:
        """The levels that a reference names, from low to high; empty when the framework has no such level."""
        framework = self.frameworks.get(reference.framework)
        if framework is None:
            return ()
        if reference.value is not None:
            return framework.between(reference.value, reference.value)
        return framework.between(reference.min, reference.max)

    @remembered
    def convert(self, reference: LevelReference, to_framework: str, on: date) -> LevelResult | None:
        """Express a level in another framework, or None where no published path exists on that day.

        The path with the strongest weakest link is taken, then the shortest. A table that says nothing of the level is
        no path. An empty result is a published answer, "no level corresponds"; only a table between the two frameworks
        themselves can give it.
        """
        values = self.values(reference)
        if not values:
            return None
        if to_framework == reference.framework:
            return LevelResult(framework=to_framework, levels=values, strength="same_framework")
        usable = _unique(link for link in self.links if link.holds_on(on))
        while path := strongest_path(
            usable,
            reference.framework,
            to_framework,
            ends=lambda link: (link.framework, link.to_framework),
            weakness=lambda link: STRENGTHS.index(link.strength),
            doubt=lambda link: CONFIDENCES.index(link.confidence),
            name=lambda link: link.id,
        ):
            walked = self._walk(path, reference.framework, values)
            if isinstance(walked, LevelLink):
                usable.remove(walked)
                continue
            return LevelResult(
                framework=to_framework,
                levels=walked[-1].levels,
                strength=max((link.strength for link in path), key=STRENGTHS.index),
                path=walked,
                confidence=weakest_confidence(link.confidence for link in path),
                sources=tuple(dict.fromkeys(citation for link in path for citation in link.sources)),
            )
        return None

    def _walk(
        self, path: tuple[LevelLink, ...], start: str, values: tuple[str, ...]
    ) -> tuple[LevelStep, ...] | LevelLink:
        """The steps along a path, or the link that does not lead on from these levels."""
        steps, here, reached = [], start, frozenset(values)
        for link in path:
            there = link.to_framework if here == link.framework else link.framework
            opposite = [link.across(value, here) for value in reached]
            if None in opposite:
                return link
            reached = frozenset(other for others in opposite if others for other in others)
            if not reached and len(path) > 1:
                return link
            steps.append(
                LevelStep(
                    link=link.id,
                    framework=here,
                    to_framework=there,
                    levels=self._in_order(there, reached),
                    strength=link.strength,
                )
            )
            here = there
        return tuple(steps)

    def _in_order(self, framework: str, values: Iterable[str]) -> tuple[str, ...]:
        known = self.frameworks.get(framework)
        ranks = {level.value: n for n, level in enumerate(known.levels)} if known else {}
        return tuple(sorted(values, key=lambda value: (ranks.get(value, len(ranks)), value)))


def _unique(links: Iterable[LevelLink]) -> list[LevelLink]:
    """Links by id, so that the same table read twice counts once."""
    return list({link.id: link for link in links}.values())
