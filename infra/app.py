"""The nine stacks of a stage, and which stands on which.

    python -m infra.app [-c stage=dev|prod] [-c alarm_email=…] [-c domain=… -c certificate=…] [-c origin=…]

Synthesizes them into cdk.out; the CDK CLI runs just this, as cdk.json says.

Needs no credentials, network or Docker, and gives the same templates every time.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.image import CHECKOUT
from infra.origin import Origin
from infra.stacks.api import ApiStack
from infra.stacks.conversations import ConversationsStack
from infra.stacks.database import DatabaseStack
from infra.stacks.edge import EdgeStack
from infra.stacks.identity import IdentityStack
from infra.stacks.network import NetworkStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.service import ServiceStack
from infra.stacks.web import WebStack
from infra.stages import REGION, STAGES, Stage


def add_stacks(app: cdk.App, stage: Stage) -> None:
    """From the bottom up: a stack is given what it stands on, and knows nothing else."""

    def options(name: str) -> dict[str, Any]:
        return {
            "scope": app,
            "id": f"{stage.prefix}-{name}",
            "stage": stage,
            "env": cdk.Environment(region=REGION),
            "termination_protection": stage.protected,
            "tags": {"project": "tableside", "stage": stage.name},
        }

    network = NetworkStack(**options("Network"))
    database = DatabaseStack(**options("Database"), network=network)
    identity = IdentityStack(**options("Identity"))
    conversations = ConversationsStack(**options("Conversations"))
    service = ServiceStack(
        **options("Service"), network=network, database=database, conversations=conversations, identity=identity
    )
    api = ApiStack(**options("Api"), identity=identity, service=service)
    web = WebStack(**options("Web"), identity=identity)
    edge = EdgeStack(**options("Edge"), identity=identity, api=api, web=web)
    ObservabilityStack(
        **options("Observability"),
        identity=identity,
        database=database,
        conversations=conversations,
        service=service,
        api=api,
        edge=edge,
    )


def build_app(stage: Stage, outdir: Path, *, context: Mapping[str, Any] | None = None, checked: bool = True) -> cdk.App:
    """The whole stage, not synthesized yet. Its synth raises RuntimeError when cdk-nag finds what nobody acknowledged.

    outdir: where the templates go. context: what the CLI adds to that of cdk.json. checked: with cdk-nag, which takes
    longer than all the rest.
    """
    app = cdk.App(outdir=str(outdir), context={**pinned_context(), **(context or {})}, analytics_reporting=False)
    if checked:
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    add_stacks(app, stage)
    return app


def chosen_stage(context: Mapping[str, str]) -> Stage:
    """The stage that the context names (dev when it names none), with what else it says of it.

    Raises SystemExit with one sentence when there is no such stage or value.
    """
    name = context.get("stage", "dev")
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name}; there are {' and '.join(STAGES)}.")
    chosen: dict[str, Any] = {field: context[key] for key, field in _OPTIONS.items() if context.get(key)}
    try:
        if "origin" in chosen:
            chosen["origin"] = Origin.parse(chosen["origin"])
    except ValueError as error:
        raise SystemExit(str(error)) from None
    return replace(STAGES[name], **chosen)


_OPTIONS = {
    "alarm_email": "alarm_email",
    "domain": "domain",
    "certificate": "certificate_arn",
    "origin": "origin",
}
"""What a deploy may say of a stage with `-c`, and the field that it goes into."""


def pinned_context() -> dict[str, Any]:
    """Of cdk.json, read here as well, so that a synth without the CLI is the same."""
    pinned: dict[str, Any] = json.loads((CHECKOUT / "cdk.json").read_text("utf-8"))["context"]
    return pinned


def main() -> None:
    given = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    outdir = os.environ.get("CDK_OUTDIR", str(CHECKOUT / "cdk.out"))
    parser = argparse.ArgumentParser(prog="python -m infra.app", description="Synthesizes the stacks of a stage.")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    given |= dict(each.split("=", 1) for each in parser.parse_args().context)
    build_app(chosen_stage(given), Path(outdir), context=given).synth()


if __name__ == "__main__":
    main()
