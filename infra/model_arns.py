"""The model's names in IAM: the inference profile, and the model in each region that the profile may use."""

from __future__ import annotations

import aws_cdk as cdk

from infra.stages import REGION, Stage


def profile_arn(stage: Stage) -> str:
    return f"arn:aws:bedrock:{REGION}:{cdk.Aws.ACCOUNT_ID}:inference-profile/{stage.model_profile}"


def model_arns(stage: Stage) -> list[str]:
    """The profile's first."""
    models = [f"arn:aws:bedrock:{region}::foundation-model/{stage.model_id}" for region in stage.model_regions]
    return [profile_arn(stage), *models]
