"""A sheet as a PDF: tagged for readers of screens (PDF/UA-1), with fonts of its own, the same bytes on every machine.

Run as a program it reads a sheet as JSON and writes the PDF: the typesetter keeps hundreds of megabytes after a long
report, which only the end of a process gives back, and only a process can be stopped.

The fonts are those of two installed packages, whatever else the machine has. A character that none of them has is
written as its number: a box in its place would look like a fault of the reader's machine.
"""

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import manimgx_fonts
import manimgx_fonts_cjk
import typst
from fontTools.ttLib import TTFont

_TEMPLATE = Path(__file__).with_name("report.typ")
_FOLDERS = [Path(package.__file__).parent for package in (manimgx_fonts, manimgx_fonts_cjk)]
_FIRST = ("Noto Sans", "Noto Sans CJK SC")
"""Families that are looked into before all others."""
_BREAKS = frozenset("\n\t")
"""Characters that need no glyph: they part words."""


def pdf_of(sheet: Any) -> bytes:
    """The PDF of a sheet that was read from JSON."""
    told = json.dumps(_printable(sheet), ensure_ascii=False)
    compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        format="pdf",
        sys_inputs={"sheet": told, "fonts": json.dumps(_families())},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def unprintable(text: str) -> str:
    """A text with the number of every character that no font has.

    >>> unprintable("Ελλάδα, \\U0001F9FF\\ue000")
    'Ελλάδα, 🧿[U+E000]'
    """
    if text.isascii() and text.isprintable():
        return text
    has = _glyphs()
    return "".join(
        character if ord(character) in has or character in _BREAKS else f"[U+{ord(character):04X}]"
        for character in text
    )


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return unprintable(value)
    if isinstance(value, dict):
        return {key: _printable(below) for key, below in value.items()}
    return [_printable(below) for below in value] if isinstance(value, list) else value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=_FOLDERS)


@cache
def _families() -> list[str]:
    return [*_FIRST, *(name for name in _fonts().families() if name not in _FIRST)]


@cache
def _glyphs() -> frozenset[int]:
    """Every character that one of the fonts has."""
    found: set[int] = set()
    for path in sorted(path for folder in _FOLDERS for path in folder.glob("*.[to]t[fc]")):
        with TTFont(path, fontNumber=0, lazy=True) as font:
            found.update(font.getBestCmap() or ())
    return frozenset(found)


if __name__ == "__main__":
    os.nice(5)  # answers come first
    sys.stdout.buffer.write(pdf_of(json.load(sys.stdin.buffer)))
