"""Takes out of a folder of installed packages what never runs in the image, and what would be read in vain at start.

    python trim_packages.py FOLDER SERVICE…     SERVICE: those of botocore's service models that are kept

Runs while the image is built, under its own Python. `tests/lambda/test_image.py` holds the services against those
that the code opens clients for, and every other test there runs on what is left.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

NEVER_RUN = (
    "aioitertools/tests",
    "boto3/data",
    "boto3/examples",
    "certifi/tests",
    # Litestar's examples for OpenAPI, its command line and its test client, with what only these need.
    "faker",
    "litestar/testing",
    "markdown_it",
    "mdurl",
    "polyfactory",
    "pygments",
    "rich",
    "rich_click",
    # Of Litestar only the test client asks for these; aiobotocore imports them when they are there, at a tenth of a
    # second of every start, and never uses them.
    "httpcore",
    "httpx",
    # It writes C when a package is compiled.
    "pycparser",
)
SOURCES_OF_BINARIES = ("*.c", "*.h", "*.pyx", "*.pxd", "*.pyi")


def trim(folder: Path, services: set[str]) -> None:
    """Raises FileNotFoundError when something that should go is not there: the list has aged."""
    for name in NEVER_RUN:
        shutil.rmtree(folder / name)
        for metadata in folder.glob(f"{name}-*.dist-info"):
            shutil.rmtree(metadata)
    trim_botocore(folder / "botocore" / "data", services)
    for pattern in SOURCES_OF_BINARIES:
        for source in folder.rglob(pattern):
            source.unlink()


def trim_botocore(data: Path, services: set[str]) -> None:
    """Each start reads the list of all services' endpoints, and the newest model of each service used: a third of what
    opening the clients takes is spent on other services' endpoints and on documentation."""
    for model in [each for each in data.iterdir() if each.is_dir() and each.name not in services]:
        shutil.rmtree(model)
    missing = services - {each.name for each in data.iterdir()}
    if missing:
        raise FileNotFoundError(f"botocore has no service model named {', '.join(sorted(missing))}")
    for packed in data.glob("*/*/service-2.json.gz"):
        model = json.loads(gzip.decompress(packed.read_bytes()))
        _write(packed.with_suffix(""), _without_documentation(model))
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: of for name, of in partition["services"].items() if name in services}
    _write(data / "endpoints.json", endpoints)


def _without_documentation(model: Any) -> Any:
    """A field named `documentation` is described by an object; the documentation itself is text."""
    match model:
        case dict():
            kept = {name: of for name, of in model.items() if name != "documentation" or not isinstance(of, str)}
            return {name: _without_documentation(of) for name, of in kept.items()}
        case list():
            return [_without_documentation(of) for of in model]
        case _:
            return model


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    trim(Path(sys.argv[1]), set(sys.argv[2:]))
