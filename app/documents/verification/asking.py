"""How a verification asks other places: through a callable that it is given, so that nothing here does I/O itself."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from app.documents.json_text import read_json
from app.domain.errors import UnreadableDocument
from app.domain.verification import FetchRecord

MAX_QUESTIONS = 12
"""Most addresses that are asked for one document."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came of asking one address."""

    record: FetchRecord
    """What is told about it; with a problem there is no body."""
    body: bytes = b""
    """What was answered."""


class Fetch(Protocol):
    """Asks an address. Never raises for what may happen on the way: that is told in the record."""

    def __call__(self, address: str) -> Awaitable[Fetched]:
        """Ask."""
        ...


class NotFetched(Exception):
    """There is no answer from an address; the text says why."""


class Asking:
    """The questions of one verification: each address is asked once, each is recorded, and their number is bounded."""

    def __init__(self, fetch: Fetch | None) -> None:
        self._fetch = fetch
        self._known: dict[str, Fetched] = {}

    @property
    def records(self) -> tuple[FetchRecord, ...]:
        """Every address that was asked."""
        return tuple(fetched.record for fetched in self._known.values())

    async def body(self, address: str) -> bytes:
        """What an address answers; raises NotFetched when nothing usable comes."""
        address = address.partition("#")[0]
        if self._fetch is None:
            raise NotFetched("fetching is switched off")
        if address not in self._known:
            if len(self._known) == MAX_QUESTIONS:
                raise NotFetched(f"more than {MAX_QUESTIONS} addresses would have to be asked")
            self._known[address] = await self._fetch(address)
        fetched = self._known[address]
        if fetched.record.problem is not None:
            raise NotFetched(fetched.record.problem)
        return fetched.body

    async def json(self, address: str) -> Any:
        """The JSON that an address answers; raises NotFetched."""
        try:
            return read_json(await self.body(address), "the answer")
        except UnreadableDocument as fault:
            raise NotFetched(f"{fault.found} was answered") from None


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
