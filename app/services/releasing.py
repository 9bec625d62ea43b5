"""Loads the framework files as a release, and serves compiled releases."""

import asyncio
import gc
import hashlib
import logging
from collections import OrderedDict
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.check import check_data
from app.datasets.problems import InvalidData, Problem
from app.domain.dataset import merged
from app.domain.errors import NotReady, UnknownRelease
from app.domain.ruleset import RuleSet
from app.services.auditing import operator, record
from app.services.cases import read_cases
from app.store import releases
from app.store.database import open_session, open_turn
from app.store.rebasing import get_release
from app.store.writing import Clash

log = logging.getLogger(__name__)


async def load_data(engine: AsyncEngine, data: Path) -> tuple[int, bool]:
    """Read the data folder, store it as a release and serve it: number of the served release, and whether it is new.

    Files that were ever loaded before are not even parsed, so nothing comes back that was rolled back. Where the
    framework data that is served was imported, a changed folder becomes a draft, and the log says so. Raises
    InvalidData with all faults, and then changes nothing.
    """
    checksum = await asyncio.to_thread(checksum_of_files, data)
    async with open_session(engine) as session:
        active = await releases.find_active_number(session)
        loaded = await releases.find_loaded(session, checksum)
    if active is not None and loaded is not None:
        return active, False
    files = await asyncio.to_thread(check_data, data)
    dataset = merged(file.dataset for file in files)
    cases = await asyncio.to_thread(read_cases, data / "cases")
    async with open_turn(engine) as session:
        active = await releases.find_active_number(session)
        if active is not None and await releases.find_loaded(session, checksum) is not None:  # meanwhile
            return active, False
        try:
            number = await releases.add_release(session, dataset, checksum, cases=cases)
        except Clash as clash:
            expected = "ids that no imported catalogue has"
            raise InvalidData([Problem("catalogue", 1, "", f"the id {key!r}", expected) for key in clash.ids]) from None
        if number == active:
            return active, False
        is_draft = active is not None and (await get_release(session, active)).imported
        await record(
            session, operator(), "release.load", f"release {number}",
            before={"release": active}, after={"draft" if is_draft else "release": number, "files": checksum},
        )  # fmt: skip
        if active is not None and is_draft:
            log.warning(
                "Release %d, which is served, was imported. The changed data folder is kept as draft %d: "
                "look at it and activate it if it shall be served.", active, number,
            )  # fmt: skip
            return active, False
        await releases.activate(session, number)
    return number, True


def checksum_of_files(data: Path) -> str:
    """SHA-256 over the names and contents of the files with statements and worked cases."""
    digest = hashlib.sha256()
    for folder in ("frameworks", "catalogue", "cases"):
        for path in sorted((data / folder).rglob("*.yaml")):
            digest.update(f"{path.relative_to(data)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def spare_collector() -> None:
    """Keep what lives as long as a release from being walked through again and again by the collector of cycles.

    A release has so many objects that every walk would hold up all answers for a fifth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class RuleSets:
    """The compiled releases of this process: the active one, and a few older ones that questions pinned."""

    KEPT = 4

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._compiled: OrderedDict[int, RuleSet] = OrderedDict()
        self._active: int | None = None
        self._failing = False
        self._lock = asyncio.Lock()

    @property
    def is_ready(self) -> bool:
        """Whether a release is being served."""
        return self._active is not None

    @property
    def active(self) -> int | None:
        """Number of the release that is being served."""
        return self._active

    @property
    def serving(self) -> RuleSet | None:
        """The active release, when it is compiled."""
        return None if self._active is None else self._compiled.get(self._active)

    async def refresh(self) -> None:
        """Look which release is active and compile it when it changed."""
        async with open_session(self._engine) as session:
            number = await releases.find_active_number(session)
        if number is not None and number != self._active:
            await self.get(number)
            self._active = number

    async def get(self, number: int | None = None) -> RuleSet:
        """The active release, or the one asked for. Raises NotReady or UnknownRelease."""
        number = self._active if number is None else number
        if number is None:
            raise NotReady
        if number in self._compiled:
            self._compiled.move_to_end(number)
            return self._compiled[number]
        async with self._lock:
            if number not in self._compiled:
                self._compiled[number] = await self._compile(number)
                while len(self._compiled) > self.KEPT:
                    oldest = next(key for key in self._compiled if key not in (self._active, number))
                    del self._compiled[oldest]
                spare_collector()
        return self._compiled[number]

    async def _compile(self, number: int) -> RuleSet:
        async with open_session(self._engine) as session:
            rules = await releases.find_rules(session, number)
            if rules is None:
                known = await releases.list_releases(session)
                raise UnknownRelease(number, known[0].number if known else 0)
        return rules

    async def try_refresh(self) -> None:
        """Look which release is active; a fault is logged when it begins and when it is over, not each time."""
        try:
            await self.refresh()
        except Exception:  # the service goes on with what it has, and tries again
            if not self._failing:
                log.warning("could not look for a new release, trying on", exc_info=True)
            self._failing = True
        else:
            if self._failing:
                log.warning("could look for a new release again")
            self._failing = False

    async def keep_fresh(self, seconds: float) -> None:
        """Look for a newly activated release for ever; a database that is away is tried again."""
        while True:
            await asyncio.sleep(seconds)
            await self.try_refresh()
