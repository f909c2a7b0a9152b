"""New values for the origins, with no good request refused: add the new, wait until both doors know it, send it, and
only then drop the old.

At each step whatever CloudFront sends anywhere in the world, old or new, is what both origins take at that moment.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from infra.deployed import Deployed, client
from infra.errors import DeployError
from infra.origin import Origin, Slot
from infra.stacks.api import ORIGIN_HEADER

STACKS = ("Identity", "Api", "Web", "Edge")
"""Those that hold the values, in the order in which they are deployed."""
_STEADY = 6
"""So many answers in a row and it is known everywhere that we can see."""


def steps(origin: Origin) -> list[tuple[str, Origin]]:
    """From values in use to new ones. A rotation that was broken off is settled first, on what is sent."""
    settled = Origin(origin.sent)
    settle = [("settle", settled)] if origin.also_accepted else []
    return [
        *settle,
        ("add", Origin(settled.sent, also_accepted=True)),
        ("switch", Origin(settled.other, also_accepted=True)),
        ("drop", Origin(settled.other)),
    ]


@dataclass(frozen=True)
class Doors:
    """Where the two origins are. api: with its stage's path; pages: by slot; all https addresses without a last /."""

    api: str
    pages: Mapping[Slot, str]
    seconds: float = 20.0

    def api_takes(self, value: str) -> bool:
        """Whether the firewall lets it by: then the authorizer asks for a token."""
        return self._asked(f"{self.api}/me", {ORIGIN_HEADER: value}, taken=401, refused=403)

    def pages_take(self, slot: Slot, authorization: str) -> bool:
        return self._asked(f"{self.pages[slot]}/", {"Authorization": authorization}, taken=200, refused=401)

    def _asked(self, address: str, headers: dict[str, str], *, taken: int, refused: int) -> bool:
        try:
            request = Request(address, headers=headers)  # noqa: S310 (from our own stacks' outputs)
            with _opener.open(request, timeout=self.seconds) as answer:
                status = answer.status
        except HTTPError as error:
            error.close()
            status = error.code
        except OSError:
            return False
        if status not in (taken, refused):
            raise DeployError(f"{address} answered {status}, which is neither yes nor no.")
        return bool(status == taken)


class _NoRedirect(HTTPRedirectHandler):
    """The values are for one address alone."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def rotate(
    origin: Origin,
    deploy: Callable[[Origin], None],
    values: Callable[[], Mapping[str, str]],
    doors: Callable[[], Doors],
    wait: Callable[[Callable[[], bool], str], None],
) -> Origin:
    """origin: as it is deployed; values: what the secret holds; wait: until something holds. Returns what is in use."""
    for name, wanted in steps(origin):
        print(f"{name}: {wanted}", flush=True)
        deploy(wanted)
        if name == "add":
            held, at = values(), doors()
            verify, authorization = held[f"{wanted.other}_verify"], held[f"{wanted.other}_authorization"]
            wait(partial(at.api_takes, verify), "the API takes the new value")
            wait(partial(at.pages_take, wanted.other, authorization), "the pages take the new credentials")
    return wanted


def wait_until_steady(
    holds: Callable[[], bool],
    what: str,
    *,
    within: float = 900.0,
    pause: float = 5.0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Until it held several times running. Seconds. Raises DeployError when it does not come to that in time: then the
    old values are still in use, and nothing was refused."""
    until, row = time.monotonic() + within, 0
    while row < _STEADY:
        if time.monotonic() > until:
            raise DeployError(f"It could not be seen that {what}. The old values are still in use; try again later.")
        row = row + 1 if holds() else 0
        sleep(pause)


def doors_of(deployed: Deployed) -> Doors:
    domain = deployed.require("Web", "AppDomain")
    slots: tuple[Slot, Slot] = ("blue", "green")
    return Doors(deployed.require("Api", "ApiAddress"), {slot: f"https://{slot}.{domain}" for slot in slots})


def values_of(deployed: Deployed) -> dict[str, str]:
    secret = deployed.require("Identity", "OriginSecret")
    held: dict[str, str] = json.loads(client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    return held
