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
PAIRS = re.findall(r"```sh\n(curl .*?)```\n(?:(?!```).)*?```json\n(.*?)```", README, flags=re.DOTALL)


def _ask(client: TestClient, line: str) -> Any:
    """Send what the curl line would send."""
    words = shlex.split(line)
    address = urlsplit(next(word for word in words if word.startswith("http")))
    path = f"{address.path}?{address.query}" if address.query else address.path
    if "-d" in words:
        return client.post(path, content=words[words.index("-d") + 1], headers={"Content-Type": "application/json"})
    return client.get(path)


def _contains(whole: Any, part: Any) -> bool:
    """Whether everything shown stands in the answer."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(_contains, whole, part))
    return bool(whole == part)


def test_there_are_lines_to_try() -> None:
    assert len(PAIRS) >= 3


@pytest.mark.parametrize(("line", "shown"), PAIRS)
def test_a_line_gives_what_is_shown(service: TestClient, line: str, shown: str) -> None:
    response = _ask(service, line)
    assert response.status_code == 200, response.text
    assert _contains(response.json(), json.loads(shown)), json.dumps(response.json(), indent=1)[:6000]
