"""Commands for people: passerelle check, schema, coverage, migrate, load, catalogue, keys, and serve, all in one."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.progress import DownloadColumn, Progress

from app.domain.access import SCOPES
from app.domain.errors import Fault
from app.services import administration
from app.services.administration import InvalidData
from app.services.coverage import coverage_report
from app.settings import Settings

cli = typer.Typer(no_args_is_help=True, add_completion=False)
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
cli.add_typer(keys, name="keys")

DataOption = Annotated[Path | None, typer.Option(help="Folder with frameworks, catalogue and evidence.")]


@cli.callback()
def passerelle() -> None:
    """Where is a credential recognised, for what purpose, and for what credit?"""


@cli.command()
def check(data: DataOption = None) -> None:
    """Check the data: format, references, dates, sources and evidence; every fault with file and line."""
    try:
        files = administration.check(data or Settings().data_dir)
    except InvalidData as invalid:
        typer.echo(str(invalid), err=True)
        raise typer.Exit(1) from None
    found = administration.cycles(data or Settings().data_dir)
    typer.echo(f"{len(found)} cycles of links between credits do not close exactly:")
    for cycle in found:
        typer.echo(f"  {cycle}")
    typer.echo(f"{files} files are sound.")


@cli.command()
def schema(out: Annotated[Path, typer.Argument(help="File to write.")]) -> None:
    """Write the JSON Schema of framework files, for editors."""
    out.write_text(json.dumps(administration.framework_schema(), indent=1, ensure_ascii=False) + "\n")


@cli.command()
def coverage(out: Annotated[Path, typer.Argument(help="File to write.")], data: DataOption = None) -> None:
    """Write how much is recorded for every place and purpose, as a Markdown page."""
    out.write_text(coverage_report(data or Settings().data_dir), encoding="utf-8")


@cli.command()
def migrate() -> None:
    """Bring the database to the newest form of its tables."""
    administration.migrate(Settings().database_url)


@cli.command()
def load(data: DataOption = None) -> None:
    """Load the data folder as a release and serve it; the same files make no new release."""
    settings = Settings()
    try:
        number, new = asyncio.run(administration.load(settings.database_url, data or settings.data_dir))
    except InvalidData as invalid:
        typer.echo(str(invalid), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Release {number} is {'new and ' if new else ''}active.")


@cli.command()
def catalogue(
    file: Annotated[
        Path, typer.Argument(help="Lines of JSON, a credential each, as the export writes them.", exists=True)
    ],
    name: Annotated[str, typer.Option(help="Name of the collection; loaded again it is made what the file holds.")],
) -> None:
    """Load a catalogue of any size as a collection of its own, and serve it."""
    with Progress(*Progress.get_default_columns(), DownloadColumn(), transient=False) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        try:
            number, count = asyncio.run(
                administration.load_catalogue(
                    Settings().database_url, file, name, lambda read: progress.update(task, completed=read)
                )
            )
        except InvalidData as invalid:
            progress.stop()
            typer.echo(str(invalid), err=True)
            raise typer.Exit(1) from None
    typer.echo(f"Release {number} is active; {name} has {count} credentials.")


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
) -> None:
    """Migrate, load the data and serve: everything that a first start needs."""
    migrate()
    load()
    typer.echo(f"Documentation and questions: http://{host}:{port}/docs")
    proxies = Settings().forwarded_allow_ips
    uvicorn.run("app.main:create_app", factory=True, host=host, port=port, workers=workers, access_log=False,
                proxy_headers=bool(proxies), forwarded_allow_ips=proxies)  # fmt: skip


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    scope: Annotated[list[str], typer.Option(help=f"What its holder may do; may be repeated: {', '.join(SCOPES)}.")],
    expires: Annotated[
        datetime | None, typer.Option(help="First day (UTC) on which it no longer works.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Make a key. It is shown this once and stored nowhere."""
    day = expires.date() if expires else None
    migrate()
    with told_faults():
        key, secret = asyncio.run(administration.create_key(Settings().database_url, name, scope, day))
    typer.echo(f"Key {key.id} for {key.name}. Keep it now, it cannot be shown again:", err=True)
    typer.echo(secret)


@keys.command("list")
def list_keys() -> None:
    """List all keys, revoked and expired ones too, without their secrets."""
    for key in asyncio.run(administration.list_keys(Settings().database_url)):
        notes = [
            f"expires {key.expires_on}" if key.expires_on else "never expires",
            f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used",
            *([f"revoked {key.revoked_at:%Y-%m-%d %H:%M}"] if key.revoked_at else []),
        ]
        typer.echo(f"{key.id}  {key.name}: {' '.join(key.scopes)}; {', '.join(notes)}")


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id of the key, as `keys list` shows it.")]) -> None:
    """Revoke a key, for good."""
    with told_faults():
        key = asyncio.run(administration.revoke_key(Settings().database_url, key_id))
    typer.echo(f"Key {key.id} for {key.name} is revoked since {key.revoked_at:%Y-%m-%d %H:%M} UTC.")


@contextmanager
def told_faults() -> Iterator[None]:
    """Tell a fault as a sentence and end with 1."""
    try:
        yield
    except Fault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    cli()
