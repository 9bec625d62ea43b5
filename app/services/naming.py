"""The names that a release knows, made ready once so that finding one among many does not take longer with each."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.memory import once_for_each
from app.domain.recognisers import Recogniser
from app.domain.ruleset import RuleSet
from app.domain.text import PhraseIndex, fold
from app.store import folded_names
from app.store.folded_names import Name

_GENERIC = frozenset((
    "certificate", "certificates", "certification", "course", "courses", "credential", "exam", "examination", "module",
    "program", "programme", "qualification",
))  # fmt: skip
"""Words behind a title that say only what kind of thing it is."""

KEPT = 50_000
"""Most titles that are kept ready, of whichever issuers were last asked for."""


class Titles:
    """The folded titles of some issuers."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = names
        self._in_order = [_in_order(name.name) for name in names]
        self._joined = [_joined(name.name) for name in names]
        self._by_bare: dict[str, list[Name]] = defaultdict(list)
        for name in names:
            self._by_bare[without_generic_words(name.name)].append(name)

    def __len__(self) -> int:
        return len(self._names)

    def but_for_generic_words(self, title: str) -> set[int]:
        """Keys of the credentials whose title is the same but for generic words at the end of one of them.

        Of two that each end in such words nothing is said: a course may be part of a certificate of the same name.
        """
        bare = without_generic_words(title)
        return {
            name.credential_key
            for name in self._by_bare.get(bare, ())
            if bare in (title, name.name) and title != name.name
        }

    def near(self, title: str, least: float) -> dict[int, float]:
        """How alike credentials are to a folded title, 0 to 100, by key, as far as they are at least so much alike.

        Whatever the order of words and where words are parted. An edition or version is not a spelling: words with
        digits must be the same.
        """
        best: dict[int, float] = {}
        numbers = _numbers(title)
        least = max(least, 0.0)
        for asked, known in ((_in_order(title), self._in_order), (_joined(title), self._joined)):
            for _, score, n in process.extract(asked, known, scorer=fuzz.ratio, score_cutoff=least, limit=None):
                name = self._names[n]
                if _numbers(name.name) == numbers:
                    best[name.credential_key] = max(best.get(name.credential_key, 0), score)
        return best


class Names:
    """The names of one release."""

    def __init__(self, rules: RuleSet) -> None:
        self._recognisers: dict[str, list[Recogniser]] = defaultdict(list)
        self._spellings: list[tuple[str, Recogniser]] = []
        for body in rules.data.recognisers:
            spellings = {fold(name) for name in (body.name, *body.aliases)}
            self._spellings += [(spelling, body) for spelling in sorted(spellings)]
            for spelling in spellings | {fold(body.id)}:
                self._recognisers[spelling].append(body)
        self._spelled = [spelling for spelling, _ in self._spellings]
        self._issuers: Issuers | None = None
        self._titles: OrderedDict[frozenset[str], Titles] = OrderedDict()

    def recognisers(self, folded: Iterable[str]) -> list[Recogniser]:
        """Bodies with one of these folded names or ids."""
        return list({body.id: body for name in folded for body in self._recognisers.get(name, ())}.values())

    def recognisers_like(self, folded: str, least: float) -> list[Recogniser]:
        """The bodies whose name is most alike, if it is at least so much alike, 0 to 100."""
        found = process.extract(
            folded, self._spelled, scorer=fuzz.token_sort_ratio, score_cutoff=least, limit=None
        )  # fmt: skip
        top = max((score for _, score, _ in found), default=0)
        return list({self._spellings[n][1].id: self._spellings[n][1] for _, score, n in found if score == top}.values())

    async def issuers_like(self, session: AsyncSession, told: Iterable[str]) -> frozenset[str]:
        """Issuers of the catalogue that may be meant by folded names: one is in the other, word by word."""
        if self._issuers is None:
            self._issuers = Issuers(await folded_names.list_issuers(session))
        return frozenset(name for one in told for name in self._issuers.like(one))

    async def titles(self, session: AsyncSession, issuers: frozenset[str]) -> Titles:
        """The titles of these issuers; the first of very many."""
        found = self._titles.get(issuers)
        if found is None:
            found = self._titles[issuers] = Titles(await folded_names.list_names(session, sorted(issuers)))
            while len(self._titles) > 1 and sum(map(len, self._titles.values())) > KEPT:
                self._titles.popitem(last=False)
        self._titles.move_to_end(issuers)
        return found


class Issuers:
    """Folded names of issuers, by their words."""

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        self._inside = PhraseIndex(names)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for name in names:
            for word in set(name.split()):
                self._by_word[word].append(name)

    def like(self, told: str) -> set[str]:
        """Those that are in a name, or in which it is."""
        shortest = min((self._by_word.get(word, []) for word in told.split()), key=len, default=[])
        return {name for name in shortest if f" {told} " in f" {name} "} | self._inside.inside(told)


names_of = once_for_each(Names)
"""The names of a release."""


def without_generic_words(title: str) -> str:
    """A folded title without the generic words at its end.

    >>> without_generic_words("biology certificate course")
    'biology'
    """
    words = title.split()
    while len(words) > 1 and words[-1] in _GENERIC:
        words.pop()
    return " ".join(words)


def _in_order(folded: str) -> str:
    return " ".join(sorted(folded.split()))


def _joined(folded: str) -> str:
    return folded.replace(" ", "")


def _numbers(folded: str) -> set[str]:
    """The words of a folded text that hold a digit: years, versions, parts."""
    return {word for word in folded.split() if any(letter.isdigit() for letter in word)}
