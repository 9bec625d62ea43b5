"""What the checks let pass, each with its reason: data/exceptions.yaml."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from app.datasets.reader import read_as
from app.domain.described import described


@described
@dataclass(frozen=True, kw_only=True)
class UnusedFact:
    """A fact of the evidence on which no statement rests."""

    fact: str
    """Id of the fact in data/evidence."""
    because: str
    """Why no statement rests on it."""


@described
@dataclass(frozen=True, kw_only=True)
class DeviantLink:
    """A link between two units of credit that disagrees with the others beyond the tolerance."""

    link: str
    """Id of the equivalence, unit or reading."""
    because: str
    """Why it is kept as it is."""


@described
@dataclass(frozen=True, kw_only=True)
class Exceptions:
    """All exceptions."""

    unused_facts: tuple[UnusedFact, ...] = ()
    """Facts that no statement rests on."""
    credit_links: tuple[DeviantLink, ...] = ()
    """Links between credits that may deviate."""


_EXCEPTIONS = TypeAdapter(Exceptions)


def read_exceptions(path: Path) -> Exceptions:
    """Read the file of exceptions; none where there is no file. Raises InvalidData with all its faults."""
    return read_as(_EXCEPTIONS, path.name, path.read_bytes())[1] if path.exists() else Exceptions()
