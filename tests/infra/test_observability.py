"""What is measured is what the service says, every alarm tells somebody, and logs have an end."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from infra import measures
from infra.dashboard import BY_TENANT, LAST_FAILURES
from infra.firewall import GROUPS
from service import telemetry
from service.telemetry import RequestReport, TurnReport
from tests.infra.synthesized import Resource, Synthesized, flat


@pytest.fixture(scope="module")
def alarms(dev: Synthesized) -> dict[str, Resource]:
    found = [each["Properties"] for each in dev.resources("AWS::CloudWatch::Alarm", "Observability").values()]
    return {each["AlarmName"].removeprefix("tableside-dev-"): each for each in found}


@pytest.fixture(scope="module")
def dashboard(dev: Synthesized) -> Resource:
    body: Resource = json.loads(flat(dev.one("AWS::CloudWatch::Dashboard", "Observability")["DashboardBody"]))
    return body


def metrics_of(dashboard: Resource) -> set[tuple[str, str]]:
    """Namespace and name of each metric that a widget draws."""
    drawn = (line for widget in dashboard["widgets"] for line in widget["properties"].get("metrics", []))
    return {(line[0], line[1]) for line in drawn if isinstance(line[0], str)}


# -- the service's own figures -----------------------------------------------------------------------------------


def test_the_figures_are_called_what_the_service_calls_them(dashboard: Resource, alarms: dict[str, Resource]) -> None:
    assert measures.NAMESPACE == telemetry.NAMESPACE
    drawn = {name for namespace, name in metrics_of(dashboard) if namespace == telemetry.NAMESPACE}
    watched = {each["MetricName"] for each in alarms.values() if each["Namespace"] == telemetry.NAMESPACE}
    assert drawn == {"first_token_ms", "total_ms", "input_tokens", "output_tokens", "cost_usd"}
    said = telemetry._embedded_metrics(dict.fromkeys((*drawn, *watched), 1))["CloudWatchMetrics"][0]
    assert {each["Name"] for each in said["Metrics"]} == drawn | watched
    assert said["Dimensions"] == [["route"]]


def test_the_failures_of_each_route_are_found_by_search(dashboard: Resource) -> None:
    searched = [each for each in re.findall(r"SEARCH\([^)]*\)", json.dumps(dashboard))]
    assert any("Tableside,route" in each and "failures" in each for each in searched)


@pytest.mark.parametrize("query", [BY_TENANT, LAST_FAILURES])
def test_the_queries_ask_for_what_a_log_line_holds(query: str) -> None:
    fields = {field.name for kind in (RequestReport, TurnReport) for field in msgspec.structs.fields(kind)}
    words = set(re.findall(r"[a-z_@]+", re.sub(r'"[^"]*"', "", query)))
    language = {"filter", "and", "ispresent", "stats", "count", "as", "sum", "pct", "by", "sort", "desc", "limit"}
    named_here = {"questions", "tokens_in", "tokens_out", "dollars", "first_token_p", "_ms", "failed", "fields"}
    assert words - language - named_here - fields == {"event", "failures"} | ({"@timestamp"} & words)


def test_tokens_and_cost_are_shown_by_tenant(dashboard: Resource) -> None:
    (by_tenant,) = (each for each in dashboard["widgets"] if "by tenant" in str(each["properties"].get("title")))
    query = by_tenant["properties"]["query"]
    assert "by tenant" in query
    assert "AskLog" in query


def test_blocked_requests_are_shown_for_every_rule_of_both_firewalls(dev: Synthesized, dashboard: Resource) -> None:
    (blocked,) = (each for each in dashboard["widgets"] if "Blocked" in str(each["properties"].get("title")))
    drawn = {
        (line[line.index("WebACL") + 1], line[line.index("Rule") + 1]) for line in blocked["properties"]["metrics"]
    }
    edge = dev.one("AWS::WAFv2::WebACL", "Edge")
    counted = {
        (edge["VisibilityConfig"]["MetricName"], rule["VisibilityConfig"]["MetricName"]) for rule in edge["Rules"]
    }
    assert len(counted) == 1 + len(GROUPS)
    regional = dev.one("AWS::WAFv2::WebACL", "Api")["VisibilityConfig"]["MetricName"]
    assert drawn == counted | {(regional, "ALL")}


# -- alarms ------------------------------------------------------------------------------------------------------


def test_every_alarm_tells_somebody_and_says_what_to_do(dev: Synthesized, alarms: dict[str, Resource]) -> None:
    (topic,) = dev.resources("AWS::SNS::Topic", "Observability")
    assert len(alarms) == 16
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"].endswith(f"What to do: docs/operations.md, {name}.")
        assert alarm["TreatMissingData"] == "notBreaching"


def test_somebody_reads_the_alarms(dev: Synthesized) -> None:
    subscription = dev.one("AWS::SNS::Subscription", "Observability")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "alarms@tableside.example")


def test_only_our_alarms_and_budgets_may_write_to_the_topic_and_only_by_tls(dev: Synthesized) -> None:
    statements = dev.one("AWS::SNS::TopicPolicy", "Observability")["PolicyDocument"]["Statement"]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    assert [set(each["Principal"]["Service"]) for each in allowed] == [
        {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    ]
    assert all(
        each["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}} for each in allowed
    )
    (denied,) = (each for each in statements if each["Effect"] == "Deny")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_an_alarm_on_a_function_or_a_door_names_one_that_is_there(
    dev: Synthesized, alarms: dict[str, Resource]
) -> None:
    exported = {
        flat(output["Export"]["Name"]): flat(output["Value"])
        for template in dev.templates.values()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
    imported = [
        flat(dimension["Value"])[1:-1]
        for alarm in alarms.values()
        for dimension in alarm.get("Dimensions", [])
        if isinstance(dimension["Value"], dict)
    ]
    assert len(imported) >= 9
    assert set(imported) <= set(exported)


def test_the_cost_of_the_model_is_watched_against_the_budget(dev: Synthesized, prod: Synthesized) -> None:
    def limits(stage: Synthesized) -> tuple[float, float]:
        budget = stage.one("AWS::Budgets::Budget", "Observability")["Budget"]["BudgetLimit"]
        alarms = stage.resources("AWS::CloudWatch::Alarm", "Observability").values()
        (hourly,) = (a["Properties"] for a in alarms if a["Properties"]["AlarmName"].endswith("model-cost"))
        assert (hourly["Period"], hourly["Statistic"]) == (3600, "Sum")
        return budget["Amount"], hourly["Threshold"]

    for stage in (dev, prod):
        month, hour = limits(stage)
        assert hour == pytest.approx(month / 73, abs=0.01)
    assert limits(dev)[0] < limits(prod)[0]


def test_the_budget_warns_before_and_when_it_is_spent(dev: Synthesized) -> None:
    notices = dev.one("AWS::Budgets::Budget", "Observability")["NotificationsWithSubscribers"]
    (topic,) = dev.resources("AWS::SNS::Topic", "Observability")
    assert [(n["Notification"]["NotificationType"], n["Notification"]["Threshold"]) for n in notices] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    for notice in notices:
        assert notice["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": topic}}]


# -- logs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_log_group_has_an_end(request: pytest.FixtureRequest, name: str) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    groups = {id: each["Properties"] for id, each in stage.resources("AWS::Logs::LogGroup").items()}
    assert len(groups) >= 9
    assert {each.get("RetentionInDays") for each in groups.values()} == {14 if name == "dev" else 90}


def test_every_function_logs_to_a_group_of_its_own_stack(dev: Synthesized) -> None:
    functions = dev.resources("AWS::Lambda::Function")
    logged = {id: each["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] for id, each in functions.items()}
    for id, group in logged.items():
        stack = id.partition("/")[0]
        assert group in dev.resources("AWS::Logs::LogGroup", stack)
    assert len(set(logged.values())) == len(functions) == 5
