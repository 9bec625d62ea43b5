"""Asks addresses that strangers name, without becoming their tool: keys of issuers, status lists, files to import.

https only; hosts at public addresses only, checked where the connection is made, so that a name cannot mean one host
when checked and another when used; certificates are checked for the name. Redirects are followed one by one, under the
same rules. Size and time are bounded. Nothing of ours is sent: no cookies, no credentials, no proxy of the
environment. What was asked is told to who asked; addresses are not logged, since they may belong to a person's badge.
"""

import asyncio
import logging
import re
import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from time import monotonic
from typing import IO, Self, TypeVar

import httpcore
import httpx

from app.domain.verification import Fetched, FetchRecord
from app.services.addresses import Network, Refused, is_public, read_address

MAX_BYTES = 1_048_576
"""Largest answer. A status list of a million places has some 130 kB at most."""
MAX_REDIRECTS = 3
MAX_SECONDS = 8.0
"""Longest time for one address, redirects included."""
MAX_SECONDS_TOGETHER = 30.0
"""Longest time for all addresses of one question."""
MAX_AT_ONCE = 16
"""Most addresses that are asked at the same time."""
MAX_REMEMBERED_BYTES = 8_388_608
MAX_REMEMBERED_SECONDS = 3_600
"""Longest time for which an answer is used again, whatever it says itself."""

_HEADERS = {
    "Accept": "application/did+ld+json, application/did+json, application/vc+jwt, application/vc, "
    "application/jwk-set+json, application/ld+json, application/json, text/plain;q=0.5, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": f"Passerelle/{version('passerelle')}",
}
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"no-store|no-cache|private", re.IGNORECASE)

for _name in ("httpx", "httpcore"):  # they would tell every address
    logging.getLogger(_name).setLevel(logging.WARNING)

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The numbers of a host, by its name."""
Told = Callable[[int], None]
"""Hears how many bytes of a download are there."""
T = TypeVar("T")
Read = Callable[[httpx.Response, str | None], Awaitable[T]]
"""Reads an answer; the address is told where redirects led to another."""


async def resolve_name(host: str, port: int) -> list[str]:
    """The numbers that the name of a host stands for; an OSError when there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """One client for the whole process; call it with an address.

    ``also_allowed``, ``certificates`` and ``resolve`` are for tests, which ask servers of their own: no setting leads
    to them.
    """

    def __init__(
        self,
        *,
        also_allowed: Collection[Network] = (),
        certificates: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_name,
    ) -> None:
        pool = httpcore.AsyncConnectionPool(
            ssl_context=certificates or ssl.create_default_context(),
            max_connections=MAX_AT_ONCE,
            max_keepalive_connections=0,
            network_backend=_GuardedNetwork(also_allowed, resolve),
        )
        self._client = httpx.AsyncClient(
            transport=_Transport(pool),
            headers=_HEADERS,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
            timeout=MAX_SECONDS,
        )
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._memory = _Memory()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give up all connections."""
        await self._client.aclose()

    async def __call__(self, address: str) -> Fetched:
        """Ask an address. Never raises for what happens on the way: the record says it."""
        remembered = self._memory.find(address)
        if remembered is not None:
            return remembered
        at = datetime.now(UTC)
        kept_for = 0.0

        async def read(response: httpx.Response, redirected_to: str | None) -> Fetched:
            nonlocal kept_for
            kept_for = _seconds_to_keep(response)
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > MAX_BYTES:
                    raise _Unusable(f"its answer has more than {MAX_BYTES:,} bytes", response.status_code)
            record = FetchRecord(
                address=address, at=at, redirected_to=redirected_to, status=response.status_code, size=len(body)
            )
            return Fetched(record=record, body=bytes(body))

        fetched = await self._asked(address, at, self._follow(address, read, MAX_SECONDS, self._places), MAX_SECONDS)
        self._memory.keep(address, fetched, kept_for)
        return fetched

    async def download(
        self, address: str, out: IO[bytes], *, most: int, seconds: float, told: Told
    ) -> tuple[FetchRecord, str]:
        """Write what stands at an address into a file: what is told about it, and its media type, or nothing.

        At most so many bytes, in at most so many seconds; ``told`` hears how many came. Never raises for what happens
        on the way, and what is in the file then is not all: the record says it. Raises NotKept where the file cannot
        be written, and whatever ``told`` raises.
        """
        at = datetime.now(UTC)

        async def keep(response: httpx.Response, redirected_to: str | None) -> tuple[FetchRecord, str]:
            length, status, size = response.headers.get("content-length", ""), response.status_code, 0
            if length.isascii() and length.isdigit() and int(length) > most:
                raise _Unusable(f"its answer has {int(length):,} bytes, more than {most:,}", status)
            async for part in response.aiter_raw():
                size += len(part)
                if size > most:
                    raise _Unusable(f"its answer has more than {most:,} bytes", status)
                try:
                    await asyncio.to_thread(out.write, part)
                except OSError as error:
                    raise NotKept(error.strerror) from error
                told(size)
            record = FetchRecord(address=address, at=at, redirected_to=redirected_to, status=status, size=size)
            return record, response.headers.get("content-type", "").partition(";")[0].strip().casefold()

        found = await self._asked(address, at, self._follow(address, keep, seconds, nullcontext()), seconds)
        return (found.record, "") if isinstance(found, Fetched) else found

    async def _asked(self, address: str, at: datetime, asking: Awaitable[T], seconds: float) -> T | Fetched:
        """What comes of asking an address, or why nothing does."""
        try:
            return await asking
        except Refused as refusal:
            return _problem(address, at, f"refused: {refusal}")
        except _Unusable as answer:
            return _problem(address, at, answer.problem, answer.status)
        except (TimeoutError, httpcore.TimeoutException):
            return _problem(address, at, f"no answer within {seconds:g} seconds")
        except (httpcore.NetworkError, OSError) as error:
            return _problem(address, at, "no secure connection" if _is_about_tls(error) else "it cannot be reached")
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.ProtocolError, ValueError):
            return _problem(address, at, "its answer is no proper HTTP")

    async def _follow(
        self, address: str, read: Read[T], seconds: float, place_for: AbstractAsyncContextManager[None]
    ) -> T:
        """What is read of the answer that redirects lead to. Raises Refused, _Unusable and TimeoutError."""
        async with asyncio.timeout(seconds), place_for:
            place = asked = read_address(address)
            for _ in range(MAX_REDIRECTS + 1):
                timeout = httpx.Timeout(MAX_SECONDS, read=seconds)
                request = self._client.build_request("GET", place.address, timeout=timeout)
                response = await self._client.send(request, stream=True)
                try:
                    if response.is_redirect:
                        place = read_address(response.headers.get("location", ""), place.address)
                        continue
                    if response.status_code != 200:
                        raise _Unusable(f"it answered with status {response.status_code}", response.status_code)
                    if response.headers.get("content-encoding", "identity") != "identity":
                        raise _Unusable("its answer is packed, which was not asked for", response.status_code)
                    return await read(response, None if place == asked else place.address)
                finally:
                    await response.aclose()
            raise _Unusable(f"more than {MAX_REDIRECTS} redirects")


class NotKept(Exception):
    """An answer that could not be written down."""


class _Unusable(Exception):
    """An answer of which nothing can be made."""

    def __init__(self, problem: str, status: int | None = None) -> None:
        self.problem, self.status = problem, status


def within(seconds: float, ask: Callable[[str], Awaitable[Fetched]]) -> Callable[[str], Awaitable[Fetched]]:
    """The same client for one question, whose addresses may take so long all together."""
    end = asyncio.get_running_loop().time() + seconds

    async def asked(address: str) -> Fetched:
        try:
            async with asyncio.timeout_at(end):
                return await ask(address)
        except TimeoutError:
            return _problem(address, datetime.now(UTC), f"all addresses together took longer than {seconds:g} seconds")

    return asked


def _is_about_tls(error: BaseException | None) -> bool:
    """Whether a connection failed because of its certificate or encryption; libraries wrap that error."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _problem(address: str, at: datetime, problem: str, status: int | None = None) -> Fetched:
    return Fetched(record=FetchRecord(address=address, at=at, status=status, problem=problem))


def _seconds_to_keep(response: httpx.Response) -> float:
    """How long an answer may be used again: what it says itself (RFC 9111 section 5.2), and no longer than we like."""
    control = response.headers.get("cache-control", "")
    age = _MAX_AGE.search(control)
    if age is None or _NOT_KEPT.search(control) or response.headers.get("vary", "").strip() == "*":
        return 0
    passed = response.headers.get("age", "0")
    return min(MAX_REMEMBERED_SECONDS, int(age[1]) - (int(passed) if passed.isdigit() else 0))


class _Memory:
    """Answers that may be used again, the oldest given up first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, Fetched]] = OrderedDict()
        self._size = 0

    def find(self, address: str) -> Fetched | None:
        until, fetched = self._kept.get(address, (0.0, None))
        return fetched if until > monotonic() else None

    def keep(self, address: str, fetched: Fetched, seconds: float) -> None:
        if fetched.record.problem is not None or seconds <= 0:
            return
        if address in self._kept:
            self._size -= len(self._kept.pop(address)[1].body)
        self._kept[address] = (monotonic() + seconds, fetched)
        self._size += len(fetched.body)
        while self._size > MAX_REMEMBERED_BYTES:
            self._size -= len(self._kept.popitem(last=False)[1][1].body)


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the very number that was checked; the name is asked for once, here."""

    def __init__(self, also_allowed: Collection[Network], resolve: Resolve) -> None:
        self._network = httpcore.AnyIOBackend()
        self._also_allowed, self._resolve = also_allowed, resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        numbers = await self._resolve(host, port)
        if not numbers or not all(is_public(number, self._also_allowed) for number in numbers):
            raise Refused("its host is not at a public address")
        stream = await self._network.connect_tcp(numbers[0], port, timeout, local_address, socket_options)
        reached = stream.get_extra_info("server_addr")
        if not reached or not is_public(str(reached[0]), self._also_allowed):
            await stream.aclose()
            raise Refused("its host is not at a public address")
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Transport(httpx.AsyncBaseTransport):
    """Lets the client use a pool with a network of its own; the client's usual one cannot be given any."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()
