"""Observability: one dashboard, alarms that tell somebody, and a budget. Logs belong to the stacks that write them."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.alarms import AlarmRule, Watched, alarm_rules
from infra.dashboard import widgets
from infra.stacks.api import ApiStack
from infra.stacks.conversations import ConversationsStack
from infra.stacks.database import DatabaseStack
from infra.stacks.edge import EdgeStack
from infra.stacks.identity import IdentityStack
from infra.stacks.service import ServiceStack
from infra.stages import Stage


class ObservabilityStack(cdk.Stack):
    """alarms; topic: where they go; dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        identity: IdentityStack,
        database: DatabaseStack,
        conversations: ConversationsStack,
        service: ServiceStack,
        api: ApiStack,
        edge: EdgeStack,
        **options: Any,
    ) -> None:
        super().__init__(scope, id, **options)
        self._stage = stage
        self.topic = self._topic()
        distribution = edge.distribution.distribution_id
        watched = Watched(stage, identity, database, conversations, service, api, distribution)
        self.alarms = [self._alarm(rule) for rule in alarm_rules(watched)]
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"tableside-{stage.name}",
            default_interval=cdk.Duration.hours(24),
            widgets=widgets(watched, self.alarms),
        )
        self._budget()
        cdk.CfnOutput(self, "DashboardName", value=self.dashboard.dashboard_name)

    def _topic(self) -> sns.Topic:
        # A message names an alarm and a figure, nobody's data; a key of our own to encrypt it costs a dollar a month.
        topic = sns.Topic(self, "Alarms", display_name=f"Tableside {self._stage.name}", enforce_ssl=True)
        # CloudWatch and Budgets publish for us, and for nobody else's account.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OurAlarmsAndBudgets",
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("budgets.amazonaws.com"),
                ],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        if self._stage.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self._stage.alarm_email))
            cdk.CfnOutput(self, "AlarmEmail", value=self._stage.alarm_email)
        return topic

    def _alarm(self, rule: AlarmRule) -> cloudwatch.Alarm:
        """Silence is no alarm: at night nobody asks, and the database sleeps."""
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in rule.name.split("-")),
            alarm_name=f"tableside-{self._stage.name}-{rule.name}",
            alarm_description=f"{rule.meaning}. What to do: docs/operations.md, {rule.name}.",
            metric=rule.metric,
            threshold=rule.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=rule.periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        told = actions.SnsAction(self.topic)
        alarm.add_alarm_action(told)
        alarm.add_ok_action(told)
        return alarm

    def _budget(self) -> None:
        """Of the account: AWS tells costs apart by tags only after somebody has switched that on by hand."""
        name = f"tableside-{self._stage.name}"
        budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=name,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=self._stage.monthly_budget_dollars, unit="USD"),
            ),
            notifications_with_subscribers=[
                self._notice("ACTUAL", 80),
                self._notice("ACTUAL", 100),
                self._notice("FORECASTED", 100),
            ],
        )
        budget.node.add_dependency(self.topic)

    def _notice(self, kind: str, percent: int) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
        return budgets.CfnBudget.NotificationWithSubscribersProperty(
            notification=budgets.CfnBudget.NotificationProperty(
                comparison_operator="GREATER_THAN",
                notification_type=kind,
                threshold=percent,
                threshold_type="PERCENTAGE",
            ),
            subscribers=[budgets.CfnBudget.SubscriberProperty(address=self.topic.topic_arn, subscription_type="SNS")],
        )
