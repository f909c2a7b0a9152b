"""acknowledge: where a rule of cdk-nag does not fit, and why, beside what it is about."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """reasons: by rule, or by `rule[finding]` where a rule finds several things; they hold below the construct too."""
    notes = [cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items()]
    cdk.Validations.of(construct).acknowledge(*notes)
