"""tenant_transaction is the only way to a connection, and no query of the service names a tenant."""

from __future__ import annotations

import re
from pathlib import Path

import service
from service.slices import registry

ROOT = Path(service.__file__).parent


def containing(pattern: str) -> set[str]:
    """The files of the service in which it is found."""
    wanted = re.compile(pattern, re.MULTILINE)
    return {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if wanted.search(path.read_text())}


def test_one_file_makes_tenant_connections() -> None:
    assert containing(r"\bTenantConnection\(") == {"db/tenant.py"}


def test_one_file_borrows_connections() -> None:
    assert containing(r"\.borrow\(") == {"db/tenant.py"}
    assert containing(r"\.give_back\(") == {"db/tenant.py"}


def test_the_driver_is_imported_in_two_rooms() -> None:
    assert {path.split("/")[0] for path in containing(r"^\s*(import|from) asyncpg\b")} == {"db", "provisioning"}


def test_no_slice_knows_of_tenant_ids() -> None:
    files = sorted((ROOT / "slices").glob("*.py"))
    assert len(files) > len(registry.SLICES)
    assert [path.name for path in files if "tenant_id" in path.read_text()] == []
