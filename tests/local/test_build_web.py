"""The stamp that decides whether the pages are built again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from local import build_web


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "web"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages" / "index.tsx").write_text("export default 1")
    monkeypatch.setattr(build_web, "CHECKOUT", tmp_path)
    monkeypatch.setattr(build_web, "WEB", folder)
    return folder


def test_a_changed_added_or_renamed_source_changes_it(web: Path) -> None:
    before = build_web.sources_hash()
    (web / "pages" / "index.tsx").write_text("export default 2")
    changed = build_web.sources_hash()
    (web / "pages" / "more.tsx").write_text("")
    added = build_web.sources_hash()
    (web / "pages" / "more.tsx").rename(web / "pages" / "other.tsx")
    assert len({before, changed, added, build_web.sources_hash()}) == 4


def test_what_was_made_does_not(web: Path) -> None:
    before = build_web.sources_hash()
    for name in ("node_modules", "out", ".next"):
        (web / name).mkdir()
        (web / name / "made.js").write_text("made")
    (web / "next-env.d.ts").write_text("made")
    assert build_web.sources_hash() == before


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    shutil.copy(build_web.WEB / "complete-lock.mjs", tmp_path)
    return Path(shutil.copy(build_web.WEB / "package-lock.json", tmp_path))


def check_lock(lock: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["node", "complete-lock.mjs", *options]
    return subprocess.run(command, cwd=lock.parent, capture_output=True, text=True, check=False)


def test_a_lock_file_without_another_systems_build_is_found_out_and_completed(lock: Path) -> None:
    whole = lock.read_text()
    assert check_lock(lock, "--check").returncode == 0
    parts = json.loads(whole)
    del parts["packages"]["node_modules/@next/swc-win32-x64-msvc"]
    lock.write_text(json.dumps(parts, indent=2))
    refused = check_lock(lock, "--check")
    assert (refused.returncode, "@next/swc-win32-x64-msvc" in refused.stderr) == (1, True)
    assert check_lock(lock).returncode == 0
    assert json.loads(lock.read_text()).keys() == json.loads(whole).keys()
    assert check_lock(lock, "--check").returncode == 0


def test_a_lock_file_with_a_registrys_address_is_found_out(lock: Path) -> None:
    parts = json.loads(lock.read_text())
    parts["packages"]["node_modules/react"]["resolved"] = "https://registry.example/react.tgz"
    lock.write_text(json.dumps(parts))
    refused = check_lock(lock, "--check")
    assert (refused.returncode, "node_modules/react" in refused.stderr) == (1, True)
