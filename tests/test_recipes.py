"""The recipes of docs/operations.md, as they stand there."""

import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from app.main import create_app
from app.settings import ROOT, Settings
from tests.conftest import EXLAND, client_for
from tests.servers import PASSERELLE, environment

PATH = "/v1/credentials/xf-beekeeping/recognition"
RECIPES = (ROOT / "docs/operations.md").read_text()


def answered(url: str) -> bytes:
    with TestClient(create_app(Settings(database_url=url))) as client:
        assert client.get("/health/ready").status_code == 200
        return client.get(PATH).content


def test_a_sqlite_database_is_copied_while_it_is_served_and_put_back(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path}/var/passerelle.db", tmp_path / "copy.db"
    (tmp_path / "var").mkdir()
    for client in client_for(url, EXLAND):
        before = client.get(PATH).content
        for code in (0, 1):  # the second time it is there already, and is not written over
            done = subprocess.run(
                [PASSERELLE, "backup", str(copy)], env=environment(url, {}), capture_output=True, text=True
            )
            assert done.returncode == code, done.stderr
    assert "is there already" in done.stderr
    (recipe,) = [line for line in RECIPES.splitlines() if line.startswith("cp /backups/")]
    (tmp_path / "var/passerelle.db").write_bytes(b"broken")
    line = recipe.replace("/backups/passerelle-2026-11-28.db", str(copy))
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    assert answered(url) == before


def test_a_postgresql_database_is_copied_and_put_back(postgres_database: str, tmp_path: Path) -> None:
    pytest.importorskip("pgserver")
    from pgserver._commands import POSTGRES_BIN_PATH

    for client in client_for(postgres_database, EXLAND):
        before = client.get(PATH).content
    plain = make_url(postgres_database).set(drivername="postgresql")
    restored = plain.set(database=f"{plain.database}_restored")
    dump, restore = [line for line in RECIPES.splitlines() if line.startswith(("pg_dump", "createdb"))]
    create = f"psql '{plain.render_as_string(False)}' -c 'CREATE DATABASE {restored.database}'"
    restore = restore.replace("createdb restored", create).replace(
        "postgresql://user:password@host/restored", f"'{restored.render_as_string(False)}'"
    )
    settings = {"PATH": f"{POSTGRES_BIN_PATH}:/usr/bin:/bin"}
    for line in (dump, restore):
        subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=environment(plain.render_as_string(False), settings), check=True
        )
    url = restored.set(drivername="postgresql+psycopg").render_as_string(False)
    assert answered(url) == before
    subprocess.run(
        ["sh", "-c", f"psql '{plain.render_as_string(False)}' -c 'DROP DATABASE {restored.database} WITH (FORCE)'"],
        env=environment(url, settings), check=True,
    )  # fmt: skip
