"""Docker as the builder, where there is one that works."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from local.image.places import CHECKOUT, cache


class DockerError(Exception):
    """What Docker said when it would not."""


def is_here() -> bool:
    """Whether there is a Docker whose daemon answers."""
    return shutil.which("docker") is not None and _run("info").returncode == 0


class Docker:
    name = "docker"

    def tidy(self) -> None:
        """It has ways of its own."""

    def build(self, target: str, name: str, folder: Path = CHECKOUT) -> None:
        """A target of the folder's Dockerfile, the last one if `target` is empty."""
        which = ["--target", target] if target else []
        _say("build", "--quiet", *which, "--tag", name, str(folder))

    def config(self, name: str) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(_say("image", "inspect", name))[0]["Config"]
        return config

    def id(self, name: str) -> str:
        return _say("image", "inspect", "--format", "{{.Id}}", name)

    def root(self, name: str) -> Path:
        """Its files, laid out in the cache once for each build."""
        root = cache() / "roots" / self.id(name).replace(":", "-")
        if not root.exists():
            root.parent.mkdir(parents=True, exist_ok=True)
            container = _say("create", name)
            try:
                with tempfile.TemporaryDirectory(dir=root.parent) as work:
                    _say("export", "--output", f"{work}/root.tar", container)
                    (Path(work) / "root").mkdir()
                    subprocess.run(["tar", "-xf", f"{work}/root.tar", "-C", f"{work}/root"], check=True)
                    (Path(work) / "root").rename(root)
            finally:
                _say("rm", container)
        return root

    def layer_sizes(self, name: str) -> list[int]:
        """Compressed, in bytes, the lowest first."""
        with tempfile.TemporaryDirectory() as work:
            _say("save", "--output", f"{work}/image.tar", name)
            with tarfile.open(f"{work}/image.tar") as saved:
                manifest = json.loads(_member(saved, "manifest.json"))
                return [len(gzip.compress(_member(saved, layer))) for layer in manifest[0]["Layers"]]


def _member(saved: tarfile.TarFile, name: str) -> bytes:
    found = saved.extractfile(name)
    if found is None:
        raise DockerError(f"docker save wrote no {name}")
    return found.read()


def _say(*arguments: str) -> str:
    done = _run(*arguments)
    if done.returncode != 0:
        raise DockerError(f"docker {arguments[0]}: {(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout.strip()


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
