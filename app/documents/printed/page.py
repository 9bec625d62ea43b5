"""A sheet as one page of HTML that needs nothing else: no script, no picture, no address of another."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.documents.printed.sheet import Sheet

_HERE = Path(__file__).parent
_CONTROLS = {
    number: "\ufffd"
    for number in (*range(0x20), *range(0x7F, 0xA0), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF)
    if chr(number) not in "\t\n"
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_without_controls,
    )
    environment.tests["web_address"] = _is_web_address
    return environment


def _without_controls(value: Any) -> Any:
    """A text without the characters that HTML cannot hold (HTML, section 13.1.4); they are shown as missing."""
    return value.translate(_CONTROLS) if isinstance(value, str) else value


def _is_web_address(text: str) -> bool:
    """Whether a link may lead there: pages, and our own addresses, which begin with a slash where none is set."""
    return text.startswith(("https://", "http://")) or (text.startswith("/") and not text.startswith("//"))


@cache
def style() -> str:
    """The one style sheet of the page."""
    return (_HERE / "report.css").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The content security policy under which the page works: its own style sheet, by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page_of(sheet: Sheet) -> str:
    """The page."""
    return _environment().get_template("report.html").render(sheet=sheet, style=style())
