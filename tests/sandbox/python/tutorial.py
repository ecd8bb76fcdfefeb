"""The tutorial's code, word for word where it is given, against a sandbox: tutorial.py API_URL TOKEN."""

import sys

from snowplow_signals import (
    Attribute,
    AtomicProperty,
    Criteria,
    Criterion,
    EntityProperty,
    Event,
    EventProperty,
    InterventionCriterion,
    LinkAttributeKey,
    RuleIntervention,
    Service,
    SignalsSandbox,
    StreamAttributeGroup,
    domain_userid,
)

api_url, sandbox_token = sys.argv[1:3]

sp_signals = SignalsSandbox(api_url=api_url, sandbox_token=sandbox_token)

# ---- attributes ------------------------------------------------------------------------------

ECOMMERCE = "com.snowplowanalytics.snowplow.ecommerce"


def action_is(value):
    return Criteria(
        all=[
            Criterion.eq(
                EventProperty(
                    vendor=ECOMMERCE,
                    name="snowplow_ecommerce_action",
                    major_version=1,
                    path="type",
                ),
                value,
            )
        ]
    )


def on_action(name, value, **rest):
    return Attribute(
        name=name,
        events=[Event(name="snowplow_ecommerce_action")],
        criteria=action_is(value),
        **rest,
    )


ecom_attributes = StreamAttributeGroup(
    name="ecom_attributes",
    version=1,
    attribute_key=domain_userid,
    owner="user@company.com",
    attributes=[
        on_action("count_product_views", "product_view", type="int32", aggregation="counter"),
        on_action("count_add_to_cart", "add_to_cart", type="int32", aggregation="counter"),
        on_action(
            "total_cart_value",
            "add_to_cart",
            type="double",
            aggregation="sum",
            property=EntityProperty(
                vendor=ECOMMERCE, name="product", major_version=1, path="price", index=0
            ),
        ),
    ],
)

ecom_service = Service(
    name="ecom_attributes", owner="user@company.com", attribute_groups=[ecom_attributes]
)

sp_signals.publish([ecom_attributes, ecom_service])

# ---- interventions ---------------------------------------------------------------------------

cart_abandonment_intervention = RuleIntervention(
    name="cart_abandonment",
    description="Show banner to users who have added at least one item to cart.",
    criteria=InterventionCriterion(
        attribute="ecom_attributes:count_add_to_cart",
        operator=">",
        value=0,
    ),
    target_attribute_keys=[
        LinkAttributeKey(name="user_id"),
        LinkAttributeKey(name="domain_userid"),
    ],
    owner="user@company.com",
)

discount_intervention = RuleIntervention(
    name="discount",
    description="Show banner to users who have viewed more than 3 products.",
    criteria=InterventionCriterion(
        attribute="ecom_attributes:count_product_views",
        operator=">",
        value=3,
    ),
    target_attribute_keys=[
        LinkAttributeKey(name="user_id"),
        LinkAttributeKey(name="domain_userid"),
    ],
    owner="user@company.com",
)

free_shipping_intervention = RuleIntervention(
    name="free_shipping",
    description="Show banner to users who plan to spend at least $100.",
    criteria=InterventionCriterion(
        attribute="ecom_attributes:total_cart_value",
        operator=">",
        value=100,
    ),
    target_attribute_keys=[
        LinkAttributeKey(name="user_id"),
        LinkAttributeKey(name="domain_userid"),
    ],
    owner="user@company.com",
)

sp_signals.publish(
    [
        cart_abandonment_intervention,
        discount_intervention,
        free_shipping_intervention,
    ]
)
