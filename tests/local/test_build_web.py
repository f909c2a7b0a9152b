"""The stamp that decides whether the pages are built again."""

from __future__ import annotations

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
