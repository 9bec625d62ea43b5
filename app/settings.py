"""Every environment variable, its default and why."""

from pathlib import Path
from typing import Self

from limits import parse
from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.access import Provider, Scope, check_address

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
        default="",
        description="Address under which people reach the service; begins permalinks and the addresses in linked data "
        "when set.",
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
    reads_require_key: bool = Field(
        default=False, description="Close reading: callers need a key or token with the scope `read`."
    )
    rate_limit: str = Field(
        default="",
        description="Most requests of one caller in a time, such as `600/minute`, in each process. Empty: no limit.",
    )
    rate_limit_admin: str = Field(
        default="120/minute", description="The same for addresses under `/v1/admin`. Empty: no limit."
    )
    forwarded_allow_ips: str = Field(
        default="",
        description="Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, separated by "
        "commas. Empty: nobody's, since anybody can send them.",
    )
    admin_origins: list[str] = Field(
        default_factory=list,
        description="Web pages that may use `/v1/admin`, as a JSON list of origins. Empty: none but our own.",
    )
    oidc_issuer: str = Field(
        default="",
        max_length=300,
        description="Issuer of an OpenID Connect provider whose tokens are taken. Empty: only keys are.",
    )
    oidc_audience: str = Field(default="", description="Audience that its tokens must be meant for.")
    oidc_jwks_url: str = Field(default="", description="Where its keys are. Empty: as its discovery document says.")
    oidc_scopes_claim: str = Field(
        default="scope",
        description="Claim that says what the holder may do: words or a list; dots lead into objects "
        "(`realm_access.roles`).",
    )
    oidc_scopes: dict[str, Scope] = Field(
        default_factory=dict,
        description="What each of its scopes or roles allows here, as a JSON object. Empty: they are called as ours.",
    )

    @field_validator("rate_limit", "rate_limit_admin")
    @classmethod
    def _is_rate(cls, text: str) -> str:
        if text:
            parse(text)
        return text

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if self.oidc_issuer:
            check_address(self.oidc_issuer)
            if self.oidc_jwks_url:
                check_address(self.oidc_jwks_url)
            if not self.oidc_audience:
                raise ValueError("OIDC_AUDIENCE: found nothing, expected the audience that tokens must be meant for.")
        return self

    def identity_provider(self) -> Provider | None:
        """The OpenID Connect provider whose tokens are taken."""
        if not self.oidc_issuer:
            return None
        return Provider(
            issuer=self.oidc_issuer,
            audience=self.oidc_audience,
            jwks_url=self.oidc_jwks_url,
            scopes_claim=self.oidc_scopes_claim,
            scopes=self.oidc_scopes,
        )
