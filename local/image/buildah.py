"""buildah as the builder, with a store of its own: it builds the same Dockerfile where there is no Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.image.places import CHECKOUT, base_images, cache
from local.image.sources import sources_mark

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

MADE_OF = "made-of"
"""The label that says what an image was made of: the same again is not built again."""
_ROOTS_KEPT = 4


class NoBuilderError(Exception):
    """Nothing on this machine builds images: one plain sentence what is missing."""


class BuildahError(Exception):
    """What the failed step said."""


class Buildah:
    """Raises NoBuilderError when it is not on the PATH, or this is not root: chroot isolation needs that."""

    name = "buildah"

    def __init__(self) -> None:
        program = shutil.which("buildah")
        if program is None:
            raise NoBuilderError("The image is built with Docker or buildah; there is neither (apt install buildah).")
        if os.geteuid() != 0:
            raise NoBuilderError("Without Docker the image can only be built by root.")
        store = cache() / "images"
        store.mkdir(parents=True, exist_ok=True)
        self._command = [program, "--root", str(store), "--runroot", str(store / "run"), "--storage-driver", "overlay"]

    def build(self, target: str, name: str, folder: Path = CHECKOUT) -> None:
        """A target of the folder's Dockerfile, unchanged, the last one if `target` is empty. What this machine needs
        to reach its package index is mounted, not copied."""
        bases = [str(self.label(base, MADE_OF)) for base in base_images().values()]
        mark = sources_mark(folder, target, bases)
        if self.label(name, MADE_OF) == mark:
            return
        options = ["--isolation", "chroot", "--pull=never", "--layers", "--format", "docker"]
        options.append(f"--label={MADE_OF}={mark}")
        which = ["--target", target] if target else []
        said = self._say("build", *options, *_mounted(), *which, "--tag", name, str(folder))
        self._note_used(name, re.findall(r"^--> (?:Using cache )?([0-9a-f]{11,64})$", said, re.MULTILINE))

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
        """Forgets what the last build of each image did not use, and all but the newest mounted roots."""
        containers = json.loads(self._say("containers", "--json")) or []
        names = [each["containername"] for each in containers]
        roots = [name for name in names if name.startswith("root-")]
        left_behind = [name for name in names if name not in roots]  # nothing else builds now
        if old := [*roots[:-_ROOTS_KEPT], *left_behind]:
            self._say("rm", *old)
        used = tuple(id[:11] for ids in self._used().values() for id in ids)
        images = json.loads(self._say("images", "--all", "--json")) or []
        for image in sorted(images, key=lambda each: str(each["createdatraw"]), reverse=True):
            if not image.get("names") and not image["id"].startswith(used):
                self._run("rmi", image["id"])  # what a root still stands on is refused, and stays

    def _used(self) -> dict[str, list[str]]:
        """The images that the last build of each went through, its layers among them."""
        kept = cache() / "used.json"
        return dict(json.loads(kept.read_text())) if kept.exists() else {}

    def _note_used(self, name: str, ids: list[str]) -> None:
        (cache() / "used.json").write_text(json.dumps({**self._used(), name: sorted(set(ids))}))

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
