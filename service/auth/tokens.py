"""TokenVerifier: an id token -> Claims, or the reason why not.

What a token says of itself decides nothing: the algorithm is RS256, the keys come from the KeySource, and
headers that bring a key or the address of one (`jwk`, `jku`, `x5c`, `x5u`) are not looked at. Time here is
real time, never Config's clock.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import InvalidSubjectError
from msgspec import Meta, Struct, field

from service.auth.key_set import KeySource
from service.errors import AuthenticationError

MAX_TOKEN_BYTES = 8 * 1024
LEEWAY_SECONDS = 30

_COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_KEY_ID = re.compile(r"[A-Za-z0-9+/=_-]{1,128}")
_YEAR_10000 = 253_402_300_800

# From the special to the general: the first that fits names the reason.
_REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not_yet_valid"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.MissingRequiredClaimError, "claims"),
    (InvalidSubjectError, "subject"),
)


class Claims(Struct, frozen=True):
    """What a verified id token says. tenant_id: `custom:tenant_id`; user_id: `sub`; expires_at: in UTC."""

    tenant_id: UUID
    user_id: str
    email: str | None
    expires_at: datetime


class TokenVerifier:
    """issuer, audience: the only values of `iss` and `aud` that are taken, compared as text."""

    def __init__(self, issuer: str, audience: str, keys: KeySource) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    async def verify(self, token: str) -> Claims:
        """Raises AuthenticationError, its reason one of oversized, malformed, algorithm, critical_header,
        unknown_key, signature, expired, not_yet_valid, issuer, audience, token_use, tenant, subject,
        claims. Raises TokenKeysUnavailableError when the token's key is not known and the key set is
        away."""
        key = await self._keys.key(_key_id(token))
        if key is None:
            raise AuthenticationError("unknown_key")
        return _claims(self._payload(token, key))

    def _payload(self, token: str, key: RSAPublicKey) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "malformed")
        # Raised out here, where no exception that quotes the token hangs on to it as its context.
        raise AuthenticationError(reason)


class _Header(Struct):
    alg: str
    kid: str
    crit: Any = None


def _key_id(token: str) -> str:
    """The `kid` of a token that looks like one of ours: all that can be said before a signature is
    checked."""
    if len(token) > MAX_TOKEN_BYTES:
        raise AuthenticationError("oversized")
    header = _header(token) if _COMPACT_FORM.fullmatch(token) else None
    if header is None:
        raise AuthenticationError("malformed")
    if header.alg != "RS256":
        raise AuthenticationError("algorithm")
    if header.crit is not None:
        raise AuthenticationError("critical_header")
    if not _KEY_ID.fullmatch(header.kid):
        raise AuthenticationError("unknown_key")
    return header.kid


def _header(token: str) -> _Header | None:
    segment = token.partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)), type=_Header)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class _IdToken(Struct):
    sub: Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,128}\Z")]
    token_use: str
    exp: Annotated[float, Meta(gt=0, lt=_YEAR_10000)]
    tenant: Any = field(name="custom:tenant_id", default=None)
    email: Any = None


def _claims(payload: dict[str, Any]) -> Claims:
    if payload.get("token_use") != "id":
        raise AuthenticationError("token_use")
    token = _id_token(payload)
    if token is None:
        raise AuthenticationError("claims")
    tenant_id = _canonical_uuid(token.tenant)
    if tenant_id is None:
        raise AuthenticationError("tenant")
    email = token.email if isinstance(token.email, str) else None
    return Claims(tenant_id, token.sub, email, datetime.fromtimestamp(token.exp, UTC))


def _id_token(payload: dict[str, Any]) -> _IdToken | None:
    try:
        return msgspec.convert(payload, _IdToken)
    except msgspec.ValidationError:
        return None


def _canonical_uuid(value: Any) -> UUID | None:
    """A tenant has one spelling: no braces, no capitals, no `urn:uuid:`."""
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if str(parsed) == value else None
