"""The printed page in a real browser: under its own policy, for every reader, on paper."""

import os
from pathlib import Path
from unicodedata import normalize

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.api.test_docs_page import address, page
from tests.documents.printing import pdf_text

__all__ = ["address", "page"]  # fixtures: a real server, and a browser that tells whatever its policy forbids

LOOK_UP = "/v1/credentials/us-google-it-support/recognition?jurisdictions=US,IE,GB-SCT,BR"


def test_the_page_opens_as_it_is_and_is_sound_for_every_reader(address: str, page: tuple[Page, list[str]]) -> None:
    view, outside = page
    view.goto(f"{address}{LOOK_UP}")
    assert view.title().startswith("Recognition report: ")
    assert view.evaluate("getComputedStyle(document.querySelector('article')).borderLeftStyle") == "solid"
    assert outside == []
    found = Axe().run(view)
    assert found.response["violations"] == [], found.generate_report()
    if folder := os.environ.get("SCREENSHOTS"):
        view.screenshot(path=f"{folder}/report.png", full_page=True)


def test_the_page_fits_a_telephone(address: str, page: tuple[Page, list[str]]) -> None:
    view, _ = page
    before = view.viewport_size
    view.set_viewport_size({"width": 360, "height": 700})
    view.goto(f"{address}{LOOK_UP}")
    assert view.evaluate("document.documentElement.scrollWidth") <= 360
    if before is not None:
        view.set_viewport_size(before)


def test_the_page_prints_on_a4_with_the_addresses_of_its_sources(
    address: str, page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    view, _ = page
    view.goto(f"{address}{LOOK_UP}")
    links = view.eval_on_selector_all(".sources a", "all => all.map(a => a.href)")
    assert links
    printed = view.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed
    text = normalize("NFKC", pdf_text(printed)).replace(" ", "")  # the browser joins f and i
    for link in links:
        assert link.rstrip("/") in text, link
    if folder := os.environ.get("SCREENSHOTS"):
        Path(f"{folder}/report.pdf").write_bytes(printed)
