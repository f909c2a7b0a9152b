"""Who answers for the model in a run: the recordings, a model that is recorded, or one that is live."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from botocore.exceptions import NoRegionError

from evals.packs import Packed, PackReplay, packed
from local.bedrock.record import Recorder
from local.bedrock.recordings import read_recordings
from local.bedrock.server import BedrockEndpoint
from local.bedrock.standin import MODEL_ID, analyst
from local.bedrock.voice import ConverseRequest, Utterance, Voice, closing
from local.errors import LocalCloudError
from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY

STAND_IN = MODEL_ID
NOVA_LITE = "us.amazon.nova-lite-v1:0"
_PACE_MS = 2.0
"""Between two words of the stand-in when it is recorded."""


class RecordWhatIsMissing:
    """A voice: what is recorded is played, and what is not goes on to the recorder."""

    def __init__(self, replay: PackReplay, recorder: Recorder, directory: Path) -> None:
        self.replay = replay
        self._recorder = recorder
        self._directory = directory

    def all_recordings(self) -> dict[str, Packed]:
        """By request hash, those just recorded included. Raises RecordingError."""
        fresh = {name: packed(recording) for name, recording in read_recordings(self._directory).items()}
        return {**self.replay.recordings, **fresh}

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        chosen: Voice = self.replay if self.replay.has(request) else self._recorder
        async with closing(chosen(request)) as said:
            async for utterance in said:
                yield utterance


@asynccontextmanager
async def recording(model: str, known: dict[str, Packed]) -> AsyncIterator[RecordWhatIsMissing]:
    """known: what need not be recorded again. Raises LocalCloudError when a real model is asked for and no region is
    set."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tableside-recordings-")))
        recorder = await stack.enter_async_context(_recorder(model, directory))
        yield RecordWhatIsMissing(PackReplay(known), recorder, directory)


@asynccontextmanager
async def live(model: str) -> AsyncIterator[Voice]:
    """The model itself; its answers pass through here, so that what reached it can be searched."""
    if model == STAND_IN:
        yield analyst()
        return
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tableside-live-")))
        yield await stack.enter_async_context(_recorder(model, directory))


@asynccontextmanager
async def _recorder(model: str, directory: Path) -> AsyncIterator[Recorder]:
    """The stand-in is recorded over the wire as Bedrock would be. Raises LocalCloudError when no region is set."""
    if model != STAND_IN:
        recorder = Recorder(directory, region=os.environ.get("AWS_REGION"))
        try:
            await recorder.__aenter__()
        except NoRegionError:
            raise LocalCloudError(
                f"To ask {model} set AWS_REGION, and credentials as the AWS command line has them."
            ) from None
        try:
            yield recorder
        finally:
            await recorder.__aexit__()
        return
    async with BedrockEndpoint(analyst(_PACE_MS), model_ids=frozenset({STAND_IN})) as endpoint:
        with _any_credentials():
            recorder = Recorder(directory, target=endpoint.url, region=REGION)
            await recorder.__aenter__()
        try:
            yield recorder
        finally:
            await recorder.__aexit__()


@contextmanager
def _any_credentials() -> Iterator[None]:
    """Botocore wants some when a client is opened; nothing on this machine looks at them."""
    chosen = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    before = {name: os.environ.pop(name, None) for name in (*chosen, "AWS_PROFILE", "AWS_SESSION_TOKEN")}
    os.environ.update(chosen)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
