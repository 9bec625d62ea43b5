"""Counts how often callers come, and tells them how they stand (draft-ietf-httpapi-ratelimit-headers)."""

import ipaddress
import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.responses import Response

from app.api.problems import problem

MOST_COUNTED = 100_000
"""Callers that are counted at a time; beyond, those that did not come for the longest time start anew."""


@dataclass(frozen=True)
class Standing:
    """What a caller has left."""

    name: str
    amount: int
    window: int
    remaining: int
    reset: int
    """Seconds until all of it may be used again."""
    is_over: bool

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that tell it."""
        policy = f'"{self.name}";q={self.amount};w={self.window}'
        left = f'"{self.name}";r={self.remaining};t={self.reset}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]

    def refusal(self) -> Response:
        """The answer to somebody who has nothing left."""
        detail = f"More than {self.amount} requests in {self.window} seconds; ask again in {self.reset} seconds."
        response = problem(429, "too-many-requests", detail, headers={"Retry-After": str(self.reset)})
        response.raw_headers.extend(self.headers())
        return response


class Limit:
    """So many requests in such a time, for each caller, counted in this process from their first request on."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._item: RateLimitItem = parse(text)
        self._limiter = FixedWindowRateLimiter(_Counts())

    def hit(self, who: str) -> Standing:
        """Count a request and tell how its caller stands."""
        allowed = self._limiter.hit(self._item, who)
        left = self._limiter.get_window_stats(self._item, who)
        reset = max(1, math.ceil(left.reset_time - time.time()))
        return Standing(self._name, self._item.amount, self._item.get_expiry(), left.remaining, reset, not allowed)


class _Counts(Storage):
    """Counts in memory, bounded. The library's own memory starts threads, has no bound and walks through all counts."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing that it does can fail."""
        return RuntimeError

    def _now(self, key: str) -> tuple[int, float]:
        count, expiry = self._counts.get(key, (0, 0.0))
        return (count, expiry) if expiry > time.time() else (0, 0.0)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count up, and begin a new time when the last is over."""
        count, until = self._now(key)
        self._counts[key] = count + amount, until or time.time() + expiry
        self._counts.move_to_end(key)
        if len(self._counts) > MOST_COUNTED:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """The count."""
        return self._now(key)[0]

    def get_expiry(self, key: str) -> float:
        """When it begins anew."""
        return self._now(key)[1] or time.time()

    def check(self) -> bool:
        """Whether it is there."""
        return True

    def reset(self) -> int:
        """Forget all."""
        size = len(self._counts)
        self._counts.clear()
        return size

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)


def network_of(address: str) -> str:
    """Whom an address stands for: of IPv6 the network of 64 bits, since who has one address has them all.

    >>> network_of("2001:db8::1"), network_of("::ffff:192.0.2.1"), network_of("192.0.2.1")
    ('2001:db8::/64', '192.0.2.1', '192.0.2.1')
    """
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((found, 64), strict=False))
