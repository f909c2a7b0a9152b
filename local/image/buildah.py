"""buildah as the builder, with a store of its own: it builds the same Dockerfile where there is no Docker."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.image.places import CHECKOUT, cache

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

_ROOTS_KEPT, _IMAGES_KEPT = 4, 200


class BuildahError(Exception):
    """What is missing, or what the failed step said."""


class Buildah:
    """Raises BuildahError when it is not on the PATH, or this is not root: chroot isolation needs that."""

    name = "buildah"

    def __init__(self) -> None:
        program = shutil.which("buildah")
        if program is None:
            raise BuildahError("The image is built with Docker or buildah, and there is neither (apt install buildah).")
        if os.geteuid() != 0:
            raise BuildahError("Without Docker the image can only be built by root.")
        store = cache() / "images"
        store.mkdir(parents=True, exist_ok=True)
        self._command = [program, "--root", str(store), "--runroot", str(store / "run"), "--storage-driver", "overlay"]

    def build(self, target: str, name: str, folder: Path = CHECKOUT) -> None:
        """A target of the folder's Dockerfile, unchanged, the last one if `target` is empty. What this machine needs
        to reach its package index is mounted, not copied."""
        options = ["--isolation", "chroot", "--pull=never", "--layers", "--format", "docker", "--quiet"]
        which = ["--target", target] if target else []
        self._say("build", *options, *_mounted(), *which, "--tag", name, str(folder))

    def config(self, name: str) -> dict[str, Any]:
        config: dict[str, Any] = self._inspect(name)["Docker"]["config"]
        return config

    def id(self, name: str) -> str:
        return str(self._inspect(name)["FromImageID"])

    def label(self, name: str, label: str) -> str | None:
        """The image's label; None when there is no such image, or it has none of that name."""
        if self._run("inspect", "--type", "image", name).returncode != 0:
            return None
        return (self.config(name).get("Labels") or {}).get(label)

    def root(self, name: str) -> Path:
        """Its files, mounted once for each build."""
        container = f"root-{self.id(name)[:16]}"
        if self._run("inspect", "--type", "container", container).returncode != 0:
            self._say("from", "--pull=never", "--name", container, name)
        return Path(self._say("mount", container))

    def tidy(self) -> None:
        """Forgets what no build needs any more: layers of many builds ago, and all but the newest mounted roots."""
        containers = json.loads(self._say("containers", "--json")) or []
        roots = [each["containername"] for each in containers if each["containername"].startswith("root-")]
        for old in roots[:-_ROOTS_KEPT]:
            self._say("rm", old)
        if len(json.loads(self._say("images", "--all", "--json")) or []) > _IMAGES_KEPT:
            self._run("rmi", "--prune")  # what a root still uses is refused, and stays

    def layer_sizes(self, name: str) -> list[int]:
        """Compressed as a registry holds them, in bytes, the lowest first."""
        with tempfile.TemporaryDirectory(dir=cache()) as folder:
            self._say("push", "--quiet", name, f"dir:{folder}")
            manifest = json.loads((Path(folder) / "manifest.json").read_text())
        return [layer["size"] for layer in manifest["layers"]]

    def commit_folder(self, folder: Path, name: str, labels: Mapping[str, str], *, path: str) -> None:
        """An image of one layer: the folder's content."""
        container = self._say("from", "scratch")
        try:
            shutil.copytree(folder, self._say("mount", container), symlinks=True, dirs_exist_ok=True)
            self._say("umount", container)
            said = [f"--label={key}={value}" for key, value in labels.items()]
            self._say("config", f"--env=PATH={path}", *said, container)
            self._say("commit", "--quiet", "--format", "docker", container, name)
        finally:
            self._say("rm", container)

    def _inspect(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._say("inspect", "--type", "image", name))
        return found

    def _say(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode != 0:
            raise BuildahError(f"buildah {arguments[0]}: {(done.stdout + done.stderr).strip()[-2000:]}")
        return done.stdout.strip()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._command, *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def _mounted() -> list[str]:
    """This machine's certificates and pip settings, for the package index is reached its way."""
    settings = (Path.home() / ".config" / "pip" / "pip.conf", Path("/etc/pip.conf"))
    found = next((each for each in settings if each.exists()), None)
    mounted = [f"--volume={_CERTIFICATES}:{_CERTIFICATES}:ro"] if _CERTIFICATES.exists() else []
    return [*mounted, *([f"--volume={found}:/etc/pip.conf:ro"] if found else [])]
