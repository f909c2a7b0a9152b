"""A user pool of our own making: real RSA keys, real signatures, and a JWKS on a real HTTP server."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ours"
AUDIENCE = "3n4b5urk1ft4fl3mg5e62d9ado"
TENANT = "5b0c6a3e-6d0f-4b53-9a39-0d4f3f6f7a11"


class SigningKey:
    def __init__(self, kid: str, bits: int = 2048) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def jwk(self, **changes: Any) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        whole = {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": self.kid, "use": "sig", "alg": "RS256"}
        return {name: value for name, value in {**whole, **changes}.items() if value is not None}

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", **headers: Any) -> str:
        return jwt.encode(claims, self.private, algorithm=algorithm, headers={"kid": self.kid, **headers})


def id_token_claims(**changes: Any) -> dict[str, Any]:
    """What Cognito puts into an id token. A change to None takes the claim away."""
    now = int(time.time())
    whole = {
        "sub": "b4e8a4f8-1041-70e4-93ab-3f0b1a2f7c55",
        "aud": AUDIENCE,
        "iss": ISSUER,
        "token_use": "id",
        "iat": now,
        "auth_time": now,
        "exp": now + 3600,
        "cognito:username": "b4e8a4f8-1041-70e4-93ab-3f0b1a2f7c55",
        "email": "owner@restaurant.example",
        "email_verified": True,
        "custom:tenant_id": TENANT,
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


class JwksServer:
    """Answers every GET with `status`, `headers` and `body`, once `gate` is open, and counts them."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes = b"{}"
        self.paths: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    def publish(self, *keys: SigningKey | dict[str, Any]) -> None:
        jwks = [key.jwk() if isinstance(key, SigningKey) else key for key in keys]
        self.status, self.body = 200, msgspec.json.encode({"keys": jwks})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/pool/.well-known/jwks.json"

    def start(self) -> None:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ours.paths.append(self.path)
                ours.asked.set()
                ours.gate.wait(10)
                self.send_response(ours.status)
                for name, value in ours.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(ours.body)))
                with suppress(ConnectionError):  # the caller may have given up
                    self.end_headers()
                    self.wfile.write(ours.body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.gate.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
