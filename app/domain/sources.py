"""Who says so: sources, citations, and the statements that stand on them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain.described import described
from app.domain.validity import Dated

Confidence = Literal["high", "medium", "low"]
"""high: the primary source was read; medium: a secondary source was read; low: no source was read."""

CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


def weakest_confidence(confidences: Iterable[Confidence]) -> Confidence:
    """The weakest of several, because a chain holds no better than its weakest link.

    Nothing at all is ``low``: a statement that nobody vouches for.

    >>> weakest_confidence(["high", "medium"])
    'medium'
    """
    return max(confidences, key=CONFIDENCES.index, default="low")


@described
@dataclass(frozen=True, kw_only=True)
class Source:
    """A document that can be opened and read."""

    id: str
    """Stable key, kebab-case, unique over all files; statements cite it."""
    title: str
    """Title of the document or page."""
    publisher: str | None = None
    """Who published it."""
    url: str | None = None
    """Public address of the document."""
    published: str | None = None
    """Date of the document as far as it is known: a year, a month or a day."""
    read_on: date | None = None
    """Day on which we last read it."""

    @property
    def not_before(self) -> date | None:
        """The first day on which the document can have said what it says; None when its date is not known.

        >>> Source(id="act", title="Act", published="2021-05").not_before
        datetime.date(2021, 5, 1)
        """
        found = _PUBLISHED.match(self.published or "")
        if found is None:
            return None
        year, month, day = (int(part) if part else 1 for part in found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            return date(year, 1, 1)


_PUBLISHED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@described
@dataclass(frozen=True, kw_only=True)
class Citation:
    """A place in a source that supports a statement."""

    source: str
    """Id of the source."""
    locator: str | None = None
    """Where in the source: article, page, section."""


@described
@dataclass(frozen=True, kw_only=True)
class Statement(Dated):
    """Anything the data claims: it has an id, a period, sources and a confidence."""

    id: str
    """Stable id, kebab-case, never used again for something else."""
    confidence: Confidence
    """high: we read the primary source; medium: we read a secondary source; low: recalled, no source read."""
    sources: tuple[Citation, ...] = ()
    """What supports it. Without a source the confidence is low."""
    evidence: tuple[str, ...] = ()
    """Ids of the facts in data/evidence that it rests on."""
    reviewed_on: date | None = None
    """Day on which we last compared it with its sources."""
    note: str | None = None
    """A remark for the reader, for instance another source that says otherwise."""


def attested_from(statement: Statement, sources: Mapping[str, Source]) -> date | None:
    """The earliest day for which we can vouch that something without a first day held.

    That is the date of the oldest document that says so, else the day on which we read it. None when it has a first
    day of its own, or when nothing is dated.
    """
    if statement.valid_from is not None:
        return None
    cited = [sources[citation.source] for citation in statement.sources if citation.source in sources]
    dates = [source.not_before for source in cited] + [source.read_on for source in cited] + [statement.reviewed_on]
    return min((day for day in dates if day is not None), default=None)
