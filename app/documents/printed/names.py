"""What codes are called on a printed report: the names that ``labels`` gives in JSON."""

from collections.abc import Mapping

from app.documents.printed.sheet import Tone, Words
from app.domain.labels import ENGLISH, pick
from app.domain.rules import Status
from app.domain.ruleset import RuleSet

TONES: Mapping[Status, Tone] = {
    "recognised": "yes", "conditional": "perhaps", "discretionary": "perhaps", "not_recognised": "no",
    "undetermined": "open", "no_information": "open",
}  # fmt: skip


def spoken(code: str) -> str:
    """A code of ours as words.

    >>> spoken("could_not_be_checked")
    'could not be checked'
    """
    return code.replace("_", " ")


def begun(text: str) -> str:
    """A text with a capital in front, and nothing else changed: there are names in it.

    >>> begun("published by ACE")
    'Published by ACE'
    """
    return text[:1].upper() + text[1:]


class Names:
    """Names out of one release, in the language asked for where they are recorded in it, else in English."""

    def __init__(self, rules: RuleSet, language: str | None = None) -> None:
        self._rules = rules
        self._language = language or ENGLISH

    def _named(self, code: str, english: str | None, labels: Mapping[str, str], tone: Tone | None = None) -> Words:
        tag, text = pick(self._language, {ENGLISH: english or spoken(code), **labels}) or (ENGLISH, english or code)
        text = text or spoken(code)
        return Words(text=text, language=None if tag == ENGLISH else tag, tone=tone)

    def term(self, code: str) -> Words:
        """A purpose."""
        term = self._rules.terms.get(code)
        return self._named(code, term.name if term else None, term.labels if term else {})

    def status(self, code: Status) -> Words:
        """A status."""
        term = self._rules.terms.get(code)
        return self._named(code, term.name if term else None, term.labels if term else {}, TONES[code])

    def meaning(self, code: Status) -> str:
        """What a status says, in a sentence."""
        term = self._rules.terms.get(code)
        return term.meaning if term else ""

    def place(self, code: str) -> Words:
        """A place."""
        place = self._rules.places.by_code.get(code)
        return self._named(code, place.name if place else code, place.labels if place else {})

    def unit(self, code: str) -> str:
        """A credit system."""
        unit = self._rules.credits.systems.get(code)
        return self._named(code, unit.name if unit else code, unit.labels if unit else {}).text

    def framework(self, code: str) -> str:
        """A qualifications framework."""
        framework = self._rules.levels.frameworks.get(code)
        return self._named(code, framework.name if framework else code, framework.labels if framework else {}).text

    def body(self, code: str) -> str:
        """A recogniser, by its id; what is no id stands for itself."""
        body = self._rules.recognisers.get(code)
        return self._named(code, body.name, body.labels).text if body else code

    def scheme(self, code: str) -> str:
        """A scheme, by its id; what is no id stands for itself."""
        scheme = self._rules.schemes.get(code)
        return scheme.name if scheme else code

    def fact(self, code: str) -> str:
        """A further fact that rules ask for."""
        fact = self._rules.circumstances.get(code)
        return fact.text if fact else spoken(code)
