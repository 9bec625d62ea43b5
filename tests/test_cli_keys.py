"""Keys on the command line, where the first one is made."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app.cli import cli
from app.main import create_app
from app.settings import Settings


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that is not there yet."""
    found = f"sqlite:///{tmp_path}/p.db"
    monkeypatch.setenv("DATABASE_URL", found)
    return found


def typed(*words: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *words])


def test_the_first_key_opens_what_is_closed_until_it_is_revoked(url: str) -> None:
    made = typed("create", "First", "--scope", "keys", "--scope", "audit", "--expires", "2999-12-31")
    assert made.exit_code == 0, made.output
    (key,) = made.stdout.split()
    key_id = key.split("_")[1]
    with TestClient(create_app(Settings(database_url=url))) as client:
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get("/v1/admin/keys").status_code == 401
        assert client.get("/v1/admin/keys", headers=headers).status_code == 200
        listed = typed("list").stdout
        assert re.match(rf"{key_id}  First: keys audit; expires 2999-12-31, (last used 20|never used)", listed)
        assert key not in listed
        assert f"Key {key_id} for First is revoked" in typed("revoke", key_id).stdout
        assert client.get("/v1/admin/keys", headers=headers).status_code == 401
    assert "revoked 20" in typed("list").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "x", "--scope", "imprt"), "import"),
        (("create", "x", "--scope", "keys", "--expires", "2020-01-01"), "2020-01-01"),
        (("create", " ", "--scope", "keys"), "name"),
        (("create", "x"), "--scope"),
    ],
)
def test_a_key_that_makes_no_sense_is_told_in_words(url: str, words: tuple[str, ...], told: str) -> None:
    refused = typed(*words)
    assert refused.exit_code != 0
    assert told in refused.output
    assert "Traceback" not in refused.output


def test_a_key_that_nobody_made_cannot_be_revoked(url: str) -> None:
    typed("create", "x", "--scope", "keys")
    refused = typed("revoke", "0" * 12)
    assert (refused.exit_code, "000000000000" in refused.output) == (1, True)
