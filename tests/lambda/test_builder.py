"""What the build keeps for the next one, and what it forgets."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from local.image.buildah import MADE_OF, Buildah
from local.image.places import CHECKOUT
from local.image.sources import sources_mark


@pytest.fixture
def buildah(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Buildah:
    """With a store of its own."""
    if shutil.which("buildah") is None or os.geteuid() != 0:
        pytest.skip("what buildah keeps is not tested: it is run by root (apt install buildah)")
    monkeypatch.setenv("TABLESIDE_CACHE", str(tmp_path / "cache"))
    return Buildah()


def test_what_no_build_used_is_forgotten(buildah: Buildah, tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    ids = []
    for content in ("old", "new"):
        (folder / "file").write_text(content)
        buildah.commit_folder(folder, "localhost/kept:latest", {MADE_OF: content}, path="/bin")
        ids.append(buildah.id("localhost/kept:latest"))
    assert buildah.label(ids[0], MADE_OF) == "old"
    buildah.tidy()
    assert buildah.label(ids[0], MADE_OF) is None
    assert buildah.label("localhost/kept:latest", MADE_OF) == "new"


def test_whatever_a_build_reads_changes_its_mark(tmp_path: Path) -> None:
    for name in ("Dockerfile", "app.py"):
        (tmp_path / name).write_text(name)
    marks = {sources_mark(tmp_path, "", [])}
    (tmp_path / "app.py").write_text("changed")
    marks.add(sources_mark(tmp_path, "", []))
    (tmp_path / "app.py").chmod(0o755)
    marks.add(sources_mark(tmp_path, "", []))
    (tmp_path / "Dockerfile").write_text("changed")
    marks.add(sources_mark(tmp_path, "", []))
    marks.add(sources_mark(tmp_path, "service", []))
    marks.add(sources_mark(tmp_path, "service", ["another base"]))
    assert len(marks) == 6


def test_what_the_builder_is_sent_is_told_by_exceptions_alone() -> None:
    """sources_mark reads .dockerignore so: everything is ignored, but for these paths, which are there."""
    lines = (CHECKOUT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    excepted = [line.removeprefix("!") for line in rules if line.startswith("!")]
    assert [line for line in rules if not line.startswith("!")] == ["*", "**/__pycache__"]
    assert all((CHECKOUT / path).exists() for path in excepted)
