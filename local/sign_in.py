"""The id token of a sign-in on this machine: `make token AS=owner@…`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from local.aws import read_passwords, sign_in
from local.errors import LocalCloudError
from local.running import Running, read_running
from local.state import State


async def id_token(state: State, running: Running, email: str) -> str:
    """Signs in to Cognito. Raises LocalCloudError when nobody of that name signs in here."""
    ministack = running.ministack(state)
    password = (await asyncio.to_thread(read_passwords, ministack.directory)).get(email)
    if password is None:
        known = ", ".join(sorted(await asyncio.to_thread(read_passwords, ministack.directory)))
        raise LocalCloudError(f"There is no sign-in called {email}; there are: {known}.")
    return (await sign_in(ministack, running.identity, email, password)).id_token


def email_from(environ: Mapping[str, str]) -> str:
    """AS, which says as whom. Raises LocalCloudError when it is missing."""
    email = environ.get("AS", "")
    if not email:
        raise LocalCloudError("AS=… must say as whom, for example AS=owner@…; make run prints the sign-ins.")
    return email


def main() -> int:
    state = State()
    try:
        print(asyncio.run(id_token(state, read_running(state), email_from(os.environ))))
    except (LocalCloudError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
