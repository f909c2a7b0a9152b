"""What the deploy's function does, asked as CloudFormation asks."""

from __future__ import annotations

import base64
import io
import json
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiobotocore.session import AioSession

from infra.functions.release.handler import UnknownTaskError, handler
from infra.functions.release.token_keys import NoKeysError
from local.aws import create_user, prepare_identity, sign_in
from local.edge import BrowserConfig
from service.auth.key_set import open_key_source
from service.auth.tokens import TokenVerifier
from tests.infra.functions.amplify import Amplify
from tests.infra.functions.conftest import LambdaContext, Release, WiderMinistack

# -- the answer itself -----------------------------------------------------------------------------------------


def test_a_resource_that_is_taken_away_is_let_go(release: Release) -> None:
    answer = release.request("Delete", "OriginValues", {}, PhysicalResourceId="OriginValues-1")
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "OriginValues-1")


def test_a_failure_reaches_cloudformation_with_its_reason(release: Release) -> None:
    answer = release.request("Create", "Unheard", {})
    assert answer["Status"] == "FAILED"
    assert "There is no task for Custom::Unheard." in answer["Reason"]
    assert "2026/11/23/[$LATEST]abc" in answer["Reason"]
    # A name even now: without one CloudFormation cannot roll back.
    assert answer["PhysicalResourceId"]


def test_a_resource_keeps_its_name_when_it_changes(release: Release, secret: str) -> None:
    made = release.request("Create", "OriginValues", {"Secret": secret, "Slots": ["blue"]})
    changed = release.request(
        "Update", "OriginValues", {"Secret": secret, "Slots": ["blue"]}, PhysicalResourceId=made["PhysicalResourceId"]
    )
    assert made["PhysicalResourceId"] == changed["PhysicalResourceId"]


def test_an_event_of_nobody_s_is_refused() -> None:
    with pytest.raises(UnknownTaskError):
        handler({"task": "something"}, LambdaContext())


# -- the origin's values ---------------------------------------------------------------------------------------


@pytest.fixture
def secret(clients: Any) -> str:
    """An empty one, as CloudFormation makes it."""
    arn: str = clients("secretsmanager").create_secret(Name=f"origin-{uuid4()}")["ARN"]
    return arn


def values(clients: Any, secret: str) -> dict[str, str]:
    content: dict[str, str] = json.loads(clients("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    return content


def set_slots(release: Release, secret: str, before: list[str] | None, after: list[str]) -> None:
    kind, more = ("Create", {}) if before is None else ("Update", {"OldResourceProperties": {"Slots": before}})
    answer = release.request(kind, "OriginValues", {"Secret": secret, "Slots": after}, **more)
    assert answer["Status"] == "SUCCESS", answer["Reason"]


def test_the_first_deploy_makes_one_set_of_values(release: Release, clients: Any, secret: str) -> None:
    set_slots(release, secret, None, ["blue"])
    made = values(clients, secret)
    assert set(made) == {"blue_verify", "blue_user", "blue_password", "blue_authorization"}
    kind, _, credentials = made["blue_authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(credentials).decode() == f"{made['blue_user']}:{made['blue_password']}"
    assert len(made["blue_verify"]) >= 32


def test_a_rotation_adds_values_and_leaves_those_in_use_alone(release: Release, clients: Any, secret: str) -> None:
    set_slots(release, secret, None, ["blue"])
    first = values(clients, secret)
    set_slots(release, secret, ["blue"], ["blue", "green"])
    both = values(clients, secret)
    assert both.items() >= first.items()
    assert both["green_verify"] != both["blue_verify"]
    assert both["green_password"] != both["blue_password"]


def test_what_is_dropped_can_still_be_rolled_back_to(release: Release, clients: Any, secret: str) -> None:
    set_slots(release, secret, None, ["blue"])
    set_slots(release, secret, ["blue"], ["blue", "green"])
    both = values(clients, secret)
    set_slots(release, secret, ["blue", "green"], ["green"])
    assert values(clients, secret) == both


def test_a_slot_that_comes_back_gets_new_values(release: Release, clients: Any, secret: str) -> None:
    set_slots(release, secret, None, ["blue"])
    old = values(clients, secret)
    set_slots(release, secret, ["blue"], ["blue", "green"])
    set_slots(release, secret, ["blue", "green"], ["green"])
    set_slots(release, secret, ["green"], ["blue", "green"])
    new = values(clients, secret)
    assert all(old[name] != new[name] for name in ("blue_verify", "blue_password", "blue_authorization"))


def test_the_answer_holds_no_value(release: Release, clients: Any, secret: str) -> None:
    answer = release.request("Create", "OriginValues", {"Secret": secret, "Slots": ["blue"]})
    said = json.dumps(answer)
    assert not [value for name, value in values(clients, secret).items() if name != "blue_user" and value in said]


# -- the token keys --------------------------------------------------------------------------------------------


@pytest.fixture
def key_table(clients: Any) -> str:
    name = f"keys-{uuid4()}"
    clients("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


async def test_the_service_verifies_a_real_token_with_the_keys_that_were_written(
    release: Release, cloud: WiderMinistack, key_table: str
) -> None:
    identity = await prepare_identity(cloud)
    tenant = uuid4()
    password = await create_user(cloud, identity, f"{tenant}@mill.example", tenant)
    token = (await sign_in(cloud, identity, f"{tenant}@mill.example", password)).id_token
    wanted = {"JwksUrl": identity.jwks_url, "Table": key_table, "Key": "token-keys"}
    assert release.request("Create", "TokenKeys", wanted)["Status"] == "SUCCESS"

    settings = {"endpoint_url": cloud.endpoint, "region_name": "us-east-1"}
    async with AioSession().create_client("dynamodb", **settings) as dynamodb:
        keys = open_key_source(f"dynamodb://{key_table}/token-keys", dynamodb)
        claims = await TokenVerifier(identity.issuer, identity.client_id, keys).verify(token)
    assert claims.tenant_id == tenant


def written(clients: Any, table: str) -> dict[str, Any] | None:
    item: dict[str, Any] | None = (
        clients("dynamodb").get_item(TableName=table, Key={"pk": {"S": "token-keys"}}).get("Item")
    )
    return item


class Address:
    """Answers every GET with one body."""

    def __init__(self, status: int, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"


@pytest.fixture
def address() -> Iterator[Any]:
    """address(200, b"…"): where that is answered."""
    opened: list[tuple[Address, Thread]] = []

    def open_address(status: int, body: bytes) -> str:
        made = Address(status, body)
        thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        opened.append((made, thread))
        return made.url

    yield open_address
    for made, thread in opened:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


GOOD = json.dumps({"keys": [{"kty": "RSA", "kid": "1", "n": "x", "e": "AQAB", "use": "sig", "alg": "RS256"}]}).encode()


def test_the_daily_schedule_writes_them_too(in_lambda: None, clients: Any, key_table: str, address: Any) -> None:
    handler(
        {"task": "token-keys", "JwksUrl": address(200, GOOD), "Table": key_table, "Key": "token-keys"}, LambdaContext()
    )
    item = written(clients, key_table)
    assert item is not None
    assert item["jwks"]["S"] == GOOD.decode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": [{"kty": "EC", "kid": "1"}]}'),
        (200, b"[]"),
        (200, b"x" * 70_000),
        (503, GOOD),
    ],
)
def test_a_broken_answer_leaves_the_keys_as_they_are(
    in_lambda: None, clients: Any, key_table: str, address: Any, status: int, body: bytes
) -> None:
    event = {"task": "token-keys", "Table": key_table, "Key": "token-keys"}
    handler({**event, "JwksUrl": address(200, GOOD)}, LambdaContext())
    with pytest.raises((NoKeysError, OSError)):  # and so the schedule's alarm goes off
        handler({**event, "JwksUrl": address(status, body)}, LambdaContext())
    item = written(clients, key_table)
    assert item is not None
    assert item["jwks"]["S"] == GOOD.decode()


# -- the pages -------------------------------------------------------------------------------------------------

CONFIG = {
    "region": "us-east-1",
    "userPoolId": "us-east-1_abc",
    "userPoolClientId": "client",
    "cognitoEndpoint": "https://cognito-idp.us-east-1.amazonaws.com",
}


@pytest.fixture
def wanted(clients: Any) -> dict[str, Any]:
    """The properties of a Custom::Pages, its export in S3 as CDK puts an asset there."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.html", "<!doctype html>home")
        archive.writestr("ask.html", "<!doctype html>ask")
        archive.writestr("_next/static/a.js", "1")
        archive.writestr("config.json", "left over")
    bucket = f"assets-{uuid4()}"
    clients("s3").create_bucket(Bucket=bucket)
    clients("s3").put_object(Bucket=bucket, Key="abc.zip", Body=packed.getvalue())
    return {"App": "d1", "Branch": "blue", "Bucket": bucket, "Key": "abc.zip", "Config": json.dumps(CONFIG)}


def test_a_branch_serves_the_export_with_this_stages_config(
    release: Release, amplify: Amplify, wanted: dict[str, Any]
) -> None:
    assert release.request("Create", "Pages", wanted)["Status"] == "SUCCESS"
    served = amplify.served("d1", "blue")
    assert served["ask.html"] == b"<!doctype html>ask"
    assert set(served) == {"index.html", "ask.html", "_next/static/a.js", "config.json"}
    assert json.loads(served["config.json"]) == CONFIG


def test_the_config_is_what_a_page_reads_on_this_machine_too() -> None:
    assert {field.encode_name for field in msgspec.structs.fields(BrowserConfig)} == set(CONFIG)


def test_a_new_export_is_uploaded_again(release: Release, amplify: Amplify, wanted: dict[str, Any]) -> None:
    release.request("Create", "Pages", wanted)
    changed = {**wanted, "Config": json.dumps({**CONFIG, "userPoolId": "us-east-1_new"})}
    assert release.request("Update", "Pages", changed, PhysicalResourceId="Pages-1")["Status"] == "SUCCESS"
    assert json.loads(amplify.served("d1", "blue")["config.json"])["userPoolId"] == "us-east-1_new"
    assert len(amplify.jobs["d1", "blue"]) == 2


def test_what_a_broken_deploy_left_behind_stands_in_nobodys_way(
    release: Release, amplify: Amplify, wanted: dict[str, Any]
) -> None:
    amplify.respond("POST", "/apps/d1/branches/blue/deployments", b"")
    with urllib.request.urlopen(f"{amplify.endpoint}/apps/d1/branches/blue/jobs") as jobs:
        assert json.load(jobs)["jobSummaries"][0]["status"] == "CREATED"
    assert release.request("Update", "Pages", wanted, PhysicalResourceId="Pages-1")["Status"] == "SUCCESS"


def test_a_deployment_that_fails_fails_the_deploy(release: Release, amplify: Amplify, wanted: dict[str, Any]) -> None:
    amplify.course = ["PENDING", "RUNNING", "FAILED"]
    answer = release.request("Create", "Pages", wanted)
    assert answer["Status"] == "FAILED"
    assert "Amplify ended the upload as FAILED." in answer["Reason"]


def test_one_that_takes_too_long_is_answered_in_time_and_stopped(
    release: Release, amplify: Amplify, wanted: dict[str, Any]
) -> None:
    amplify.course = ["PENDING", *["RUNNING"] * 50]
    answer = release.request("Create", "Pages", wanted, seconds_left=20)
    assert "still RUNNING when the time was up" in answer["Reason"]
    assert amplify.jobs["d1", "blue"][-1].status == "CANCELLED"


def test_a_permission_that_is_still_spreading_is_waited_for(
    release: Release, amplify: Amplify, wanted: dict[str, Any]
) -> None:
    amplify.refusals_left = 3
    assert release.request("Create", "Pages", wanted)["Status"] == "SUCCESS"
    assert amplify.refusals_left == 0


def test_an_export_that_is_not_there_fails_the_deploy(release: Release, wanted: dict[str, Any]) -> None:
    answer = release.request("Create", "Pages", {**wanted, "Key": "gone.zip"})
    assert answer["Status"] == "FAILED"
    assert "NoSuchKey" in answer["Reason"]
