"""Answers questions, and remembers the answers for credentials that no rule can tell apart."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.credential import Credential
from app.domain.evaluation import evaluate
from app.domain.likeness import Interest, asking_of, interest_of, likeness
from app.domain.memory import once_for_each
from app.domain.programmes import Programme
from app.domain.report import Question, Reading, Report, UnderstoodCredential
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.understanding import not_given

KEPT = 8_192
"""Most outcomes in the answers that are kept for one release: one takes some 20 kB, and an answer may have hundreds."""
KEPT_WAYS = 512
"""Most ways of asking that are kept for one release."""

_READ = ("schemes", "kind", "assessed", "awarded_on", "level", "features")
"""Attributes that may be read from a title."""


@dataclass
class Shared:
    """The answer for all credentials that are alike, as it was given for the first of them."""

    report: Report
    taken: Mapping[str, Any]
    """What was read from the title."""
    read: tuple[Reading, ...]
    """How that is told."""
    forms: dict[str, Any] = field(default_factory=dict)
    """What callers make of it once for all, by name."""

    def understood(self, credential: Credential, readings: tuple[Reading, ...] = ()) -> UnderstoodCredential:
        """How one of the credentials is understood; ``readings`` are those made before the title was read."""
        credential = replace(credential, **self.taken) if self.taken else credential
        first = self.report.credential
        return UnderstoodCredential(
            credential=credential,
            catalogue_id=credential.id,
            readings=(*readings, *self.read),
            notional_hours=first.notional_hours,
            eqf_level=first.eqf_level,
            not_given=not_given(credential),
        )


class Way:
    """One way of asking: the same day, places, purposes, bodies and language, whatever the credential."""

    def __init__(self, memory: "Memory", question: Question, rules: RuleSet) -> None:
        self.question = question
        self._memory = memory
        self._interest: Interest = interest_of(question, rules, memory.asking)

    def find(self, credential: Credential, rules: RuleSet) -> Shared | None:
        """The answer for a credential that no decision speaks of, worked out when nothing alike was asked before.

        None when its title says an age, a year or a level, which is read each time.
        """
        alike = likeness(credential, self._interest)
        if alike is None:
            return None
        key = (self, alike)
        found = self._memory.find(key)
        if found is None:
            report = evaluate(replace(self.question, credential=credential), rules, ())
            taken = _taken(credential, report.credential.credential)
            found = Shared(report, taken, report.credential.readings)
            self._memory.keep(key, found)
        return found


class Memory:
    """The answers of one release, the least used forgotten first.

    It lives as long as the rules, so it must not hold them.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.asking = asking_of(rules)
        self._kept: OrderedDict[Hashable, Shared] = OrderedDict()
        self._outcomes = 0
        self._ways: OrderedDict[Hashable, Way] = OrderedDict()

    def way(self, question: Question, rules: RuleSet) -> Way | None:
        """The way in which a question asks; None when it states facts of a holder or a programme."""
        if question.holder or question.programme != Programme():
            return None
        key = (question.as_of, question.jurisdictions, question.purposes, question.recognisers, question.language)
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = Way(self, question, rules)
            if len(self._ways) > KEPT_WAYS:
                self._ways.popitem(last=False)
        else:
            self._ways.move_to_end(key)
        return found

    def find(self, key: Hashable) -> Shared | None:
        """The answer for a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, shared: Shared) -> None:
        """Remember an answer."""
        self._kept[key] = shared
        self._outcomes += len(shared.report.outcomes)
        while self._outcomes > KEPT:
            _, forgotten = self._kept.popitem(last=False)
            self._outcomes -= len(forgotten.report.outcomes)


memory_of = once_for_each(Memory)
"""The memory of a release."""


def answer(
    question: Question, rules: RuleSet, decisions: Sequence[Decision], understood: UnderstoodCredential
) -> Report:
    """The report on a question: exactly that of ``evaluate``, from memory where the same was judged before.

    Not remembered are questions with facts of a holder or a programme, credentials that a decision speaks of, and
    titles that say an age, a year or a level.
    """
    way = None if decisions else memory_of(rules).way(question, rules)
    shared = None if way is None else way.find(question.credential, rules)
    if shared is None:
        return evaluate(question, rules, decisions, understood=understood)
    return replace(shared.report, credential=shared.understood(question.credential, understood.readings))


def _taken(told: Credential, understood: Credential) -> dict[str, Any]:
    """What was read from the title."""
    return {name: getattr(understood, name) for name in _READ if getattr(understood, name) != getattr(told, name)}
