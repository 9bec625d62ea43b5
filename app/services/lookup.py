"""Looks up where a credential is recognised."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.credential import Credential
from app.domain.genuineness import weigh
from app.domain.labelling import labels_of
from app.domain.report import CatalogueMatch, Question, Reading, Report, UnderstoodCredential
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.understanding import filled_from
from app.services.answering import Shared, Way, answer, memory_of
from app.services.browsing import no_such_credential
from app.services.checking import check_credential, check_question
from app.services.conversion import find_framework, find_system
from app.services.matching import asked_recogniser, match_credential
from app.store import catalogue


async def look_up(session: AsyncSession, rules: RuleSet, question: Question) -> Report:
    """Report where a credential is recognised, for what purpose and for what credit.

    A credential known by id, or clearly meant by an identifier or its title and issuer, is filled up from the
    catalogue; what the question states is kept. Places without a rule answer too, as ``no_information``: silence is not
    refusal. Raises UnknownReference for an id or code that the release does not know, with a pointer to it.
    """
    return (await look_up_matched(session, rules, question))[0]


async def look_up_matched(
    session: AsyncSession, rules: RuleSet, question: Question, *, told_from: float = 100
) -> tuple[Report, CatalogueMatch | None]:
    """The same, and the entry of the catalogue that the credential comes nearest to, whether or not it was taken.

    ``told_from`` is the least score at which an entry that is not taken is told.
    """
    release = rules.release.number
    readings: tuple[Reading, ...] = ()
    told = _with_ids(question.credential, rules)
    entry_id = told.id
    is_bare = told == Credential(title="", id=entry_id)
    match, entry = None, None
    if entry_id is not None:
        entry = await catalogue.find_credential(session, release, entry_id)
        if entry is None:
            raise await no_such_credential(session, release, entry_id, "/credential/id")
    elif matched := await match_credential(session, rules, told, question.match_threshold, told_from=told_from):
        match, nearest = matched
        if match.taken:
            entry, entry_id = nearest, nearest.id
            readings = (Reading(attribute="/credential/id", value=entry_id, because=match.because),)
    decisions: list[Decision] = []
    credential = told
    if entry is not None and entry_id is not None:
        if is_bare:
            credential = entry.credential
        else:
            told = told if told.title else replace(told, title=entry.credential.title)
            filled, taken = filled_from(entry.credential, told)
            credential = replace(filled, id=entry_id)
            readings += taken if readings else ()
        decisions = await catalogue.find_decisions(session, release, entry_id)
    question = _checked(question, rules)
    if not is_bare:  # what the catalogue says was checked when it was entered
        check_credential(told, rules)
    understood = UnderstoodCredential(credential=credential, readings=readings)
    report = answer(replace(question, credential=credential), rules, decisions, understood)
    if question.genuineness is not None:
        report = weigh(report, question.genuineness)
        if question.language:  # of the statuses there may be others now
            report = replace(report, labels=labels_of(report, rules, question.language))
    return report, match


def way_of(question: Question, rules: RuleSet) -> Way | None:
    """How a question asks, whatever the credential; None when it states facts of a holder or a programme.

    Raises the faults of ``look_up`` for all but the credential.
    """
    return memory_of(rules).way(_checked(question, rules), rules)


async def look_up_plainly(
    engine: AsyncEngine, rules: RuleSet, way: Way, credential_id: str
) -> tuple[Shared, Credential] | None:
    """What ``look_up`` answers for a credential of the catalogue, where that takes no more than one read by key.

    None for all other cases: no such id, a decision that speaks of it, a title that must be read, a database that is
    busy or away.
    """
    entry = await catalogue.find_undecided(engine, rules.release.number, credential_id)
    shared = entry and way.find(entry.credential, rules)
    return (shared, entry.credential) if entry and shared else None


def _checked(question: Question, rules: RuleSet) -> Question:
    """The question with the ids of the bodies that it names. Raises faults with a pointer."""
    check_question(question, rules)
    recognisers = tuple(asked_recogniser(asked, rules) for asked in question.recognisers)
    return replace(question, recognisers=recognisers)


def _with_ids(credential: Credential, rules: RuleSet) -> Credential:
    """Units and frameworks may be named as people name them; from here on they have their ids."""
    if credential.credit is not None:
        system = find_system(credential.credit.system, rules, "/credential/credit/system")
        credential = replace(credential, credit=replace(credential.credit, system=system))
    if credential.level is not None:
        framework = find_framework(credential.level.framework, rules, "/credential/level/framework")
        credential = replace(credential, level=replace(credential.level, framework=framework))
    return credential
