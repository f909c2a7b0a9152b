"""The database: asleep in dev, encrypted, nobody in with a password, its schema applied by the deploy or no deploy."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from infra.image import CHECKOUT, DATABASE_CA
from infra.stacks.database import ADMINISTRATOR, OPERATOR_CONNECTIONS, OPERATOR_MINUTES, OWNER, SERVICE, sql_hash
from infra.stages import STAGES, Stage
from service.config import OperatorConfig, read_operator_config
from service.provisioning import aurora
from tests.infra.synthesized import Synthesized, aslist, flat

KEPT_FOR_POSTGRES = 10
"""Slots that the server and RDS keep for themselves."""


def test_it_sleeps_in_dev_and_stays_awake_in_prod(dev: Synthesized, prod: Synthesized) -> None:
    scaling = dev.one("AWS::RDS::DBCluster", "Database")["ServerlessV2ScalingConfiguration"]
    assert scaling == {"MinCapacity": 0, "MaxCapacity": 2, "SecondsUntilAutoPause": 600}
    scaling = prod.one("AWS::RDS::DBCluster", "Database")["ServerlessV2ScalingConfiguration"]
    assert scaling == {"MinCapacity": 0.5, "MaxCapacity": 8}
    assert len(dev.resources("AWS::RDS::DBInstance", "Database")) == 1
    assert len(prod.resources("AWS::RDS::DBInstance", "Database")) == 2


def test_it_is_encrypted_backed_up_and_in_nobody_s_reach(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized, days in ((dev, 1), (prod, 14)):
        cluster = synthesized.one("AWS::RDS::DBCluster", "Database")
        assert cluster["Engine"] == "aurora-postgresql"
        assert cluster["StorageEncrypted"] is True
        assert cluster["BackupRetentionPeriod"] == days
        assert cluster["EnableIAMDatabaseAuthentication"] is True
        assert cluster["EnableCloudwatchLogsExports"] == ["postgresql"]
        assert synthesized.one("AWS::RDS::DBClusterParameterGroup", "Database")["Parameters"]["rds.force_ssl"] == "1"
        for instance in synthesized.resources("AWS::RDS::DBInstance", "Database").values():
            assert instance["Properties"]["PubliclyAccessible"] is False


def test_no_password_is_in_a_template(dev: Synthesized) -> None:
    cluster = dev.one("AWS::RDS::DBCluster", "Database")
    assert cluster["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in cluster


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_all_functions_at_once_find_a_free_connection(stage: Stage) -> None:
    wanted = stage.pool_size * (stage.ask_concurrency + stage.api_concurrency) + OPERATOR_CONNECTIONS
    assert wanted + KEPT_FOR_POSTGRES < stage.database_connections
    # What Aurora would allow by itself; a parameter beyond it would take memory from queries.
    assert stage.database_connections <= min(5000, stage.database_max_acu * 2 * 1024**3 / 9_531_392)
    if stage.database_min_acu <= 0.5:
        assert stage.database_connections <= 2000


def test_the_pool_and_the_concurrency_are_what_the_templates_say(
    dev: Synthesized, dev_stage: Stage, prod: Synthesized, prod_stage: Stage
) -> None:
    for synthesized, stage in ((dev, dev_stage), (prod, prod_stage)):
        parameters = synthesized.one("AWS::RDS::DBClusterParameterGroup", "Database")["Parameters"]
        assert parameters["max_connections"] == str(stage.database_connections)
        for name, concurrency in (("ask", stage.ask_concurrency), ("api", stage.api_concurrency)):
            function = synthesized.function(name)
            assert function["ReservedConcurrentExecutions"] == concurrency
            assert function["Environment"]["Variables"]["DATABASE_POOL_SIZE"] == str(stage.pool_size)
        assert synthesized.function("operator")["ReservedConcurrentExecutions"] == OPERATOR_CONNECTIONS


def test_a_change_of_sql_runs_the_operator_once_the_database_is_there(dev: Synthesized) -> None:
    ((_, schema),) = dev.resources("Custom::Schema", "Database").items()
    assert schema["Properties"]["Sql"] == sql_hash()
    assert schema["Properties"]["ServiceToken"] == {
        "Fn::GetAtt": [next(iter(dev.resources("AWS::Lambda::Function", "Database"))), "Arn"]
    }
    needed = {*dev.resources("AWS::RDS::DBCluster", "Database"), *dev.resources("AWS::RDS::DBInstance", "Database")}
    assert needed <= set(schema["DependsOn"])
    assert int(schema["Properties"]["ServiceTimeout"]) > dev.function("operator")["Timeout"] == OPERATOR_MINUTES * 60
    assert "Database" in dev.depends_on()["Service"]  # the functions come after the schema that they need


def test_the_hash_is_that_of_all_the_operator_applies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sql" / "migrations").mkdir(parents=True)
    (tmp_path / "sql" / "roles.sql").write_text("roles")
    (tmp_path / "sql" / "migrations" / "0001_create_a.sql").write_text("a")
    monkeypatch.setattr("infra.stacks.database.CHECKOUT", tmp_path)
    hashes_seen = {sql_hash()}
    (tmp_path / "sql" / "roles.sql").write_text("other roles")
    hashes_seen.add(sql_hash())
    (tmp_path / "sql" / "migrations" / "0002_create_b.sql").write_text("b")
    hashes_seen.add(sql_hash())
    (tmp_path / "sql" / "migrations" / "0002_create_b.sql").rename(
        tmp_path / "sql" / "migrations" / "0002_create_c.sql"
    )
    hashes_seen.add(sql_hash())
    assert len(hashes_seen) == 4


def test_the_operator_is_told_what_it_reads(dev: Synthesized) -> None:
    given = dev.function("operator")["Environment"]["Variables"]
    fields = {field.upper() for field in OperatorConfig.__struct_fields__}
    assert set(given) == fields - {"AWS_REGION", "DATABASE_PORT"}  # Lambda sets the one, the other is PostgreSQL's own
    assert read_operator_config({name: flat(value) for name, value in given.items()})
    assert (OWNER, SERVICE) == (aurora.OWNER, aurora.SERVICE)
    roles = (CHECKOUT / "sql" / "roles.sql").read_text()
    assert all(f"CREATE ROLE {role} " in roles for role in (OWNER, SERVICE))


def test_the_operator_signs_in_as_two_and_reads_one_bucket(dev: Synthesized) -> None:
    said = {
        action: [flat(each) for each in aslist(statement["Resource"])]
        for statement in dev.statements("Database", "OperatorRole")
        for action in aslist(statement["Action"])
    }
    users = [each.rpartition("/")[2] for each in said["rds-db:connect"]]
    assert users == [ADMINISTRATOR, OWNER]
    assert [each.split(".")[-1] for each in said["secretsmanager:GetSecretValue"]] == ["SecretArn>"]
    (objects,) = said["s3:GetObject"]
    assert objects.startswith("<Imports")


def test_a_frozen_function_does_not_keep_it_awake() -> None:
    roles = (CHECKOUT / "sql" / "roles.sql").read_text()
    assert "ALTER ROLE tableside_service SET idle_session_timeout = '120s';" in roles


def test_the_authorities_that_sign_for_rds_are_in_the_image() -> None:
    """The three of us-east-1 that AWS publishes, known by their fingerprints."""
    file = CHECKOUT / Path(DATABASE_CA).relative_to("/app")
    assert len(ssl.create_default_context(cafile=file).get_ca_certs()) == 3
    fingerprints = {
        each.fingerprint(hashes.SHA256()).hex() for each in x509.load_pem_x509_certificates(file.read_bytes())
    }
    assert fingerprints == {
        "e4ce41d069f4bdcdb714259058961ee42ed18cf2bf627a3d647aff25437d4b68",  # RSA 2048
        "1c753cf0334ff82a47e0d3205839c8549b7d9a8a3d9a685cccecc80f82fe97e6",  # RSA 4096
        "82d99e9e409703044c3f886f87a0408c96cd74dee2c9ba920e6553a32e372539",  # ECC 384
    }
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    assert "WORKDIR /app" in dockerfile
    assert "COPY service service" in dockerfile
