"""The client that asks addresses named by strangers, against a real https server."""

import ssl
from collections.abc import Awaitable, Callable

import pytest

from app.services import fetching
from app.services.addresses import Refused, is_public, read_address
from app.services.fetching import Fetcher
from tests.documents.hosting import World

pytestmark = pytest.mark.anyio

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.88.99.1",
    "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2002:7f00:1::1", "2001:0:53aa:64c:0:fbff:80ff:fffe", "fe80::1%eth0", "no number",
]  # fmt: skip


def to(*numbers: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(host: str, port: int) -> list[str]:
        return list(numbers)

    return resolve


@pytest.mark.parametrize("number", INSIDE)
async def test_nothing_inside_is_asked(number: str) -> None:
    assert not is_public(number)
    async with Fetcher(resolve=to(number)) as fetch:
        fetched = await fetch("https://issuer.example/did.json")
    assert fetched.record.problem == "refused: its host is not at a public address"
    assert fetched.body == b""


def test_public_hosts_may_be_asked() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


async def test_one_number_inside_among_several_is_enough_to_refuse(world: World) -> None:
    async with world.fetcher(resolve=to("127.0.0.1", "10.0.0.1")) as fetch:
        assert (await fetch(world.publish("/a", {}))).record.problem == "refused: its host is not at a public address"
    assert world.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://issuer.example/", "ftp://issuer.example/", "file:///etc/passwd", "issuer.example", "",
        "//issuer.example",
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/",
        "https://user@issuer.example/", "https://user:word@issuer.example/", "https://issuer.example:22/",
        "https://issuer.example:99999/", "https://issuer.example:x/", "https://faß.example/", "https://a b.example/",
        "https://issuer.example/\r\nHost: other", "https://issuer.example\\@other.example/", "https://-a.example/",
        "https://a..example/", "https:///path", "https://" + "a" * 300 + ".example/",
        "https://issuer.example/" + "a" * 2000,
    ],
)  # fmt: skip
async def test_addresses_that_do_not_name_a_host_over_https_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        read_address(address)
    async with Fetcher(resolve=to("93.184.215.14")) as fetch:
        assert str((await fetch(address)).record.problem).startswith("refused: ")


async def test_what_is_published_is_read_and_told(world: World) -> None:
    async with world.fetcher() as fetch:
        fetched = await fetch(world.publish("/did.json", {"id": "x"}))
    assert fetched.body == b'{"id": "x"}'
    assert (fetched.record.status, fetched.record.size, fetched.record.problem) == (200, 11, None)
    assert fetched.record.at.tzinfo is not None
    ((host, path, headers),) = world.asked
    assert (host, path) == ("issuer.example", "/did.json")
    assert headers["User-Agent"].startswith("Passerelle/")
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


async def test_cookies_are_not_sent_back(world: World) -> None:
    async with world.fetcher() as fetch:
        await fetch(world.publish("/a", {}, Set_Cookie="seen=1; Path=/"))
        await fetch(world.publish("/b", {}))
    assert all("Cookie" not in headers for _, _, headers in world.asked)


async def test_a_name_that_changes_its_number_is_asked_for_once_and_what_was_checked_is_used(world: World) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    asked = []

    async def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    async with world.fetcher(resolve=changing) as fetch:
        assert (await fetch(world.publish("/a", {}))).record.status == 200
        assert asked == ["issuer.example"]
        again = await fetch(world.publish("/b", {}))
    assert again.record.problem == "refused: its host is not at a public address"
    assert [path for _, path, _ in world.asked] == ["/a"]


async def test_redirects_are_followed_under_the_same_rules(world: World) -> None:
    goal = world.publish("/goal", {"here": True}, host="other.example")
    async with world.fetcher() as fetch:
        assert (await fetch(world.publish("/start", b"", status=302, Location=goal))).body == b'{"here": true}'
        relative = world.publish("/relative", b"", status=307, Location="/again")
        world.publish("/again", {"here": 2})
        assert (await fetch(relative)).body == b'{"here": 2}'
        for bad in (
            "http://issuer.example/",
            "https://127.0.0.1/",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
        ):
            problem = (await fetch(world.publish("/bad", b"", status=301, Location=bad))).record.problem
            assert str(problem).startswith("refused: "), bad
        endless = world.publish("/endless", b"", status=302, Location="/endless")
        assert (await fetch(endless)).record.problem == "more than 3 redirects"


async def test_a_redirect_to_a_host_inside_is_refused(world: World) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1" if host == "issuer.example" else "10.0.0.1"]

    start = world.publish("/start", b"", status=302, Location=world.address("/secret", "other.example"))
    async with world.fetcher(resolve=resolve) as fetch:
        assert (await fetch(start)).record.problem == "refused: its host is not at a public address"
    assert [path for _, path, _ in world.asked] == ["/start"]


async def test_the_certificate_must_be_one_for_the_name(world: World) -> None:
    async with world.fetcher() as fetch:
        assert "no secure connection" in str((await fetch(world.address("/", "stranger.example"))).record.problem)
    async with world.fetcher(certificates=ssl.create_default_context()) as fetch:
        assert "no secure connection" in str((await fetch(world.address("/"))).record.problem)


async def test_answers_that_are_too_large_packed_or_missing_are_problems(world: World) -> None:
    async with world.fetcher() as fetch:
        large = await fetch(world.publish("/large", b"x" * (fetching.MAX_BYTES + 1)))
        assert (large.record.problem, large.body) == ("its answer has more than 1,048,576 bytes", b"")
        packed = await fetch(world.publish("/packed", b"x", Content_Encoding="gzip"))
        assert "packed" in str(packed.record.problem)
        missing = await fetch(world.address("/missing"))
        assert (missing.record.status, missing.record.problem) == (404, "it answered with status 404")


async def test_what_takes_too_long_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.05)

    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with world.fetcher(resolve=never) as fetch:
        assert (await fetch(world.address("/"))).record.problem == "no answer within 0.05 seconds"


async def test_answers_are_used_again_as_long_as_they_allow(world: World) -> None:
    async with world.fetcher() as fetch:
        kept = world.publish("/kept", {}, Cache_Control="public, max-age=60")
        first, second = await fetch(kept), await fetch(kept)
        assert first == second  # the time of the record is that of the real question
        for control in ("no-store, max-age=60", "private, max-age=60", "max-age=0", ""):
            once = world.publish("/once", {}, Cache_Control=control)
            await fetch(once)
            await fetch(once)
    assert [path for _, path, _ in world.asked] == ["/kept"] + ["/once"] * 8


async def test_the_memory_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_REMEMBERED_BYTES", 100)
    async with world.fetcher() as fetch:
        for path in ("/a", "/b", "/a"):
            await fetch(world.publish(path, b"x" * 60, Cache_Control="max-age=60"))
    assert [path for _, path, _ in world.asked] == ["/a", "/b", "/a"]


async def test_all_addresses_of_a_question_together_have_an_end(world: World) -> None:
    kept = world.publish("/kept", {})
    async with world.fetcher() as fetch:
        assert (await fetching.within(30, fetch)(kept)).record.status == 200
        late = await fetching.within(0, fetch)(kept)
    assert late.record.problem == "all addresses together took longer than 0 seconds"
