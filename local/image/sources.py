"""What an image is made of, as one short text that changes with any of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path


def sources_mark(folder: Path, target: str, bases: Sequence[str]) -> str:
    """folder: with the Dockerfile; bases: what its base images are made of."""
    digest = sha256(repr((target, *bases)).encode())
    for path in sorted(_sent(folder)):
        said = (str(path.relative_to(folder)), path.stat().st_mode, sha256(path.read_bytes()).hexdigest())
        digest.update(repr(said).encode())
    return digest.hexdigest()[:16]


def _sent(folder: Path) -> Iterator[Path]:
    """All files that a build can read: of this checkout, what .dockerignore excepts from everything."""
    yield folder / "Dockerfile"
    ignored = folder / ".dockerignore"
    lines = ignored.read_text().splitlines() if ignored.exists() else ["!."]
    for named in (folder / line.removeprefix("!") for line in lines if line.startswith("!")):
        found = named.rglob("*") if named.is_dir() else [named]
        yield from (each for each in found if each.is_file() and "__pycache__" not in each.parts)
