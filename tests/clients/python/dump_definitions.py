"""Builds definitions with the SDK, and prints their dumps: a line of JSON from standard input for each, and a line for
each to standard output. An input is a value, or one of

    {"new": CLASS, "given": {NAME: INPUT}}    an object of a class
    {"call": [CLASS, METHOD], "given": [INPUT]} what a class method returns
    {"call": [FUNCTION], "given": []}         what a function returns
    {"constant": NAME}                        an object of the SDK
    {"duration": {"days": N, …}}              a timedelta
"""

import json
import sys
from datetime import timedelta
from functools import reduce

import snowplow_signals


def build(value):
    if isinstance(value, list):
        return [build(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "new" in value:
        given = {name: build(each) for name, each in value["given"].items()}
        return getattr(snowplow_signals, value["new"])(**given)
    if "call" in value:
        return reduce(getattr, value["call"], snowplow_signals)(*build(value["given"]))
    if "constant" in value:
        return getattr(snowplow_signals, value["constant"])
    if "duration" in value:
        return timedelta(**value["duration"])
    return {name: build(each) for name, each in value.items()}


def dump(line):
    try:
        # As the SDK's registry client does.
        return build(json.loads(line)).model_dump(mode="json", exclude_none=True, by_alias=True)
    except ValueError as error:
        return {"refused": str(error)}


for line in sys.stdin:
    print(json.dumps(dump(line)))
