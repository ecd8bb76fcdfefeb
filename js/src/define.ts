/**
 * Definitions in TypeScript: a function for each class of Snowplow's Python SDK, with its name and fields, and with
 * what that SDK does not have yet. Most definitions that the engine would refuse are type errors in the editor.
 *
 * @module
 */

/** ISO 8601: `PT10M`, `P7D`. A year is 365 days, a month 30. */
export type Duration = `P${string}`;

type Scalar = string | number | boolean;
type Values = string[] | number[] | boolean[];

type ScalarType = 'bytes' | 'string' | 'int32' | 'int64' | 'double' | 'float' | 'bool' | 'unix_timestamp';
/** The type of an attribute. */
export type ValueType = ScalarType | `${ScalarType}_list` | 'dict';

/** A part of a time, in UTC. */
export type DatePart = 'hour_of_day' | 'day_of_week' | 'month_of_year' | 'active_day' | 'active_week' | 'active_month';

/** The place of a value in an event. */
export type Property = (
  | { type: 'atomic'; name: string }
  | { type: 'event'; vendor: string; name: string; major_version: number; path: string }
  | { type: 'entity'; vendor: string; name: string; major_version: number; path: string; index: number }
) & { date_part?: DatePart };

type Without<Kind extends Property['type'], Optional extends string = never> = Omit<
  Extract<Property, { type: Kind }>,
  'type' | Optional
>;

type Side = 'height' | 'width';
type NumberField =
  | `${'br_view' | 'doc_' | 'dvce_screen'}${Side}`
  | `pp_${'x' | 'y'}offset_${'max' | 'min'}`
  | `${'page' | 'refr'}_urlport`
  | `geo_${'latitude' | 'longitude'}`
  | `${'ti_price' | 'tr_shipping' | 'tr_tax' | 'tr_total'}${'' | '_base'}`
  | 'domain_sessionidx'
  | 'se_value'
  | 'ti_quantity'
  | 'txn_id';
type BooleanField = 'br_cookies' | `br_features_${string}` | 'dvce_ismobile';
type TimeField = `${string}_tstamp`;

/** The type of an atomic field of a known name (rule 2); a time is written as a string. */
type FieldValue<Name extends string> = string extends Name
  ? Scalar
  : Name extends NumberField
    ? number
    : Name extends BooleanField
      ? boolean
      : string;

/** Names a field of the canonical event. */
export const AtomicProperty = <const Name extends string>(
  property: Without<'atomic'> & { name: Name },
): Extract<Property, { type: 'atomic' }> & { name: Name } => ({ ...property, type: 'atomic' });

/** Names a property of the self-describing event. */
export const EventProperty = (property: Without<'event'>): Property => ({ ...property, type: 'event' });

/** Names a property of the nth entity of a schema; `index`: 0 by default. */
export const EntityProperty = (property: Without<'entity', 'index'> & { index?: number }): Property => ({
  index: 0,
  ...property,
  type: 'entity',
});

/** Selects events. A member that is left out matches all. */
export interface EventSelector {
  vendor?: string;
  name?: string;
  version?: string;
}

/** Selects events by vendor, name and version of their schema. */
export const Event = (selector: EventSelector): EventSelector => selector;
const snowplow = 'com.snowplowanalytics.snowplow';
/** Selects page views. */
export const PageView = (): EventSelector => ({ vendor: snowplow, name: 'page_view', version: '1-0-0' });
/** Selects page pings. */
export const PagePing = (): EventSelector => ({ vendor: snowplow, name: 'page_ping', version: '1-0-0' });
/** Selects structured events. */
export const StructuredEvent = (): EventSelector => ({
  vendor: 'com.google.analytics',
  name: 'event',
  version: '1-0-0',
});

type Literal<Filtered extends Property> = Filtered extends { type: 'atomic'; name: infer Name extends string }
  ? FieldValue<Name>
  : Scalar;
type Ordered<Filtered extends Property> = Exclude<Literal<Filtered>, boolean>;
type Listed<Filtered extends Property> = Extract<Values, Literal<Filtered>[]>;
type Pattern<Filtered extends Property> = Filtered extends { name: NumberField | BooleanField | TimeField }
  ? never
  : string;

/** A condition on an event. On an atomic field of a known name, the value is of that field's type. */
export type EventCriterion<Filtered extends Property = Property> =
  | { property: Filtered; operator: '=' | '!='; value: Literal<Filtered> }
  | { property: Filtered; operator: '<' | '>' | '<=' | '>='; value: Ordered<Filtered> }
  | { property: Filtered; operator: 'like'; value: Pattern<Filtered> }
  | { property: Filtered; operator: 'in'; value: Listed<Filtered> }
  | { property: Filtered; operator: 'is null' | 'is not null' };

interface CriterionBuilders {
  <const Filtered extends Property>(criterion: EventCriterion<Filtered>): EventCriterion;
  eq<Filtered extends Property>(property: Filtered, value: Literal<Filtered>): EventCriterion;
  neq<Filtered extends Property>(property: Filtered, value: Literal<Filtered>): EventCriterion;
  gt<Filtered extends Property>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  gte<Filtered extends Property>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  lt<Filtered extends Property>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  lte<Filtered extends Property>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  like<Filtered extends Property>(property: Filtered, value: Pattern<Filtered>): EventCriterion;
  in_list<Filtered extends Property>(property: Filtered, value: Listed<Filtered>): EventCriterion;
  is_null(property: Property): EventCriterion;
  is_not_null(property: Property): EventCriterion;
}

const build =
  (operator: EventCriterion['operator']) =>
  (property: Property, value: Scalar | Values): EventCriterion =>
    ({ property, operator, value }) as EventCriterion;

/** Builds event criteria as the SDK's class does: `Criterion.eq(property, value)` and so on. */
export const Criterion: CriterionBuilders = Object.assign((criterion: EventCriterion): EventCriterion => criterion, {
  eq: build('='),
  neq: build('!='),
  gt: build('>'),
  gte: build('>='),
  lt: build('<'),
  lte: build('<='),
  like: build('like'),
  in_list: build('in'),
  is_null: (property: Property): EventCriterion => ({ property, operator: 'is null' }),
  is_not_null: (property: Property): EventCriterion => ({ property, operator: 'is not null' }),
});

/** Matches an event if all of `all` hold and, unless `any` is empty, one of `any`. */
export interface EventCriteria {
  all?: EventCriterion[];
  any?: EventCriterion[];
}

/** Types the event filter of an attribute. */
export const Criteria = (criteria: EventCriteria): EventCriteria => criteria;

type Numeric = 'int32' | 'int64' | 'double' | 'float';
type Aggregated =
  | { aggregation: 'counter'; type: Numeric; property?: never }
  | { aggregation: 'sum' | 'min' | 'max' | 'mean'; type: Numeric; property: Property }
  | { aggregation: 'first' | 'last' | 'most_frequent' | 'least_frequent'; type: ScalarType; property: Property }
  | { aggregation: 'approx_count_distinct'; type: Numeric; property: Property }
  | { aggregation: 'unique_list'; type: `${ScalarType}_list`; property: Property }
  | { aggregation: 'category_count'; type: 'dict'; property: Property }
  | {
      aggregation: 'time_since_last' | 'time_since_first';
      type: 'double' | 'float';
      time_unit: 's' | 'min' | 'h' | 'd';
      property?: never;
    };

/** A rolling window, or the time to live of a lifetime value, not both. */
type Lifetime = { period?: Duration; ttl?: never } | { period?: never; ttl?: Duration };

/** A value that is computed from events. */
export type AttributeDefinition = Aggregated &
  Lifetime & {
    name: string;
    description?: string;
    /** Default: every event. */
    events?: EventSelector[];
    criteria?: EventCriteria;
    default_value?: Scalar | Values;
  };

/** Types an attribute. Its aggregation decides which types and fields it takes. */
export const Attribute = (attribute: AttributeDefinition): AttributeDefinition => attribute;

/** A kind of profile: browsers, sessions, users and so on, by the id that events carry. */
export interface AttributeKeyDefinition {
  name: string;
  /** The place of its id in an event. Default: the atomic field of its name. */
  property?: Property;
  external_column?: string;
  /** The older way to name an atomic field. */
  key?: string;
  description?: string;
  owner?: string;
  ttl?: Duration;
  is_published: boolean;
}

/**
 * Completes an attribute key. The default name is that of the column, of the atomic field, or of the path's last step.
 * Throws a TypeError if there is none.
 */
export function AttributeKey(
  key: Omit<AttributeKeyDefinition, 'name' | 'is_published'> & { name?: string; is_published?: boolean },
): AttributeKeyDefinition {
  const { name = key.external_column ?? nameOf(key.property), is_published = false, ...rest } = key;
  if (!name) throw new TypeError('An attribute key needs a "name", a "property" or an "external_column".');
  return { name, ...rest, is_published };
}

function nameOf(property: Property | undefined): string | undefined {
  return property?.type === 'atomic' ? property.name : property?.path.split('.').at(-1);
}

const builtIn = (name: string, description: string): AttributeKeyDefinition =>
  AttributeKey({ name, key: name, description });

/** The key of a browser: the id in the tracker's cookie. */
export const domain_userid = builtIn('domain_userid', 'The domain user ID for the user.');
/** The key of a session. */
export const domain_sessionid = builtIn('domain_sessionid', 'The domain session ID for the session.');
/** The key of a user who has logged in. */
export const user_id = builtIn('user_id', 'The user ID for the user.');
/** The key of the collector's cookie, which a page does not know. */
export const network_userid = builtIn('network_userid', 'The network user ID for the user.');

/** A reference by name. */
export interface KeyLink {
  name: string;
}

/** Refers to a key by its name. */
export const LinkAttributeKey = ({ name }: KeyLink): KeyLink => ({ name });

interface GroupDefinition {
  name: string;
  version: number;
  attribute_key: AttributeKeyDefinition;
  owner?: string;
  description?: string;
  ttl?: Duration;
  online: boolean;
  is_published: boolean;
}

/** A group whose attributes are computed from events. */
export interface StreamGroupDefinition extends GroupDefinition {
  offline: false;
  attributes: AttributeDefinition[];
}

/** A value of an external group. */
export interface FieldDefinition {
  name: string;
  type: Exclude<ValueType, 'dict'>;
  description?: string;
}

/** The warehouse table of an external group. */
export interface BatchSourceDefinition {
  name: string;
  database: string;
  schema: string;
  table: string;
  timestamp_field?: string;
  description?: string;
  owner?: string;
}

/** A group whose values come from a warehouse or from `setAttributes`. */
export interface ExternalGroupDefinition extends GroupDefinition {
  offline: true;
  fields: FieldDefinition[];
  /** `forPages` removes it. */
  batch_source?: BatchSourceDefinition;
}

/** Attributes with one attribute key and one version. */
export type AttributeGroupDefinition = StreamGroupDefinition | ExternalGroupDefinition;

type Group<Definition extends GroupDefinition> = Omit<
  Definition,
  'version' | 'online' | 'offline' | 'is_published' | 'attribute_key'
> &
  Partial<Pick<Definition, 'version' | 'online' | 'is_published'>> & {
    attribute_key: AttributeKeyDefinition | KeyLink;
  };

/** Completes a group whose attributes are computed from events: version 1, online, unpublished by default. */
export const StreamAttributeGroup = (group: Group<StreamGroupDefinition>): StreamGroupDefinition => ({
  version: 1,
  online: true,
  is_published: false,
  ...group,
  attribute_key: AttributeKey(group.attribute_key),
  offline: false,
});

/** Completes a group whose values come from a warehouse or from `setAttributes`: the same defaults. */
export const ExternalBatchAttributeGroup = (group: Group<ExternalGroupDefinition>): ExternalGroupDefinition => ({
  version: 1,
  online: true,
  is_published: false,
  ...group,
  attribute_key: AttributeKey(group.attribute_key),
  offline: true,
});

/** Types a field of an external group. */
export const Field = (field: FieldDefinition): FieldDefinition => field;
/** Types the warehouse table of an external group. */
export const BatchSource = (source: BatchSourceDefinition): BatchSourceDefinition => source;

/** A version of a group, by name. */
export interface GroupLink {
  name: string;
  version?: number;
}

/** A named list of groups that are read together. */
export interface ServiceDefinition {
  name: string;
  attribute_groups: { name: string; version: number }[];
  description?: string;
  owner?: string;
  is_published: boolean;
}

/** Completes a service. `attribute_groups` takes groups, or their names and versions. */
export const Service = ({
  attribute_groups,
  is_published = false,
  ...service
}: Omit<ServiceDefinition, 'attribute_groups' | 'is_published'> & {
  attribute_groups: GroupLink[];
  is_published?: boolean;
}): ServiceDefinition => ({ ...service, attribute_groups: attribute_groups.map(groupLink), is_published });

const groupLink = ({ name, version = 1 }: GroupLink): { name: string; version: number } => ({ name, version });

type Compared = { attribute: `${string}:${string}` } & (
  | { operator: '=' | '!='; value: Scalar }
  | { operator: '<' | '>' | '<=' | '>='; value: number | string }
  | { operator: 'like' | 'not like' | 'rlike' | 'not rlike'; value: string }
  | { operator: 'in' | 'not in'; value: Values | Scalar }
  | { operator: 'is null' | 'is not null' }
);
type Changed = { attribute: `${string}:${string}`; operator: 'changed' };

/** `attribute` is `group:attribute`. `changed` stands alone or within `all`. */
export type InterventionCriterionDefinition = Compared | Changed;

type Unchanged = Compared | { all: Unchanged[] } | { any: Unchanged[] } | { none: Unchanged[] };

/** One criterion, or `all`, `any` or `none` of criteria. */
export type InterventionCriteria =
  InterventionCriterionDefinition | { all: InterventionCriteria[] } | { any: Unchanged[] } | { none: Unchanged[] };

/** Compares an attribute with a value. */
export const InterventionCriterion = <Given extends InterventionCriterionDefinition>(criterion: Given): Given =>
  criterion;
/** Holds if all of them hold. */
export const InterventionCriteriaAll = <Given extends InterventionCriteria>({
  all,
}: {
  all: Given[];
}): { all: Given[] } => ({ all });
/** Holds if one of them holds. */
export const InterventionCriteriaAny = ({ any }: { any: Unchanged[] }): { any: Unchanged[] } => ({ any });
/** Holds if none of them holds. */
export const InterventionCriteriaNone = ({ none }: { none: Unchanged[] }): { none: Unchanged[] } => ({ none });

/** An intervention that fires when its criteria become true. */
export interface RuleInterventionDefinition {
  name: string;
  version: number;
  description?: string;
  owner?: string;
  is_published: boolean;
  criteria: InterventionCriteria;
  /** Default: the keys of the groups that the criteria read. */
  target_attribute_keys?: KeyLink[];
  /** The groups whose values the intervention carries. Default: the groups that the criteria read. */
  payload_attribute_groups?: { name: string; version: number }[];
}

/** Completes a rule intervention: version 1 by default. Groups and keys may be given as objects. */
export function RuleIntervention(
  intervention: Omit<RuleInterventionDefinition, 'version' | 'is_published' | 'payload_attribute_groups'> & {
    version?: number;
    is_published?: boolean;
    payload_attribute_groups?: GroupLink[];
  },
): RuleInterventionDefinition {
  const { version = 1, is_published = false, target_attribute_keys, payload_attribute_groups, ...rest } = intervention;
  return {
    ...rest,
    version,
    is_published,
    ...(target_attribute_keys && { target_attribute_keys: target_attribute_keys.map(LinkAttributeKey) }),
    ...(payload_attribute_groups && { payload_attribute_groups: payload_attribute_groups.map(groupLink) }),
  };
}

/** A bundle of definitions: the value of every option `definitions` in this package. */
export interface Bundle {
  attribute_keys: AttributeKeyDefinition[];
  attribute_groups: AttributeGroupDefinition[];
  services: ServiceDefinition[];
  interventions: RuleInterventionDefinition[];
}

type Definition = Bundle[keyof Bundle][number];

/** Bundles definitions by kind, in their order, and marks all as published, as the SDK's `publish` does. */
export function bundle(definitions: Definition[]): Bundle {
  const result: Bundle = { attribute_keys: [], attribute_groups: [], services: [], interventions: [] };
  for (const definition of definitions) {
    const published = { ...definition, is_published: true };
    (result[kindOf(definition)] as Definition[]).push(published);
  }
  return result;
}

function kindOf(definition: Definition): keyof Bundle {
  if ('criteria' in definition) return 'interventions';
  if ('attribute_groups' in definition) return 'services';
  return 'attribute_key' in definition ? 'attribute_groups' : 'attribute_keys';
}

const notForPages = ['owner', 'description', 'batch_source'];

/** Options of `forPages`. */
export interface ForPagesOptions {
  /** Leaves out each object of the bundle whose `is_published` is `false`. Default: all stay. */
  publishedOnly?: boolean | undefined;
}

/**
 * Returns the bundle without the parts that visitors need not read: owners, descriptions, the names of warehouse tables
 * and columns. An `external_column` stays, with the attribute key's name as its value.
 */
export function forPages(bundle: Bundle, { publishedOnly = false }: ForPagesOptions = {}): Bundle {
  return JSON.parse(JSON.stringify(publishedOnly ? published(bundle) : bundle, forPage)) as Bundle;
}

function published(bundle: Bundle): Bundle {
  const lists = Object.entries(bundle as unknown as Record<string, Partial<Definition>[]>);
  return Object.fromEntries(
    lists.map(([kind, list]) => [kind, list.filter((definition) => definition.is_published !== false)]),
  ) as unknown as Bundle;
}

function forPage(this: { name?: unknown }, name: string, value: unknown): unknown {
  if (notForPages.includes(name)) return undefined;
  return name === 'external_column' && value !== null ? this.name : value;
}

/** Returns a duration in ISO 8601, as the SDK prints a `timedelta`. Throws a RangeError if it is negative. */
export function duration(time: { days?: number; hours?: number; minutes?: number; seconds?: number }): Duration {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = time;
  const ms = Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  if (!(ms >= 0)) throw new RangeError('A duration must not be negative.');
  const whole = (unit: number, within = Infinity): number => Math.floor((ms % within) / unit);
  const [minute, hour, day, year] = [60_000, 3_600_000, 86_400_000, 31_536_000_000];
  const date = part(whole(year), 'Y') + part(whole(day, year), 'D');
  const clock = part(whole(hour, day), 'H') + part(whole(minute, hour), 'M') + part((ms % minute) / 1000, 'S');
  return `P${date}${clock || date === '' ? `T${clock || '0S'}` : ''}`;
}

const part = (count: number, unit: string): string => (count === 0 ? '' : `${count}${unit}`);
