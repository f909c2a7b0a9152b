"""The stages: what differs between them, as data. The stacks are the same code for all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.origin import Origin

REGION = "us-east-1"
"""The only one: the web ACL of CloudFront has to be there, and the rest is simplest beside it."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One deployment of everything. A name is the beginning of its stacks' names, in capitals: Dev-Network."""

    name: str
    zones: tuple[str, ...] = ("us-east-1a", "us-east-1b")
    """The database wants two. Named here, for looking them up takes an account."""
    endpoint_zones: int
    """Each interface endpoint costs by the hour in each zone; one zone serves both, until that zone is away."""
    protected: bool
    """Whether the data survives `make destroy`, and the database refuses to be deleted."""

    database_min_acu: float
    database_max_acu: float
    database_pause_minutes: int | None
    """After so long without a connection the database sleeps; None: never. Needs a minimum of 0 ACU."""
    database_readers: int
    database_backup_days: int
    database_connections: int
    """max_connections of the cluster."""
    pool_size: int
    """Connections of one function instance, which answers one request at a time."""

    ask_concurrency: int
    api_concurrency: int
    """Reserved: what a function may have at most, and what is kept for it."""
    requests_per_second: int
    requests_at_once: int
    """API Gateway's throttle, for all tenants together: the rate, and the burst above it."""

    model_profile: str = "us.amazon.nova-lite-v1:0"
    """The inference profile that answers."""
    model_regions: tuple[str, ...] = ("us-east-1", "us-east-2", "us-west-2")
    """Where the profile may send a request; the role needs the model in each of them."""

    conversation_days: int = 90
    """How long a conversation is kept after its last question."""
    log_days: int
    """One of the lives that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 …"""
    monthly_budget_dollars: int
    alarm_email: str | None = None
    """Who is told of alarms and of the budget; `-c alarm_email=…` of a deploy says so."""
    export_directory: Path = Path("web/out")
    """The pages as they were built, uploaded by the deploy."""
    domain: str | None = None
    """The name people type, when there is one of their own; it needs its certificate. `-c domain=…`."""
    certificate_arn: str | None = None
    """Of that name, in us-east-1. Without it CloudFront's own serves, which settles for TLS 1.0. `-c certificate=…`."""
    origin: Origin = Origin()  # noqa: RUF009 (frozen)
    """Which origin values are sent and accepted; `make rotate-origin` goes through them. `-c origin=…`."""

    @property
    def prefix(self) -> str:
        return self.name.capitalize()

    @property
    def model_id(self) -> str:
        """The model behind the profile: us.amazon.nova-lite-v1:0 is the profile of amazon.nova-lite-v1:0."""
        return self.model_profile.partition(".")[2]


DEV = Stage(
    name="dev",
    endpoint_zones=1,
    protected=False,
    database_min_acu=0,
    database_max_acu=2,
    database_pause_minutes=10,
    database_readers=0,
    database_backup_days=1,
    database_connections=180,
    pool_size=2,
    ask_concurrency=10,
    api_concurrency=10,
    requests_per_second=20,
    requests_at_once=40,
    log_days=14,
    monthly_budget_dollars=60,
)

PROD = Stage(
    name="prod",
    endpoint_zones=2,
    protected=True,
    database_min_acu=0.5,
    database_max_acu=8,
    database_pause_minutes=None,
    database_readers=1,
    database_backup_days=14,
    database_connections=1000,
    pool_size=2,
    ask_concurrency=100,
    api_concurrency=100,
    requests_per_second=200,
    requests_at_once=400,
    log_days=90,
    monthly_budget_dollars=500,
)

STAGES = {stage.name: stage for stage in (DEV, PROD)}
