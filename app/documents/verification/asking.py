"""How a verification asks other places: through a callable that it is given, so that nothing here does I/O itself."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from app.documents.json_text import read_json
from app.domain.errors import UnopenedDocument
from app.domain.verification import Fetched, FetchRecord

MAX_QUESTIONS = 20
"""Most addresses that are asked for what somebody hands in at once."""


MAX_ADDRESS = 2_000
"""Longest address, in characters."""


class Fetch(Protocol):
    """Asks an address. Never raises for what may happen on the way: that is told in the record."""

    def __call__(self, address: str, /) -> Awaitable[Fetched]:
        """Ask."""
        ...


class NotFetched(Exception):
    """There is no answer from an address; the text says why."""


class Asking:
    """The questions of one verification: each address is asked once, each is recorded, and their number is bounded."""

    def __init__(self, fetch: Fetch | None) -> None:
        self._fetch = fetch
        self._known: dict[str, Fetched] = {}
        self._used: dict[str, FetchRecord] = {}

    def for_another(self) -> "Asking":
        """The same questions, for another of several documents: what is known is shared, and so is the bound."""
        other = Asking(self._fetch)
        other._known = self._known
        return other

    @property
    def records(self) -> tuple[FetchRecord, ...]:
        """Every address whose answer was used, or missed, for this document."""
        return tuple(self._used.values())

    async def body(self, address: str) -> bytes:
        """What an address answers; raises NotFetched when nothing usable comes."""
        address = address.partition("#")[0]
        if self._fetch is None:
            raise NotFetched("fetching is switched off")
        if address not in self._known:
            if len(address) > MAX_ADDRESS:
                raise NotFetched("the address is too long")
            if len(self._known) == MAX_QUESTIONS:
                raise NotFetched(f"more than {MAX_QUESTIONS} addresses would have to be asked")
            self._known[address] = await self._fetch(address)
        fetched = self._known[address]
        self._used[address] = fetched.record
        if fetched.record.problem is not None:
            raise NotFetched(fetched.record.problem)
        return fetched.body

    async def own_json(self, address: str) -> Any:
        """The JSON that the host of an address answers itself; raises NotFetched.

        What a host sends elsewhere is no statement of its own: many redirect to wherever a visitor asks.
        """
        found = await self.json(address)
        answered = self._known[address.partition("#")[0]].record.redirected_to
        if answered is not None and _host(answered) != _host(address):
            raise NotFetched("another host answered in its place")
        return found

    async def json(self, address: str) -> Any:
        """The JSON that an address answers; raises NotFetched."""
        try:
            return read_json(await self.body(address), "the answer")
        except UnopenedDocument as fault:
            raise NotFetched(f"{fault.found} was answered") from None


def shown(text: str) -> str:
    """A name out of a document, as short as a sentence can hold it."""
    return text if len(text) <= 200 else f"{text[:200]}..."


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def read_moment(value: Any) -> datetime | None:
    """A moment as credentials write it (RFC 3339); None for anything else. Without a zone it is taken as UTC.

    >>> read_moment("2010-01-01T00:00:00Z").isoformat()
    '2010-01-01T00:00:00+00:00'
    """
    if not isinstance(value, str) or len(value) < 10 or not value[:10].replace("-", "").isdigit():
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
