"""Decides which release is served: activates drafts, and takes activations back."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.access import Caller
from app.domain.errors import Conflict, FailingCases, UnknownRelease
from app.services.auditing import record
from app.services.cases import failing_cases
from app.store import releases
from app.store.database import open_session, open_turn
from app.store.rebasing import Ground, begin_release, get_release
from app.store.tables import ReleaseRow
from app.store.writing import Clash


async def activate(engine: AsyncEngine, caller: Caller, number: int, *, reason: str | None = None) -> int:
    """Serve a release: the number of the one that is served then.

    Where only collections changed since a draft was made, a further release is made of the collections that are
    served and the draft's framework data, and that one is activated. The worked cases that came with the framework
    data are asked before; a reason activates it although some fail, and is kept. Raises UnknownRelease, FailingCases,
    and Conflict where framework data was activated that the draft does not build on.
    """
    async with open_session(engine) as session:
        rules = await releases.find_rules(session, number)
        if rules is None:
            newest = await releases.find_newest(session)
            raise UnknownRelease(number, newest.number if newest else 0, pointer="")
        failures = await failing_cases(session, rules, await releases.find_cases(session, number))
    if failures and not reason:
        raise FailingCases(number, tuple(failures))
    async with open_turn(engine) as session:
        active = await releases.find_active_number(session)
        if number == active:
            return number
        release = await get_release(session, number)
        if active is not None and active != release.based_on and not await releases.was_active(session, number):
            number = await _on_active(session, release, active)
        kept = reason if failures else None
        await releases.activate(session, number, who=caller.id, reason=kept)
        await record(
            session, caller, "release.activate", f"release {number}",
            before={"release": active},
            after={"release": number, "draft": release.number, "forced": kept, "failing": failures},
        )  # fmt: skip
        return number


async def _on_active(session: AsyncSession, draft: ReleaseRow, active: int) -> int:
    """A release of the collections that are served and the framework data of a draft: its number."""
    base, served = await get_release(session, draft.based_on or 0), await get_release(session, active)
    if base.data_checksum != served.data_checksum:
        since = await releases.list_activations(session, after=draft.created_at)
        told = ", ".join(f"release {number} by {who}" for number, who in since) or f"release {active}"
        raise Conflict(
            f"Release {draft.number} builds on release {draft.based_on}, and other framework data was activated "
            f"meanwhile: {told}. Import the data again, on what is active now."
        )
    release = await begin_release(session, Ground(data=draft.number, collections=active), active)
    try:
        await releases.refuse_clashes(session)
    except Clash as clash:
        raise Conflict(f"{clash}. Such ids cannot stand in the framework data besides.") from None
    await releases.put_right(session, release.number)
    return release.number


async def roll_back(engine: AsyncEngine, caller: Caller, *, reason: str | None = None) -> int:
    """Serve the release that was served before the active one was activated: its number. Raises Conflict."""
    async with open_turn(engine) as session:
        active = await releases.find_active_number(session)
        number = await releases.roll_back(session, who=caller.id, reason=reason)
        if number is None:
            raise Conflict("No release was active before this one.")
        await record(
            session, caller, "release.rollback", f"release {number}",
            before={"release": active}, after={"release": number, "reason": reason},
        )  # fmt: skip
        return number
