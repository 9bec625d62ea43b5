"""Log lines: JSON for machines, text for people; with the id of the request that they belong to."""

import asyncio
import json
import logging
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

REQUEST_ID: ContextVar[str] = ContextVar("request_id")
"""The id of the request that is being answered."""

REQUESTS = "passerelle.requests"
"""The logger of lines on requests, which come ready made, several at a time: see RequestLines."""


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says besides time, level and text: given as ``extra={"fields": {...}}``, and the request's id."""
    fields: dict[str, Any] = dict(getattr(record, "fields", {}))
    if "request_id" not in fields and (request_id := REQUEST_ID.get("")):
        fields["request_id"] = request_id
    return fields


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """A line to be read at a terminal; what went wrong follows below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, with the fields behind the text."""
        told = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        return f"{super().formatMessage(record)} {told}".rstrip()


class Told(NamedTuple):
    """What is said of a request. All of it is chosen here or checked before, so nothing in it needs escaping."""

    request_id: str
    method: str
    route: str
    status: int
    seconds: float
    size: int
    release: int | None

    def as_json(self, now: float) -> str:
        """The line for machines, in the same form as all others."""
        release = "null" if self.release is None else self.release
        return (
            f'{{"time": "{_second(int(now))}.{int(now % 1 * 1000):03}+00:00", "level": "info", "logger": "{REQUESTS}", '
            f'"message": "request", "request_id": "{self.request_id}", "method": "{self.method}", '
            f'"route": "{self.route}", "status": {self.status}, "ms": {self.seconds * 1000:.2f}, '
            f'"bytes": {self.size}, "release": {release}}}'
        )

    def as_text(self, now: float) -> str:
        """The line for people."""
        return (
            f"{datetime.fromtimestamp(now):%H:%M:%S} INFO    {self.method} {self.route} {self.status} in "
            f"{self.seconds * 1000:.2f} ms, {self.size} bytes, release {self.release}, {self.request_id}"
        )


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds").removesuffix("+00:00")


class RequestLines:
    """Writes a line for every request; those of some hundredths of a second together, which costs far less."""

    SECONDS = 0.02

    def __init__(self, form: str) -> None:
        self._form = Told.as_json if form == "json" else Told.as_text
        self._lines: list[str] = []
        self._log = logging.getLogger(REQUESTS)

    def add(self, told: Told) -> None:
        """Write the line of a request, very soon."""
        if not self._log.isEnabledFor(logging.INFO):
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(self.SECONDS, self.write)
        self._lines.append(self._form(told, time.time()))

    def write(self) -> None:
        """Write the lines that wait."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        self._log.info("%s", "\n".join(lines))


def configuration(level: str, form: str) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` and uvicorn take: everything on standard error in one form."""
    formatter = JsonLines if form == "json" else Text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}, "made": {"format": "%(message)s"}},
        "handlers": {
            "lines": {"class": "logging.StreamHandler", "formatter": "lines"},
            "made": {"class": "logging.StreamHandler", "formatter": "made"},
        },
        "root": {"level": level.upper(), "handlers": ["lines"]},
        "loggers": {
            "uvicorn": {"level": level.upper(), "handlers": [], "propagate": True},
            "alembic": {"level": "WARNING"},
            REQUESTS: {"handlers": ["made"], "propagate": False},
        },
    }
