"""Every environment variable, its default and why."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.documents.signed_reports import Signer, read_public_key, signer_of
from app.domain.access import Provider, Scope, check_address

ROOT = Path(__file__).resolve().parent.parent


def _database(url: str) -> str:
    expected = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME, with %-escapes in the password"
    if not re.fullmatch(r"(sqlite|postgres|postgresql)(\+\w+)?://\S+", url):
        raise ValueError(expected)
    try:
        urlsplit(url).port  # noqa: B018 - it is worked out here, and fails when a password was not escaped
    except ValueError:
        raise ValueError(expected) from None
    return url


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError("a folder that is there")
    return path


def _address(url: str) -> str:
    if not re.fullmatch(r"(https?://[^\s/]\S*)?", url):
        raise ValueError("nothing, or an address that begins with http:// or https://")
    return url


def _lower(word: object) -> object:
    return word.lower() if isinstance(word, str) else word


class Settings(BaseSettings):
    """Settings by environment variable, checked at start. A variable that is empty counts as not set."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///var/passerelle.db",
        description="SQLite file or PostgreSQL server. SQLite needs no server, so it is the default.",
        repr=False,
    )
    database_pool_size: int = Field(
        default=5, ge=1, le=200, description="Connections to PostgreSQL that a process keeps; as many again in a rush."
    )
    database_pool_seconds: float = Field(
        default=3, gt=0, le=60, description="How long a request waits for a connection before it is answered 503."
    )
    database_connect_seconds: int = Field(
        default=3, ge=2, le=60, description="How long PostgreSQL may take to accept a connection, or to acknowledge."
    )
    database_statement_seconds: float = Field(
        default=10, gt=0, le=3600, description="How long PostgreSQL may work at one statement of a request."
    )
    data_dir: Annotated[Path, AfterValidator(_folder)] = Field(
        default=ROOT / "data", description="Folder with frameworks and catalogue that are loaded at start."
    )
    public_url: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        description="Address under which people reach the service; begins permalinks and the addresses in linked data "
        "when set.",
    )
    release_poll_seconds: float = Field(
        default=0.25, gt=0, le=60, description="How often a worker looks for a newly activated release."
    )
    max_body_bytes: int = Field(
        default=262_144, ge=1024, description="Largest request body; more is refused before it is read."
    )
    max_document_bytes: int = Field(
        default=8_650_752,
        ge=1024,
        description="Largest request body with a document in it; an image of 8 MiB fits into a form.",
    )
    max_batch_bytes: int = Field(
        default=1_073_741_824,
        ge=1024,
        description="Largest batch of questions. It is kept in a temporary file, not in memory.",
    )
    imports_dir: Path = Field(
        default=Path("var/imports"),
        description="Folder in which files lie that were sent to be imported. All processes of one database share it.",
    )
    max_import_bytes: int = Field(
        default=4_294_967_296, ge=1024, description="Largest file that may be sent to be imported."
    )
    run_imports: bool = Field(
        default=True, description="Whether this process works on imports. At least one of all must, or they wait."
    )
    import_poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="How often a process looks for an import to work on."
    )
    import_fetch_seconds: float = Field(
        default=900,
        gt=0,
        le=86_400,
        description="How long it may take to fetch a file that shall be imported from an address.",
    )
    memory_for_answers_bytes: int = Field(
        default=33_554_432, ge=0, description="Memory in each process for answers that were given before."
    )
    fetching: bool = Field(
        default=True,
        description="Whether keys of issuers and status lists may be asked for at their https addresses while a "
        "document is verified, and files to import at theirs. Off: what needs them could not be checked, and the "
        "answer says so; imports take files alone.",
    )
    trust_lists: Path | None = Field(
        default=None, description="Folder of lists of issuers (YAML or JSON) that verification tells about."
    )
    signing_key: Path | None = Field(
        default=None,
        repr=False,
        description="File with a private Ed25519 key (JWK or PEM) that signs reports asked for as verifiable "
        "credentials. Without it there are none.",
    )
    signing_did: Literal["web", "key"] = Field(
        default="web",
        description="Under which name reports are signed: did:web of `PUBLIC_URL`, or did:key, the key itself.",
    )
    signing_former_keys: list[Path] = Field(
        default_factory=list,
        description="Files with the keys that signed earlier, public parts are enough, as a JSON list: with did:web "
        "reports signed by them can still be checked.",
    )
    reads_require_key: bool = Field(
        default=False, description="Close reading: callers need a key or token with the scope `read`."
    )
    rate_limit: str = Field(
        default="",
        description="Most requests of one caller in a time, such as `600/minute`, in each process. Empty or `none`: no "
        "limit.",
    )
    rate_limit_admin: str = Field(
        default="120/minute", description="The same for addresses under `/v1/admin`; `none`: no limit."
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

    drain_seconds: float = Field(
        default=5, ge=0, le=600, description="How long requests are still taken after the signal to stop."
    )
    stop_seconds: int = Field(
        default=20, ge=1, le=3600, description="How long requests in flight may go on after that; then they are cut."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="The least weighty lines that are logged."
    )
    log_format: Annotated[Literal["json", "text"], BeforeValidator(_lower)] = Field(
        default="json", description="JSON for machines, text for people at a terminal."
    )
    log_requests: bool = Field(default=True, description="Whether every request is logged with a line.")
    metrics: bool = Field(
        default=True, description="Whether /metrics answers. It is for the inner network: no proxy should pass it on."
    )
    otel_exporter_otlp_endpoint: Annotated[str, AfterValidator(_address)] = Field(
        default="", description="Collector that takes traces over OTLP/HTTP; without it there are none."
    )

    @field_validator("rate_limit", "rate_limit_admin")
    @classmethod
    def _is_rate(cls, text: str) -> str:
        if text.lower() == "none":
            return ""
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

    @model_validator(mode="after")
    def _signer_is_whole(self) -> Self:
        self.signer()
        return self

    def signer(self) -> Signer | None:
        """Who signs reports; None when nobody does."""
        if self.signing_key is None:
            return None
        try:
            signer = signer_of(self.signing_key, self.public_url, self.signing_did)
        except ValueError as error:
            raise ValueError(f"SIGNING_KEY: found {str(self.signing_key)!r}, expected {error}.") from None
        for path in self.signing_former_keys:
            try:
                signer = signer.after(read_public_key(path))
            except ValueError as error:
                raise ValueError(f"SIGNING_FORMER_KEYS: found {str(path)!r}, expected {error}.") from None
        return signer

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


class BadSettings(Exception):
    """Settings that the service cannot start with, a line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


def read_settings() -> Settings:
    """The settings of the environment. Raises BadSettings, which names each variable, what was found and expected."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings([_told(dict(item)) for item in error.errors()]) from None


def _told(item: Mapping[str, Any]) -> str:
    if not item["loc"]:  # of several settings together; the message names them
        return str(item["msg"].removeprefix("Value error, "))
    name = str(item["loc"][0])
    expected = item["msg"].removeprefix("Input should be ").removeprefix("Value error, ").partition(", unable")[0]
    return f"{name.upper()}: found {masked(str(item['input']))!r}, expected {expected}."


def masked(url: str) -> str:
    """An address without the secrets in it: who logs in and with which word, before the host or as parameters."""
    return re.sub(r"(?i)((?:password|passwd|sslpassword|user)=)[^&]*", r"\1***", re.sub(r"(:?//|:).*@", r"\1***@", url))


def misspelt(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Questions about variables that are no settings, but are named nearly like one."""
    known = [name.upper() for name in Settings.model_fields]
    found = []
    for name in sorted(environment):
        if name.upper() not in known and not name.startswith("OTEL_"):
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.88)
            found += [f"{name} is no setting of this service. Is {near[0]} meant?" for _ in near]
    return found
