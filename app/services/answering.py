"""Answers questions, and remembers the answers for credentials that no rule can tell apart."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from app.domain.credential import Credential
from app.domain.evaluation import evaluate
from app.domain.likeness import Interest, interest_of, likeness
from app.domain.memory import once_for_each
from app.domain.programmes import Programme
from app.domain.report import Question, Reading, Report, UnderstoodCredential
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.understanding import not_given

KEPT = 8_192
"""Most answers that are kept for one release."""

_READ = ("schemes", "kind", "assessed", "awarded_on", "level", "features")
"""Attributes that may be read from a title."""


Kept = tuple[Report, dict[str, Any], tuple[Reading, ...]]
"""A report, what was read from the title, and how that is told."""


class Memory:
    """The answers of one release, the least used forgotten first."""

    def __init__(self, rules: RuleSet) -> None:
        self.interest: Interest = interest_of(rules)
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def find(self, key: Hashable) -> Kept | None:
        """The answer for a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, kept: Kept) -> None:
        """Remember an answer."""
        self._kept[key] = kept
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


memory_of = once_for_each(Memory)
"""The memory of a release."""


def answer(
    question: Question, rules: RuleSet, decisions: Sequence[Decision], understood: UnderstoodCredential
) -> Report:
    """The report on a question: exactly that of ``evaluate``, from memory where the same was judged before.

    Not remembered are questions with facts of a holder or a programme, credentials that a decision speaks of, and
    titles that say an age, a year or a level.
    """
    if decisions or question.holder or question.programme != Programme():
        return evaluate(question, rules, decisions, understood=understood)
    memory = memory_of(rules)
    alike = likeness(question.credential, memory.interest)
    if alike is None:
        return evaluate(question, rules, decisions, understood=understood)
    key = (
        question.as_of, question.jurisdictions, question.purposes, question.recognisers, question.language, alike,
    )  # fmt: skip
    found = memory.find(key)
    if found is None:
        report = evaluate(question, rules, decisions, understood=understood)
        taken = _taken(question.credential, report.credential.credential)
        memory.keep(key, (report, taken, report.credential.readings[len(understood.readings) :]))
        return report
    report, taken, read = found
    credential = replace(question.credential, **taken)
    return replace(
        report,
        credential=replace(
            report.credential,
            credential=credential,
            catalogue_id=credential.id,
            readings=(*understood.readings, *read),
            not_given=not_given(credential),
        ),
    )


def _taken(told: Credential, understood: Credential) -> dict[str, Any]:
    """What was read from the title."""
    return {name: getattr(understood, name) for name in _READ if getattr(understood, name) != getattr(told, name)}
