"""The operator function on a database as Aurora makes it: nothing in it, an administrator who is no superuser, sign-in
with IAM over verified TLS."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Ministack
from local.ports import free_port
from local.postgres import Postgres
from service.config import ConfigError
from service.provisioning import operator
from service.provisioning.errors import MigrationError, ProvisioningError
from tests.database.rds_doorman import ADMINISTRATOR, PASSWORD, Rds
from tests.database.rds_front import make_certificates

MIGRATIONS = sorted(path.name for path in (Path(__file__).parents[2] / "sql" / "migrations").glob("*.sql"))
LINES = "order_number,ordered_at,item,category,quantity,unit_price\n1,2026-11-02 12:00:00,Soup,Starters,2,6.50\n"
TENANT = {
    "action": "create_tenant",
    "tenant_id": str(UUID(int=1)),
    "name": "The Old Mill",
    "time_zone": "Europe/London",
    "currency": "GBP",
}
IMPORT = {"action": "import_orders", "tenant_id": str(UUID(int=1)), "bucket": "imports"}


class Context:
    def __init__(self, seconds: float = 300) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


@pytest_asyncio.fixture(scope="module")
async def rds(servers_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Rds, Path]]:
    ca, certificate = make_certificates(tmp_path_factory.mktemp("certificates"))
    async with Postgres(servers_directory / "aurora") as server, Rds(server, certificate) as rds:
        yield rds, ca


@pytest_asyncio.fixture(scope="module")
async def aws(servers_directory: Path) -> AsyncIterator[Ministack]:
    async with Ministack(servers_directory / "ministack-of-the-operator", services="s3,secretsmanager") as server:
        await _store(server)
        yield server


async def _store(ministack: Ministack) -> None:
    """The administrator's secret, and what is to be imported."""
    async with ministack.client("secretsmanager") as secrets, ministack.client("s3") as s3:
        secret = json.dumps({"username": ADMINISTRATOR, "password": PASSWORD})
        await secrets.create_secret(Name="administrator", SecretString=secret)
        await s3.create_bucket(Bucket="imports")
        await s3.put_object(Bucket="imports", Key="orders.csv.gz", Body=gzip.compress(LINES.encode()))
        await s3.put_object(Bucket="imports", Key="bad.csv", Body=LINES.replace("Soup", "").encode())


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, rds: tuple[Rds, Path], aws: Ministack) -> None:
    server, ca = rds
    for name, value in {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "DATABASE_HOST": "localhost",
        "DATABASE_PORT": str(server.port),
        "DATABASE_NAME": "tableside",
        "DATABASE_TLS_CA": str(ca),
        "DATABASE_ADMIN_USER": ADMINISTRATOR,
        "DATABASE_ADMIN_SECRET": "administrator",
    }.items():
        monkeypatch.setenv(name, value)


class CloudFormation(ThreadingHTTPServer):
    """Takes the answers of custom resources. failures: how often it first says 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TakesAnswers)
        self.answers: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.failures = 0

    def event(self, request_type: str = "Create", **more: str) -> dict[str, Any]:
        return {
            "RequestType": request_type,
            "ResponseURL": f"http://127.0.0.1:{self.server_address[1]}/answer?signature=1",
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/Dev-Database/1",
            "RequestId": "one",
            "LogicalResourceId": "Schema",
            "ResourceType": "Custom::Schema",
            "ServiceToken": "arn",
            "ResourceProperties": {"Sql": "abc"},
            **more,
        }


class _TakesAnswers(BaseHTTPRequestHandler):
    server: CloudFormation

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.failures:
            self.server.failures -= 1
            self.send_response(503)
        else:
            self.server.answers.append(json.loads(body))
            self.server.content_types.append(self.headers["Content-Type"])
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    with CloudFormation() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def invoke(event: dict[str, Any], seconds: float = 300) -> dict[str, Any]:
    """As Lambda does: no loop of anybody else's in its thread."""
    return await asyncio.to_thread(operator.handler, event, Context(seconds))


async def test_the_first_deploy_makes_everything_and_the_next_changes_nothing(
    rds: tuple[Rds, Path], cloudformation: CloudFormation
) -> None:
    server, _ = rds
    await invoke(cloudformation.event("Create"))
    assert cloudformation.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": "Schema",
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/Dev-Database/1",
            "RequestId": "one",
            "LogicalResourceId": "Schema",
        }
    ]
    assert cloudformation.content_types == [""]
    assert server.admitted == [(ADMINISTRATOR, "password"), ("tableside_owner", "token")]
    async with server.superuser("tableside") as connection:
        applied = await connection.fetch("SELECT name FROM provisioning.migrations ORDER BY name")
        assert [row["name"] for row in applied] == MIGRATIONS
        owners = await connection.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert [row["tableowner"] for row in owners] == ["tableside_owner"]
        before = await state_of(connection)

    server.admitted.clear()
    assert await invoke({"action": "migrate"}) == {"applied": []}
    assert server.admitted == [(ADMINISTRATOR, "token"), ("tableside_owner", "token")]
    async with server.superuser("tableside") as connection:
        assert await state_of(connection) == before


async def state_of(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    rows = await connection.fetch(
        """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolconfig::text, NULL FROM pg_roles
        UNION ALL SELECT roleid::regrole::text, admin_option, inherit_option, set_option, member::regrole::text,
            grantor::regrole::text FROM pg_auth_members
        UNION ALL SELECT datname, NULL, NULL, NULL, datdba::regrole::text, datacl::text FROM pg_database
        ORDER BY 1, 5, 6
        """
    )
    return [tuple(row) for row in rows]


async def test_the_service_signs_in_with_a_token_and_can_only_read(rds: tuple[Rds, Path]) -> None:
    server, _ = rds
    await invoke({"action": "migrate"})
    async with server.superuser("tableside") as connection:
        role = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolconfig FROM pg_roles WHERE rolname = $1",
            "tableside_service",
        )
        assert role is not None
        assert not any(tuple(role)[:4])
        # A frozen function closes nothing, and Aurora pauses when no connection is open.
        assert "idle_session_timeout=120s" in role["rolconfig"]
        assert await connection.fetchval("SELECT pg_has_role('tableside_service', 'rds_iam', 'MEMBER')")
        for public in ("CONNECT", "TEMPORARY"):
            assert not await connection.fetchval("SELECT has_database_privilege('pg_monitor', 'tableside', $1)", public)
        assert await connection.fetchval("SELECT has_database_privilege('tableside_service', 'tableside', 'CONNECT')")
        writes = await connection.fetchval(
            """
            SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND has_table_privilege('tableside_service', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            """
        )
        assert writes == 0


async def test_a_tenant_and_its_orders() -> None:
    await invoke({"action": "migrate"})
    tenant_id = str(uuid4())
    tenant = {**TENANT, "tenant_id": tenant_id}
    assert await invoke(tenant) == {"tenant_id": tenant_id, "created": True}
    assert (await invoke(tenant))["created"] is False
    wanted = {**IMPORT, "tenant_id": tenant_id, "key": "orders.csv.gz"}
    first = await invoke(wanted)
    assert first == {"orders": 1, "order_lines": 1, "new_menu_items": 1, "imported_before": None}
    again = await invoke(wanted)
    assert (again["orders"], again["order_lines"]) == (0, 0)
    assert isinstance(again["imported_before"], str)
    json.dumps(again)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({**IMPORT, "key": "none"}, "s3://imports/none cannot be read"),
        ({**IMPORT, "key": "bad.csv"}, "There is no tenant"),
        ({**TENANT, "time_zone": "X"}, "'X' is not a time zone"),
        ({"action": "drop_everything"}, "no event"),
        ({"action": "migrate", "force": True}, "no event"),
        ({}, "no event"),
    ],
)  # fmt: skip
async def test_a_refusal_is_a_function_error_with_its_reason(event: dict[str, Any], words: str) -> None:
    await invoke({"action": "migrate"})
    with pytest.raises(ProvisioningError, match=words):
        await invoke(event)


async def test_a_migration_that_fails_fails_the_deploy(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "roles.sql").write_text((operator._SQL / "roles.sql").read_text())
    for name in MIGRATIONS:
        (tmp_path / "migrations" / name).write_bytes((operator._SQL / "migrations" / name).read_bytes())
    bad = tmp_path / "migrations" / f"{len(MIGRATIONS) + 1:04d}_create_nothing.sql"
    bad.write_text("CREATE TABLE nothing (a no_type);")
    monkeypatch.setattr(operator, "_SQL", tmp_path)
    await invoke(cloudformation.event("Update", PhysicalResourceId="Schema"))
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "create_nothing.sql failed and nothing of it was kept" in answer["Reason"]
    with pytest.raises(MigrationError):
        await invoke({"action": "migrate"})


async def test_bad_configuration_fails_the_deploy(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_HOST")
    await invoke(cloudformation.event("Create"))
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "DATABASE_HOST" in answer["Reason"]
    with pytest.raises(ConfigError):
        await invoke({"action": "migrate"})


async def test_a_database_that_never_answers_fails_the_deploy_in_time(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PORT", str(free_port()))
    await invoke(cloudformation.event("Create"), seconds=operator._LAST_WORDS_SECONDS + 0.5)
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "took longer" in answer["Reason"]


async def test_another_authority_s_server_is_given_nothing(
    rds: tuple[Rds, Path], cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, _ = rds
    other, _ = make_certificates(tmp_path)
    monkeypatch.setenv("DATABASE_TLS_CA", str(other))
    server.admitted.clear()
    await invoke(cloudformation.event("Create"))
    (answer,) = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert "CertVerification" in answer["Reason"]
    assert server.admitted == []


async def test_deleting_touches_no_database_and_succeeds(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_HOST")
    await invoke(cloudformation.event("Delete", PhysicalResourceId="as-it-was"))
    (answer,) = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "as-it-was")


async def test_an_answer_is_tried_again(cloudformation: CloudFormation) -> None:
    cloudformation.failures = 1
    await invoke(cloudformation.event("Delete"))
    assert [each["Status"] for each in cloudformation.answers] == ["SUCCESS"]
