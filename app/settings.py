"""Every environment variable, its default and why."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings by environment variable, checked at start."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore")

    database_url: str = Field(
        default="sqlite:///var/passerelle.db",
        description="SQLite file or PostgreSQL server. SQLite needs no server, so it is the default.",
    )
    data_dir: Path = Field(
        default=ROOT / "data", description="Folder with frameworks and catalogue that are loaded at start."
    )
    public_url: str = Field(
        default="", description="Address under which people reach the service; begins permalinks when set."
    )
    release_poll_seconds: float = Field(
        default=0.5, gt=0, le=60, description="How often a worker looks for a newly activated release."
    )
    max_body_bytes: int = Field(
        default=262_144, ge=1024, description="Largest request body; more is refused before it is read."
    )
    max_batch_bytes: int = Field(
        default=1_073_741_824,
        ge=1024,
        description="Largest batch of questions. It is kept in a temporary file, not in memory.",
    )
    memory_for_answers_bytes: int = Field(
        default=33_554_432, ge=0, description="Memory in each process for answers that were given before."
    )
    fetching: bool = Field(
        default=True,
        description="Whether keys of issuers and status lists may be asked for at their https addresses while a "
        "document is verified. Off: what needs them could not be checked, and the answer says so.",
    )
    trust_lists: Path | None = Field(
        default=None, description="Folder of lists of issuers (YAML or JSON) that verification tells about."
    )
