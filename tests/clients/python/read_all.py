"""Reads every list of the registry with the SDK's own models, and each object alone: read_all.py API_URL TOKEN.

Prints a line for each list: its name, the names of the objects, and those that it got 404 for when it read them alone.
"""

import json
import sys

from snowplow_signals import SignalsAPIError, SignalsSandbox, models
from snowplow_signals.models import model

signals = SignalsSandbox(api_url=sys.argv[1], sandbox_token=sys.argv[2])
objects = json.loads(sys.stdin.read())

readers = {
    "attribute_keys": model.AttributeKeyOutput,
    "attribute_groups": models.AttributeGroupResponse,
    "services": models.Service,
    "interventions": models.RuleInterventionOutput,
    "event_logs": getattr(models, "EventLogResponse", None),
}


def read_alone(kind, name):
    if kind == "attribute_groups":
        return signals.get_attribute_group(name)
    if kind == "interventions":
        return signals.interventions.get(name)
    return readers[kind].model_validate(signals.api_client.make_request("GET", f"registry/{kind}/{name}"))


for kind, reader in readers.items():
    if reader is None:
        continue
    answer = signals.api_client.make_request("GET", f"registry/{kind}/")
    names = [reader.model_validate(each).name for each in answer]
    refused = []
    for name in objects.get(kind, []):
        try:
            assert read_alone(kind, name).name == name
        except SignalsAPIError as error:
            assert error.status_code == 404 and "snowplow-signals" in error.message["detail"], error
            refused.append(name)
    print(json.dumps([kind, names, refused]))

assert [each.name for each in signals.interventions.list()] is not None
