"""Tells who presents a key or a token, and notes when a key was used."""

import asyncio
import logging
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import PREFIX, ApiKey, Caller, digest
from app.services.keys import check_key
from app.services.oidc import IdentityProvider
from app.store import keys
from app.store.database import open_session

log = logging.getLogger(__name__)

KEPT_SECONDS = 1.0
"""How long a process believes in a key before it asks the database again, where that is allowed."""
MOST_KEPT = 10_000
NOTED_EVERY = timedelta(minutes=1)


class Identities:
    """Who is who, for one process."""

    def __init__(self, engine: AsyncEngine, provider: IdentityProvider | None) -> None:
        self._engine = engine
        self._provider = provider
        self._kept: OrderedDict[str, tuple[ApiKey, float]] = OrderedDict()
        self._noted: dict[str, datetime] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def who(self, presented: str, address: str, *, kept: bool) -> Caller:
        """The caller who presents a key or a token.

        With ``kept`` a key that was sound less than KEPT_SECONDS ago is believed without asking the database.
        Raises NotAuthenticated, or IdentityProviderAway when a token cannot be checked.
        """
        if not presented.startswith(f"{PREFIX}_") and self._provider is not None:
            return await self._provider.who(presented, address)
        key = self._find_kept(presented) if kept else None
        if key is None:
            now = datetime.now(UTC)
            async with open_session(self._engine) as session:
                key = await check_key(session, presented, now.date())
            self._keep(presented, key)
            self._note_use(key, now)
        return Caller(id=key.id, name=key.name, scopes=frozenset(key.scopes), address=address)

    def _find_kept(self, presented: str) -> ApiKey | None:
        key, until = self._kept.get(digest(presented), (None, 0.0))
        return key if time.monotonic() < until else None

    def _keep(self, presented: str, key: ApiKey) -> None:
        mark = digest(presented)
        self._kept[mark] = key, time.monotonic() + KEPT_SECONDS
        self._kept.move_to_end(mark)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        """Have it written when the key was used, at most once a minute, without waiting for it."""
        before = max(filter(None, (key.last_used_at, self._noted.get(key.id))), default=None)
        if before is not None and now - before < NOTED_EVERY:
            return
        self._noted[key.id] = now
        task = asyncio.create_task(self._write_use(key.id, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write_use(self, key_id: str, now: datetime) -> None:
        try:
            async with open_session(self._engine) as session, session.begin():
                await keys.note_use(session, key_id, now, now - NOTED_EVERY)
        except Exception:  # nobody's request may fail over this note
            log.warning("could not note the use of key %s", key_id, exc_info=True)

    async def close(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._writing)
