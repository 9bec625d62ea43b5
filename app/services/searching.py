"""Finds credentials by words as people type them: half a title, with typing errors, in any order."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.described import described
from app.domain.text import fold
from app.store import catalogue, search
from app.store.catalogue import Hit, Wanted
from app.store.search import LONGEST_WORD, Term

MOST_RANKED = 200
"""Most credentials that are ranked for one query."""
MOST_WORDS = 12
"""Most words of a query that are looked at."""
MOST_SPELLINGS = 4
"""Most known words that a mistyped one is taken for."""
MOST_WHOLE = 40
"""Most known words that stand for the beginning of one."""


class Vocabulary:
    """The words of the catalogue, sorted; they only ever grow."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)

    def beginning(self, letters: str, most: int) -> list[str]:
        """The words that begin so, in order; at most so many."""
        at = bisect_left(self._words, letters)
        return list(takewhile(lambda word: word.startswith(letters), self._words[at : at + most]))

    def has(self, word: str) -> bool:
        """Whether it is one of the words."""
        at = bisect_left(self._words, word)
        return at < len(self._words) and self._words[at] == word

    def near(self, word: str) -> tuple[str, ...]:
        """The words that it may be a mistyping of, the nearest first: one error in a short word, two in a long one."""
        most = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        if not most:
            return ()
        found = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return tuple(near for near, _, _ in sorted(found, key=lambda hit: (hit[1], hit[0]))[:MOST_SPELLINGS])


@described
@dataclass(frozen=True, kw_only=True)
class Match:
    """How well one credential fits the words asked for."""

    id: str
    """Id of the credential."""
    score: float
    """0 to 1, the sum of the parts below."""
    exact: bool
    """The words are its whole title, or an alias (0.4)."""
    beginning: bool
    """Its title or an alias begins with them (0.2)."""
    together: bool
    """They stand next to each other, in order (0.2)."""
    coverage: float
    """Share of its title or alias that they make up (up to 0.2)."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a query found: entries and how well they fit, the best first."""

    entries: tuple[CatalogueEntry, ...]
    matches: tuple[Match, ...]
    following: str | None
    """Cursor to read on."""
    corrected: Mapping[str, tuple[str, ...]]
    """Words that were taken for others."""


def terms_of(query: str, vocabulary: Vocabulary) -> tuple[list[Term], dict[str, tuple[str, ...]]]:
    """The terms of a query, the last word as a beginning, and the words that were taken for others."""
    words = list(dict.fromkeys(fold(query).split()))[:MOST_WORDS]
    terms, corrected = [], {}
    for word in words:
        last = word == words[-1]
        if last and (whole := vocabulary.beginning(word, MOST_WHOLE + 1)):
            terms.append(_begun(word, whole))
            continue
        if vocabulary.has(word):
            terms.append(Term((word,)))
            continue
        near = vocabulary.near(word)
        if near:
            corrected[word] = near
        terms.append(Term(near or (word,), prefix=last and not near))
    return terms, corrected


def _begun(beginning: str, words: Sequence[str]) -> Term:
    """A word of which only the beginning was typed, with the words that it may become where they are few."""
    few = len(words) <= MOST_WHOLE and all(len(word) < LONGEST_WORD for word in words)
    return Term((beginning,), prefix=True, whole=tuple(words) if few else ())


async def search_credentials(
    session: AsyncSession,
    vocabulary: Vocabulary,
    release: int,
    query: str,
    wanted: Wanted,
    *,
    after: str,
    limit: int,
) -> Found:
    """Credentials that have all the words of a query, ranked; the same on every database.

    Of more than MOST_RANKED those that were entered first are ranked, besides all whose title is just that.
    """
    terms, corrected = terms_of(query, vocabulary)
    if not terms:
        return Found(entries=(), matches=(), following=None, corrected={})
    title = fold(query)
    hits = await catalogue.find_hits(session, release, wanted, terms, title, most=MOST_RANKED)
    spelt = " ".join(corrected[word][0] if word in corrected else word for word in title.split())
    asked = _Words(spelt)
    ranked = sorted((asked.penalty(hit), hit.credential, hit.key) for hit in hits)
    behind = [hit for hit in ranked if _cursor(*hit[:2]) > after] if after else ranked
    page = behind[:limit]
    entries = await catalogue.get_entries(session, [key for _, _, key in page])
    names = {hit.key: hit.names for hit in hits}
    return Found(
        entries=tuple(entries),
        matches=tuple(asked.match(credential, names[key]) for _, credential, key in page),
        following=_cursor(*page[-1][:2]) if len(behind) > limit else None,
        corrected=corrected,
    )


async def count(
    session: AsyncSession,
    vocabulary: Vocabulary | None,
    release: int,
    query: str | None,
    wanted: Wanted,
    facets: Sequence[str],
) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """How many credentials there are, in all and by each facet."""
    terms = terms_of(query, vocabulary)[0] if query is not None and vocabulary is not None else []
    if query is not None and not terms:
        return 0, {facet: [] for facet in facets}
    total = await catalogue.count_credentials(session, release, wanted, terms)
    return total, {facet: await catalogue.count_by(session, release, wanted, terms, facet) for facet in facets}


_STEPS = 10_000
"""In so many steps two fits are told apart."""


class _Words:
    """The words asked for, to be compared with names."""

    def __init__(self, title: str) -> None:
        """``title`` is all of them, folded and corrected."""
        self._title, self._inside = title, f" {title}"
        self._is_asked = frozenset(title.split()).__contains__

    def score(self, name: str) -> float:
        """How well a name fits, 0 to 1: the parts that ``Match`` tells."""
        words = name.split()
        score = 0.2 * sum(map(self._is_asked, words)) / len(words) if words else 0.0
        if name.startswith(self._title):
            return score + (0.8 if len(name) == len(self._title) else 0.4)
        return score + 0.2 if self._inside in name else score

    def penalty(self, hit: Hit) -> int:
        """What the best of a credential's names lacks of the best fit, in steps."""
        return round((1 - max(map(self.score, hit.names), default=0.0)) * _STEPS)

    def match(self, credential: str, names: Sequence[str]) -> Match:
        """How well a credential fits by the best of its names, to be told."""
        best = max(names, key=lambda name: (self.score(name), name), default="")
        beginning, words = best.startswith(self._title), best.split()
        return Match(
            id=credential,
            score=round(self.score(best), 4),
            exact=best == self._title,
            beginning=beginning,
            together=beginning or self._inside in best,
            coverage=round(sum(map(self._is_asked, words)) / len(words), 4) if words else 0.0,
        )


def _cursor(penalty: int, credential: str) -> str:
    """A text that sorts as the ranking does: the worse the fit, the later; of equal ones by the id."""
    return f"{penalty / _STEPS:.4f} {credential}"


class Vocabularies:
    """The vocabulary of this process, read again when a release brought new words."""

    def __init__(self) -> None:
        self._release: int | None = None
        self._vocabulary = Vocabulary(())

    async def get(self, session: AsyncSession, release: int) -> Vocabulary:
        """The words as of this release or a later one."""
        if self._release is None or release > self._release:
            self._vocabulary = Vocabulary(await search.list_words(session))
            self._release = release
        return self._vocabulary
