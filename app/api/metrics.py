"""What the service counts for Prometheus.

Every number is named here. What is counted when it happens is a function; what is read off the process now and then
stands in ``observe``. Several processes behind one port add up through files in PROMETHEUS_MULTIPROC_DIR, which
``passerelle serve --workers`` sets; numbers that must not be added up carry the process as ``pid``.
"""

import asyncio
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from app.domain.report import Report
from app.services.releasing import RuleSets

_REQUESTS = Histogram(
    "passerelle_request_seconds",
    "Requests answered, and how long that took to the last byte, by route, method and status.",
    ("route", "method", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_OUTCOMES = Counter("passerelle_outcomes", "Outcomes that were worked out, by status of recognition.", ("status",))
HITS = Counter("passerelle_remembered_hits", "Answers that were given from memory.")
MISSES = Counter("passerelle_remembered_misses", "Answers that may be remembered and had to be worked out.")
REMEMBERED = Gauge("passerelle_remembered_bytes", "Memory that answers take.", multiprocess_mode="livesum")
_RELEASE = Gauge("passerelle_release", "Number of the release that is served; 0 is none.", multiprocess_mode="liveall")
_CONNECTIONS = Gauge(
    "passerelle_database_connections", "Connections to the database, by state.", ("state",), multiprocess_mode="livesum"
)

_request = lru_cache(maxsize=1024)(_REQUESTS.labels)
_outcome = lru_cache(maxsize=16)(_OUTCOMES.labels)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """A request that was answered."""
    _request(route, method, str(status)).observe(seconds)


def count_outcomes(report: Report) -> None:
    """The outcomes of an answer. Answers given again from memory are not counted again."""
    tally: dict[str, int] = {}
    for outcome in report.outcomes:
        tally[outcome.status] = tally.get(outcome.status, 0) + 1
    for status, number in tally.items():
        _outcome(status).inc(number)


def observe(rulesets: RuleSets, engine: AsyncEngine) -> None:
    """Read off this process what is not counted as it happens."""
    _RELEASE.set(rulesets.active or 0)
    pool = engine.sync_engine.pool
    if isinstance(pool, QueuePool):
        _CONNECTIONS.labels("used").set(pool.checkedout())
        _CONNECTIONS.labels("idle").set(pool.checkedin())


async def keep_observing(rulesets: RuleSets, engine: AsyncEngine) -> None:
    """Read off this process every second, for whichever process is asked."""
    while True:
        observe(rulesets, engine)
        await asyncio.sleep(1)


def exposition() -> bytes:
    """All numbers in the text format of Prometheus: of all processes where there are several."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    _OfAllProcesses(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class _OfAllProcesses(multiprocess.MultiProcessCollector):
    """Adds up the files of all processes; one that a process is just making is empty for a moment, and says nothing."""

    def collect(self) -> Any:
        made = [str(path) for path in Path(self._path).glob("*.db") if _size_of(path)]
        return self.merge(made)  # type: ignore[no-untyped-call]


def _size_of(path: Path) -> int:
    """Bytes of a file; none of one that another process has just removed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _forget_the_dead(folder: Path) -> None:
    """Drop what processes that are gone last said of themselves; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        with suppress(PermissionError):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                with suppress(FileNotFoundError):  # another process did it at the same time
                    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
