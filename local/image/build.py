"""Builds the image and prints how large its layers are: `python -m local.image.build service operator`.

Docker builds it where there is one; else buildah, on stand-ins for the base images that cannot be pulled.
Exit code 1, with what is wrong on stderr, when it cannot be built or has become too large.
"""

from __future__ import annotations

import fcntl
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.image import docker
from local.image.adapter import AdapterError
from local.image.buildah import Buildah, BuildahError, NoBuilderError
from local.image.built import Image
from local.image.places import CHECKOUT, cache
from local.image.root_file_system import RootFileSystemError
from local.image.stand_ins import make_stand_ins

MISSING = (AdapterError, NoBuilderError, RootFileSystemError)
"""This machine lacks something, and an error's text says what."""
BUILD_ERRORS = (*MISSING, BuildahError, docker.DockerError, OSError)
LARGEST = 120_000_000
"""Compressed, in bytes: what is pulled before the first start."""


def build(target: str) -> Image:
    """The image of that target, built anew where its sources have changed. Raises one of BUILD_ERRORS."""
    return _built(target, _name(target), CHECKOUT)


def build_folder(folder: Path) -> Image:
    """Another image, on the same bases: of a folder with a Dockerfile of its own. Raises one of BUILD_ERRORS."""
    return _built("", _name(folder.name), folder)


def _built(target: str, name: str, folder: Path) -> Image:
    with _alone():
        builder = _builder(with_adapter=target != "operator")
        builder.build(target, name, folder)
        image = _described(builder, name)
        builder.tidy()
        return image


def layer_sizes(target: str) -> list[int]:
    """Of the image built last: compressed, in bytes, the lowest layer first. Measured once for each build."""
    with _alone():
        builder = docker.Docker() if docker.is_here() else Buildah()
        kept = cache() / "layer-sizes.json"
        known: dict[str, list[int]] = json.loads(kept.read_text()) if kept.exists() else {}
        id = builder.id(_name(target))
        if id not in known:
            known = {**dict(list(known.items())[-20:]), id: builder.layer_sizes(_name(target))}
            kept.write_text(json.dumps(known))
        return known[id]


def _builder(*, with_adapter: bool) -> docker.Docker | Buildah:
    if docker.is_here():
        return docker.Docker()
    buildah = Buildah()
    make_stand_ins(buildah, with_adapter=with_adapter)
    return buildah


def _described(builder: docker.Docker | Buildah, name: str) -> Image:
    config = builder.config(name)
    health = config.get("Healthcheck") or {}
    return Image(
        root=builder.root(name),
        environment=dict(each.split("=", 1) for each in config["Env"]),
        entrypoint=config.get("Entrypoint") or [],
        command=config.get("Cmd") or [],
        user=int(config["User"].partition(":")[0]),
        directory=config["WorkingDir"],
        exposed=sorted(config.get("ExposedPorts") or {}),
        health_check=health.get("Test") or [],
    )


def _name(target: str) -> str:
    return f"localhost/tableside/{target}:latest"


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time: another checkout shares the cache."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def main(targets: list[str]) -> None:
    for target in targets:
        started = time.monotonic()
        build(target)
        took = time.monotonic() - started
        sizes = layer_sizes(target)
        layers = " + ".join(f"{size / 1e6:.1f}" for size in sizes if size > 50_000)
        print(f"{target}: {sum(sizes) / 1e6:.1f} MB compressed ({layers}), built in {took:.0f} s", flush=True)
        if sum(sizes) >= LARGEST:
            sys.exit(f"{target} is larger than the {LARGEST / 1e6:.0f} MB that it may be.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or ["service", "operator"])
    except BUILD_ERRORS as error:
        sys.exit(f"{error}")
