"""Rules of the whole source that no import rule can state: who may read what, and how large things may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = sorted((ROOT / "service").rglob("*.py"))
LOCAL = sorted((ROOT / "local").rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION = 400, 60

ALLOWED = {
    "litestar": ("service/app.py", "service/routes/", "service/auth/"),
    "asyncpg": ("service/db/", "service/provisioning/"),
    "AWS's clients": (
        "service/app.py",
        "service/auth/key_set.py",
        "service/auth/tokens.py",
        "service/conversations/",
        "service/db/iam_token.py",
        "service/model/bedrock.py",
        "service/provisioning/aws.py",
    ),
}
PACKAGES = {
    "litestar": {"litestar"},
    "asyncpg": {"asyncpg"},
    "AWS's clients": {"aioboto3", "aiobotocore", "boto3", "botocore"},
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def reads_environment(path: Path) -> bool:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Attribute(value=ast.Name("os"), attr="environ" | "environb" | "getenv" | "putenv"):
                return True
            case ast.ImportFrom(module="os", names=names) if {each.name for each in names} & {"environ", "getenv"}:
                return True
    return False


def test_there_is_something_to_look_at() -> None:
    assert len(SERVICE) > 50
    assert len(LOCAL) > 40
    assert "service/app.py" in map(name, SERVICE)


def test_one_file_of_the_service_reads_the_environment() -> None:
    assert [name(path) for path in SERVICE if reads_environment(path)] == ["service/config.py"]


@pytest.mark.parametrize("what", ALLOWED)
def test_a_package_is_imported_only_where_it_belongs(what: str) -> None:
    importers = [name(path) for path in SERVICE if imported(path) & PACKAGES[what]]
    assert importers
    assert [path for path in importers if not path.startswith(ALLOWED[what])] == []


def test_a_tenant_id_is_handed_on_by_nobody_but_those_who_make_one() -> None:
    """Whoever reads data takes a Principal or a TenantConnection, which no caller can choose freely. `db/tenant.py`
    takes the id out of the Principal to set it: there, only functions of its own may be handed it."""
    makers = ("service/provisioning/", "service/principal.py", "service/auth/", "service/db/tenant.py")
    offenders = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in SERVICE
        if not name(path).startswith(makers)
        for function in functions(path)
        if _takes_a_tenant_id(function)
    ]
    assert offenders == []
    setters = [each for each in functions(ROOT / "service/db/tenant.py") if _takes_a_tenant_id(each)]
    assert [each.name for each in setters if not each.name.startswith("_")] == []


def _takes_a_tenant_id(function: Function) -> bool:
    return any("tenant_id" in parameter.arg for parameter in _parameters(function))


def _parameters(function: Function) -> list[ast.arg]:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return named + [each for each in (given.vararg, given.kwarg) if each is not None]


@pytest.mark.parametrize("path", [*SERVICE, *LOCAL], ids=name)
def test_files_and_functions_stay_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{name(path)} has {lines} lines: split it by what it does"
    for function in functions(path):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{name(path)}:{function.lineno} {function.name} has {length} lines"


def test_no_file_is_named_after_nothing() -> None:
    for path in [*SERVICE, *LOCAL]:
        assert not {"utils", "util", "helpers", "helper", "manager", "common", "misc"} & set(path.stem.split("_")), (
            name(path)
        )


def test_nothing_but_the_log_writes_to_the_service_s_output() -> None:
    printing = [
        f"{name(path)}:{node.lineno}"
        for path in SERVICE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []
