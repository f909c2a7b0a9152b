"""What RDS puts before PostgreSQL: TLS, and a signed token in place of the password. Behind it is the real server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import secrets
import ssl
import struct
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.database import Database

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_CLEARTEXT_PASSWORD = b"R" + struct.pack("!ii", 8, 3)

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def make_certificates(directory: Path, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """A CA of its own, as a file for the client, and what a server of that name shows."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    ca = _certificate(authority, authority, ca_key, ca_key).add_extension(constraints, critical=True)
    ca = ca.add_extension(_signs_certificates(), critical=True)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    alternative = x509.SubjectAlternativeName([_general_name(name)])
    server = _certificate(subject, authority, server_key, ca_key).add_extension(alternative, critical=False)
    files = {"ca.pem": ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)}
    files["server.pem"] = server.sign(ca_key, hashes.SHA256()).public_bytes(
        serialization.Encoding.PEM
    ) + server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content in files.items():
        (directory / file).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    return directory / "ca.pem", context


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    """Yet to be signed."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _signs_certificates() -> x509.KeyUsage:
    others = "digital_signature content_commitment key_encipherment data_encipherment key_agreement crl_sign"
    return x509.KeyUsage(
        key_cert_sign=True, encipher_only=False, decipher_only=False, **dict.fromkeys(others.split(), False)
    )


class Door(ABC):
    """Listens on loopback, insists on TLS, and asks whoever comes for a password. `port`: where it stands."""

    def __init__(self, certificate: ssl.SSLContext) -> None:
        self._certificate = certificate
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._serve(reader, writer)
        except* (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(8) == _SSL_REQUEST, "a client that does not ask for TLS is not served"
        writer.write(b"S")
        await writer.start_tls(self._certificate)
        startup = await _untyped(reader)
        writer.write(_CLEARTEXT_PASSWORD)
        assert await reader.readexactly(1) == b"p"
        await self.receive(startup, (await _untyped(reader)).rstrip(b"\0").decode(), (reader, writer))

    @abstractmethod
    async def receive(self, startup: bytes, shown: str, client: Ends) -> None:
        """startup: the client's startup message, without its length; shown: for a password."""


class RdsFront(Door):
    """tokens: what clients sent for a password. It lets anyone in: judging the tokens is the test's."""

    def __init__(self, database: Database, certificate: ssl.SSLContext) -> None:
        super().__init__(certificate)
        self._database = database
        self.tokens: list[str] = []

    async def receive(self, startup: bytes, shown: str, client: Ends) -> None:
        self.tokens.append(shown)
        async with connected(self._database.host, self._database.port, startup) as server:
            await _sign_in(*server, self._database.service_password)
            await pass_both_ways(client, server)


@asynccontextmanager
async def connected(host: str, port: int, startup: bytes) -> AsyncIterator[Ends]:
    """A connection to the real server that has said what the client said first."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(struct.pack("!i", len(startup) + 4) + startup)
        yield reader, writer
    finally:
        writer.close()


async def pass_both_ways(client: Ends, server: Ends) -> None:
    """Until one of them ends."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_pass_on(client[0], server[1]))
        group.create_task(_pass_on(server[0], client[1]))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _untyped(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack("!i", await reader.readexactly(4))
    return await reader.readexactly(length - 4)


async def _sign_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: str) -> None:
    """SCRAM-SHA-256 to the real server; what follows it is the client's."""
    await _authentication(reader, 10)
    first = f"n=,r={secrets.token_hex(12)}"
    initial = f"n,,{first}".encode()
    _send(writer, b"SCRAM-SHA-256\0" + struct.pack("!i", len(initial)) + initial)
    challenge = (await _authentication(reader, 11)).decode()
    nonce, salt, rounds = (part[2:] for part in challenge.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    key = hmac.digest(salted, b"Client Key", "sha256")
    unproved = f"c=biws,r={nonce}"
    signed = f"{first},{challenge},{unproved}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()
    _send(writer, f"{unproved},p={proof}".encode())
    await _authentication(reader, 12)


def _send(writer: asyncio.StreamWriter, response: bytes) -> None:
    writer.write(b"p" + struct.pack("!i", len(response) + 4) + response)


async def _authentication(reader: asyncio.StreamReader, kind: int) -> bytes:
    assert await reader.readexactly(1) == b"R"
    message = await _untyped(reader)
    assert struct.unpack("!i", message[:4]) == (kind,)
    return message[4:]
