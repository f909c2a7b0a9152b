"""Fits synthesized stacks to a ministack: takes out what it refuses, each with its own words, and leaves all else.

What cannot be is never left out in silence: whatever goes is a Refusal, and so is what goes because it needs that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.quantities import function_name

FORWARDED = ("ask", "api")
PASSWORD = "MasterUserSecret.SecretArn"  # noqa: S105 (an attribute's name)
_FORWARD = Path(__file__).with_name("local_forward.py")
_ON_AWS = re.compile(r"https://cognito-idp\.[\w-]+\.amazonaws\.com")


@dataclass(frozen=True)
class Refusal:
    """stack: without its stage; why: ministack's own words, or what it needs that was refused."""

    stack: str
    resource: str
    kind: str
    why: str


class Fitting:
    """An assembly in `directory`, fitted in place. clients: makes a boto3 client of ministack's."""

    def __init__(self, directory: Path, prefix: str, clients: Any, endpoint: str, service_address: str) -> None:
        self._directory, self._prefix, self._clients = directory, prefix, clients
        self._endpoint, self._service_address = endpoint, service_address
        self._templates = {
            file.name.removeprefix(f"{prefix}-").removesuffix(".template.json"): json.loads(file.read_text("utf-8"))
            for file in sorted(directory.glob(f"{prefix}-*.template.json"))
        }
        self.refusals: list[Refusal] = []

    @property
    def stacks(self) -> list[str]:
        """Those that hold something still, by their whole names."""
        return [f"{self._prefix}-{name}" for name, template in self._templates.items() if template["Resources"]]

    def fit(self) -> None:
        image_error, password_error = self._image_error(), self._password_error()
        for stack, template in self._templates.items():
            self._take_out_unknown(stack, template)
            self._take_images(stack, template, image_error)
            self._take_out_password(stack, template, password_error)
        while self._take_out_dependents():
            pass
        for template in self._templates.values():
            _name_secrets(template)
        self._write()

    def _refuse(self, stack: str, name: str, why: str) -> None:
        template = self._templates[stack]
        kind = template["Resources"].pop(name)["Type"]
        self.refusals.append(Refusal(stack, name, kind, why))
        for resource in template["Resources"].values():
            needed = resource.get("DependsOn", [])
            resource["DependsOn"] = [each for each in ([needed] if isinstance(needed, str) else needed) if each != name]

    def _take_out_unknown(self, stack: str, template: dict[str, Any]) -> None:
        try:
            self._clients("cloudformation").validate_template(TemplateBody=json.dumps(template))
        except ClientError as error:
            why = error.response["Error"]["Message"]
            unknown = re.search(r"Unrecognized resource types: \[(.+)\]", why)
            if unknown is None:
                raise
            kinds = unknown[1].split(", ")
            for name in [name for name, each in template["Resources"].items() if each["Type"] in kinds]:
                self._refuse(stack, name, why)

    def _image_error(self) -> str:
        """What ministack says when a function of an image is called: asked with one that is made for it."""
        lambda_ = self._clients("lambda")
        lambda_.create_function(
            FunctionName="image",
            PackageType="Image",
            Role=self._clients("iam").list_roles(MaxItems=1)["Roles"][0]["Arn"],
            Code={"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:1"},
        )
        answer = json.loads(lambda_.invoke(FunctionName="image")["Payload"].read())
        lambda_.delete_function(FunctionName="image")
        return str(answer["errorMessage"])

    def _password_error(self) -> str:
        """What ministack says to whoever asks a cluster for its password's secret: asked with a stack made for it."""
        cluster = {"Engine": "aurora-postgresql", "ManageMasterUserPassword": True, "MasterUsername": "administrator"}
        secret = {"Type": "String", "Value": {"Fn::GetAtt": ["Cluster", PASSWORD]}}
        template = {
            "Cluster": {"Type": "AWS::RDS::DBCluster", "Properties": cluster},
            "Secret": {"Type": "AWS::SSM::Parameter", "Properties": secret},
        }
        cloudformation = self._clients("cloudformation")
        stack = cloudformation.create_stack(
            StackName="password", TemplateBody=json.dumps({"Resources": template}), OnFailure="DO_NOTHING"
        )["StackId"]
        with suppress(WaiterError):  # it is meant to fail
            cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        cloudformation.delete_stack(StackName=stack)
        failed = [each for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
        return next(each["ResourceStatusReason"] for each in failed if each["LogicalResourceId"] == "Secret")

    def _take_out_password(self, stack: str, template: dict[str, Any], why: str) -> None:
        for name, resource in list(template["Resources"].items()):
            if json.dumps(PASSWORD) in json.dumps(resource):
                self._refuse(stack, name, why)

    def _take_images(self, stack: str, template: dict[str, Any], why: str) -> None:
        for name, resource in list(template["Resources"].items()):
            if resource["Type"] != "AWS::Lambda::Function" or resource["Properties"].get("PackageType") != "Image":
                continue
            if function_name(name) in FORWARDED:
                self.refusals.append(Refusal(stack, name, "the image of AWS::Lambda::Function", why))
                self._forward(resource["Properties"])
            else:
                self._refuse(stack, name, why)

    def _forward(self, function: dict[str, Any]) -> None:
        for each in ("PackageType", "ImageConfig"):
            function.pop(each, None)
        function["Code"] = {"ZipFile": _FORWARD.read_text("utf-8")}
        function |= {"Runtime": "python3.12", "Handler": "index.handler"}
        function["Environment"]["Variables"]["SERVICE_ADDRESS"] = self._service_address

    def _take_out_dependents(self) -> bool:
        """One round: what refers to something that is not there goes, and outputs with it. False when nothing does."""
        exports = {
            output["Export"]["Name"]
            for template in self._templates.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }
        taken = False
        for stack, template in self._templates.items():
            there = {*template["Resources"], *template.get("Parameters", {})}
            for name, resource in list(template["Resources"].items()):
                missing = next(_missing(resource.get("Properties", {}), there, exports), None)
                if missing is not None:
                    self._refuse(stack, name, f"needs {missing}")
                    taken = True
            outputs = template.get("Outputs", {})
            for name in [name for name, each in outputs.items() if any(_missing(each["Value"], there, exports))]:
                del outputs[name]
                taken = True
        return taken

    def _write(self) -> None:
        for stack, template in self._templates.items():
            text = json.dumps(template, indent=1)
            # Cognito's keys are at ministack's address; the issuer keeps its name.
            if "TokenKeys" in template["Resources"]:
                text = self._with_local_keys(template)
            (self._directory / f"{self._prefix}-{stack}.template.json").write_text(text, encoding="utf-8")
            self._without_images(self._directory / f"{self._prefix}-{stack}.assets.json")

    def _with_local_keys(self, template: dict[str, Any]) -> str:
        """The daily schedule's too."""
        for resource in template["Resources"].values():
            if resource["Type"] in ("Custom::TokenKeys", "AWS::Events::Rule"):
                told = json.dumps(resource["Properties"])
                resource["Properties"] = json.loads(_ON_AWS.sub(self._endpoint, told))
        return json.dumps(template, indent=1)

    @staticmethod
    def _without_images(file: Path) -> None:
        """Nothing is built, for nothing would run."""
        assets = json.loads(file.read_text("utf-8"))
        assets["dockerImages"] = {}
        file.write_text(json.dumps(assets, indent=1), encoding="utf-8")


def _name_secrets(template: dict[str, Any]) -> None:
    """AWS takes `Ref` of a secret for its ARN, ministack for its name, which no permission names: `Id` is the ARN in
    both."""
    secrets = {name for name, each in template["Resources"].items() if each["Type"] == "AWS::SecretsManager::Secret"}

    def named(value: Any) -> Any:
        match value:
            case {"Ref": name} if name in secrets:
                return {"Fn::GetAtt": [name, "Id"]}
            case dict():
                return {key: named(each) for key, each in value.items()}
            case list():
                return [named(each) for each in value]
        return value

    for part in ("Resources", "Outputs"):
        template[part] = named(template.get(part, {}))


def _missing(value: Any, there: set[str], exports: set[str]) -> Iterator[str]:
    """What a value refers to and is in no template."""
    if isinstance(value, list):
        for each in value:
            yield from _missing(each, there, exports)
    if not isinstance(value, dict):
        return
    for function, argument in value.items():
        if function == "Ref" and isinstance(argument, str) and not argument.startswith("AWS::"):
            yield from {argument} - there
        elif function == "Fn::GetAtt":
            yield from {argument[0] if isinstance(argument, list) else argument.split(".")[0]} - there
        elif function == "Fn::ImportValue":
            yield from {argument} - exports
        yield from _missing(argument, there, exports)
