"""JSON of callers that can be read in one way only: a key that occurs twice is refused.

Two readers may take different ones of its values (RFC 8259 section 4), so whoever asked would not know what was
answered.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.documents.columns import unique


def read_one_way(text: str | bytes | bytearray) -> Any:
    """The value of a JSON text. Raises ValueError where it is broken, nested too deeply, or says a key twice."""
    try:
        return json.loads(text, object_pairs_hook=unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


class _OneWay(Request):
    async def json(self) -> Any:
        """The body. Raises JSONDecodeError."""
        try:
            return read_one_way(await self.body())
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "", 0) from None


class OneWayRoute(APIRoute):
    """A route that takes JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, which is given such a request."""
        handle = super().get_route_handler()

        async def handle_one_way(request: Request) -> Response:
            return await handle(_OneWay(request.scope, request.receive))

        return handle_one_way
