"""The documentation page in a real browser, with the network cut off."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from app.api.example_badge import SIGNED_BADGE
from tests.api.test_documents import in_png

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with the real data, started as `make serve` does."""
    folder = tmp_path_factory.mktemp("docs")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/p.db", "DRAIN_SECONDS": "0"}
    log = folder / "log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield _address_in(log, server)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _address_in(log: Path, server: subprocess.Popen[bytes]) -> str:
    """The address that the server says it listens on, once it answers there."""
    for _ in range(600):
        time.sleep(0.1)
        assert server.poll() is None, log.read_text()
        lines = [line for line in log.read_text().splitlines() if "Uvicorn running on " in line]
        if lines:
            found = lines[0].partition("Uvicorn running on ")[2].split()[0]
            urllib.request.urlopen(f"{found}/health/ready", timeout=5).close()
            return found
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def page() -> Iterator[tuple[Page, list[str]]]:
    """A page in Chromium that reaches this machine only, and everything else it asked for."""
    if BROWSER is None:
        assert not os.environ.get("CI"), "CI needs Chromium: make browser"
        pytest.skip("no Chromium on this machine; `make browser` installs Debian's")
    outside: list[str] = []

    def cut(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1800})
        page.on("console", lambda message: outside.append(message.text) if message.type == "error" else None)
        page.route("**/*", cut)
        yield page, outside
        browser.close()


def test_an_adviser_asks_and_sees_the_answer_without_internet(address: str, page: tuple[Page, list[str]]) -> None:
    view, outside = page
    view.goto(f"{address}/")
    question = view.locator("#operations-Recognition-recognise_v1_recognition_post")
    expect(question).to_be_visible(timeout=20_000)
    question.locator(".opblock-summary-control").click()
    question.get_by_role("button", name="Try it out").click()
    question.get_by_role("button", name="Execute").click()
    answer = question.locator(".live-responses-table .highlight-code")
    expect(answer.first).to_contain_text('"status": "discretionary"', timeout=20_000)
    expect(answer.first).to_contain_text("NARIC Ireland")
    if folder := os.environ.get("SCREENSHOTS"):
        view.screenshot(path=f"{folder}/docs.png", full_page=True)
    assert outside == []


def test_an_adviser_chooses_the_image_of_a_badge(address: str, page: tuple[Page, list[str]], tmp_path: Path) -> None:
    badge = tmp_path / "badge.png"
    badge.write_bytes(in_png(json.dumps(SIGNED_BADGE)))
    view, outside = page
    view.goto(f"{address}/docs")
    question = view.locator("#operations-Recognition-recognise_document_v1_recognition_document_post")
    question.locator(".opblock-summary-control").click(timeout=20_000)
    question.get_by_role("button", name="Try it out").click()
    question.locator("input[type=file]").set_input_files(badge)
    question.get_by_role("button", name="Execute").click()
    answer = question.locator(".live-responses-table .highlight-code")
    expect(answer.first).to_contain_text('"genuine": "passed"', timeout=20_000)
    expect(answer.first).to_contain_text("Introduction to Beekeeping")
    expect(answer.first).not_to_contain_text('"jurisdiction": "FR"')  # only the place that the form suggests
    if folder := os.environ.get("SCREENSHOTS"):
        view.screenshot(path=f"{folder}/badge.png", full_page=True)
    assert outside == []


def test_an_administrator_uses_a_key_on_the_page(address: str, page: tuple[Page, list[str]]) -> None:
    view, outside = page
    view.goto(f"{address}/docs")
    view.locator(".auth-wrapper .authorize").click()
    view.locator(".auth-container input").fill("passerelle_000000000000_" + "0" * 64)
    view.locator(".auth-btn-wrapper .authorize").click()
    view.locator(".auth-btn-wrapper .btn-done").click()
    question = view.locator("#operations-Access-listing_v1_admin_keys_get")
    question.locator(".opblock-summary-control").click()
    question.get_by_role("button", name="Try it out").click()
    question.get_by_role("button", name="Execute").click()
    answer = question.locator(".live-responses-table .highlight-code")
    expect(answer.first).to_contain_text("The key is not known here.", timeout=20_000)
    refused = [line for line in outside if "401" in line]
    assert outside == refused, "the browser notes the refusal, and nothing that its policy forbids"
    outside.clear()
