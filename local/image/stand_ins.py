"""Images under the public names of the Dockerfile's bases, for a machine that cannot pull them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from local.image import adapter, root_file_system
from local.image.buildah import MADE_OF, Buildah
from local.image.places import adapter_version, base_images, cache

_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def make_stand_ins(buildah: Buildah, *, with_adapter: bool) -> None:
    """Makes those that are not there yet, side by side. Raises AdapterError or RootFileSystemError."""
    names = base_images()
    wanted: dict[str, tuple[str, Callable[[Path], None]]] = {
        names["python"]: (_python_mark(), root_file_system.make_root_file_system)
    }
    if with_adapter:
        wanted[names["adapter"]] = (adapter_version(), _place_adapter)
    with ThreadPoolExecutor() as both:
        filled = [both.submit(_make, buildah, name, *how) for name, how in wanted.items()]
    for each in filled:
        each.result()


def _make(buildah: Buildah, name: str, mark: str, fill: Callable[[Path], None]) -> None:
    """mark: what the image was made of; another one has it made again."""
    if buildah.label(name, MADE_OF) == mark:
        return
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        fill(Path(folder))
        buildah.commit_folder(Path(folder), name, {MADE_OF: mark}, path=_PATH)


def _place_adapter(folder: Path) -> None:
    shutil.copy(adapter.adapter_binary(), folder / "lambda-adapter")


def _python_mark() -> str:
    """Changes with the code that lays it out, and with the Python that it is laid out from."""
    code = Path(root_file_system.__file__).read_bytes()
    return sha256(code + str(root_file_system.find_python()).encode()).hexdigest()[:16]
