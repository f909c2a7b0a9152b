"""Links: which box of the architecture knows which other, read from the references between their resources."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from infra.boxes import AWS_SERVICES, box_of
from infra.quantities import Templates

Place = tuple[str, str]
"""A resource: its stack, without the stage, and its logical id."""


def links(templates: Templates) -> dict[tuple[str, str], list[str]]:
    """From box to box: the actions that a permission gives, or the properties that hold the reference."""
    references = _References(templates)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Lambda::Permission":
                continue  # who may call; the caller's own reference says it too
            for source, target, how in references.of((stack, name)):
                if source != target:
                    found[source, target].add(how)
    return {pair: sorted(how) for pair, how in sorted(found.items())}


class _References:
    def __init__(self, templates: Templates) -> None:
        self._resources: dict[Place, Mapping[str, Any]] = {
            (stack, name): resource
            for stack, template in templates.items()
            for name, resource in template["Resources"].items()
        }
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def of(self, place: Place) -> Iterator[tuple[str, str, str]]:
        """From, to, how."""
        resource = self._resources[place]
        for key, value in resource.get("Properties", {}).items():
            if resource["Type"] == "AWS::IAM::Policy" and key == "PolicyDocument":
                yield from self._permissions(place, resource)
            else:
                yield from ((self._box(place), self._box(target), key) for target in self._places(place[0], value))

    def _permissions(self, place: Place, policy: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """They are the role's, whose policy may stand in another stack than the role."""
        holders = {self._box(role) for role in self._places(place[0], policy["Properties"]["Roles"])}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            targets = {self._box(target) for target in self._places(place[0], statement["Resource"])}
            targets |= {AWS_SERVICES[service] for each in actions if (service := each.split(":")[0]) in AWS_SERVICES}
            yield from ((holder, target, action) for holder in holders for target in targets for action in actions)

    def _box(self, place: Place) -> str:
        return box_of(*place, self._resources[place]["Type"]).id

    def _places(self, stack: str, value: Any) -> Iterator[Place]:
        """Every resource that a property's value refers to, wherever it stands."""
        if isinstance(value, list):
            for each in value:
                yield from self._places(stack, each)
        if not isinstance(value, dict):
            return
        for function, argument in value.items():
            if function == "Ref":
                yield from self._known(stack, argument)
            elif function == "Fn::GetAtt":
                yield from self._known(stack, argument[0] if isinstance(argument, list) else argument.split(".")[0])
            elif function == "Fn::Sub":
                yield from self._in_text(stack, argument if isinstance(argument, str) else argument[0])
            elif function == "Fn::ImportValue":
                exporter, exported = self._exports[argument]
                yield from self._places(exporter, exported)
            yield from self._places(stack, argument)

    def _known(self, stack: str, name: str) -> Iterator[Place]:
        """A parameter or pseudo parameter is no resource."""
        if (stack, name) in self._resources:
            yield stack, name

    def _in_text(self, stack: str, text: str) -> Iterator[Place]:
        for name in re.findall(r"\$\{(\w+)[.}]", text):
            yield from self._known(stack, name)
