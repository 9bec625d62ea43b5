"""The README's own lines give what the README shows."""

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

README = (Path(__file__).parent.parent / "README.md").read_text()
PAIRS = re.findall(r"```console\n(curl .*?)```\n(?:(?!```).)*?```json\n(.*?)```", README, flags=re.DOTALL)


def _ask(client: TestClient, line: str) -> Any:
    """Send what the curl line would send."""
    words = shlex.split(line)
    address = urlsplit(next(word for word in words if word.startswith("http")))
    path = f"{address.path}?{address.query}" if address.query else address.path
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    if "-d" in words:
        return client.post(path, content=words[words.index("-d") + 1], headers=headers)
    return client.get(path, headers=headers)


def _contains(whole: Any, part: Any) -> bool:
    """Whether everything shown stands in the answer."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(_contains, whole, part))
    return type(whole) is type(part) and bool(whole == part)


def test_every_line_shows_its_answer() -> None:
    assert len(PAIRS) >= 3
    assert README.count("```console\n") == README.count("```json\n") == len(PAIRS)


@pytest.mark.parametrize(("line", "shown"), PAIRS)
def test_every_line_pins_its_day(line: str, shown: str) -> None:
    assert "as_of" in line


@pytest.mark.parametrize(("line", "shown"), PAIRS)
def test_a_line_gives_what_is_shown(service: TestClient, line: str, shown: str) -> None:
    response = _ask(service, line)
    assert response.status_code == 200, response.text
    assert _contains(response.json(), json.loads(shown)), json.dumps(response.json(), indent=1)[:6000]


def test_every_address_stands_in_the_table(service: TestClient) -> None:
    """Lists stand there without their single entries, services without their parts; what stands there exists."""
    known_tops = r"v1/|health/|reconcile|\.well-known/"
    told = {_plain(address) for address in re.findall(rf"`(?:[A-Z]+ )?(/(?:{known_tops})[^`]*)`", README)}
    known = {_plain(address) for address in service.get("/openapi.json").json()["paths"]}
    assert told <= known
    known -= {address for address in known if address.startswith("/reconcile/")} - told
    assert {address for address in known if address.removesuffix("/{}") not in told} <= told


def _plain(address: str) -> str:
    """An address whatever its parameters are called."""
    return re.sub(r"\{\w+\}", "{}", address)
