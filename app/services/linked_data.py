"""Gives credentials and decisions as linked data: one at a time, or all of a release piece by piece."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.documents import ctdl, elm
from app.documents.linked_data import Addresses, Node
from app.domain.dataset import CatalogueEntry
from app.domain.errors import NotExpressible
from app.domain.levels import LevelReference
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.services import browsing
from app.services.exporting import CHUNK
from app.store import catalogue
from app.store.catalogue import Wanted
from app.store.database import open_session

Vocabulary = Literal["ctdl", "elm"]

VOCABULARIES: dict[str, tuple[Vocabulary, ...]] = {"credentials": ("elm", "ctdl"), "decisions": ("ctdl",)}
"""Vocabularies in which the statements of a section can be had; the first is the one that is meant by JSON-LD."""

_DUBLIN_CORE = "http://purl.org/dc/terms/"


async def credential_document(
    session: AsyncSession, rules: RuleSet, credential_id: str, vocabulary: Vocabulary, public_url: str, on: date
) -> Node:
    """A credential of the catalogue as a document. Raises UnknownReference."""
    entry = await catalogue.find_credential(session, rules.release.number, credential_id)
    if entry is None:
        raise await browsing.no_such_credential(session, rules.release.number, credential_id)
    addresses = Addresses(public_url)
    if vocabulary == "ctdl":
        return {"@context": ctdl.CONTEXT, "@graph": ctdl.Ctdl(rules, addresses, on).credential(entry)}
    return {"@context": elm.CONTEXT, **_in_elm(rules, addresses, on, entry)}


async def decision_document(session: AsyncSession, rules: RuleSet, decision_id: str, public_url: str, on: date) -> Node:
    """A decision in CTDL with all that it points to. Raises UnknownReference, and NotExpressible for a refusal."""
    decision = await browsing.get_decision(session, rules, decision_id)
    if not ctdl.can_say(decision):
        raise NotExpressible("a refusal", "CTDL")
    entries = await catalogue.find_entries(session, rules.release.number, decision.credentials)
    writer = ctdl.Ctdl(rules, Addresses(public_url), on)
    return {"@context": ctdl.CONTEXT, "@graph": _in_ctdl(writer, [decision], entries)}


async def as_linked_data(
    engine: AsyncEngine, rules: RuleSet, section: str, vocabulary: Vocabulary, public_url: str, on: date
) -> AsyncIterator[bytes]:
    """All credentials or decisions of a release as one document, a chunk of statements in memory at a time.

    What decisions point to stands with them, so it may come again in a later chunk, and is the same then.
    """
    addresses = Addresses(public_url)
    context: Any = ctdl.CONTEXT if vocabulary == "ctdl" else elm.CONTEXT
    about = _about(rules, section, vocabulary, addresses, on)
    yield f'{{"@context":{_text(context)},"@graph":[\n{_text(about)}'.encode()
    nodes = _decisions(engine, rules, addresses, on)
    if section == "credentials":
        nodes = _credentials(engine, rules, vocabulary, addresses, on)
    async for part in nodes:
        yield "".join(f",\n{_text(node)}" for node in part).encode()
    yield b"\n]}\n"


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _about(rules: RuleSet, section: str, vocabulary: Vocabulary, addresses: Addresses, on: date) -> Node:
    """What the document is: which state, on which day, and what it leaves out."""
    release = rules.release
    text = f"The {section} of release {release.number} as they stand on {on}."
    if section == "decisions":
        text += " Refusals are left out: CTDL has no term for them."
    return {
        "@id": f"{addresses.of('export', section)}?format={vocabulary}&release={release.number}",
        "@type": "http://www.w3.org/ns/dcat#Dataset",
        f"{_DUBLIN_CORE}description": {"@language": "en", "@value": text},
        f"{_DUBLIN_CORE}identifier": release.checksum,
    }


async def _credentials(
    engine: AsyncEngine, rules: RuleSet, vocabulary: Vocabulary, addresses: Addresses, on: date
) -> AsyncIterator[list[Node]]:
    writer, after = ctdl.Ctdl(rules, addresses, on), ""
    while True:
        async with open_session(engine) as session:
            entries = await catalogue.list_credentials(
                session, rules.release.number, Wanted(), after=after, limit=CHUNK
            )
        if vocabulary == "ctdl":
            yield [node for entry in entries for node in writer.credential(entry)]
        else:
            yield [_in_elm(rules, addresses, on, entry) for entry in entries]
        if len(entries) < CHUNK:
            return
        after = entries[-1].id


async def _decisions(engine: AsyncEngine, rules: RuleSet, addresses: Addresses, on: date) -> AsyncIterator[list[Node]]:
    writer, after = ctdl.Ctdl(rules, addresses, on), ""
    while True:
        async with open_session(engine) as session:
            found = await catalogue.list_decisions(session, rules.release.number, after=after, limit=CHUNK)
            said = [decision for decision in found if ctdl.can_say(decision)]
            ids = sorted({name for decision in said for name in decision.credentials})
            entries = await catalogue.find_entries(session, rules.release.number, ids)
        yield _in_ctdl(writer, said, entries)
        if len(found) < CHUNK:
            return
        after = found[-1].id


def _in_ctdl(writer: ctdl.Ctdl, decisions: Sequence[Decision], entries: dict[str, CatalogueEntry]) -> list[Node]:
    """Decisions, then what they point to, each once."""
    nodes: list[Node] = []
    around: dict[str, Node] = {}
    for decision in decisions:
        spoken = [entries[name] for name in decision.credentials if name in entries]
        nodes += writer.decision(decision, [entry.credential for entry in spoken])
        around |= {node["@id"]: node for node in writer.surroundings(decision, spoken)}
    return [*nodes, *around.values()]


def _in_elm(rules: RuleSet, addresses: Addresses, on: date, entry: CatalogueEntry) -> Node:
    return elm.Elm(rules, addresses).credential(entry, _eqf_level(rules, entry.credential.level, on))


def _eqf_level(rules: RuleSet, level: LevelReference | None, on: date) -> str | None:
    """The one EQF level that a level is, or is referenced to officially; None where it is several or none."""
    result = None if level is None else rules.levels.convert(level, "eqf", on)
    if result is None or result.strength not in ("same_framework", "referenced") or len(result.levels) != 1:
        return None
    return result.levels[0]
