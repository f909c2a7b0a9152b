"""Signing in as the page does it: SRP against Cognito, which never sends the password. RFC 5054 with Cognito's own key
derivation and message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import subprocess
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

GENERATOR = 2


class SignInRefusedError(Exception):
    """Cognito's own sentence."""


def sign_in(cognito: Any, client_id: str, pool_id: str, email: str, password: str) -> dict[str, str]:
    """cognito: a boto3 client. IdToken, AccessToken, RefreshToken. Raises SignInRefusedError."""
    prime = _prime()
    ours = secrets.randbits(1024)
    public = pow(GENERATOR, ours, prime)
    try:
        challenge = cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": email, "SRP_A": f"{public:x}"},
        )["ChallengeParameters"]
        pool, user = pool_id.partition("_")[2], challenge["USER_ID_FOR_SRP"]
        key = _key(prime, ours, public, challenge, f"{pool}{user}:{password}")
        now = datetime.now(UTC)
        moment = now.strftime("%a %b ") + str(now.day) + now.strftime(" %H:%M:%S UTC %Y")
        block = base64.b64decode(challenge["SECRET_BLOCK"])
        message = pool.encode() + user.encode() + block + moment.encode()
        answer = cognito.respond_to_auth_challenge(
            ClientId=client_id,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses={
                "USERNAME": user,
                "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
                "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, message, "sha256")).decode(),
                "TIMESTAMP": moment,
            },
        )
    except ClientError as error:  # ministack calls a trigger's refusal an error of its own
        raise SignInRefusedError(error.response["Error"]["Message"]) from error
    tokens: dict[str, str] = answer["AuthenticationResult"]
    return tokens


def _key(prime: int, ours: int, public: int, challenge: dict[str, str], identity: str) -> bytes:
    theirs, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
    multiplier = _hash(_padded(prime) + _padded(GENERATOR))
    scramble = _hash(_padded(public) + _padded(theirs))
    private = _hash(_padded(salt) + hashlib.sha256(identity.encode()).digest())
    shared = pow(theirs - multiplier * pow(GENERATOR, private, prime), ours + scramble * private, prime)
    extracted = hmac.digest(_padded(scramble), _padded(shared), "sha256")
    return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest(), "big")


def _padded(number: int) -> bytes:
    """Never with a first bit that would make it negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _prime() -> int:
    """The 3072-bit group of RFC 3526, which Node knows by heart."""
    told = ["node", "-p", "crypto.getDiffieHellman('modp15').getPrime('hex')"]
    return int(subprocess.run(told, capture_output=True, text=True, check=True).stdout, 16)
