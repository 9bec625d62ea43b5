"""Does a piece of work after the other for as long as the process lives, and goes on when the database was away."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

LEASE = 30.0
"""Seconds after which a job is taken over from a process that does not say that it still lives."""


def new_name() -> str:
    """A name under which this process works, which no other has."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


async def repeat(step: Callable[[], Awaitable[bool]], seconds: float, wanted: str) -> None:
    """Do a step again and again; after one that found nothing to do, so many seconds later."""
    while True:
        try:
            worked = await step()
        except DBAPIError:
            log.warning("could not look for %s", wanted, exc_info=True)
            worked = False
        if not worked:
            await asyncio.sleep(seconds)
