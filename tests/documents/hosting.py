"""A real https server for the issuers of an invented world, and a client that may ask it."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.services.fetching import Fetcher

LOOPBACK = ip_network("127.0.0.0/8")


class World:
    """What is published where, and who asked for it."""

    def __init__(self, port: int, authority: Path) -> None:
        self.port, self.authority = port, authority
        self.published: dict[tuple[str, str], tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def address(self, path: str, host: str = "issuer.example") -> str:
        return f"https://{host}:{self.port}{path}"

    def did_web(self, *parts: str, host: str = "issuer.example") -> str:
        return ":".join(["did:web", f"{host}%3A{self.port}", *parts])

    def publish(
        self, path: str, content: Any, *, host: str = "issuer.example", status: int = 200, **headers: str
    ) -> str:
        """Publish JSON, or bytes as they are; the address of it."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.published[host, path] = status, named, body
        return self.address(path, host)

    def fetcher(self, **more: Any) -> Fetcher:
        """A client that trusts the authority of this world, and takes every name in it for this server."""

        async def resolve(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        certificates = ssl.create_default_context(cafile=str(self.authority))
        return Fetcher(**{"also_allowed": [LOOPBACK], "certificates": certificates, "resolve": resolve, **more})


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, hosts: list[str]
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), critical=False)
    else:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(signer, hashes.SHA256())


@contextmanager
def a_world(folder: Path, hosts: tuple[str, ...] = ("issuer.example", "other.example")) -> Iterator[World]:
    """A server for these hosts, with certificates of an authority of its own."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Authority", authority_key, "Authority", authority_key, [])
    certificate = _certificate(hosts[0], key, "Authority", authority_key, list(hosts))
    (folder / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            world.asked.append((host, self.path, dict(self.headers)))
            status, headers, body = world.published.get((host, self.path), (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    world = World(server.server_address[1], folder / "authority.pem")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
