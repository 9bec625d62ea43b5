"""What stands on a printed report, in words: the page and the PDF set the same sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["yes", "perhaps", "no", "open"]
"""How a word is marked besides being written: a yes; one that depends; a no; nothing is known."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text, and its language where that is not English."""

    text: str
    language: str | None = None
    tone: Tone | None = None
    anchor: str | None = None
    """Where on the sheet more of it stands."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that is told under a name."""

    label: str
    value: str
    url: str | None = None
    """Where more of it stands."""
    cites: Sequence[int] = ()
    """Numbers of sources."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings. The first cell of a row heads it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Words]]


@dataclass(frozen=True, kw_only=True)
class Point:
    """A sentence with the sources that it rests on."""

    text: str
    cites: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer for one purpose in one place."""

    heading: Words
    body: str | None
    """The body asked about, where the question names one."""
    status: Words
    meaning: str
    """What the status says."""
    statement: str
    lines: Sequence[Line]
    tables: Sequence[Table]
    warnings: Sequence[str]
    steps: Sequence[Point]
    cites: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Place:
    """All answers in one place."""

    anchor: str
    name: Words
    code: str
    answers: Sequence[Answer]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document that was handed in: what it is, and each step of its verification."""

    heading: str
    verdict: Words
    reason: str
    lines: Sequence[Line]
    tables: Sequence[Table]


@dataclass(frozen=True, kw_only=True)
class CitedSource:
    """A source under its number."""

    number: int
    title: str
    publisher: str | None
    published: str | None
    read_on: str | None
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """The report on one credential."""

    key: str
    """What tells its anchors from those of others on the same sheet."""
    title: str
    credential: Sequence[Line]
    not_given: Sequence[str]
    readings: Table | None
    """What was not told as such, and why it was taken so."""
    summary: Table | None
    """One row for every answer that says something; none when there is none."""
    undetermined: Table | None
    places: Sequence[Place]
    """The places of which something is said."""
    silent: Sequence[Line]
    """Places and the purposes for which nothing is recorded there."""
    sources: Sequence[CitedSource]
    notice: str
    lines: Sequence[Line]
    """Day asked about, state of the data, permalink."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A whole printed report."""

    title: str
    answered_on: str
    """Day on which it was answered."""
    documents: Sequence[Document]
    parts: Sequence[Part]
    problems: Sequence[str]
    """What could not be asked about, and why."""
