"""The bill: dollars a month for a usage, line by line, and what each line buys.

Quantities that come from being there are counted in the templates; those that come from use are a usage times what one
question takes, which is said here once, as an assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from infra.prices import Price, PriceTable
from infra.quantities import Quantities

HOURS = Decimal(730)
"""A month, as AWS counts it."""
DAYS = HOURS / 24
_GB = Decimal(1024**3)
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """tenants: restaurants, each with `users` that sign in; questions: of one restaurant, a day; tokens: of one
    question, over all its calls of the model."""

    tenants: int = 3
    questions: Decimal = Decimal(20)
    tokens_in: int = 5000
    tokens_out: int = 300

    @property
    def a_month(self) -> Decimal:
        """Questions of all restaurants."""
        return self.tenants * self.questions * HOURS / 24


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What comes with one question, or with one restaurant. Assumed, not measured on AWS; each is on the safe side."""

    users: int = 2
    """of a restaurant, signing in at least once a month"""
    ask_seconds: Decimal = Decimal(6)
    """that `ask` runs for a question"""
    requests: int = 4
    """of the buffered routes for each question: cards, conversations"""
    request_seconds: Decimal = Decimal("0.2")
    """that `api` runs for each of them"""
    page_loads: Decimal = Decimal("0.25")
    """for each question: a page is opened once and asked four times"""
    files: int = 20
    """of a page load"""
    page_bytes: int = 500_000
    """of a page load, compressed"""
    answer_bytes: int = 60_000
    """of a question, its stream and the buffered answers beside it"""
    request_bytes: int = 2_500
    """that a request carries to the origin: a token is most of it"""
    token_bytes: int = 60
    """between the service and the model for each token: a token out is a frame of its own"""
    write_units: int = 30
    """of DynamoDB for each question; a transaction counts twice, the index once more"""
    read_units: int = 20
    """history, and a look twice a second whether to stop"""
    kept_bytes: int = 15_000
    """of a question and its answer in DynamoDB, for the three months that they are kept"""
    kept_months: int = 3
    database_reads: int = 2_000
    """of storage for each question, when nothing is in memory: the worst case"""
    awake_acu: Decimal = Decimal(1)
    """of a writer that answers questions; idle it has its minimum"""
    log_bytes: int = 15_000
    """of all logs for each question"""
    database_gb: Decimal = Decimal(1)
    """of the database, before a restaurant is in it"""
    tenant_gb: Decimal = Decimal("0.05")
    """of orders, for each restaurant"""
    image_gb: Decimal = Decimal("0.3")
    """of both images in ECR, three deploys of them"""
    pages_gb: Decimal = Decimal("0.01")
    """of the export"""
    turn_metrics: int = 6
    """that the route of `ask` reports"""
    route_metrics: int = 2
    """that each other route reports"""
    routes: int = 8
    """of infra/routes.json, `ask` not among them"""


@dataclass(frozen=True)
class Line:
    """price: its name in the table; quantity, idle: units a month, with the usage and with none at all."""

    component: str
    name: str
    price: Price
    quantity: Decimal
    idle: Decimal
    buys: str

    @property
    def dollars(self) -> Decimal:
        return self.quantity * self.price.dollars

    @property
    def idle_dollars(self) -> Decimal:
        return self.idle * self.price.dollars

    @property
    def beyond_allowance(self) -> Decimal:
        """Dollars, when nothing else in the account uses up what AWS gives of it."""
        return max(self.quantity - self.price.free_a_month, Decimal(0)) * self.price.dollars


@dataclass(frozen=True)
class Bill:
    lines: tuple[Line, ...]

    @property
    def dollars(self) -> Decimal:
        return sum((line.dollars for line in self.lines), Decimal(0))

    @property
    def idle_dollars(self) -> Decimal:
        return sum((line.idle_dollars for line in self.lines), Decimal(0))

    @property
    def beyond_allowance(self) -> Decimal:
        return sum((line.beyond_allowance for line in self.lines), Decimal(0))

    def of(self, component: str) -> Decimal:
        return sum((line.dollars for line in self.lines if line.component == component), Decimal(0))


def make_bill(there: Quantities, usage: Usage, prices: PriceTable, habits: Habits | None = None) -> Bill:
    """there: of one stage. Raises KeyError when a price is missing."""
    return Bill(tuple(_Maker(there, usage, prices, habits or Habits()).lines()))


class _Maker:
    def __init__(self, there: Quantities, usage: Usage, prices: PriceTable, habits: Habits) -> None:
        self._there, self._usage, self._habits = there, usage, habits
        self._prices = prices.prices
        self._questions = usage.a_month
        self._requests = self._questions * (1 + habits.requests)
        self._files = self._questions * habits.page_loads * habits.files

    def lines(self) -> Iterator[Line]:
        for component in (
            self._network,
            self._database,
            self._identity,
            self._conversations,
            self._service,
            self._model,
            self._api,
            self._web,
            self._edge,
            self._firewall,
            self._origin_verify,
            self._observability,
        ):
            yield from component()

    def _line(
        self, component: str, name: str, price: str, used: Decimal, buys: str, *, there: Decimal | int = 0
    ) -> Line:
        """used: what the usage adds to what is there anyway."""
        return Line(component, name, self._prices[price], there + used, Decimal(there), buys)

    def _network(self) -> Iterator[Line]:
        hours = self._there.endpoint_zones * HOURS
        tokens = self._questions * (self._usage.tokens_in + self._usage.tokens_out)
        sent = tokens * self._habits.token_bytes / _GB
        buys = "ways to Bedrock and Secrets Manager out of a network with no way to the internet"
        yield self._line("network", "interface endpoints", "interface_endpoint", Decimal(0), buys, there=hours)
        yield self._line("network", "through them", "interface_endpoint_data", sent, "prompts and answers")

    def _database(self) -> Iterator[Line]:
        """Awake from a question until its pause, as if no two questions shared that time: at most."""
        there, habits = self._there, self._habits
        idle = there.database_instances * Decimal(str(there.database_min_acu)) * HOURS
        awake = HOURS
        if there.pause_minutes is not None:
            minutes = Decimal(str(there.pause_minutes)) + habits.ask_seconds / 60
            awake = min(HOURS, self._questions * minutes / 60)
        busy = Decimal(0)
        if self._questions:
            busy = awake * max(habits.awake_acu - Decimal(str(there.database_min_acu)), Decimal(0))
        stored = self._usage.tenants * habits.tenant_gb
        reads = self._questions * habits.database_reads / _MILLION
        asleep = "sleeps when nobody asks" if there.pause_minutes is not None else "never sleeps"
        yield self._line("database", "capacity", "aurora_capacity", busy, f"PostgreSQL; it {asleep}", there=idle)
        yield self._line("database", "storage", "aurora_storage", stored, "the orders", there=habits.database_gb)
        yield self._line("database", "reads and writes", "aurora_requests", reads, "slices that are not in memory")
        kept = "backups beyond one copy, which is free"
        yield self._line("database", "backups", "aurora_backup", stored, kept, there=habits.database_gb)

    def _identity(self) -> Iterator[Line]:
        users = Decimal(self._usage.tenants * self._habits.users)
        buys = "the origin values and the database administrator's password"
        yield self._line("identity", "users", "cognito_user", users, "sign-in")
        yield self._line("identity", "secrets", "secret", Decimal(0), buys, there=self._there.secrets)
        yield self._line("identity", "keys", "kms_key", Decimal(0), "keys of our own", there=self._there.kms_keys)

    def _conversations(self) -> Iterator[Line]:
        habits, questions = self._habits, self._questions
        kept = questions * habits.kept_bytes * habits.kept_months / _GB
        writes, reads = questions * habits.write_units / _MILLION, questions * habits.read_units / _MILLION
        yield self._line("conversations", "writes", "dynamodb_writes", writes, "questions and answers, kept")
        yield self._line("conversations", "reads", "dynamodb_reads", reads, "what was asked before")
        yield self._line("conversations", "storage", "dynamodb_storage", kept, "three months of them")
        yield self._line("conversations", "recovery", "dynamodb_recovery", kept, "any second of the last 35 days")

    def _service(self) -> Iterator[Line]:
        habits, memory = self._habits, self._there.memory_mb
        calls = (self._requests + self._usage.tenants * habits.users * DAYS) / _MILLION  # each signs in once a day
        ask = self._questions * habits.ask_seconds * memory["ask"]
        api = self._questions * habits.requests * habits.request_seconds * memory["api"]
        yield self._line("service", "invocations", "lambda_requests", calls, "a function for each request")
        yield self._line("service", "time", "lambda_arm", (ask + api) / 1024, "most of it spent waiting for the model")
        yield self._line(
            "service", "images", "ecr_storage", Decimal(0), "the last deploys' code", there=habits.image_gb
        )

    def _model(self) -> Iterator[Line]:
        tokens_in = self._questions * self._usage.tokens_in / _MILLION
        tokens_out = self._questions * self._usage.tokens_out / _MILLION
        yield self._line("model", "tokens in", "nova_lite_input", tokens_in, "slices, history and the question, read")
        yield self._line("model", "tokens out", "nova_lite_output", tokens_out, "the answers, written")

    def _api(self) -> Iterator[Line]:
        requests = self._requests / _MILLION
        yield self._line("api", "requests", "rest_api_requests", requests, "no function runs without a valid token")

    def _web(self) -> Iterator[Line]:
        served = self._questions * self._habits.page_loads * self._habits.page_bytes / _GB
        yield self._line("web", "served", "amplify_served", served, "pages, as if CloudFront kept none")
        yield self._line(
            "web", "stored", "amplify_stored", Decimal(0), "the export, in one branch", there=self._habits.pages_gb
        )

    def _edge(self) -> Iterator[Line]:
        habits, questions = self._habits, self._questions
        requests = self._files + self._requests
        out = questions * (habits.page_loads * habits.page_bytes + habits.answer_bytes) / _GB
        origin = self._requests * habits.request_bytes / _GB
        yield self._line("edge", "requests", "cloudfront_requests", requests / 10_000, "one front door for all")
        yield self._line("edge", "to the readers", "cloudfront_out", out, "pages and streams")
        yield self._line("edge", "to the origins", "cloudfront_to_origin", origin, "questions")

    def _firewall(self) -> Iterator[Line]:
        """Every request passes it, the pages' too."""
        rules, requests = self._there.web_acl_rules["CLOUDFRONT"], (self._files + self._requests) / _MILLION
        yield self._line("firewall", "web ACL", "web_acl", Decimal(0), "floods and known attacks, kept out", there=1)
        yield self._line("firewall", "rules", "web_acl_rule", Decimal(0), "a kind of request each", there=rules)
        yield self._line("firewall", "requests", "web_acl_requests", requests, "each of them looked at")

    def _origin_verify(self) -> Iterator[Line]:
        rules, requests = self._there.web_acl_rules["REGIONAL"], self._requests / _MILLION
        yield self._line("origin verify", "web ACL", "web_acl", Decimal(0), "no way around CloudFront", there=1)
        yield self._line(
            "origin verify", "rules", "web_acl_rule", Decimal(0), "the value that is asked for", there=rules
        )
        yield self._line("origin verify", "requests", "web_acl_requests", requests, "the API's, looked at once more")

    def _observability(self) -> Iterator[Line]:
        there, habits = self._there, self._habits
        metrics = Decimal(habits.turn_metrics + habits.routes * habits.route_metrics) if self._questions else Decimal(0)
        logs = self._questions * habits.log_bytes / _GB
        alarms, boards = there.alarm_metrics, there.dashboards
        yield self._line("observability", "alarms", "alarm_metric", Decimal(0), "somebody is told", there=alarms)
        yield self._line("observability", "dashboards", "dashboard", Decimal(0), "one page to look at", there=boards)
        yield self._line("observability", "metrics", "custom_metric", metrics, "first token, tokens, cost, failures")
        yield self._line("observability", "logs in", "logs_in", logs, "a line a request at each door")
        yield self._line("observability", "logs kept", "logs_kept", logs, "for as long as the stage says")
