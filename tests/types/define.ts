// Uses of `tripline/define` and `tripline/testing` that must compile, and, after @ts-expect-error, uses that must not.
// Nothing here runs.
import {
  Attribute,
  AttributeGroup,
  AttributeKey,
  AtomicProperty,
  BatchAttributeGroup,
  bundle,
  CalculatedProperty,
  client_session_user_id,
  Criterion,
  domain_sessionid,
  domain_userid,
  duration,
  EntityProperty,
  Event,
  EventLog,
  EventLogAtomicProperty,
  EventLogEntityProperty,
  EventLogEvent,
  EventLogEventProperty,
  EventProperty,
  EventSelection,
  ExternalBatchAttributeGroup,
  Field,
  forPages,
  InterventionCriteriaAll,
  InterventionCriteriaAny,
  InterventionCriteriaNone,
  InterventionCriterion,
  InterventionInstance,
  LinkAttributeKey,
  RuleIntervention,
  Service,
  StreamAttributeGroup,
  user_id,
  type Bundle,
  type Property,
  PageView,
  type EventSelector,
} from 'tripline/define';
import { createEvaluator } from 'tripline';
import { loadEngine, type EventLogDefinition as EngineEventLog } from 'tripline/engine';
import { addToCart, pageView, testRules, type RuleTest } from 'tripline/testing';
import imported from '../samples/ecom_bundle.json';

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
Field({ name: 'counts', type: 'dict' });
Field({ name: 'seen', type: 'timestamp' });
// @ts-expect-error: the SDK has no list of timestamps
Field({ name: 'seen', type: 'timestamp_list' });

// Atomic fields.
// @ts-expect-error: there is no such field
AtomicProperty({ name: 'page_path' });
// @ts-expect-error: it holds entities, not one value
AtomicProperty({ name: 'contexts' });
AtomicProperty({ name: 'refr_device_tstamp' });
Attribute({ name: 'page', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_url' } });
// @ts-expect-error: there is no such field
Attribute({ name: 'page', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_path' } });

// Paths.
EventProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: '$.items[0].price' });
EventProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: String(day) });
// @ts-expect-error: it is the whole structure
EventProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: '$' });
// @ts-expect-error: it leads to several values
EntityProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: 'items[*].price' });
// @ts-expect-error: a step is empty
EntityProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: 'a..b' });
// @ts-expect-error: a name stands after a dot
EventLogEventProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: "a['b']" });
// @ts-expect-error: an index counts from 0
EventLogEntityProperty({ vendor: 'com.acme', name: 'sale', major_version: 1, path: 'items[-1]' });

// Parts of a time.
const hour = AtomicProperty({ name: 'derived_tstamp', date_part: 'hour_of_day' });
const activeDay = AtomicProperty({ name: 'collector_tstamp', date_part: 'active_day' });
const sold = { vendor: 'com.acme', name: 'sale', major_version: 1, path: 'sold_at' };
const soldIn = EventProperty({ ...sold, date_part: 'month_of_year' });
// @ts-expect-error: it is not a time
AtomicProperty({ name: 'page_urlpath', date_part: 'hour_of_day' });
// @ts-expect-error: there is no such part
EntityProperty({ ...sold, date_part: 'minute' });
AtomicProperty({ name: String(day), date_part: 'hour_of_day' });
// @ts-expect-error: it is not a time
Criterion.is_null({ type: 'atomic', name: 'page_urlpath', date_part: 'hour_of_day' });
Attribute({ name: 'hour', type: 'int32', aggregation: 'last', property: hour, default_value: 12 });
Attribute({ name: 'hours', type: 'int64_list', aggregation: 'unique_list', property: soldIn, ttl: 'P1D' });
Attribute({ name: 'days', type: 'string_list', aggregation: 'unique_list', property: activeDay });
Attribute({ name: 'days', type: 'dict', aggregation: 'category_count', property: activeDay });
Attribute({ name: 'hours', type: 'double', aggregation: 'approx_count_distinct', property: hour });
// @ts-expect-error: an hour is an integer
Attribute({ name: 'hour', type: 'string', aggregation: 'last', property: hour });
// @ts-expect-error: a day is a string
Attribute({ name: 'days', type: 'int32_list', aggregation: 'unique_list', property: activeDay });
// @ts-expect-error: hours are not added up
Attribute({ name: 'hours', type: 'int32', aggregation: 'sum', property: hour });
// @ts-expect-error: an id is not a date
AttributeKey({ name: 'day', property: activeDay });
Criterion.in_list(hour, [9, 10, 11]);
Criterion.gte(activeDay, '2026-01-05');
Criterion.eq(soldIn, 12);
// @ts-expect-error: an hour is a number
Criterion.eq(hour, '9');
// @ts-expect-error: a day is a string
Criterion.in_list(activeDay, [20260105]);
// @ts-expect-error: the month is a number, although the type of the property is not known
Criterion.eq(soldIn, 'December');

// Defaults.
Attribute({ name: 'sum', type: 'double', aggregation: 'sum', property: page, default_value: 0 });
Attribute({ name: 'pages', type: 'string_list', aggregation: 'unique_list', property: page, default_value: ['/'] });
Attribute({ name: 'seen', type: 'timestamp', aggregation: 'last', property: day });
Attribute({ name: 'seen', type: 'unix_timestamp', aggregation: 'first', property: day, default_value: 0 });
// @ts-expect-error: the default is not a number
Attribute({ name: 'sum', type: 'double', aggregation: 'sum', property: page, default_value: 'none' });
// @ts-expect-error: the default is not a string
Attribute({ name: 'last', type: 'string', aggregation: 'last', property: page, default_value: 0 });
// @ts-expect-error: the default is not a list
Attribute({ name: 'pages', type: 'string_list', aggregation: 'unique_list', property: page, default_value: '/' });
// @ts-expect-error: a dictionary has no default
Attribute({ name: 'counts', type: 'dict', aggregation: 'category_count', property: page, default_value: 0 });
// @ts-expect-error: only `time_since_…` has a unit
Attribute({ name: 'views', type: 'int32', aggregation: 'counter', time_unit: 's' });
Attribute({ name: 'idle', type: 'double', aggregation: 'time_since_last', time_unit: 's', property: day });
// @ts-expect-error: it always looks at the time of the event
Attribute({ name: 'idle', type: 'double', aggregation: 'time_since_last', time_unit: 's', property: page });
// @ts-expect-error: there is no such member
Attribute({ name: 'views', type: 'int32', aggregation: 'counter', window: 'PT1H' });

// Selectors.
Attribute({
  name: 'views',
  type: 'int32',
  aggregation: 'counter',
  events: [Event({ event_specification_id: '5bf0b3a5-3bd6-4cbb-8d1c-4d2e4c5c0f6e' })],
});
// @ts-expect-error: an event specification stands alone
Event({ event_specification_id: '5bf0b3a5', name: 'page_view' });
// @ts-expect-error: an id is not empty
Event({ event_specification_id: '' });
Event({ event_specification_id: String(day) });
const selected: EventSelector = PageView();
Event(selected);
Event({});
// @ts-expect-error: a version has three numbers
Event({ name: 'page_view', version: '1-0' });

// Calculated properties.
const path = EntityProperty({ vendor: 'com.acme', name: 'cart', major_version: 1, path: 'id' });
const size = CalculatedProperty({
  operation: 'product',
  properties: [width, AtomicProperty({ name: 'br_viewheight' })],
});
const label = CalculatedProperty({ operation: 'concat', properties: [page, visits, hour, path], separator: '-' });
const firstKnown = CalculatedProperty({
  operation: 'coalesce',
  properties: [page, AtomicProperty({ name: 'user_id' })],
});
const anything = CalculatedProperty({ operation: 'coalesce', properties: [path, EventProperty(sold)] });
const mixed = CalculatedProperty({ operation: 'coalesce', properties: [path, page] });
const leaves: Property[] = [page];
CalculatedProperty({ operation: 'sum', properties: leaves });
CalculatedProperty({ operation: 'sum', properties: [visits, AtomicProperty({ name: String(day) })] });
CalculatedProperty({ operation: 'sum', properties: ['a', 'b'].map((path) => EventProperty({ ...sold, path })) });
Attribute({ name: 'label', type: 'string', aggregation: 'last', property: label });
Attribute({ name: 'size', type: 'int64', aggregation: 'max', property: size });
Criterion.gt(size, 5);
Criterion.like(label, '%-1');
Criterion.like(firstKnown, '/%');
Criterion.eq(anything, 5);
Criterion.eq(mixed, '/');
// @ts-expect-error: all are of one type, which is known of one
Criterion.eq(mixed, 5);
Criterion({ property: size, operator: 'in', value: [1, 2] });
// @ts-expect-error: a product is a number
Criterion.eq(size, '5');
// @ts-expect-error: a pattern does not apply to a number
Criterion.like(size, '5%');
// @ts-expect-error: a concat is a string
Criterion.gt(label, 5);
// @ts-expect-error: the first of strings is a string
Criterion.eq(firstKnown, 5);
// @ts-expect-error: a key is one property
AttributeKey({ name: 'label', property: label });
// @ts-expect-error: a sum has at least two parts
CalculatedProperty({ operation: 'sum', properties: [width] });
// @ts-expect-error: so has a concat
CalculatedProperty({ operation: 'concat', properties: [page] });
CalculatedProperty({ operation: 'coalesce', properties: [page] });
// @ts-expect-error: there are no parts
CalculatedProperty({ operation: 'coalesce', properties: [] });
// @ts-expect-error: there are no parts
CalculatedProperty({ operation: 'concat', properties: [] });
// @ts-expect-error: only `concat` has a separator
CalculatedProperty({ operation: 'coalesce', properties: [page], separator: '-' });
// @ts-expect-error: there is no such member
CalculatedProperty({ operation: 'concat', properties: [page, path], seperator: '-' });
// @ts-expect-error: there is no such operation
CalculatedProperty({ operation: 'mean', properties: [width, visits] });
// @ts-expect-error: calculated properties do not nest
CalculatedProperty({ operation: 'sum', properties: [size, visits] });
// @ts-expect-error: a path is not a number
CalculatedProperty({ operation: 'sum', properties: [visits, page] });
// @ts-expect-error: a boolean is not joined to strings
CalculatedProperty({ operation: 'concat', properties: [page, cookies] });
// @ts-expect-error: nor is a number that may have a fraction
CalculatedProperty({ operation: 'concat', properties: [page, AtomicProperty({ name: 'se_value' })] });
// @ts-expect-error: all are of one type
CalculatedProperty({ operation: 'coalesce', properties: [page, visits] });

const group = StreamAttributeGroup({ name: 'visit', attribute_key: domain_userid, attributes: [views] });
StreamAttributeGroup({ name: 'visit', attribute_key: { name: 'account' }, attributes: [views] });
// @ts-expect-error: the attribute key is missing
StreamAttributeGroup({ name: 'visit', attributes: [views] });
StreamAttributeGroup({
  name: 'visit',
  attribute_key: client_session_user_id,
  attributes: ['a', 'b'].map((name) => Attribute({ name, type: 'int32', aggregation: 'counter' })),
  backfill_since_tstamp: '2026-01-01T00:00:00Z',
  refresh_rate: 'PT6H',
});
// @ts-expect-error: a group has attributes
StreamAttributeGroup({ name: 'visit', attribute_key: domain_userid, attributes: [] });
// @ts-expect-error: a stream group has no fields
StreamAttributeGroup({ name: 'visit', attribute_key: domain_userid, attributes: [views], fields: [] });
const customer = AttributeKey({ external_column: 'CUSTOMER_ID' });
const credit = Field({ name: 'credit', type: 'double' });
ExternalBatchAttributeGroup({ name: 'account', attribute_key: customer, fields: [credit] });
// @ts-expect-error: events do not carry a column of a warehouse
StreamAttributeGroup({ name: 'visit', attribute_key: customer, attributes: [views] });
// @ts-expect-error: a group has fields
ExternalBatchAttributeGroup({ name: 'account', attribute_key: customer, fields: [] });
BatchAttributeGroup({ name: 'history', attribute_key: user_id, attributes: [views] });
AttributeGroup({ name: 'visit', attribute_key: user_id, attributes: [views], offline: true });
AttributeGroup({ name: 'account', attribute_key: customer, fields: [credit] });
// @ts-expect-error: attributes or fields, not both
AttributeGroup({ name: 'account', attribute_key: user_id, attributes: [views], fields: [credit] });
// @ts-expect-error: attributes or fields
AttributeGroup({ name: 'account', attribute_key: user_id });
// @ts-expect-error: a key has a place
AttributeKey({ description: 'a key' });

Service({ name: 's', attribute_groups: [group], access_mode: 'public' });
// @ts-expect-error: there is no such mode
Service({ name: 's', attribute_groups: [group], access_mode: 'private' });
// @ts-expect-error: a service has groups
Service({ name: 's', attribute_groups: [] });
// @ts-expect-error: a link has a name and a version
Service({ name: 's', attribute_groups: [{ name: 'visit', vesion: 2 }] });

const many = InterventionCriterion({ attribute: 'visit:views', operator: '>', value: 3 });
const changed = InterventionCriterion({ attribute: 'visit:views', operator: 'changed' });
InterventionCriteriaAll({ all: [many, changed] });
InterventionCriteriaAny({ any: [many, InterventionCriteriaNone({ none: [many] })] });
// @ts-expect-error: `changed` stands alone or within `all`
InterventionCriteriaAny({ any: [many, changed] });
// @ts-expect-error: `changed` cannot stand in a nested `all`
InterventionCriteriaNone({ none: [InterventionCriteriaAll({ all: [changed] })] });
InterventionCriteriaAll({
  all: ['a', 'b'].map((name) => InterventionCriterion({ attribute: `visit:${name}`, operator: 'changed' })),
});
InterventionCriteriaAny({ any: [many, many].slice(1) });
// @ts-expect-error: an empty list decides nothing
InterventionCriteriaAll({ all: [] });
// @ts-expect-error: an empty list decides nothing
InterventionCriteriaAny({ any: [] });
// @ts-expect-error: an empty list decides nothing
InterventionCriteriaNone({ none: [] });
// @ts-expect-error: `changed` takes no value
InterventionCriterion({ attribute: 'visit:views', operator: 'changed', value: 3 });
// @ts-expect-error: nor does `is null`
InterventionCriterion({ attribute: 'visit:views', operator: 'is null', value: 3 });
// @ts-expect-error: there is no such member
InterventionCriterion({ attribute: 'visit:views', operator: '>', value: 3, version: 2 });
// @ts-expect-error: one of `all` and `any`
RuleIntervention({ name: 'both', criteria: { all: [many], any: [many] } });
// @ts-expect-error: a criterion or a list of criteria
RuleIntervention({ name: 'both', criteria: { all: [many], attribute: 'visit:views', operator: 'is null' } });
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

// A file that is imported: TypeScript knows its words only as strings.
createEvaluator({ definitions: forPages(imported, { publishedOnly: true }) });
forPages({ attribute_groups: imported.attribute_groups });
// @ts-expect-error: a bundle has no groups under this name
forPages({ groups: [] });
// @ts-expect-error: the kinds are lists
forPages({ interventions: { name: 'discount' } });

// Event logs.
const log = EventLog({
  name: 'recent',
  attribute_key: domain_sessionid,
  max_events: 10,
  max_age_seconds: 600,
  prompt: 'The last pages.',
  events: [
    EventSelection({
      event: EventLogEvent({ name: 'page_view', major_version: 1 }),
      properties: [
        EventLogAtomicProperty({ name: 'page_urlpath', output_name: 'page' }),
        EventLogEventProperty(sold),
        EventLogEntityProperty({ ...sold, index: 1 }),
      ],
    }),
  ],
});
const withLog: Bundle = bundle([group, log]);
const engineLogs: EngineEventLog[] = withLog.event_logs ?? [];
void engineLogs;
EventLog({ ...log, attribute_key: LinkAttributeKey({ name: 'domain_sessionid' }) });
// @ts-expect-error: an event log is one of a session
EventLog({ ...log, attribute_key: domain_userid });
// @ts-expect-error: it logs nothing
EventLog({ ...log, events: [] });
// @ts-expect-error: it shows nothing
EventSelection({ event: {}, properties: [] });
// @ts-expect-error: a version or its first number
EventLogEvent({ version: '1-0-0', major_version: 1 });
// @ts-expect-error: an event specification stands alone
EventLogEvent({ event_specification_id: '5bf0b3a5', major_version: 1 });
// @ts-expect-error: an id is not empty
EventLogEvent({ event_specification_id: '' });
EventLogEvent({ event_specification_id: '5bf0b3a5' });
// @ts-expect-error: there is no such field
EventLogAtomicProperty({ name: 'page_path' });

InterventionInstance({ name: 'hello', version: 1, attributes: { 'visit:views': '3' } });
// @ts-expect-error: the API takes strings
InterventionInstance({ name: 'hello', version: 1, attributes: { 'visit:views': 3 } });
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
