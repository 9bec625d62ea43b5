"""What documents of linked data share: addresses of our own things, texts with their language, exact numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from app.domain.sources import Citation, Source

Node = dict[str, Any]
"""A thing with its properties, as JSON-LD."""

UNDETERMINED = "und"
"""Language tag of a text whose language the data does not say (ISO 639-2, BCP 47)."""


@dataclass(frozen=True)
class Addresses:
    """Stable addresses of what the service holds, under its public address; without one they are relative."""

    public_url: str = ""

    def of(self, section: str, name: str) -> str:
        """The address of one thing: ``of("credentials", "us-x")``."""
        return f"{self.public_url.rstrip('/')}/v1/{section}/{quote(name, safe='')}"


def english(text: str) -> dict[str, str]:
    """A text of our own."""
    return {"en": text}


def as_written(texts: Iterable[str]) -> dict[str, str | list[str]]:
    """Texts as a source writes them, in a language that is not recorded."""
    found = list(dict.fromkeys(texts))
    return {UNDETERMINED: found[0] if len(found) == 1 else found}


def named(name: str, labels: Mapping[str, str]) -> dict[str, str]:
    """An English name and those in other languages."""
    return {"en": name, **{tag: label for tag, label in sorted(labels.items()) if tag != "en"}}


def written_out(amount: Fraction) -> str:
    """An exact number as text: a decimal where it has an end, else a fraction.

    >>> written_out(Fraction(5, 2)), written_out(Fraction(10, 3))
    ('2.5', '10/3')
    """
    number = float(amount)
    if amount.denominator == 1 or Fraction(repr(number)) != amount:
        return str(amount)
    return repr(number)


def number(amount: Fraction) -> int | float | None:
    """An exact number as JSON writes it; None where no decimal with an end is that number."""
    if amount.denominator == 1:
        return int(amount)
    value = float(amount)
    return value if Fraction(repr(value)) == amount else None


def pages(citations: Iterable[Citation], sources: Mapping[str, Source]) -> list[tuple[str, str]]:
    """Address and title of every cited document that has an address, each once."""
    found = [sources[citation.source] for citation in citations if citation.source in sources]
    return list(dict.fromkeys((source.url, source.title) for source in found if source.url))


def given(node: Mapping[str, Any]) -> Node:
    """A node without the properties that the data does not give."""
    return {key: value for key, value in node.items() if value not in (None, [], {}, "")}
