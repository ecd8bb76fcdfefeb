"""Lists what the SDK has: each class with its fields, whether a field must be given, its values and its constraints, each
object, and each class of its generated models that is not one of these or the base of one. One line a field.

    .build/python/bin/python tests/clients/python/classes.py >tests/clients/python/classes.json
"""

import inspect
import json
import typing
from importlib.metadata import version

import snowplow_signals
from pydantic import BaseModel
from snowplow_signals.models import model

CONSTRAINTS = ("pattern", "min_length", "max_length", "gt", "ge", "lt", "le")


def is_model(value):
    return inspect.isclass(value) and issubclass(value, BaseModel)


def parts(annotation):
    """Yields the annotation, and those within it: of an Optional, a list, a constrained type."""
    yield annotation
    for inner in typing.get_args(annotation):
        if typing.get_origin(annotation) is not typing.Literal:
            yield from parts(inner)


def values_of(annotation):
    """Returns the literals that an annotation allows, if it allows no others."""
    inner = [each for each in typing.get_args(annotation) if each is not type(None)]
    if typing.get_origin(annotation) is typing.Literal:
        return [value for value in typing.get_args(annotation) if value is not None]
    return values_of(inner[0]) if typing.get_origin(annotation) is typing.Union and len(inner) == 1 else None


def constraints_of(metadata):
    """Returns the constraints in a field's metadata, which may be within others."""
    found = {}
    for each in metadata:
        for name in CONSTRAINTS:
            value = getattr(each, name, None)
            if value is not None:
                found[name] = value
        found |= constraints_of(getattr(each, "metadata", []) or [])
    return found


def field(info):
    described = {"required": info.is_required()}
    values = values_of(info.annotation)
    if values is not None:
        described["values"] = values
    own = constraints_of(info.metadata)
    if own:
        described["constraints"] = own
    inner = {}
    for part in parts(info.annotation):
        inner |= constraints_of(getattr(part, "__metadata__", []))
    if inner:
        described["constraints of the value or the items"] = inner
    return described


def main():
    public = {name: getattr(snowplow_signals, name) for name in dir(snowplow_signals) if not name.startswith("_")}
    classes = {name: value for name, value in public.items() if is_model(value)}
    known = {base for value in classes.values() for base in value.__mro__}
    listed = {
        "version": version("snowplow-signals"),
        "classes": {
            name: {info.alias or key: field(info) for key, info in value.model_fields.items()}
            for name, value in classes.items()
        },
        "others": sorted(
            name for name, value in public.items() if name not in classes and not inspect.ismodule(value)
        ),
        "models": sorted(
            name
            for name, value in vars(model).items()
            if is_model(value) and value.__module__ == model.__name__ and value not in known and name.isidentifier()
        ),
    }
    print(in_lines(listed))


def in_lines(value, depth=3, margin=""):
    """Returns JSON with a line for each member down to `depth`."""
    if not isinstance(value, (dict, list)) or depth == 0 or not value:
        return json.dumps(value)
    deeper = margin + "  "
    items = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    lines = [
        deeper + (f"{json.dumps(key)}: " if key is not None else "") + in_lines(each, depth - 1, deeper)
        for key, each in items
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, ",\n".join(lines), margin + closing])


main()
