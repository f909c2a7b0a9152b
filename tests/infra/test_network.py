"""The network: no way in, no way out but endpoints, and every rule between named groups."""

from __future__ import annotations

from tests.infra.synthesized import Synthesized, aslist, flat


def test_there_is_no_way_to_the_internet(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized in (dev, prod):
        kinds = {each["Type"] for _, _, each in synthesized.all()}
        for kind in ("InternetGateway", "NatGateway", "EIP", "Route", "EgressOnlyInternetGateway"):
            assert f"AWS::EC2::{kind}" not in kinds
        subnets = synthesized.resources("AWS::EC2::Subnet", "Network").values()
        assert [each["Properties"]["AvailabilityZone"] for each in subnets] == ["us-east-1a", "us-east-1b"]
        assert not any(each["Properties"]["MapPublicIpOnLaunch"] for each in subnets)


def test_endpoints_for_what_is_used_and_no_other(dev: Synthesized, prod: Synthesized) -> None:
    for synthesized, zones in ((dev, 1), (prod, 2)):
        found = synthesized.resources("AWS::EC2::VPCEndpoint", "Network").values()
        services = {
            flat(each["Properties"]["ServiceName"]).rsplit(".", 1)[-1]: each["Properties"]["VpcEndpointType"]
            for each in found
        }
        assert services == {
            "dynamodb": "Gateway",
            "s3": "Gateway",
            "bedrock-runtime": "Interface",
            "secretsmanager": "Interface",
        }
        for each in found:
            if each["Properties"]["VpcEndpointType"] == "Interface":
                assert len(each["Properties"]["SubnetIds"]) == zones
                assert each["Properties"]["PrivateDnsEnabled"] is True


def test_an_endpoint_serves_this_account_alone(dev: Synthesized) -> None:
    """Whoever runs code in a function cannot carry data out with credentials of their own."""
    for id, endpoint in dev.resources("AWS::EC2::VPCEndpoint", "Network").items():
        for statement in endpoint["Properties"]["PolicyDocument"]["Statement"]:
            named = statement.get("Condition", {}).get("StringEquals", {})
            own = {"aws:ResourceAccount", "aws:PrincipalAccount"} & named.keys()
            assert all(named[key] == {"Ref": "AWS::AccountId"} for key in own)
            to_cloudformation = "cloudformation-custom-resource-response-useast1/*" in flat(statement["Resource"])
            assert own or (to_cloudformation and statement["Action"] == "s3:PutObject"), id


def test_rules_are_between_groups_and_for_one_port_each(dev: Synthesized) -> None:
    rules = set()
    for kind, other in (("Egress", "Destination"), ("Ingress", "Source")):
        for rule in dev.resources(f"AWS::EC2::SecurityGroup{kind}", "Network").values():
            properties = rule["Properties"]
            assert properties["FromPort"] == properties["ToPort"]
            assert not {"CidrIp", "CidrIpv6"} & properties.keys()
            there = properties.get(f"{other}SecurityGroupId") or properties[f"{other}PrefixListId"]
            rules.add((kind, _name(properties["GroupId"]), _name(there), properties["FromPort"]))
    assert rules == {
        ("Egress", "Service", "Database", 5432),
        ("Egress", "Operator", "Database", 5432),
        ("Ingress", "Database", "Service", 5432),
        ("Ingress", "Database", "Operator", 5432),
        ("Egress", "Service", "ModelEndpoint", 443),
        ("Ingress", "ModelEndpoint", "Service", 443),
        ("Egress", "Operator", "SecretsEndpoint", 443),
        ("Ingress", "SecretsEndpoint", "Operator", 443),
        ("Egress", "Service", "pl-02cd2c6b", 443),
        ("Egress", "Operator", "pl-63a5400a", 443),
    }
    for group in dev.resources("AWS::EC2::SecurityGroup", "Network").values():
        assert "SecurityGroupIngress" not in group["Properties"]
        inline = aslist(group["Properties"].get("SecurityGroupEgress", []))
        assert all(each["CidrIp"] == "255.255.255.255/32" for each in inline)  # nobody: CDK's way to say none


def _name(group: object) -> str:
    """`<DatabaseB269D8BB.GroupId>` is Database."""
    text = flat(group)
    return text if text.startswith("pl-") else text[1:].split(".")[0][:-8]


def test_refused_traffic_is_kept(dev: Synthesized) -> None:
    flow_log = dev.one("AWS::EC2::FlowLog", "Network")
    assert (flow_log["TrafficType"], flow_log["ResourceType"]) == ("REJECT", "VPC")
