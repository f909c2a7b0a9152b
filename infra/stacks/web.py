"""Web: Amplify Hosting, which serves the static export of `web/` to nobody but CloudFront.

A branch a slot: each has credentials of its own, so that a rotation can have two that work. The export is uploaded by
`release` in the same deploy, with this stage's `/config.json` in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_amplify as amplify
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.image import CHECKOUT
from infra.origin import Slot
from infra.stacks.identity import COGNITO, RELEASE_MINUTES, IdentityStack
from infra.stages import REGION, Stage


class ExportMissingError(Exception):
    """The pages have not been built."""


class WebStack(cdk.Stack):
    """app; branches: by slot; app_host: where CloudFront finds the pages; export: their asset."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, identity: IdentityStack, **options: Any) -> None:
        super().__init__(scope, id, **options)
        self._stage, self._identity = stage, identity
        directory = CHECKOUT / stage.export_directory
        self.app = amplify.CfnApp(
            self,
            "App",
            name=f"tableside-{stage.name}",
            description="The pages, behind CloudFront",
            platform="WEB",
            custom_rules=_rules(directory),
            custom_headers=_CUSTOM_HEADERS,
        )
        self.export = assets.Asset(self, "Export", path=str(directory))
        self.branches = {slot: self._branch(slot) for slot in stage.origin.accepted}
        self._uploads()
        self.app_host = f"{stage.origin.sent}.{self.app.attr_default_domain}"
        cdk.CfnOutput(self, "AppDomain", value=self.app.attr_default_domain)

    def _branch(self, slot: Slot) -> amplify.CfnBranch:
        return amplify.CfnBranch(
            self,
            slot.capitalize(),
            app_id=self.app.attr_app_id,
            branch_name=slot,
            stage="PRODUCTION",
            enable_auto_build=False,
            basic_auth_config=amplify.CfnBranch.BasicAuthConfigProperty(
                enable_basic_auth=True,
                username=self._identity.origin_value(slot, "user"),
                password=self._identity.origin_value(slot, "password"),
            ),
        )

    def _uploads(self) -> None:
        allowed = self._allow_release()
        for slot, branch in self.branches.items():
            pages = cdk.CustomResource(
                self,
                f"{slot.capitalize()}Pages",
                resource_type="Custom::Pages",
                service_token=self._identity.release.function_arn,
                service_timeout=cdk.Duration.minutes(RELEASE_MINUTES + 1),
                properties={
                    "App": self.app.attr_app_id,
                    "Branch": slot,
                    "Bucket": self.export.s3_bucket_name,
                    "Key": self.export.s3_object_key,
                    "Config": self.to_json_string(self._browser_config()),
                },
            )
            pages.node.add_dependency(branch, allowed)

    def _browser_config(self) -> dict[str, str]:
        """What web/lib/config.ts reads."""
        return {
            "region": REGION,
            "userPoolId": self._identity.user_pool.user_pool_id,
            "userPoolClientId": self._identity.app_client.user_pool_client_id,
            "cognitoEndpoint": COGNITO,
        }

    def _allow_release(self) -> iam.Policy:
        """This export, and deployments of these branches: a policy of this stack's, for Identity knows neither."""
        role = self._identity.release.role
        assert role is not None
        bucket, key = self.export.s3_bucket_name, self.export.s3_object_key
        branches = [
            f"arn:aws:amplify:{REGION}:{self.account}:apps/{self.app.attr_app_id}/branches/{slot}"
            for slot in self.branches
        ]
        jobs = [f"{branch}/jobs/*" for branch in branches]  # a job's number is known when it is there
        policy = iam.Policy(self, "ReleaseUploads", roles=[role])
        for actions, resources in (
            (["s3:GetObject"], [f"arn:aws:s3:::{bucket}/{key}"]),
            (["amplify:CreateDeployment", "amplify:StartDeployment", "amplify:ListJobs"], [*branches, *jobs]),
            (["amplify:GetJob", "amplify:StopJob"], jobs),
        ):
            policy.add_statements(iam.PolicyStatement(actions=actions, resources=resources))
        acknowledge(policy, {_JOBS.format(slot): _ABOUT_THE_JOBS for slot in self.branches})
        return policy


def _rules(directory: Path) -> list[amplify.CfnApp.CustomRuleProperty]:
    """A page's address has no ending: `/ask` is ask.html, and `/ask/` leads there. Whatever is no file is the page that
    says so, as a 404.

    Raises ExportMissingError.
    """
    if not (directory / "index.html").exists():
        raise ExportMissingError(f"There are no pages in {directory}: make web builds them.")
    names = sorted(page.stem for page in directory.glob("*.html") if page.stem not in ("index", "404"))
    pages = [_rule(f"/{name}", f"/{name}.html", "200") for name in names]
    slashed = [_rule(f"/{name}/", f"/{name}", "301") for name in names]
    return [*pages, *slashed, _rule("/<*>", "/404.html", "404")]


def _rule(source: str, target: str, status: str) -> amplify.CfnApp.CustomRuleProperty:
    return amplify.CfnApp.CustomRuleProperty(source=source, target=target, status=status)


_JOBS = "AwsSolutions-IAM5[Resource::arn:aws:amplify:us-east-1:<AWS::AccountId>:apps/<App.AppId>/branches/{}/jobs/*]"
_ABOUT_THE_JOBS = "A job's number is known when the job is there; the branch is named, and it is ours."

_CUSTOM_HEADERS = """\
customHeaders:
  - pattern: '/_next/static/**/*'
    headers:
      - key: 'Cache-Control'
        value: 'public, max-age=31536000, immutable'
"""
"""What the build names by its content may be kept for ever. All else keeps Amplify's own: asked for anew each time."""
