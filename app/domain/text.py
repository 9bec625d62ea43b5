"""Comparing titles and names as people write them: accents, case and punctuation do not matter."""

import re
import unicodedata
from functools import lru_cache

_WORDS = re.compile(r"[^\W_]+(?:[+#]+)?")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text reduced to its words: no accents, no case, no punctuation but the + and # of names such as C++.

    >>> fold("CompTIA Security+ (édition)")
    'comptia security+ edition'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORDS.findall(plain.casefold()))


def contains_phrase(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand in a text, in order and next to each other.

    >>> contains_phrase("Attendance-only employer course", "attendance only")
    True
    """
    return f" {fold(phrase)} " in f" {fold(text)} "
