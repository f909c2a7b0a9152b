"""What is in the image, and what is not."""

from __future__ import annotations

import ast
import json
import re
import ssl
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import msgspec
import pytest

from local.image.built import Image
from local.image.places import CHECKOUT, DOCKERFILE, base_images

from .container import Container
from .network import Network

RDS_ROOTS = CHECKOUT / "service" / "db" / "rds-us-east-1.pem"
OPERATOR_ALONE = {"s3", "secretsmanager"}


def clients_opened(*folders: str) -> set[str]:
    """The AWS services that the code makes clients for, wherever it calls `….client("name", …)`."""
    found = set()
    for path in (path for folder in folders for path in (CHECKOUT / folder).rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("client", "create_client"):
                assert isinstance(call.args[0], ast.Constant), f"{path} opens a client for who knows what"
                found.add(str(call.args[0].value))
    return found


def models_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_dir()}


def test_botocore_s_models_are_those_of_the_services_used(image: Image, operator_image: Image) -> None:
    of_all = clients_opened("service")
    of_operator = clients_opened("service/provisioning")
    assert models_in(image.root / "packages/botocore/data") == of_all - of_operator
    assert models_in(operator_image.root / "operator-packages/aws-models") == of_operator == OPERATOR_ALONE


def test_nothing_that_only_builds_or_tests_is_in_it(image: Image) -> None:
    there = {str(path.relative_to(image.root)) for path in image.root.rglob("*")}
    programs = {path.rpartition("/")[2] for path in there if re.match(r"(usr/)?(local/)?s?bin/", path)}
    assert not programs & {"pip", "pip3", "gcc", "cc", "make", "ld", "cargo", "apt-get", "uv", "idle3", "pydoc3"}
    assert not [path for path in there if re.search(r"(^|/)(pip|ensurepip|setuptools)(/|$)", path)]
    assert not [path for path in there if re.match(r"app/(.*/)?(tests?|local|infra|web)/", path)]
    assert {path.name for path in (image.root / "app").iterdir()} == {"service", "prompts"}


def test_every_module_is_compiled(image: Image) -> None:
    """Without, the first import would take seconds, and could not be kept on a root that is read-only."""
    for folder in ("app", "packages", "usr/local/lib/python3.12"):
        for source in (image.root / folder).rglob("*.py"):
            compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-312.pyc"
            assert compiled.exists(), source
            flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
            assert flags == 0b01, f"{source}: looked at its source at every start"


def test_what_the_image_says_of_itself(image: Image, operator_image: Image) -> None:
    assert (image.user, operator_image.user) == (65534, 65534)
    assert image.exposed == ["8000/tcp"]
    assert image.environment["AWS_LWA_INVOKE_MODE"] == "response_stream"
    assert (image.root / "opt/extensions/lambda-adapter").stat().st_mode & 0o111 == 0o111
    assert not (operator_image.root / "opt/extensions").exists()


def test_the_operator_has_the_migrations_and_the_service_does_not(image: Image, operator_image: Image) -> None:
    migrations = {path.name for path in (CHECKOUT / "sql/migrations").glob("*.sql")}
    assert {path.name for path in (operator_image.root / "app/sql/migrations").iterdir()} == migrations
    assert not (image.root / "app/sql").exists()


def test_any_user_can_read_all_of_ours(image: Image) -> None:
    """Lambda runs it as a user that no image knows."""
    for folder in ("app", "packages"):
        for path in (image.root / folder).rglob("*"):
            wanted = 0o555 if path.is_dir() else 0o444
            assert path.stat().st_mode & wanted == wanted, path


def test_botocore_s_data_is_what_its_services_need(image: Image) -> None:
    """The other services' endpoints and all documentation would be read at each start, in vain."""
    data = image.root / "packages/botocore/data"
    partitions = json.loads((data / "endpoints.json").read_text())["partitions"]
    used = clients_opened("service") - clients_opened("service/provisioning")
    assert partitions[0]["partition"] == "aws"
    assert set().union(*(each["services"] for each in partitions)) <= used
    assert "us-east-1" in partitions[0]["services"]["dynamodb"]["endpoints"]
    for service in used:
        newest = sorted((data / service).iterdir())[-1]
        assert [each.name for each in newest.glob("service-2.*")] == ["service-2.json"]


async def test_authorities_are_looked_up_and_not_all_read(image: Image, bundle: Path) -> None:
    """One default context at each import of aiohttp: 25 ms, were all authorities in one file. AWS's endpoints are
    vouched for by Amazon's authorities alone."""
    probe = (
        "import os, ssl, subprocess\n"
        "paths = ssl.get_default_verify_paths()\n"
        "assert paths.cafile is None and ssl.create_default_context().get_ca_certs() == []\n"
        "for name in ('Amazon_Root_CA_1', 'ISRG_Root_X1'):\n"
        "    root = f'/usr/share/ca-certificates/mozilla/{name}.crt'\n"
        "    subprocess.run(['openssl', 'verify', root], check=True)\n"
        "aws = ssl.create_default_context(cafile=os.environ['AWS_CA_BUNDLE']).get_ca_certs()\n"
        "names = {dict(part[0] for part in root['subject'])['organizationName'] for root in aws}\n"
        "assert (len(aws), names) == (5, {'Amazon', 'Starfield Technologies, Inc.'}), (len(aws), names)\n"
    )
    probing = msgspec.structs.replace(image, command=["/usr/local/bin/python", "-c", probe])
    with Network() as network:
        async with Container(probing, network, bundle, {}) as container:
            assert await container.wait() == 0, container.log()


# -- what needs no build -----------------------------------------------------------------------------------------


def test_hadolint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_no_base_is_whatever_happens_to_be_newest() -> None:
    bases = base_images()
    assert set(bases) == {"adapter", "python"}
    assert all(not name.endswith(":latest") and ":" in name for name in bases.values())


def is_compiled(requirement: str) -> bool:
    """Whether this machine's wheel of it holds more than Python, or there is none here to tell."""
    try:
        wheel = distribution(requirement.partition("==")[0]).read_text("WHEEL")
    except PackageNotFoundError:
        return True
    return "Root-Is-Purelib: true" not in str(wheel)


@pytest.mark.parametrize("lock", ["service", "operator"])
def test_every_package_comes_compiled_for_arm64(lock: str, tmp_path: Path) -> None:
    """The image is built for it in AWS, without a compiler; here only the package index can say what there is."""
    text = (CHECKOUT / "requirements" / f"{lock}.txt").read_text()
    locked = [each for each in re.findall(r"^[a-z][\w.-]*==[\w.]+", text, re.MULTILINE) if is_compiled(each)]
    platforms = [f"--platform=manylinux{version}_aarch64" for version in ("_2_28", "_2_17", "2014")]
    wanted = ["--only-binary=:all:", "--python-version=3.12", "--implementation=cp", *platforms]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", f"--target={tmp_path}"]
    done = subprocess.run([*command, *wanted, *locked], capture_output=True, text=True, check=False)
    if "Failed to establish a new connection" in done.stderr:
        pytest.skip("wheels for arm64 are not checked: the package index is out of reach")
    assert (len(locked) > 0, done.returncode) == (True, 0), done.stderr


def test_the_database_s_authorities_are_amazon_s_roots_for_the_region() -> None:
    context = ssl.create_default_context(cafile=str(RDS_ROOTS))
    roots = context.get_ca_certs()
    assert sorted(dict(field[0] for field in root["subject"])["commonName"] for root in roots) == [
        "Amazon RDS us-east-1 Root CA ECC384 G1",
        "Amazon RDS us-east-1 Root CA RSA2048 G1",
        "Amazon RDS us-east-1 Root CA RSA4096 G1",
    ]
    assert all(root["subject"] == root["issuer"] and int(str(root["notAfter"]).split()[3]) >= 2061 for root in roots)
