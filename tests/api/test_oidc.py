"""Tokens of an OpenID Connect provider: a real server with keys, real signatures."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from app.services import oidc
from tests.conftest import EXLAND, client_for

KEYS, AUDIT = "/v1/admin/keys", "/v1/admin/audit"
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}, private=True)
EC = ECKey.generate_key("P-256", {"kid": "ec"}, private=True)
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)
SHARED = OctKey.import_key("a secret that should never stand in a public document", {"kid": "oct"})


class Provider:
    """A provider that publishes its keys on this machine and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: list[Key] = [RSA, EC, ED]
        self.discovery: dict[str, Any] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                self.send_response(200 if self.path in documents() else 404)
                self.end_headers()
                self.wfile.write(json.dumps(documents().get(self.path)).encode())

            def log_message(self, *_: Any) -> None:
                pass

        def documents() -> dict[str, Any]:
            return {
                "/.well-known/openid-configuration": {
                    "issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **self.discovery
                },
                "/jwks": {"keys": [*(k.as_dict(private=False) for k in self.keys), SHARED.as_dict(), {"kty": "new"}]},
            }  # fmt: skip

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Good claims, changed; what is None is left out."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": ["account", "passerelle"], "sub": "u-1", "exp": now + 300, "iat": now,
                "scope": "openid keys audit", "preferred_username": "Ada"}  # fmt: skip
        return {name: value for name, value in (good | changed).items() if value is not None}

    def token(self, key: Key = RSA, algorithm: str = "RS256", kid: str | None = None, **changed: Any) -> str:
        header = {"alg": algorithm, "kid": kid or key.kid}
        return jwt.encode(header, self.claims(**changed), key, algorithms=[algorithm])


@pytest.fixture
def provider() -> Iterator[Provider]:
    started = Provider()
    yield started
    started.close()


@pytest.fixture
def client(provider: Provider, tmp_path: Path) -> Iterator[TestClient]:
    """A service that takes the provider's tokens."""
    yield from client_for(
        f"sqlite:///{tmp_path}/p.db", EXLAND, oidc_issuer=provider.issuer, oidc_audience="passerelle",
        rate_limit_admin="",
    )  # fmt: skip


def ask(client: TestClient, token: str, path: str = KEYS) -> int:
    response = client.get(path, headers={"Authorization": f"Bearer {token}"})
    if response.status_code == 401:
        assert response.headers["www-authenticate"].endswith('error="invalid_token"')
        assert response.json()["detail"].startswith("The token ")
    assert len(token) < 20 or token not in response.text
    return response.status_code


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join(parts)


def test_a_token_lets_in_for_the_scopes_that_it_holds(client: TestClient, provider: Provider) -> None:
    token = provider.token()
    assert ask(client, token) == 200
    assert ask(client, provider.token(scope="openid audit")) == 403
    assert ask(client, provider.token(scope=None)) == 403
    response = client.post(
        KEYS, json={"name": "made", "scopes": ["audit"]}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.json()["key"]["created_by"] == f"oidc:{provider.issuer}#u-1"
    response = client.post(
        KEYS, json={"name": "made", "scopes": ["import"]}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 403
    entry = client.get(AUDIT, params={"act": "key.create"}, headers={"Authorization": f"Bearer {token}"}).json()
    assert [(item["caller"], item["name"]) for item in entry["items"]] == [(f"oidc:{provider.issuer}#u-1", "Ada")]


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "Ed25519"), (ED, "EdDSA")]
)
def test_signatures_with_public_keys_are_taken(
    client: TestClient, provider: Provider, key: Key, algorithm: str
) -> None:
    assert ask(client, provider.token(key, algorithm)) == 200


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("exp", 1_000_000_000),
        ("exp", None),
        ("exp", "tomorrow"),
        ("nbf", 32_000_000_000),
        ("iat", 32_000_000_000),
        ("iss", "https://elsewhere.example"),
        ("iss", None),
        ("iss", ["x"]),
        ("aud", "another-service"),
        ("aud", []),
        ("aud", None),
        ("aud", {"passerelle": 1}),
        ("sub", None),
        ("sub", 7),
        ("sub", "u" * 256),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(client: TestClient, provider: Provider, claim: str, value: Any) -> None:
    assert ask(client, provider.token(**{claim: value})) == 401


def test_clocks_may_be_a_little_apart_and_no_more(client: TestClient, provider: Provider) -> None:
    now = int(time.time())
    assert ask(client, provider.token(exp=now - 10, iat=now + 10)) == 200
    assert ask(client, provider.token(exp=now - 60)) == 401


def test_what_the_provider_did_not_sign_is_refused(client: TestClient, provider: Provider) -> None:
    good = provider.token()
    header, claims, signature = good.split(".")
    other_claims = unsigned({}, provider.claims(scope="keys audit release")).split(".")[1]
    public = RSA.as_pem(private=False)
    confused = unsigned({"alg": "HS256", "kid": "rsa", "typ": "JWT"}, provider.claims())
    mac = base64.urlsafe_b64encode(hmac.new(public, confused.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    for forged in (
        provider.token(OTHER),
        f"{header}.{other_claims}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}.AAAA",
        unsigned({"alg": "none"}, provider.claims()) + ".",
        unsigned({"alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1}, provider.claims()) + "." + signature,
        unsigned({"alg": "RS256", "kid": ["rsa"]}, provider.claims()) + "." + signature,
        unsigned({"alg": ["RS256"]}, provider.claims()) + "." + signature,
        f"{confused}.{mac}",
        provider.token(SHARED, "HS256"),
        "..",
        "a.b.c",
        "=.=.=",
        f"{good}.",
        good + "x" * 10_000,
    ):
        assert ask(client, forged) == 401, forged
    assert ask(client, good) == 200


def test_unknown_keys_do_not_make_the_service_ask_again_and_again(client: TestClient, provider: Provider) -> None:
    for n in range(20):
        assert ask(client, provider.token(kid=f"unknown-{n}")) == 401
    assert provider.asked == ["/.well-known/openid-configuration", "/jwks"]


def test_a_new_key_of_the_provider_is_taken_and_a_withdrawn_one_is_not(
    client: TestClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(client, provider.token()) == 200
    provider.keys = [EC]
    monkeypatch.setattr(oidc, "REFETCH_SECONDS", 0)
    new = RSAKey.generate_key(2048, {"kid": "new"}, private=True)
    assert ask(client, provider.token(new)) == 401
    provider.keys = [EC, new]
    assert ask(client, provider.token(new)) == 200
    assert ask(client, provider.token(RSA)) == 401


def test_while_the_provider_is_away_the_keys_that_are_held_go_on(
    client: TestClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(client, provider.token()) == 200
    provider.close()
    monkeypatch.setattr(oidc, "REFETCH_SECONDS", 0)
    monkeypatch.setattr(oidc, "KEEP_SECONDS", 0)
    assert ask(client, provider.token()) == 200
    assert ask(client, provider.token(OTHER, kid="rsa")) == 401


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://elsewhere.example"},
        {"jwks_uri": "http://keys.example/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
def test_without_keys_a_token_could_not_be_checked_and_lets_nobody_in(
    client: TestClient, provider: Provider, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery
    response = client.get(KEYS, headers={"Authorization": f"Bearer {provider.token()}"})
    assert (response.status_code, response.json()["type"]) == (503, "/problems/identity-provider-away")
    assert int(response.headers["retry-after"]) >= 1


def test_roles_of_the_provider_are_mapped_to_scopes(provider: Provider, tmp_path: Path) -> None:
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_audience": "passerelle",
        "oidc_jwks_url": f"{provider.issuer}/jwks",
        "oidc_scopes_claim": "realm_access.roles",
        "oidc_scopes": {"key-keeper": "keys"},
    }
    for client in client_for(f"sqlite:///{tmp_path}/p.db", EXLAND, **settings):
        assert ask(client, provider.token(realm_access={"roles": ["key-keeper", "audit", 7]})) == 200
        assert ask(client, provider.token(realm_access={"roles": ["key-keeper", "audit"]}), AUDIT) == 403
        for claim in ({"roles": ["keys"]}, {"roles": {"key-keeper": 1}}, ["key-keeper"], "key-keeper", None):
            assert ask(client, provider.token(realm_access=claim)) == 403, claim
    assert provider.asked == ["/jwks"]


def test_keys_of_our_own_go_on_beside_tokens(client: TestClient) -> None:
    response = client.get(KEYS, headers={"Authorization": "Bearer passerelle_000000000000_" + "0" * 64})
    assert (response.status_code, response.json()["detail"]) == (401, "The key is not known here.")
