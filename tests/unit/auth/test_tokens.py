from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from service.auth.tokens import LEEWAY_SECONDS, MAX_TOKEN_BYTES, Claims, TokenVerifier
from service.errors import AuthenticationError, TokenKeysUnavailableError
from tests.unit.auth.pool import TENANT, JwksServer, SigningKey, id_token_claims


async def reason(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(AuthenticationError) as refusal:
        await verifier.verify(token)
    return refusal.value.reason


def segment(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_an_id_token_becomes_claims(verifier: TokenVerifier, key: SigningKey) -> None:
    claims = id_token_claims()
    assert await verifier.verify(key.sign(claims)) == Claims(
        tenant_id=UUID(TENANT),
        user_id=claims["sub"],
        email="owner@restaurant.example",
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


async def test_a_token_without_an_email_is_good(verifier: TokenVerifier, key: SigningKey) -> None:
    assert (await verifier.verify(key.sign(id_token_claims(email=None)))).email is None
    assert (await verifier.verify(key.sign(id_token_claims(email=["x"])))).email is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # An access token, as it is, and one that was given the rest of an id token.
        ({"token_use": "access", "aud": None, "client_id": "3n4b5urk1ft4fl3mg5e62d9ado"}, "claims"),
        ({"token_use": "access"}, "token_use"),
        ({"token_use": None}, "token_use"),
        ({"token_use": ["id"]}, "token_use"),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Theirs"}, "issuer"),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ours/"}, "issuer"),
        ({"iss": None}, "claims"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": ["3n4b5urk1ft4fl3mg5e62d9ado"]}, "audience"),
        ({"aud": None}, "claims"),
        ({"exp": None}, "claims"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": 10**15}, "claims"),
        ({"iat": None}, "claims"),
        ({"sub": None}, "claims"),
        ({"sub": ""}, "claims"),
        ({"sub": "a b"}, "claims"),
        ({"sub": "x\n"}, "claims"),
        ({"sub": "x" * 129}, "claims"),
        ({"sub": 7}, "subject"),
        ({"custom:tenant_id": None}, "tenant"),
        ({"custom:tenant_id": ""}, "tenant"),
        ({"custom:tenant_id": 5}, "tenant"),
        ({"custom:tenant_id": "marlows"}, "tenant"),
        ({"custom:tenant_id": TENANT.upper()}, "tenant"),
        ({"custom:tenant_id": TENANT.replace("-", "")}, "tenant"),
        ({"custom:tenant_id": f"{{{TENANT}}}"}, "tenant"),
        ({"custom:tenant_id": f"urn:uuid:{TENANT}"}, "tenant"),
        ({"custom:tenant_id": f" {TENANT}"}, "tenant"),
        ({"custom:tenant_id": [TENANT]}, "tenant"),
    ],
)
async def test_wrong_claims_are_refused(
    verifier: TokenVerifier, key: SigningKey, changes: dict[str, Any], expected: str
) -> None:
    assert await reason(verifier, key.sign(id_token_claims(**changes))) == expected


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ({"exp": 10 - LEEWAY_SECONDS}, None),
        ({"exp": -10 - LEEWAY_SECONDS}, "expired"),
        ({"exp": -86_400 * 400}, "expired"),
        ({"iat": LEEWAY_SECONDS - 10}, None),
        ({"iat": LEEWAY_SECONDS + 10}, "not_yet_valid"),
        ({"nbf": LEEWAY_SECONDS - 10}, None),
        ({"nbf": LEEWAY_SECONDS + 10}, "not_yet_valid"),
    ],
)
async def test_time_counts_with_half_a_minute_of_leeway(
    verifier: TokenVerifier, key: SigningKey, offsets: dict[str, int], expected: str | None
) -> None:
    now = int(time.time())
    token = key.sign(id_token_claims(**{name: now + offset for name, offset in offsets.items()}))
    if expected is None:
        assert (await verifier.verify(token)).user_id
    else:
        assert await reason(verifier, token) == expected


async def test_another_pools_token_is_refused(verifier: TokenVerifier, strangers_key: SigningKey) -> None:
    assert await reason(verifier, strangers_key.sign(id_token_claims())) == "unknown_key"


async def test_another_pools_signature_under_our_key_id_is_refused(
    verifier: TokenVerifier, key: SigningKey, strangers_key: SigningKey
) -> None:
    assert await reason(verifier, strangers_key.sign(id_token_claims(), kid=key.kid)) == "signature"


async def test_the_algorithm_is_ours_to_choose(verifier: TokenVerifier, key: SigningKey) -> None:
    header, payload = {"alg": "none", "kid": key.kid, "typ": "JWT"}, segment(id_token_claims())
    for spelling in ("none", "None", "NONE", ""):
        assert await reason(verifier, f"{segment({**header, 'alg': spelling})}.{payload}.") == "algorithm"
    signature = key.sign(id_token_claims()).rpartition(".")[2]
    assert await reason(verifier, f"{segment(header)}.{payload}.{signature}") == "algorithm"
    for algorithm in ("RS384", "RS512", "PS256"):
        assert await reason(verifier, key.sign(id_token_claims(), algorithm)) == "algorithm"


async def test_hs256_with_the_public_key_as_secret_is_refused(verifier: TokenVerifier, key: SigningKey) -> None:
    for said in ("HS256", "RS256"):
        signed = f"{segment({'alg': said, 'kid': key.kid})}.{segment(id_token_claims())}"
        signature = hmac.new(key.public_pem(), signed.encode(), hashlib.sha256).digest()
        expected = "algorithm" if said == "HS256" else "signature"
        assert await reason(verifier, f"{signed}.{segment(signature)}") == expected


async def test_every_shorter_token_is_refused(verifier: TokenVerifier, key: SigningKey) -> None:
    token = key.sign(id_token_claims())
    for length in (*range(0, len(token), 37), len(token) - 2, len(token) - 1):
        assert await reason(verifier, token[:length]) in {"malformed", "signature"}


async def test_a_changed_payload_is_refused(verifier: TokenVerifier, key: SigningKey) -> None:
    header, _, signature = key.sign(id_token_claims()).split(".")
    forged = segment(id_token_claims(**{"custom:tenant_id": "00000000-0000-0000-0000-000000000000"}))
    assert await reason(verifier, f"{header}.{forged}.{signature}") == "signature"


async def test_an_oversized_token_is_refused_unread(verifier: TokenVerifier, key: SigningKey, jwks: JwksServer) -> None:
    token = key.sign(id_token_claims(filler="x" * MAX_TOKEN_BYTES))
    assert await reason(verifier, token) == "oversized"
    assert jwks.paths == []
    assert (await verifier.verify(key.sign(id_token_claims(filler="x" * 4_000)))).user_id


@pytest.mark.parametrize(
    "form",
    [
        "",
        "..",
        "{h}.{p}",
        "{h}.{p}.{s}.x",
        " {h}.{p}.{s}",
        "{h}.{p}.{s}\n",
        "{h}=.{p}.{s}",
        "é{h}.{p}.{s}",
        "a.{p}.{s}",
    ],
)
async def test_what_has_not_the_form_of_a_token_is_refused(verifier: TokenVerifier, key: SigningKey, form: str) -> None:
    header, payload, signature = key.sign(id_token_claims()).split(".")
    assert await reason(verifier, form.format(h=header, p=payload, s=signature)) == "malformed"


@pytest.mark.parametrize(
    "header",
    [
        b"not json",
        b"[" * 4_000,
        b'{"alg": "RS256", "kid": "k", "x": ' + b"[" * 4_000,
        b'{"a":' * 900,
        b"\xff\xfe",
        b'["RS256"]',
        b'{"alg": "RS256"}',
        b'{"alg": "RS256", "kid": 7}',
        b'{"alg": "RS256", "kid": null}',
        b'{"alg": ["RS256"], "kid": "k"}',
    ],
)
async def test_a_header_that_is_none_is_refused(verifier: TokenVerifier, key: SigningKey, header: bytes) -> None:
    _, payload, signature = key.sign(id_token_claims()).split(".")
    assert await reason(verifier, f"{segment(header)}.{payload}.{signature}") == "malformed"


@pytest.mark.parametrize(
    "kid", ["", "../../../etc/passwd", "https://evil.example/jwks", "a b", "x" * 129, "é", "k\n", "' OR 1=1"]
)
async def test_a_key_id_is_a_name_and_nothing_else(
    verifier: TokenVerifier, strangers_key: SigningKey, jwks: JwksServer, kid: str
) -> None:
    assert await reason(verifier, strangers_key.sign(id_token_claims(), kid=kid)) == "unknown_key"
    assert jwks.paths == []


async def test_a_token_cannot_bring_its_own_key(
    verifier: TokenVerifier, key: SigningKey, strangers_key: SigningKey, jwks: JwksServer
) -> None:
    theirs = JwksServer()
    theirs.publish(strangers_key)
    theirs.start()
    try:
        headers = {"jwk": strangers_key.jwk(kid=key.kid), "jku": theirs.address, "x5u": theirs.address}
        assert await reason(verifier, strangers_key.sign(id_token_claims(), kid=key.kid, **headers)) == "signature"
        assert await reason(verifier, strangers_key.sign(id_token_claims(), **headers)) == "unknown_key"
        # Signed by our key, they are as good as not there.
        assert (await verifier.verify(key.sign(id_token_claims(), **headers))).user_id
        assert theirs.paths == []
    finally:
        theirs.stop()
    assert set(jwks.paths) == {"/pool/.well-known/jwks.json"}


async def test_a_critical_header_is_refused(verifier: TokenVerifier, key: SigningKey) -> None:
    assert await reason(verifier, key.sign(id_token_claims(), crit=["exp"], exp=1)) == "critical_header"
    _, payload, signature = key.sign(id_token_claims()).split(".")
    unencoded = segment({"alg": "RS256", "kid": key.kid, "b64": False, "crit": ["b64"]})
    assert await reason(verifier, f"{unencoded}.{payload}.{signature}") == "critical_header"
    without_crit = segment({"alg": "RS256", "kid": key.kid, "b64": False})
    assert await reason(verifier, f"{without_crit}.{payload}.{signature}") == "malformed"


async def test_nothing_of_a_token_reaches_log_or_exception(
    verifier: TokenVerifier,
    key: SigningKey,
    strangers_key: SigningKey,
    jwks: JwksServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    good = key.sign(id_token_claims())
    header, payload, _ = good.split(".")
    tokens = [
        strangers_key.sign(id_token_claims()),
        strangers_key.sign(id_token_claims(), kid=key.kid),
        key.sign(id_token_claims(exp=1, iat=0)),
        key.sign(id_token_claims(**{"custom:tenant_id": "secret-tenant"})),
        f"{header}.{payload}.",
        f"{payload}.{payload}.{payload}",
        good + "x" * MAX_TOKEN_BYTES,
    ]
    jwks.status = 500
    with capture_logs() as logged:
        for token in (good, *tokens):
            with pytest.raises((AuthenticationError, TokenKeysUnavailableError)) as refusal:
                await verifier.verify(token)
            assert_holds_nothing(repr(refusal.value) + repr(vars(refusal.value)), token)
            assert refusal.value.__cause__ is None
            assert refusal.value.__context__ is None
        jwks.status = 200
        verifier._keys.retry_seconds = 0
        for token in tokens:
            await reason(verifier, token)
        await verifier.verify(good)
    assert logged, "the failed reading is logged"
    for token in (good, *tokens):
        assert_holds_nothing(repr(logged) + caplog.text, token)


def assert_holds_nothing(text: str, token: str) -> None:
    """No piece of it, not even a short one, apart from the key id's header which is the same in many tokens."""
    for start in range(0, min(len(token), 4_000) - 12, 6):
        assert token[start : start + 12] not in text
    for secret in ("secret-tenant", TENANT, "owner@restaurant.example"):
        assert secret not in text
