"""Answers that were given before: the same bytes, for the same release and day only."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient

from app.api import remembered
from app.api.remembered import RememberedAnswers

ADDRESS = "/v1/credentials/x"


class Counted:
    """An application that counts how often it is asked."""

    def __init__(self, room: int) -> None:
        self.asked = 0
        app = FastAPI()
        app.state.rulesets = SimpleNamespace(active=1)
        app.add_middleware(RememberedAnswers, most_bytes=room)

        @app.get("/v1/credentials/{name}")
        @app.get("/v1/sources/{name}")
        def tagged(name: str) -> Response:
            self.asked += 1
            return Response(f"{name} {app.state.rulesets.active}", headers={"ETag": f'"{name}"'})

        @app.get("/v1/suggest")
        def plain() -> Response:
            self.asked += 1
            return Response("no tag")

        self.rulesets = app.state.rulesets
        self.client = TestClient(app)

    def get(self, address: str, **headers: str) -> tuple[int, str]:
        response = self.client.get(address, headers=headers)
        return response.status_code, response.text


@pytest.fixture
def counted() -> Counted:
    return Counted(100_000)


def test_what_was_answered_is_not_worked_out_again(counted: Counted) -> None:
    assert counted.get(ADDRESS) == counted.get(ADDRESS) == (200, "x 1")
    assert counted.asked == 1
    assert counted.get(f"{ADDRESS}?a=1") == (200, "x 1")
    assert counted.asked == 2


def test_another_release_or_day_is_another_answer(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    counted.get(ADDRESS)
    counted.rulesets.active = 2
    assert counted.get(ADDRESS) == (200, "x 2")
    monkeypatch.setattr(remembered, "today", lambda: date(2000, 1, 1))
    counted.get(ADDRESS)
    assert counted.asked == 3


def test_who_holds_the_bytes_gets_none_the_first_time_and_later(counted: Counted) -> None:
    for _ in range(2):
        assert counted.get(ADDRESS, **{"If-None-Match": 'W/"x"'}) == (304, "")
        assert counted.get(ADDRESS, **{"If-None-Match": '"y", *'}) == (304, "")
        assert counted.get(ADDRESS, **{"If-None-Match": '"y"'}) == (200, "x 1")
    assert counted.asked == 1


def test_other_addresses_and_what_has_no_tag_are_asked_each_time(counted: Counted) -> None:
    for _ in range(2):
        assert counted.get("/v1/sources/x") == (200, "x 1")
        assert counted.get("/v1/suggest") == (200, "no tag")
    assert counted.get("/v1/sources/x", **{"If-None-Match": '"x"'}) == (304, "")
    assert counted.asked == 5


def test_the_least_used_are_forgotten_when_there_is_no_more_room() -> None:
    counted = Counted(2_500)
    for name in ("a", "b", "a", "c", "c", "a", "b"):
        counted.get(f"/v1/credentials/{name}")
    assert counted.asked == 5  # a, b, c twice, and b again, which c had pushed out


def test_what_is_asked_once_pushes_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "ASKED_ONCE", 3)
    counted = Counted(2_500)
    for name in ("a", "b", *map(str, range(10)), "a", "b"):
        counted.get(f"/v1/credentials/{name}")
    assert counted.asked == 12  # a and b are still there
    for name in ("0", "1", "2", "3", "0", "0"):  # more than it can know of came between: 0 is new again
        counted.get(f"/v1/credentials/{name}")
    assert counted.asked == 18


@pytest.mark.anyio
async def test_what_is_asked_by_two_at_once_takes_room_once() -> None:
    asked: list[str] = []
    both = asyncio.Barrier(2)
    app = FastAPI()
    app.state.rulesets = SimpleNamespace(active=1)
    app.add_middleware(RememberedAnswers, most_bytes=2_500)

    @app.get("/v1/credentials/{name}")
    async def tagged(name: str) -> Response:
        asked.append(name)
        if name == "a":
            await both.wait()
        return Response(name, headers={"ETag": f'"{name}"'})

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        await asyncio.gather(client.get("/v1/credentials/a"), client.get("/v1/credentials/a"))
        for name in "bbab":
            assert (await client.get(f"/v1/credentials/{name}")).text == name
    assert asked == ["a", "a", "b"]


def test_the_headers_are_the_same_every_time(exland: TestClient) -> None:
    path = "/v1/credentials?total=true"
    sent = {"Origin": "https://example.org", "X-Request-ID": "one"}
    first = exland.get(path, headers=sent)
    for _ in range(3):
        again = exland.get(path, headers=sent)
        assert (again.status_code, again.headers, again.content) == (200, first.headers, first.content)
    held = [exland.get(path, headers={"If-None-Match": first.headers["etag"], **sent}) for _ in range(2)]
    assert held[0].headers == held[1].headers
