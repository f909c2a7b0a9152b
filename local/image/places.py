"""Where the image's parts are kept between builds, and the names that the Dockerfile gives its bases."""

from __future__ import annotations

import os
import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DOCKERFILE = CHECKOUT / "Dockerfile"


def cache() -> Path:
    """TABLESIDE_CACHE, or the user's own cache folder: outside the checkout, so that every checkout shares it."""
    named = os.environ.get("TABLESIDE_CACHE")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named).absolute() if named else user / "tableside"


def base_images() -> dict[str, str]:
    """The Dockerfile's public base images by the name of the stage that is made of them: `adapter` and `python`."""
    found = re.findall(r"^FROM (\S+/\S+) AS (\w+)$", DOCKERFILE.read_text(), flags=re.MULTILINE)
    return {stage: image for image, stage in found}


def adapter_version() -> str:
    """The crate has the version that the adapter's public image has as its tag."""
    return base_images()["adapter"].rpartition(":")[2]
