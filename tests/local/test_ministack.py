from __future__ import annotations

import os
import signal
import stat
import sys
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

import jwt
import pytest

from local.aws import Identity, create_user, prepare_identity, sign_in
from local.errors import LocalCloudError
from local.ministack import Ministack

TENANT = UUID("5b0c6a3e-6d0f-4b53-9a39-0d4f3f6f7a11")
OTHER = UUID("e0f4dd1c-5f5f-4d5e-8a44-7a3f8d6f2b22")
TABLE = {
    "TableName": "kept",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def verify(token: str, identity: Identity) -> dict[str, str]:
    key = jwt.PyJWKClient(identity.jwks_url).get_signing_key_from_jwt(token)
    claims: dict[str, str] = jwt.decode(
        token, key.key, algorithms=["RS256"], audience=identity.client_id, issuer=identity.issuer
    )
    return claims


async def test_pool_sign_ins_and_keys_survive_a_restart_and_a_kill_9(tmp_path: Path) -> None:
    async with Ministack(tmp_path) as server:
        identity = await prepare_identity(server)
        password = await create_user(server, identity, "owner@kept.example", TENANT)
        token = (await sign_in(server, identity, "owner@kept.example", password)).id_token
        subject = verify(token, identity)["sub"]
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert await server.wait() == -signal.SIGKILL
        await server.start()
        await still_knows(server, identity, password, token, subject)
        await server.stop()
        await server.start()
        await still_knows(server, identity, password, token, subject)


async def still_knows(server: Ministack, identity: Identity, password: str, token: str, subject: str) -> None:
    assert await prepare_identity(server) == identity
    assert verify(token, identity)["custom:tenant_id"] == str(TENANT)
    fresh = await sign_in(server, identity, "owner@kept.example", password)
    assert verify(fresh.id_token, identity)["sub"] == subject


async def test_what_was_written_before_the_last_save_survives_a_kill_9(tmp_path: Path) -> None:
    async with Ministack(tmp_path) as server:
        async with server.client("dynamodb") as dynamodb:
            await dynamodb.create_table(**TABLE)
            await dynamodb.put_item(TableName="kept", Item={"id": {"S": "a"}})
            saved = tmp_path / "state" / "dynamodb.json"
            while not saved.exists() or '"a"' not in saved.read_text():  # it saves by itself after a change
                await dynamodb.list_tables()
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await server.wait()
        await server.start()
        async with server.client("dynamodb") as dynamodb:
            assert (await dynamodb.get_item(TableName="kept", Key={"id": {"S": "a"}}))["Item"] == {"id": {"S": "a"}}


async def test_a_user_is_made_once_and_never_moves_to_another_tenant(ministack: Ministack, identity: Identity) -> None:
    first = await create_user(ministack, identity, "once@kept.example", TENANT)
    assert await create_user(ministack, identity, "once@kept.example", TENANT) == first
    with pytest.raises(LocalCloudError, match="signs in to another restaurant already"):
        await create_user(ministack, identity, "once@kept.example", OTHER)
    with pytest.raises(LocalCloudError, match="refused the sign-in"):
        await sign_in(ministack, identity, "once@kept.example", "not-the-password")
    assert stat.S_IMODE((ministack.directory / "sign-ins.json").stat().st_mode) == 0o600


async def test_takes_no_notice_of_the_user_s_own_settings_for_aws(
    ministack: Ministack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-is-nowhere")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    async with Ministack(ministack.directory, ministack.port).client("dynamodb") as dynamodb:
        assert "TableNames" in await dynamodb.list_tables()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_listens_on_this_machine_only_and_on_one_port(ministack: Ministack) -> None:
    assert ministack.pid is not None
    assert listening(ministack.pid) == {f"127.0.0.1:{ministack.port}"}


def listening(pid: int) -> set[str]:
    """The TCP addresses that a process listens on, as Linux tells them."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(readable(fields[1]))
    return found


def readable(address: str) -> str:
    host, port = address.split(":")
    return f"{ip_address(bytes.fromhex(host)[::-1])}:{int(port, 16)}"
