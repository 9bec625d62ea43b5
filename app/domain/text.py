"""Comparing titles and names as people write them: accents, case and punctuation do not matter."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORDS = re.compile(r"[^\W_]+(?:[+#]+)?")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text reduced to its words: no accents, no case, no punctuation but the + and # of names such as C++.

    >>> fold("CompTIA Security+ (édition)")
    'comptia security+ edition'
    """
    plain = text
    if not text.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(plain.casefold()))


def contains_phrase(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand in a text, in order and next to each other.

    >>> contains_phrase("Attendance-only employer course", "attendance only")
    True
    """
    return f" {fold(phrase)} " in f" {fold(text)} "


class PhraseIndex:
    """Finds which of many phrases stand in a text, by their first words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_word: dict[str, list[str]] = {}
        for phrase in {fold(phrase) for phrase in phrases} - {""}:
            self._by_word.setdefault(phrase.split(" ", 1)[0], []).append(phrase)

    def inside(self, folded: str) -> frozenset[str]:
        """The phrases that stand in a folded text, word by word."""
        padded = f" {folded} "
        words = set(folded.split()) & self._by_word.keys()
        return frozenset(phrase for word in words for phrase in self._by_word[word] if f" {phrase} " in padded)
