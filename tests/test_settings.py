"""Settings: checked at start, told clearly, and never giving a secret away."""

import subprocess
from pathlib import Path

import pytest

from app.settings import BadSettings, Settings, masked, misspelt, read_settings
from tests.servers import PASSERELLE, environment

SECRET = "gehe1m"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "mysql://host/name", "sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "nonsense", "sqlite:///FILE or postgresql://"),
        ("DATABASE_POOL_SIZE", "0", "greater than or equal to 1"),
        ("DATABASE_POOL_SECONDS", "soon", "a valid number"),
        ("DATA_DIR", "/nowhere/at/all", "a folder that is there"),
        ("PUBLIC_URL", "example.org", "http:// or https://"),
        ("RELEASE_POLL_SECONDS", "0", "greater than 0"),
        ("MAX_BODY_BYTES", "1 MB", "a valid integer"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("LOG_FORMAT", "xml", "'json' or 'text'"),
        ("LOG_REQUESTS", "perhaps", "a valid boolean"),
        ("STOP_SECONDS", "1.5", "a valid integer"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http:// or https://"),
    ],
)
def test_a_bad_setting_is_told_by_name_with_what_was_found_and_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as told:
        read_settings()
    (line,) = str(told.value).splitlines()
    assert line.startswith(f"{name}: found {value!r}, expected ")
    assert expected in line


def test_all_bad_settings_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("DRAIN_SECONDS", "-1")
    with pytest.raises(BadSettings) as told:
        read_settings()
    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == ["DRAIN_SECONDS", "LOG_LEVEL"]


def test_the_limit_for_administrators_can_be_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_ADMIN", "")
    assert read_settings().rate_limit_admin == "120/minute"
    monkeypatch.setenv("RATE_LIMIT_ADMIN", "none")
    assert read_settings().rate_limit_admin == ""


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOP_SECONDS", "")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    assert read_settings().stop_seconds == Settings.model_fields["stop_seconds"].default
    assert read_settings().log_level == "warning"


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://me:{SECRET}@host/name",
        f"postgresql://me:{SECRET}@host:port/name",
        f"postgresql://me:a/{SECRET}@host/name",
        f"postgres//me:{SECRET}@host",
        f"mysql://host/name?password={SECRET}&x=1",
    ],
)
def test_the_password_of_a_database_is_not_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(BadSettings) as told:
        read_settings()
    assert "DATABASE_URL: found " in str(told.value)
    assert SECRET not in str(told.value)


def test_settings_that_are_printed_hold_no_password() -> None:
    assert SECRET not in repr(Settings(database_url=f"postgresql://me:{SECRET}@host/name"))
    assert masked("sqlite:///var/passerelle.db") == "sqlite:///var/passerelle.db"


@pytest.mark.parametrize("command", [["migrate"], ["load"], ["serve"]])
def test_a_database_that_is_away_is_told_in_a_line_without_the_password(tmp_path: Path, command: list[str]) -> None:
    url = f"postgresql://me:{SECRET}@127.0.0.1:1/name"
    done = subprocess.run(
        [PASSERELLE, *command], env=environment(url, {}), cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("The database postgresql://***@127.0.0.1:1/name cannot be used: ")
    assert SECRET not in done.stderr + done.stdout


def test_a_command_tells_bad_settings_in_a_line_each(tmp_path: Path) -> None:
    bad = environment("sqlite:///x.db", {"LOG_LEVEL": "loud", "MAX_BODY_BYTES": "1"})
    done = subprocess.run([PASSERELLE, "serve"], env=bad, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)


def test_names_that_are_nearly_those_of_settings_are_asked_about() -> None:
    nearly = {"DATABSE_URL": "x", "MAX_BODY_BYTE": "1", "LOG_REQUEST": "no"}
    ours = {name.upper(): "1" for name in Settings.model_fields} | {"log_level": "info"}
    others = {"PATH": "/", "DATABASE_NAME": "x", "OTEL_EXPORTER_OTLP_HEADERS": "x", "POSTGRES_URL": "x", "HOME": "/"}
    assert misspelt(ours | others) == []
    assert misspelt(ours | others | nearly) == [
        "DATABSE_URL is no setting of this service. Is DATABASE_URL meant?",
        "LOG_REQUEST is no setting of this service. Is LOG_REQUESTS meant?",
        "MAX_BODY_BYTE is no setting of this service. Is MAX_BODY_BYTES meant?",
    ]
