"""Reads printed reports as their readers do: the page by a strict parser, the PDF by its text."""

import io
import re
from typing import Any
from xml.etree.ElementTree import Element

import pypdf
from tinyhtml5.parser import HTMLParser

_APART = frozenset({"p", "dt", "dd", "li", "th", "td", "caption", "h1", "h2", "h3", "h4", "h5"})
"""Elements whose text does not run on into what follows."""
_FOOTER = re.compile(r"Recognition report: (?:(?!Recognition report: ).)*?Page \d+ of \d+\s*$", re.DOTALL)


def parsed(page: str) -> Element:
    """The page; an error where it is not written as HTML demands."""
    parser = HTMLParser(namespace_html_elements=False)
    root: Element = parser.parse(page)
    assert parser.errors == [], parser.errors[:5]
    return root


def words_of(element: Element) -> str:
    """The text of an element, without its style sheets."""
    if element.tag == "style":
        return ""
    inner = "".join(words_of(below) + (below.tail or "") for below in element if isinstance(below.tag, str))
    return (element.text or "") + inner + (" " if element.tag in _APART else "")


def plain(text: str) -> str:
    """A text whatever its spaces."""
    return " ".join(text.replace("\u200b", "").split())


def rows(root: Element, caption: str) -> list[dict[str, str]]:
    """The rows of every table of a caption, each cell under its heading."""
    found = []
    for table in root.iter("table"):
        if plain(words_of(next(table.iter("caption")))) != caption:
            continue
        head = [plain(words_of(cell)) for cell in next(table.iter("thead")).iter("th")]
        for row in next(table.iter("tbody")).iter("tr"):
            found.append(dict(zip(head, (plain(words_of(cell)) for cell in row), strict=True)))
    return found


def pdf_text(body: bytes) -> str:
    """All text of a PDF, without what stands at the foot of its pages."""
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return plain(" ".join(_FOOTER.sub("", page.extract_text()) for page in pages))


def pdf_root(body: bytes) -> Any:
    """The catalogue of a PDF: its language, its tags."""
    return pypdf.PdfReader(io.BytesIO(body)).trailer["/Root"]
