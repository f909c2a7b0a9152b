"""What a synth wrote: the templates of a stage by stack, and how to look into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

STACKS = ("Network", "Database", "Identity", "Conversations", "Service", "Api", "Web", "Edge", "Observability")


@dataclass(frozen=True)
class Synthesized:
    """prefix: of the stage's stacks; templates: by a stack's name without it."""

    directory: Path
    prefix: str
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """By logical id, or by stack and logical id when no stack is named."""
        if stack is not None:
            return {id: each for id, each in self.templates[stack]["Resources"].items() if each["Type"] == kind}
        return {
            f"{name}/{id}": each
            for name, template in self.templates.items()
            for id, each in template["Resources"].items()
            if each["Type"] == kind
        }

    def one(self, kind: str, stack: str) -> Resource:
        """The properties of the only one of its kind."""
        (found,) = self.resources(kind, stack).values()
        properties: Resource = found.get("Properties", {})
        return properties

    def all(self) -> Iterator[tuple[str, str, Resource]]:
        """Stack, logical id and resource of everything."""
        for name, template in self.templates.items():
            for id, resource in template["Resources"].items():
                yield name, id, resource

    def function(self, name: str) -> Resource:
        """The properties of the Lambda function of that name: ask, api, operator, claims, release."""
        functions = self.resources("AWS::Lambda::Function")
        (found,) = [each for id, each in functions.items() if function_name(id) == name]
        properties: Resource = found["Properties"]
        return properties

    def statements(self, stack: str, role: str) -> list[Resource]:
        """What the policies of a role say, the role by the beginning of its logical id."""
        return [
            statement
            for policy in self.resources("AWS::IAM::Policy", stack).values()
            if any(each.get("Ref", "").startswith(role) for each in policy["Properties"]["Roles"])
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def depends_on(self) -> dict[str, set[str]]:
        """By stack: the stacks that it stands on."""
        artifacts = json.loads((self.directory / "manifest.json").read_text())["artifacts"]
        return {
            name: {
                dependency.removeprefix(f"{self.prefix}-")
                for dependency in artifacts[f"{self.prefix}-{name}"].get("dependencies", [])
                if not dependency.endswith(".assets")
            }
            for name in self.templates
        }


def read_synthesized(directory: Path, prefix: str) -> Synthesized:
    files = {file.name.removesuffix(".template.json"): file for file in directory.glob("*.template.json")}
    templates = {name.removeprefix(f"{prefix}-"): json.loads(file.read_text()) for name, file in files.items()}
    return Synthesized(directory, prefix, {name: templates[name] for name in sorted(templates)})


def function_name(id: str) -> str:
    """`Service/Ask21D329CB` is ask."""
    return id.rpartition("/")[2][:-8].lower()


def aslist(value: Any) -> list[Any]:
    """IAM writes a list of one as that one."""
    return value if isinstance(value, list) else [value]


def flat(value: Any) -> str:  # noqa: PLR0911 (one of each kind)
    """A template's value as text, to look for words in: references by the name of what they refer to."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(flat, parts))
        case {"Fn::Sub": str(text)}:
            return text
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return f"<{flat(name)}>"
        case str():
            return value
        case _:
            return json.dumps(value)
