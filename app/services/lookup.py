"""Looks up where a credential is recognised."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credential import Credential
from app.domain.report import Question, Reading, Report, UnderstoodCredential
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.understanding import filled_from
from app.services.answering import answer
from app.services.browsing import no_such_credential
from app.services.checking import check_question
from app.services.conversion import find_framework, find_system
from app.services.matching import asked_recogniser, match_credential
from app.store import catalogue


async def look_up(session: AsyncSession, rules: RuleSet, question: Question) -> Report:
    """Report where a credential is recognised, for what purpose and for what credit.

    A credential known by id, or clearly meant by its title and issuer, is filled up from the catalogue; what the
    question states is kept. Places without a rule answer too, as ``no_information``: silence is not refusal.
    Raises UnknownReference for an id or code that the release does not know, with a pointer to it.
    """
    release = rules.release.number
    readings: tuple[Reading, ...] = ()
    told = question.credential
    entry_id = told.id
    if entry_id is None:
        matched = await match_credential(session, rules, told)
        if matched is not None:
            entry_id, reading = matched
            readings = (reading,)
    decisions: list[Decision] = []
    if entry_id is not None:
        entry = await catalogue.find_credential(session, release, entry_id)
        if entry is None:
            raise await no_such_credential(session, release, entry_id, "/credential/id")
        if not told.title:
            told = replace(told, title=entry.credential.title)
        filled, taken = filled_from(entry.credential, told)
        question = replace(question, credential=replace(filled, id=entry_id))
        readings += taken if readings else ()
        decisions = await catalogue.find_decisions(session, release, entry_id)
    question = replace(question, credential=_with_ids(question.credential, rules))
    check_question(question, rules)
    question = replace(question, recognisers=tuple(asked_recogniser(asked, rules) for asked in question.recognisers))
    understood = UnderstoodCredential(credential=question.credential, readings=readings)
    return answer(question, rules, decisions, understood)


def _with_ids(credential: Credential, rules: RuleSet) -> Credential:
    """Units and frameworks may be named as people name them; from here on they have their ids."""
    if credential.credit is not None:
        system = find_system(credential.credit.system, rules, "/credential/credit/system")
        credential = replace(credential, credit=replace(credential.credit, system=system))
    if credential.level is not None:
        framework = find_framework(credential.level.framework, rules, "/credential/level/framework")
        credential = replace(credential, level=replace(credential.level, framework=framework))
    return credential
