// Uses of `tripline/define` and `tripline/testing` that must compile, and, after @ts-expect-error, uses that must not.
// Nothing here runs.
import {
  Attribute,
  AttributeKey,
  AtomicProperty,
  bundle,
  Criterion,
  domain_userid,
  duration,
  EntityProperty,
  Field,
  forPages,
  InterventionCriteriaAll,
  InterventionCriteriaAny,
  InterventionCriteriaNone,
  InterventionCriterion,
  RuleIntervention,
  Service,
  StreamAttributeGroup,
  type Bundle,
  type Property,
} from 'tripline/define';
import { createEvaluator } from 'tripline';
import { loadEngine } from 'tripline/engine';
import { addToCart, pageView, testRules, type RuleTest } from 'tripline/testing';

const page = AtomicProperty({ name: 'page_urlpath' });
const views = Attribute({ name: 'views', type: 'int32', aggregation: 'counter', period: 'PT10M' });
Attribute({ name: 'last', type: 'string', aggregation: 'last', property: page, ttl: duration({ days: 7 }) });
Attribute({ name: 'since', type: 'double', aggregation: 'time_since_first', time_unit: 'h' });
// @ts-expect-error: the property is missing
Attribute({ name: 'sum', type: 'double', aggregation: 'sum' });
// @ts-expect-error: a counter has no property
Attribute({ name: 'views', type: 'int32', aggregation: 'counter', property: page });
// @ts-expect-error: a sum is a number
Attribute({ name: 'sum', type: 'string', aggregation: 'sum', property: page });
// @ts-expect-error: the time unit is missing
Attribute({ name: 'since', type: 'double', aggregation: 'time_since_last' });
// @ts-expect-error: an attribute has a window or a time to live, not both
Attribute({ name: 'views', type: 'int32', aggregation: 'counter', period: 'PT1H', ttl: 'P1D' });
// @ts-expect-error: a period is a duration in ISO 8601
Attribute({ name: 'views', type: 'int32', aggregation: 'counter', period: '10 minutes' });
// @ts-expect-error: a unique_list has a list type
Attribute({ name: 'pages', type: 'string', aggregation: 'unique_list', property: page });
// @ts-expect-error: there is no such aggregation
Attribute({ name: 'median', type: 'double', aggregation: 'median', property: page });

Criterion.in_list(page, ['/a', '/b']);
// @ts-expect-error: the values must be a list
Criterion.in_list(page, '/a');
// @ts-expect-error: a pattern is a string
Criterion.like(page, 5);
const day = AtomicProperty({ name: 'derived_tstamp' });
const visits = AtomicProperty({ name: 'domain_sessionidx' });
const width = AtomicProperty({ name: 'br_viewwidth' });
const cookies = AtomicProperty({ name: 'br_cookies' });
const pdf = AtomicProperty({ name: 'br_features_pdf' });
Criterion.gte(day, '2026-01-05');
Criterion.in_list(day, ['2026-01-05', '2026-01-06T12:00:00Z']);
Criterion.gt(visits, 2);
Criterion.lte(width, 640);
Criterion.eq(cookies, true);
Criterion.neq(pdf, false);
Criterion.eq(page, '/');
Criterion.is_null(cookies);
Criterion({ property: { type: 'atomic', name: 'se_value' }, operator: '>', value: 5 });
Criterion.eq(AtomicProperty({ name: String(day) }), 5);
const someProperty: Property = page;
Criterion.eq(someProperty, 5);
Criterion.eq(EntityProperty({ vendor: 'com.acme', name: 'cart', major_version: 1, path: 'id' }), 5);
// @ts-expect-error: a time is a string
Criterion.gte(day, 1767571200000);
// @ts-expect-error: days are compared by >= and <
Criterion.like(day, '2026-01-05%');
// @ts-expect-error: a time is a string, in a list too
Criterion.in_list(day, [1767571200000]);
// @ts-expect-error: a count is a number
Criterion.gt(visits, '2');
// @ts-expect-error: `like` does not apply to a number
Criterion.like(width, '6%');
// @ts-expect-error: a width is a number
Criterion.in_list(width, ['640']);
// @ts-expect-error: true or false
Criterion.eq(cookies, 1);
// @ts-expect-error: true is not greater than false
Criterion.gt(pdf, true);
// @ts-expect-error: a path is a string
Criterion.eq(page, 5);
// @ts-expect-error: a value is a number
Criterion({ property: { type: 'atomic', name: 'se_value' }, operator: '>', value: '5' });
// @ts-expect-error: the major version is missing
EntityProperty({ vendor: 'com.acme', name: 'cart', path: 'id' });
// @ts-expect-error: a field of a warehouse cannot be a dictionary
Field({ name: 'counts', type: 'dict' });

const group = StreamAttributeGroup({ name: 'visit', attribute_key: domain_userid, attributes: [views] });
StreamAttributeGroup({ name: 'visit', attribute_key: { name: 'account' }, attributes: [views] });
// @ts-expect-error: the attribute key is missing
StreamAttributeGroup({ name: 'visit', attributes: [views] });

const many = InterventionCriterion({ attribute: 'visit:views', operator: '>', value: 3 });
const changed = InterventionCriterion({ attribute: 'visit:views', operator: 'changed' });
InterventionCriteriaAll({ all: [many, changed] });
InterventionCriteriaAny({ any: [many, InterventionCriteriaNone({ none: [many] })] });
// @ts-expect-error: `changed` stands alone or within `all`
InterventionCriteriaAny({ any: [many, changed] });
// @ts-expect-error: `changed` cannot stand in a nested `all`
InterventionCriteriaNone({ none: [InterventionCriteriaAll({ all: [changed] })] });
// @ts-expect-error: the attribute's name needs its group
InterventionCriterion({ attribute: 'views', operator: '>', value: 3 });
// @ts-expect-error: the value is missing
InterventionCriterion({ attribute: 'visit:views', operator: '>' });
// @ts-expect-error: the SDK's operator is "="
InterventionCriterion({ attribute: 'visit:views', operator: '==', value: 3 });

const rule = RuleIntervention({
  name: 'keen',
  criteria: many,
  target_attribute_keys: [domain_userid],
  payload_attribute_groups: [group],
});
const all: Bundle = bundle([
  AttributeKey({ property: page }),
  group,
  Service({ name: 's', attribute_groups: [group] }),
  rule,
]);
createEvaluator({ definitions: forPages(all) });
await loadEngine({ definitions: all });
// @ts-expect-error: an attribute is part of a group
bundle([views]);

const rules: RuleTest = await testRules({ definitions: all, at: '2026-01-01T12:00:00Z', ids: { user_id: '1' } });
rules.track(pageView({ title: 'Caps' })).map(({ name, triggered_at }) => name + triggered_at);
rules.advance({ minutes: 15 });
rules.visitor({ domain_userid: '2' }).track(addToCart({ products: [], total_value: 0, currency: 'USD' }));
rules.attributes('visit')['views'];
// @ts-expect-error: a span has units
rules.advance(15);
// @ts-expect-error: there is no such key
rules.attributes('visit', 'nobody');
// @ts-expect-error: it is read-only
rules.clock.now = 5;
