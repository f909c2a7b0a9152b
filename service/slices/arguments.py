"""A tool's arguments: how the model is told of them, and what is made of those it sends."""

from __future__ import annotations

from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import Struct

from service.errors import ToolRejected

A = TypeVar("A", bound=Struct)


def schema_of(args: type[Struct]) -> dict[str, Any]:
    """JSON Schema with nothing but type, properties and required at its top, which is all that Nova takes.

    A property has a type, a description and its bounds. null, which means left out, is not offered.
    """
    _, definitions = msgspec.json.schema_components([args])
    described = definitions[args.__name__]
    return {
        "type": "object",
        "properties": {name: _property(schema) for name, schema in described["properties"].items()},
        "required": described["required"],
    }


def decode(args: type[A], given: Any) -> A:
    """The arguments that were sent, as the slice's own struct. null is the same as left out.

    Raises ToolRejected, naming the argument and what it must be, when one is unknown, missing or out of bounds.
    The sentence is made from the schema and repeats nothing that was sent.
    """
    schema = schema_of(args)
    if not isinstance(given, dict):
        raise ToolRejected("The arguments must be one JSON object.")
    if not given.keys() <= schema["properties"].keys():
        raise ToolRejected(f"The only arguments here are: {', '.join(schema['properties'])}.")
    present = {name: value for name, value in given.items() if value is not None}
    for name in schema["required"]:
        if name not in present:
            raise ToolRejected(f"{name} is missing: it must be {_in_words(schema['properties'][name])}.")
    hints = get_type_hints(args, include_extras=True)
    return args(**{name: _value(name, value, hints[name], schema) for name, value in present.items()})


def _value(name: str, value: Any, hint: Any, schema: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        raise ToolRejected(f"{name} must be {_in_words(schema['properties'][name])}.") from error


def _property(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        (schema,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    return {"type": "string"} | {name: value for name, value in schema.items() if name != "default"}


def _in_words(schema: dict[str, Any]) -> str:
    match schema:
        case {"enum": choices}:
            return f"one of {', '.join(choices)}"
        case {"format": "date"}:
            return "a day that there is, as YYYY-MM-DD"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": "string", "maxLength": most}:
            return f"text of at most {most} characters"
    raise TypeError(f"no words for an argument like {schema}")
