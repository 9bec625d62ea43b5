"""Takes in a body of any size without holding it in memory."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from fastapi import Request

from app.domain.errors import Fault

IN_MEMORY = 1_048_576
"""Bytes up to which a body is kept in memory; a larger one goes to a file."""


class TooLarge(Fault):
    """A body that is larger than the operator allows."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is larger than {most} bytes.")


@asynccontextmanager
async def spooled(request: Request, most: int) -> AsyncIterator[IO[bytes]]:
    """The body of a request as a file that is gone afterwards. Raises TooLarge beyond the most bytes."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise TooLarge(most)
            file.write(part)
        file.seek(0)
        yield file
