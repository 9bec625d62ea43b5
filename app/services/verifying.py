"""Opens what somebody holds and says of each credential in it whether it is genuine.

Documents are about people. Nothing of them is stored, and nothing is logged, neither here nor further down.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.datasets.yaml_text import read_yaml
from app.domain.errors import NotInstalled
from app.domain.verification import Verification
from app.services.fetching import MAX_SECONDS_TOGETHER, Fetcher, within

if TYPE_CHECKING:
    from app.documents.opening import Held
    from app.documents.verification.asking import Fetch
    from app.documents.verification.trust import TrustList


@dataclass(frozen=True, kw_only=True)
class Verified:
    """One credential and what is known of it."""

    held: "Held"
    verification: Verification


async def verify_document(
    given: bytes | str | Mapping[str, Any],
    *,
    on: date,
    fetch: "Fetch | None",
    trust: "Sequence[TrustList]" = (),
) -> tuple[Verified, ...]:
    """Every credential in a file, pasted text or JSON, those in learner records included, each verified for a day.

    Without ``fetch`` nothing is asked of other places. Raises UnopenedDocument for what cannot be opened, and
    NotInstalled where the libraries for it are missing: they are an extra, since they are under the LGPL.
    """
    try:
        from app.documents.opening import open_document
        from app.documents.verification.asking import Asking
        from app.documents.verification.verifying import verify
    except ModuleNotFoundError:
        raise NotInstalled("The reading of signed documents", "documents") from None
    asking = Asking(within(MAX_SECONDS_TOGETHER, fetch) if fetch else None)
    opened = await asyncio.to_thread(open_document, given)  # images and archives are unpacked, which takes its time
    found: list[Verified] = []
    for held in opened:
        record = next((one.verification for one in found if one.held is held.record), None)
        verification = await verify(held, on=on, asking=asking.for_another(), trust=trust, record=record)
        found.append(Verified(held=held, verification=verification))
    return tuple(found)


async def verify_once(
    given: bytes, *, on: date, fetching: bool, trust: "Sequence[TrustList]" = ()
) -> tuple[Verified, ...]:
    """The same with a client for this one time; with fetching switched off nothing is asked."""
    if not fetching:
        return await verify_document(given, on=on, fetch=None, trust=trust)
    async with Fetcher() as fetch:
        return await verify_document(given, on=on, fetch=fetch, trust=trust)


def load_trust_lists(folder: Path) -> "tuple[TrustList, ...]":
    """The lists of issuers in a folder of YAML or JSON files; raises UnopenedDocument or InvalidData."""
    from app.documents.verification.trust import read_trust_list

    return tuple(
        read_trust_list(read_yaml(path.name, path.read_bytes()).value, path.name)
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml", ".json")
    )
