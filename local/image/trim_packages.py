"""Takes out of a folder of installed packages what never runs in the image.

    python trim_packages.py FOLDER SERVICE…     SERVICE: those of botocore's service models that are kept

Runs while the image is built, under its own Python. `tests/lambda/test_image.py` holds the services against those
that the code opens clients for, and every other test there runs on what is left.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

NEVER_RUN = (
    "bin",
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
    models = folder / "botocore" / "data"
    for model in [each for each in models.iterdir() if each.is_dir() and each.name not in services]:
        shutil.rmtree(model)
    missing = services - {each.name for each in models.iterdir()}
    if missing:
        raise FileNotFoundError(f"botocore has no service model named {', '.join(sorted(missing))}")
    for pattern in SOURCES_OF_BINARIES:
        for source in folder.rglob(pattern):
            source.unlink()


if __name__ == "__main__":
    trim(Path(sys.argv[1]), set(sys.argv[2:]))
