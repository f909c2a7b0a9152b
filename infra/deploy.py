"""What an operator does with a stage, by hand and in one command each.

    make deploy|diff|destroy|tenant|import|rotate-origin STAGE=dev|prod …

Runs with the credentials of the AWS command line. Exit code 1, with one plain sentence on stderr, when it stops.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from infra.asking import Asking
from infra.cdk_cli import run_cdk
from infra.deployed import Deployed, account_id, client
from infra.errors import DeployError
from infra.operate import Restaurant, SignIn, any_sign_in, create_restaurant, import_file, tenant_of
from infra.origin import Origin
from infra.rotation import STACKS, doors_of, rotate, values_of, wait_until_steady
from infra.stages import REGION, STAGES, Stage

BOOTSTRAP_STACK = "CDKToolkit"
OLDEST_BOOTSTRAP = 21
UNRESERVED = 100
"""Lambda insists on leaving so many of an account's concurrent executions to all functions together."""


def deploy(stage: Stage, asking: Asking) -> None:
    account = account_id()
    deployed = Deployed(stage)
    context = chosen_context(stage, deployed, asking, complete=True)
    _check_image_builder()
    _check_concurrency(stage, deployed)
    _bootstrap(account)
    run_cdk("deploy", "--all", "--require-approval", "never", context=context)
    deployed.forget()
    print(_address(deployed))
    if not any_sign_in(deployed):
        _first_sign_in(stage, asking)


def _first_sign_in(stage: Stage, asking: Asking) -> None:
    if asking.ask or asking.optional("OWNER"):
        print("Nobody can sign in yet. The first restaurant:")
        tenant(stage, asking)
    else:
        print(f"Nobody can sign in yet: make tenant STAGE={stage.name} NAME=… TIMEZONE=… CURRENCY=… OWNER=…")


def diff(stage: Stage, asking: Asking) -> None:
    account_id()
    run_cdk("diff", context=chosen_context(stage, Deployed(stage), asking))


def chosen_context(stage: Stage, deployed: Deployed, asking: Asking, *, complete: bool = False) -> dict[str, str]:
    """What `-c` says: given now, or said at the deploy before, whose outputs remember it.

    complete: asks for what is missing yet. Raises DeployError when nobody answers; a protected stage must have a domain
    of its own, for CloudFront's certificate settles for TLS 1.0.
    """
    context = {"stage": stage.name, "origin": str(Origin(_origin(deployed).sent))}
    remembered = {"domain": "Domain", "certificate": "Certificate"}
    chosen = {name: asking.optional(name.upper()) or deployed.output("Edge", key) for name, key in remembered.items()}
    chosen["alarm_email"] = asking.optional("ALARM_EMAIL") or deployed.output("Observability", "AlarmEmail")
    questions = {"alarm_email": "The e-mail address that is told of alarms and of the budget"}
    if stage.protected:
        questions["domain"] = "The name that people will type"
        questions["certificate"] = f"The ARN of that name's certificate in {REGION}"
    for name, question in questions.items() if complete else ():
        chosen[name] = chosen[name] or asking.required(name.upper(), question)
    return context | {name: value for name, value in chosen.items() if value}


def _origin(deployed: Deployed) -> Origin:
    return Origin.parse(deployed.output("Edge", "Origin") or str(Origin()))


def _check_image_builder() -> None:
    program = os.environ.get("CDK_DOCKER", "docker")
    works = (
        shutil.which(program) and subprocess.run([program, "info"], capture_output=True, check=False).returncode == 0
    )
    if not works:
        raise DeployError(f"The image is built by {program}, which does not answer here; CDK_DOCKER= names another.")


def _check_concurrency(stage: Stage, deployed: Deployed) -> None:
    """A new account may run ten functions at once; CloudFormation would find out after half an hour."""
    if deployed.output("Database", "OperatorFunction"):
        return  # it has deployed before
    allowed = client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    wanted = stage.ask_concurrency + stage.api_concurrency + UNRESERVED + 2
    if allowed < wanted:
        raise DeployError(
            f"This account may run {allowed} functions at once, and {stage.name} needs {wanted}: ask AWS for more"
            " (Service Quotas, Lambda, Concurrent executions)."
        )


def _bootstrap(account: str) -> None:
    try:
        found = client("cloudformation").describe_stacks(StackName=BOOTSTRAP_STACK)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
        version = int(outputs.get("BootstrapVersion", "0"))
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        version = 0
    if version < OLDEST_BOOTSTRAP:
        print(f"preparing {account} in {REGION} for the CDK …", flush=True)
        run_cdk("bootstrap", f"aws://{account}/{REGION}")


def _address(deployed: Deployed) -> str:
    address, door = deployed.require("Edge", "Address"), deployed.require("Edge", "DistributionDomain")
    if deployed.output("Edge", "Domain"):
        return f"{address}, once its name is a CNAME (or an alias) of {door}"
    return address


def destroy(stage: Stage, asking: Asking) -> None:
    """Says what it keeps before it asks."""
    account_id()
    deployed = Deployed(stage)
    if stage.protected:
        raise DeployError(
            f"{stage.name} is protected: its stacks, database, sign-ins and conversations refuse to be deleted. Set"
            " protected=False in infra/stages.py, deploy that, and come again; docs/operations.md says what stays."
        )
    print(_WHAT_STAYS)
    asking.confirm(f"Everything of {stage.name} goes, its data too.", stage.name)
    bucket = deployed.output("Database", "ImportsBucket")
    if bucket:
        _empty(bucket)
    run_cdk("destroy", "--all", "--force", context=chosen_context(stage, deployed, asking))


_WHAT_STAYS = """\
Kept: what `cdk bootstrap` made (the stack CDKToolkit, with the images and zips that were uploaded), which costs cents a
month, CloudWatch's metrics until they run out, and API Gateway's right to log in this account."""


def _empty(bucket: str) -> None:
    s3 = client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])


def tenant(stage: Stage, asking: Asking) -> None:
    """TENANT=: of a restaurant that is there, to give it another sign-in."""
    deployed = Deployed(stage)
    email = _email(asking)
    print(_described(deployed, create_restaurant(deployed, _restaurant(asking), email, _given_tenant(asking))))


def import_orders(stage: Stage, asking: Asking) -> None:
    """Into the owner's restaurant, which is made when nobody signs in by that name yet."""
    deployed = Deployed(stage)
    file, email = Path(asking.required("FILE", "The point-of-sale export")), _email(asking)
    if not file.is_file():
        raise DeployError(f"There is no file {file}.")
    tenant_id = tenant_of(deployed, email)
    if tenant_id is None:
        made = create_restaurant(deployed, _restaurant(asking), email)
        print(_described(deployed, made))
        tenant_id = made.tenant_id
    report = import_file(deployed, file, tenant_id)
    print(f"{file.name}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.items()))


def _restaurant(asking: Asking) -> Restaurant:
    return Restaurant(
        asking.required("NAME", "The restaurant's name"),
        asking.required("TIMEZONE", "Its time zone, as in Europe/London"),
        asking.required("CURRENCY", "Its currency, as in GBP"),
    )


def _email(asking: Asking) -> str:
    email = asking.required("OWNER", "The owner's e-mail address").lower()
    if email.count("@") != 1 or not email.isprintable() or " " in email:
        raise DeployError(f"OWNER must be an e-mail address, not {email}.")
    return email


def _given_tenant(asking: Asking) -> UUID | None:
    given = asking.optional("TENANT")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise DeployError(f"TENANT must be a restaurant's id, not {given}.") from None


def _described(deployed: Deployed, made: SignIn) -> str:
    return (
        f"\n  {made.email}    {made.password}\n\n"
        f"The first sign-in, within seven days, asks for a password of their own. Restaurant {made.tenant_id},"
        f" at {deployed.output('Edge', 'Address') or 'the address that the deploy will print'}"
    )


def rotate_origin(stage: Stage, asking: Asking) -> None:
    """Three deploys of the four stacks that hold the values, each waiting for the one before."""
    account_id()
    deployed = Deployed(stage)
    context = chosen_context(stage, deployed, asking)
    stacks = [f"{stage.prefix}-{name}" for name in STACKS]

    def deploy_with(origin: Origin) -> None:
        said = context | {"origin": str(origin)}
        run_cdk("deploy", *stacks, "--exclusively", "--require-approval", "never", context=said)
        deployed.forget()

    deployed.require("Edge", "Origin")
    used = rotate(
        _origin(deployed), deploy_with, lambda: values_of(deployed), lambda: doors_of(deployed), wait_until_steady
    )
    print(f"The origins know CloudFront by the {used.sent} values now, and by no others.")


COMMANDS = {
    "deploy": deploy,
    "diff": diff,
    "destroy": destroy,
    "tenant": tenant,
    "import": import_orders,
    "rotate-origin": rotate_origin,
}


def chosen_stage(name: str | None) -> Stage:
    """Raises DeployError."""
    if name not in STAGES:
        raise DeployError(f"STAGE= must be {' or '.join(STAGES)}.")
    return replace(STAGES[name])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = parser.parse_args(arguments).command
    try:
        COMMANDS[command](chosen_stage(os.environ.get("STAGE")), Asking())
    except (DeployError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
