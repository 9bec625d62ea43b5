"""Which places on the network may be asked for strangers: those that anybody could ask, and no others."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urljoin, urlsplit

Network = IPv4Network | IPv6Network

_CLOSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # platform services of a cloud, at a public address
        "192.0.0.0/24",  # protocol assignments, metadata of a cloud among them (RFC 6890)
        "192.88.99.0/24",  # relays from IPv4 to IPv6 (RFC 7526)
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96",  # IPv4 written as IPv6 (RFC 4291 section 2.5.5, RFC 2765)
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64 (RFC 6052, RFC 8215)
        "2001::/32", "2002::/16",  # tunnels from IPv4: Teredo (RFC 4380), 6to4 (RFC 3056)
        "fec0::/10",  # site-local (RFC 3879)
    )
)  # fmt: skip
"""Networks that lead inside although they count as public, or that hide an address of another kind."""

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)

MAX_ADDRESS = 2_000
"""Longest address, in characters."""


class Refused(Exception):
    """An address that is not asked; the text says why, and nothing of the network inside."""


@dataclass(frozen=True)
class Place:
    """An address that may be asked, as far as its text goes."""

    address: str
    host: str
    port: int


def read_address(text: str, base: str = "") -> Place:
    """An https address with the name of a host; raises Refused.

    Numbers in place of names are refused in every spelling, and so are user names and ports of other services.

    >>> read_address("https://issuer.example/did.json").port
    443
    """
    if len(text) > MAX_ADDRESS or not text.isascii() or any(ord(character) < 0x21 for character in text):
        raise Refused("the address is too long, or has characters that addresses do not have")
    try:
        parts: SplitResult = urlsplit(urljoin(base, text))
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise Refused("the address is broken") from None
    if parts.scheme != "https":
        raise Refused(f"only https is asked, not {parts.scheme[:20] or 'an address without a scheme'}")
    if parts.username is not None or parts.password is not None:
        raise Refused("the address has a user name in it")
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise Refused("the address does not name a host")
    if port != 443 and port < 1024:
        raise Refused(f"port {port} is one of another service")
    return Place(address=parts._replace(fragment="").geturl(), host=host, port=port)


def is_public(number: str, also: Collection[Network] = ()) -> bool:
    """Whether a number of a host is one that anybody on the internet can ask; ``also`` opens further networks.

    >>> is_public("169.254.169.254"), is_public("::ffff:10.0.0.1"), is_public("93.184.215.14")
    (False, False, True)
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(number)
    except ValueError:
        return False
    if any(address in network for network in also if network.version == address.version):
        return True
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _CLOSED if network.version == address.version)
    )
