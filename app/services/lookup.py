"""Looks up where a credential is recognised."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import unknown
from app.domain.evaluation import evaluate
from app.domain.report import Question, Reading, Report, UnderstoodCredential
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.understanding import filled_from
from app.services.checking import check_question
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
        matched = await match_credential(session, release, told)
        if matched is not None:
            entry_id, reading = matched
            readings = (reading,)
    decisions: list[Decision] = []
    if entry_id is not None:
        entry = await catalogue.find_credential(session, release, entry_id)
        if entry is None:
            raise unknown("credential", entry_id, [], "/credential/id")
        if not told.title:
            told = replace(told, title=entry.credential.title)
        filled, taken = filled_from(entry.credential, told)
        question = replace(question, credential=replace(filled, id=entry_id))
        readings += taken if readings else ()
        decisions = await catalogue.find_decisions(session, release, entry_id)
    check_question(question, rules)
    question = replace(question, recognisers=tuple(asked_recogniser(asked, rules) for asked in question.recognisers))
    understood = UnderstoodCredential(credential=question.credential, readings=readings)
    return evaluate(question, rules, decisions, understood=understood)
