"""Makes every call of the SDK and checks its result: lifecycle.py API_URL TOKEN. Stops at the first failure."""

import sys
from datetime import timedelta
from uuid import uuid4

from snowplow_signals import (
    Attribute,
    AttributeKey,
    AttributeKeyIdentifiers,
    AtomicProperty,
    Event,
    InterventionCriterion,
    InterventionInstance,
    LinkAttributeKey,
    RuleIntervention,
    Service,
    SignalsAPIError,
    SignalsSandbox,
    StreamAttributeGroup,
    domain_userid,
)

signals = SignalsSandbox(api_url=sys.argv[1], sandbox_token=sys.argv[2])
OWNER = "user@company.com"


def group(version=1, name="pages", **changes):
    attribute = Attribute(
        name="views",
        type="int32",
        aggregation="counter",
        events=[Event(name="page_view")],
        period=timedelta(days=7),
    )
    settings = dict(name=name, version=version, attribute_key=domain_userid, owner=OWNER, attributes=[attribute])
    return StreamAttributeGroup(**{**settings, **changes})


def refusal(call, *arguments):
    try:
        call(*arguments)
    except SignalsAPIError as error:
        return error
    raise AssertionError("nothing was refused")


key = AttributeKey(property=AtomicProperty(name="app_id"))
service = Service(name="pages", owner=OWNER, attribute_groups=[group()])
rule = RuleIntervention(
    name="reader",
    owner=OWNER,
    criteria=InterventionCriterion(attribute="pages:views", operator=">", value=2),
    target_attribute_keys=[LinkAttributeKey(name="domain_userid")],
)

# Publish, and publish the same again.
for _ in range(2):
    names = [published.name for published in signals.publish([rule, service, group(), key])]
    assert names == ["app_id", "pages", "pages", "reader"], names

# Read the registry.
read = signals.get_attribute_group("pages")
assert (read.version, read.is_published, read.attribute_key.name) == (1, True, "domain_userid"), read
assert signals.get_attribute_group("pages", 1).attributes[0].period == timedelta(days=7)
assert signals.registry.get_service("pages").attribute_groups[0].name == "pages"
assert [each.name for each in signals.interventions.list()] == ["reader"]
assert signals.interventions.get("reader").criteria.root.value == 2 if hasattr(signals.interventions.get("reader").criteria, "root") else True
assert signals.interventions.get("reader", version=1).is_published

# A published group cannot change; a new version can be published.
changed = group(description="Another text")
error = refusal(signals.publish, [changed])
assert error.status_code == 400 and "raise the version" in error.message["detail"], error
assert signals.publish([group(2)])[0].version == 2
assert signals.get_attribute_group("pages").version == 2

# Errors have the shape of the API's errors.
broken = group(name="broken", attributes=[Attribute(name="sum", type="double", aggregation="sum", events=[Event()])])
error = refusal(signals.publish, [broken])
assert error.status_code == 422 and "property" in error.message["detail"][0]["msg"], error
assert refusal(signals.get_attribute_group, "nothing").status_code == 404

# Read attributes, and try a group.
visitor = str(uuid4())
assert signals.get_service_attributes("pages", "domain_userid", visitor) == {"domain_userid": visitor, "views": 0}
assert signals.get_group_attributes("pages", 2, ["views"], "domain_userid", visitor)["views"] == 0
assert signals.get_group_attributes("pages", 1, "views", "domain_userid", visitor)["views"] == 0
assert list(signals.test(group()).columns) == ["domain_userid", "views"]

# Push an intervention without a subscriber.
targets = AttributeKeyIdentifiers({"domain_userid": [visitor]})
assert signals.push_intervention(targets, InterventionInstance(name="hello", version=1)) == "undelivered"

# Unpublish and delete.
assert not signals.unpublish([rule])[0].is_published
assert refusal(signals.delete, [group()]).status_code == 400
signals.delete([rule, service, group(), group(2), key])
assert signals.interventions.list() == []
assert refusal(signals.get_attribute_group, "pages").status_code == 404
print("done")
