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

type TextType = 'bytes' | 'string';
type Numeric = 'int32' | 'int64' | 'double' | 'float' | 'unix_timestamp' | 'timestamp';
type ScalarType = TextType | Numeric | 'bool';
/** The type of an attribute or a field. `timestamp` is another word for `unix_timestamp`. */
export type ValueType = ScalarType | `${Exclude<ScalarType, 'timestamp'>}_list` | 'dict';

type NumericPart = 'hour_of_day' | 'day_of_week' | 'month_of_year';
type DayPart = 'active_day' | 'active_week' | 'active_month';
/** A part of a time, in UTC. */
export type DatePart = NumericPart | DayPart;

type Side = 'height' | 'width';
type IntegerField =
  | `${'br_view' | 'doc_' | 'dvce_screen'}${Side}`
  | `pp_${'x' | 'y'}offset_${'max' | 'min'}`
  | `${'page' | 'refr'}_urlport`
  | 'domain_sessionidx'
  | 'ti_quantity'
  | 'txn_id';
type DecimalField =
  | `geo_${'latitude' | 'longitude'}`
  | `${'ti_price' | 'tr_shipping' | 'tr_tax' | 'tr_total'}${'' | '_base'}`
  | 'se_value';
type Feature =
  'director' | 'flash' | 'gears' | 'java' | 'pdf' | 'quicktime' | 'realplayer' | 'silverlight' | 'windowsmedia';
type BooleanField = 'br_cookies' | `br_features_${Feature}` | 'dvce_ismobile';
type TimeField =
  | `${'collector' | 'derived' | 'dvce_created' | 'dvce_sent' | 'etl' | 'true'}_tstamp`
  | `refr_${'device' | 'dvce'}_tstamp`;
type StringField =
  | `${'app' | 'event' | 'user'}_id`
  | `${'domain_session' | 'domain_user' | 'network_user' | 'refr_domain_user'}id`
  | `br_${'colordepth' | 'family' | 'lang' | 'name' | 'renderengine' | 'type' | 'version'}`
  | `event_${'fingerprint' | 'format' | 'name' | 'vendor' | 'version'}`
  | `geo_${'city' | 'country' | 'region' | 'region_name' | 'timezone' | 'zipcode'}`
  | `ip_${'domain' | 'isp' | 'netspeed' | 'organization'}`
  | `mkt_${'campaign' | 'clickid' | 'content' | 'medium' | 'network' | 'source' | 'term'}`
  | `os_${'family' | 'manufacturer' | 'name' | 'timezone'}`
  | `${'page' | 'refr'}_url${'fragment' | 'host' | 'path' | 'query' | 'scheme'}`
  | `page_${'referrer' | 'title' | 'url'}`
  | `refr_${'medium' | 'source' | 'term'}`
  | `se_${'action' | 'category' | 'label' | 'property'}`
  | `ti_${'category' | 'currency' | 'name' | 'orderid' | 'sku'}`
  | `tr_${'affiliation' | 'city' | 'country' | 'currency' | 'orderid' | 'state'}`
  | `user_${'fingerprint' | 'ipaddress'}`
  | `v_${'collector' | 'etl' | 'tracker'}`
  | 'base_currency'
  | 'doc_charset'
  | 'dvce_type'
  | 'etl_tags'
  | 'event'
  | 'name_tracker'
  | 'platform'
  | 'useragent';
/** A field of Snowplow's canonical event that holds one value. */
export type AtomicField = StringField | IntegerField | DecimalField | BooleanField | TimeField;

interface AtomicPlace<Name extends AtomicField = AtomicField> {
  type: 'atomic';
  name: Name;
}
interface EventPlace {
  type: 'event';
  vendor: string;
  name: string;
  major_version: number;
  path: string;
}
interface EntityPlace extends Omit<EventPlace, 'type'> {
  type: 'entity';
  index: number;
}
type Dated<Part extends DatePart> = [Part] extends [never] ? { date_part?: never } : { date_part: Part };
type FieldWith<Part extends DatePart> = [Part] extends [never] ? AtomicField : TimeField;

/** The place of a value in an event; `Property<DatePart>`: of a time of which a part is read. */
export type Property<Part extends DatePart = never> = (AtomicPlace<FieldWith<Part>> | EventPlace | EntityPlace) &
  Dated<Part>;

/** A part of a calculated property. */
type Leaf = Property | Property<DatePart>;
type Arithmetic = 'sum' | 'product' | 'min' | 'max';

interface Calculated<Operation, Leaves> {
  type: 'calculated';
  operation: Operation;
  properties: Leaves;
  /** Stands between the parts of a `concat`. Default: nothing. */
  separator?: Operation extends 'concat' ? string : never;
}
/** A value that is made of several properties of one event. */
export type CalculatedPropertyDefinition =
  Calculated<'concat', readonly Leaf[]> | Calculated<Arithmetic | 'coalesce', readonly Leaf[]>;

type AnyProperty = Leaf | CalculatedPropertyDefinition;

type KnownField<Name extends string, Part extends DatePart> = string extends Name
  ? unknown
  : Name extends FieldWith<Part>
    ? unknown
    : { name: FieldWith<Part> };
/** A name that is not written out may be that of any field. */
type AtomicPropertyOf<Name extends string, Part extends DatePart> = AtomicPlace<
  string extends Name ? FieldWith<Part> : Extract<Name, AtomicField>
> &
  Dated<Part>;

/** Names a field of the canonical event. A `date_part` needs a time. */
export const AtomicProperty = <const Name extends string, const Part extends DatePart = never>(
  property: { name: Name; date_part?: Part } & KnownField<Name, Part>,
): AtomicPropertyOf<NoInfer<Name>, NoInfer<Part>> =>
  ({ ...property, type: 'atomic' }) as unknown as AtomicPropertyOf<Name, Part>;

/** Paths that do not lead to one value (rule 31). */
type WrongPath =
  | ''
  | '$'
  | '*'
  | `.${string}`
  | `${string}.`
  | `${string}.*`
  | `${string}.*.${string}`
  | `${string}..${string}`
  | `${string}[${'*' | '-' | ':' | "'" | '"'}${string}`
  | `${string}[${number}:${string}`;
type KnownPath<Path extends string> = Path extends WrongPath ? { path: 'a path such as items[0].price' } : unknown;

/** Names a property of the self-describing event. */
export const EventProperty = <const Path extends string, const Part extends DatePart = never>(
  property: Omit<EventPlace, 'type' | 'path'> & { path: Path; date_part?: Part } & KnownPath<Path>,
): EventPlace & Dated<NoInfer<Part>> => ({ ...property, type: 'event' }) as unknown as EventPlace & Dated<Part>;

/** Names a property of the nth entity of a schema; `index`: 0 by default. */
export const EntityProperty = <const Path extends string, const Part extends DatePart = never>(
  property: Omit<EntityPlace, 'type' | 'index' | 'path'> & {
    path: Path;
    index?: number;
    date_part?: Part;
  } & KnownPath<Path>,
): EntityPlace & Dated<NoInfer<Part>> =>
  ({ index: 0, ...property, type: 'entity' }) as unknown as EntityPlace & Dated<Part>;

type Kind = 'string' | 'integer' | 'number' | 'boolean';
/** The kind of a leaf's values; that of a property of an event or an entity is not known. */
type KindOf<Given> = Given extends { date_part: infer Part }
  ? DatePart extends Part
    ? 'unknown'
    : Part extends NumericPart
      ? 'integer'
      : 'string'
  : Given extends { type: 'atomic'; name: infer Name }
    ? AtomicField extends Name
      ? 'unknown'
      : Name extends IntegerField
        ? 'integer'
        : Name extends DecimalField
          ? 'number'
          : Name extends BooleanField
            ? 'boolean'
            : 'string'
    : 'unknown';
type IsUnion<Whole, Part = Whole> = Part extends unknown ? ([Whole] extends [Part] ? false : true) : never;
type FitFor<Operation, Given extends Kind> = Operation extends 'concat'
  ? 'string' | 'integer'
  : Operation extends Arithmetic
    ? 'integer' | 'number'
    : IsUnion<Given> extends true
      ? never
      : Given;
type Fewest<Operation> = Operation extends 'coalesce' ? readonly [Leaf, ...Leaf[]] : readonly [Leaf, Leaf, ...Leaf[]];
/** A list of unknown length, or of enough leaves, whose known kinds go with the operation. */
type Combinable<Operation, Leaves extends readonly unknown[], Kinds extends Kind> = number extends Leaves['length']
  ? [Kinds] extends [FitFor<Operation, Kinds>]
    ? unknown
    : { properties: FitFor<Operation, Kinds> }
  : Leaves extends Fewest<Operation>
    ? [Kinds] extends [FitFor<Operation, Kinds>]
      ? unknown
      : { properties: FitFor<Operation, Kinds> }
    : { properties: Fewest<Operation> };

/**
 * Combines at most 50 properties of one event: `concat` at least two strings and integers, `sum`, `product`, `min` or
 * `max` at least two numbers; `coalesce` is the first that is there. It may stand in an attribute and in its filter.
 */
export const CalculatedProperty = <
  const Operation extends 'concat' | Arithmetic | 'coalesce',
  const Leaves extends readonly Leaf[],
>(
  property: Omit<Calculated<Operation, Leaves>, 'type'> &
    Combinable<Operation, Leaves, Exclude<KindOf<Leaves[number]>, 'unknown'>>,
): Calculated<Operation, Leaves> => ({ ...property, type: 'calculated' });

/** The form of a schema's version: `1-0-0`. */
type SchemaVersion = `${number}-${number}-${number}`;

/** Selects events by their schema, of which a member that is left out matches all, or by their event specification. */
export type EventSelector =
  | { vendor?: string; name?: string; version?: SchemaVersion; event_specification_id?: never }
  | { event_specification_id: string; vendor?: never; name?: never; version?: never };

/** An id that is written out is not empty. */
type KnownId<Id extends string> = { event_specification_id?: Id } & (Id extends ''
  ? { event_specification_id: 'the id of an event specification' }
  : unknown);

/** Selects events by vendor, name and version of their schema, or by the id of their event specification. */
export const Event = <const Id extends string = string>(selector: EventSelector & KnownId<Id>): EventSelector =>
  selector;
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

interface ValueOfKind {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  unknown: Scalar;
}
type CalculatedKind<Operation, Given> = Operation extends 'concat'
  ? 'string'
  : Operation extends Arithmetic
    ? 'number'
    : [Exclude<Given, 'unknown'>] extends [never]
      ? 'unknown'
      : Exclude<Given, 'unknown'>;
/** The kind of the values that a filter compares. */
type ComparedKind<Filtered> = Filtered extends { operation: infer Operation; properties: readonly (infer Each)[] }
  ? CalculatedKind<Operation, KindOf<Each>>
  : KindOf<Filtered>;
type Literal<Filtered extends AnyProperty> = ValueOfKind[ComparedKind<Filtered> & keyof ValueOfKind];
type Ordered<Filtered extends AnyProperty> = Exclude<Literal<Filtered>, boolean>;
type Listed<Filtered extends AnyProperty> = Extract<Values, Literal<Filtered>[]>;
type Pattern<Filtered extends AnyProperty> = Filtered extends { name: TimeField; date_part?: never }
  ? never
  : Extract<Literal<Filtered>, string>;

/** A condition on an event. Where the type of the values is known, as of most atomic fields, the value has that type. */
export type EventCriterion<Filtered extends AnyProperty = AnyProperty> =
  | { property: Filtered; operator: '=' | '!='; value: Literal<Filtered> }
  | { property: Filtered; operator: '<' | '>' | '<=' | '>='; value: Ordered<Filtered> }
  | { property: Filtered; operator: 'like'; value: Pattern<Filtered> }
  | { property: Filtered; operator: 'in'; value: Listed<Filtered> }
  | { property: Filtered; operator: 'is null' | 'is not null' };

interface CriterionBuilders {
  <const Filtered extends AnyProperty>(criterion: EventCriterion<Filtered>): EventCriterion;
  eq<Filtered extends AnyProperty>(property: Filtered, value: Literal<Filtered>): EventCriterion;
  neq<Filtered extends AnyProperty>(property: Filtered, value: Literal<Filtered>): EventCriterion;
  gt<Filtered extends AnyProperty>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  gte<Filtered extends AnyProperty>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  lt<Filtered extends AnyProperty>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  lte<Filtered extends AnyProperty>(property: Filtered, value: Ordered<Filtered>): EventCriterion;
  like<Filtered extends AnyProperty>(property: Filtered, value: Pattern<Filtered>): EventCriterion;
  in_list<Filtered extends AnyProperty>(property: Filtered, values: Listed<Filtered>): EventCriterion;
  is_null(property: AnyProperty): EventCriterion;
  is_not_null(property: AnyProperty): EventCriterion;
}

const build =
  (operator: EventCriterion['operator']) =>
  (property: AnyProperty, value: Scalar | Values): EventCriterion =>
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
  is_null: (property: AnyProperty): EventCriterion => ({ property, operator: 'is null' }),
  is_not_null: (property: AnyProperty): EventCriterion => ({ property, operator: 'is not null' }),
}) as CriterionBuilders;

/** Matches an event if all of `all` hold and, unless `any` is empty, one of `any`. */
export interface EventCriteria {
  all?: EventCriterion[];
  any?: EventCriterion[];
}

/** Types the event filter of an attribute. */
export const Criteria = (criteria: EventCriteria): EventCriteria => criteria;

interface TypedNumber {
  type: Numeric;
  default_value?: number;
}
type Typed = TypedNumber | { type: TextType; default_value?: string } | { type: 'bool'; default_value?: boolean };
type TypedList =
  | { type: `${Exclude<Numeric, 'timestamp'>}_list`; default_value?: number[] }
  | { type: `${TextType}_list`; default_value?: string[] }
  | { type: 'bool_list'; default_value?: boolean[] };
type Undated = { property: Property | CalculatedPropertyDefinition };
type Hours = { property: Property<NumericPart> };
type Days = { property: Property<DayPart> };
type DatedOrNot = { property: AnyProperty };

type Aggregated = (
  | ({ aggregation: 'counter'; property?: never } & TypedNumber)
  | ({ aggregation: 'sum' | 'min' | 'max' | 'mean' } & Undated & TypedNumber)
  | ({ aggregation: 'first' | 'last' | 'most_frequent' | 'least_frequent' } & (
      | (Undated & Typed)
      | (Hours & { type: 'int32' | 'int64'; default_value?: number })
      | (Days & { type: 'string'; default_value?: string })
    ))
  | ({ aggregation: 'approx_count_distinct' } & DatedOrNot & TypedNumber)
  | ({ aggregation: 'unique_list' } & (
      | (Undated & TypedList)
      | (Hours & { type: 'int32_list' | 'int64_list'; default_value?: number[] })
      | (Days & { type: 'string_list'; default_value?: string[] })
    ))
  | ({ aggregation: 'category_count'; type: 'dict'; default_value?: never } & DatedOrNot)
) & { time_unit?: never };
type TimeSince = {
  aggregation: 'time_since_last' | 'time_since_first';
  type: 'double' | 'float';
  time_unit: 's' | 'min' | 'h' | 'd';
  /** Can only be the time of the event, which is the default. */
  property?: { type: 'atomic'; name: 'derived_tstamp'; date_part?: never };
  default_value?: number;
};

/** A rolling window, or the time to live of a lifetime value, not both. */
type Lifetime = { period?: Duration; ttl?: never } | { period?: never; ttl?: Duration };

/** A value that is computed from events. */
export type AttributeDefinition = (Aggregated | TimeSince) &
  Lifetime & {
    name: string;
    description?: string;
    /** Default: every event. */
    events?: EventSelector[];
    criteria?: EventCriteria;
  };

/** Types an attribute. Its aggregation decides which types and fields it takes. */
export const Attribute = (attribute: AttributeDefinition): AttributeDefinition => attribute;

interface KeyOptions {
  name?: string;
  description?: string;
  owner?: string;
  ttl?: Duration;
  is_published?: boolean;
}
type KeyPlace =
  /** Default: the atomic field of the key's name. `key` is the older way to name another one. */
  | { property?: Property; key?: string; external_column?: never }
  | { property: Property; key?: string; external_column: string }
  | { property?: Property; key: string; external_column: string };
interface WarehouseColumn {
  external_column: string;
  property?: never;
  key?: never;
}
type Named = { name: string; is_published: boolean };

/** A key whose ids are in events. */
export type EventKeyDefinition = KeyOptions & KeyPlace & Named;
/** A key whose ids are in a column of a warehouse only. */
export type WarehouseKeyDefinition = KeyOptions & WarehouseColumn & Named;
/** A kind of profile: browsers, sessions, users and so on, by the id that events carry. */
export type AttributeKeyDefinition = EventKeyDefinition | WarehouseKeyDefinition;

/**
 * Completes an attribute key. The default name is that of the column, of the atomic field, or of the path's last step.
 * Throws a TypeError if there is none.
 */
export function AttributeKey(
  key: KeyOptions & KeyPlace & ({ name: string } | { property: Property }),
): EventKeyDefinition;
/** Completes the key of a warehouse table. */
export function AttributeKey(key: KeyOptions & WarehouseColumn): WarehouseKeyDefinition;
export function AttributeKey(key: KeyOptions & (KeyPlace | WarehouseColumn)): AttributeKeyDefinition {
  const { name = key.external_column ?? nameOf(key.property), is_published = false, ...rest } = key;
  if (!name) throw new TypeError('An attribute key needs a "name", a "property" or an "external_column".');
  return { name, ...rest, is_published };
}

function nameOf(property: Property | undefined): string | undefined {
  return property?.type === 'atomic' ? property.name : property?.path.split('.').at(-1);
}

const builtIn = <Name extends string>(
  name: Name,
  description: string,
  place: KeyPlace = { key: name },
): EventKeyDefinition & { name: Name } =>
  AttributeKey({ name, description, ...place }) as EventKeyDefinition & { name: Name };

/** The key of a browser: the id in the tracker's cookie. */
export const domain_userid = builtIn('domain_userid', 'The domain user ID for the user.');
/** The key of a session. */
export const domain_sessionid = builtIn('domain_sessionid', 'The domain session ID for the session.');
/** The key of a user who has logged in. */
export const user_id = builtIn('user_id', 'The user ID for the user.');
/** The key of the collector's cookie, which a page does not know. */
export const network_userid = builtIn('network_userid', 'The network user ID for the user.');

const inSessionEntity = (path: string): KeyPlace => ({
  property: EntityProperty({ vendor: snowplow, name: 'client_session', major_version: 1, path }),
});
/** The key of an app's installation: `userId` in the session entity of the mobile trackers. */
export const client_session_user_id = builtIn(
  'client_session_user_id',
  "The user ID in the mobile tracker's session entity.",
  inSessionEntity('userId'),
);
/** The key of a session in an app: `sessionId` in the session entity of the mobile trackers. */
export const client_session_session_id = builtIn(
  'client_session_session_id',
  "The session ID in the mobile tracker's session entity.",
  inSessionEntity('sessionId'),
);

/** @deprecated Use {@link domain_userid}. */
export const user_attribute_key = builtIn('user', 'Deprecated: Use domain_userid instead.', { key: 'domain_userid' });
/** @deprecated Use {@link domain_sessionid}. */
export const session_attribute_key = builtIn('session', 'Deprecated: Use domain_sessionid instead.', {
  key: 'domain_sessionid',
});

/** A reference by name. */
export interface KeyLink {
  name: string;
}

/** Refers to a key by its name. */
export const LinkAttributeKey = <const Name extends string>({ name }: { name: Name }): { name: Name } => ({ name });

/**
 * A function of an object with a list. A list that is written out needs an item; one of unknown length is taken as it
 * is.
 */
interface TakesList<Name extends string, Item, Others, Result> {
  <const List extends readonly Item[]>(
    given: Others & { [Key in Name]: number extends List['length'] ? List : never },
  ): Result;
  (given: Others & { [Key in Name]: readonly [Item, ...Item[]] }): Result;
}

interface GroupOptions {
  name: string;
  /** Default: 1. */
  version?: number;
  owner?: string;
  description?: string;
  ttl?: Duration;
  /** Default: true. */
  online?: boolean;
  /** Default: false. */
  is_published?: boolean;
  /** The time from which Snowplow computes the attributes of earlier events, in ISO 8601. A page does not read it. */
  backfill_since_tstamp?: string;
  /** How often Snowplow reads the warehouse. A page does not read it. */
  refresh_rate?: Duration;
}
type Completed<Options> = Options & { version: number; online: boolean; is_published: boolean };

/** A group whose attributes are computed from events. */
export interface StreamGroupDefinition extends Completed<GroupOptions> {
  attribute_key: EventKeyDefinition;
  offline: false;
  attributes: AttributeDefinition[];
}

/**
 * A group whose attributes Snowplow computes from the events in its warehouse. An engine that has the events computes
 * them from these.
 */
export interface BatchGroupDefinition extends Completed<GroupOptions> {
  attribute_key: EventKeyDefinition;
  offline: true;
  attributes: AttributeDefinition[];
  batch_source?: BatchSourceDefinition;
}

/** A value of an external group. Only a warehouse can set a `dict`: `setAttributes` takes none. */
export interface FieldDefinition {
  name: string;
  type: ValueType;
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
export interface ExternalGroupDefinition extends Completed<GroupOptions> {
  attribute_key: AttributeKeyDefinition;
  offline: true;
  fields: FieldDefinition[];
  /** `forPages` removes it. */
  batch_source?: BatchSourceDefinition;
}

/** A group of which nothing says whether it is computed from the stream or in the warehouse. */
export type PlainGroupDefinition =
  | (Completed<GroupOptions> & {
      attribute_key: EventKeyDefinition;
      offline?: boolean;
      attributes: AttributeDefinition[];
    })
  | (Completed<GroupOptions> & { attribute_key: AttributeKeyDefinition; offline?: boolean; fields: FieldDefinition[] });

/** Attributes with one attribute key and one version. */
export type AttributeGroupDefinition =
  StreamGroupDefinition | BatchGroupDefinition | ExternalGroupDefinition | PlainGroupDefinition;

type GroupOf<Key> = GroupOptions & { attribute_key: Key };
type EventGroup = GroupOf<EventKeyDefinition | (KeyLink & { external_column?: never })>;
type WarehouseTable = { batch_source?: BatchSourceDefinition };

type GivenGroup = GroupOf<AttributeKeyDefinition | KeyLink> & { attributes?: readonly AttributeDefinition[] } & {
  fields?: readonly FieldDefinition[];
};

/** The group with the defaults, of which the caller's type says the rest. */
const completed = (group: GivenGroup, kind: { offline?: boolean } = {}): unknown => ({
  version: 1,
  online: true,
  is_published: false,
  ...group,
  attribute_key: AttributeKey(group.attribute_key as EventKeyDefinition),
  ...kind,
});

/** Completes a group whose attributes are computed from events: version 1, online, unpublished by default. */
export const StreamAttributeGroup: TakesList<'attributes', AttributeDefinition, EventGroup, StreamGroupDefinition> = (
  group: GivenGroup,
) => completed(group, { offline: false }) as StreamGroupDefinition;

/** Completes a group whose attributes Snowplow computes in its warehouse: the same defaults. */
export const BatchAttributeGroup: TakesList<
  'attributes',
  AttributeDefinition,
  EventGroup & WarehouseTable,
  BatchGroupDefinition
> = (group: GivenGroup) => completed(group, { offline: true }) as BatchGroupDefinition;

/** Completes a group whose values come from a warehouse or from `setAttributes`: the same defaults. */
export const ExternalBatchAttributeGroup: TakesList<
  'fields',
  FieldDefinition,
  GroupOf<AttributeKeyDefinition | KeyLink> & WarehouseTable,
  ExternalGroupDefinition
> = (group: GivenGroup) => completed(group, { offline: true }) as ExternalGroupDefinition;

/** Completes a group of either kind, as the SDK's base class does, which leaves `offline` as it is. */
export const AttributeGroup: TakesList<
  'attributes',
  AttributeDefinition,
  EventGroup & WarehouseTable & { offline?: boolean; fields?: never },
  PlainGroupDefinition
> &
  TakesList<
    'fields',
    FieldDefinition,
    GroupOf<AttributeKeyDefinition | KeyLink> & WarehouseTable & { offline?: boolean; attributes?: never },
    PlainGroupDefinition
  > = (group: GivenGroup) => completed(group) as PlainGroupDefinition;

/** Types a field of an external group. */
export const Field = (field: FieldDefinition): FieldDefinition => field;
/** Types the warehouse table of an external group. */
export const BatchSource = (source: BatchSourceDefinition): BatchSourceDefinition => source;

/** A version of a group, by name. */
export interface GroupLink {
  name: string;
  version?: number;
}

interface ServiceOptions {
  name: string;
  description?: string;
  owner?: string;
  /**
   * `public`: a page may read the attributes of an id that it knows, without a token. Default: `authenticated`. It is
   * newer than the SDK's version 0.4.10.
   */
  access_mode?: 'authenticated' | 'public';
  is_published?: boolean;
}
/** A named list of groups that are read together. */
export interface ServiceDefinition extends ServiceOptions {
  attribute_groups: { name: string; version: number }[];
  is_published: boolean;
}

/** Completes a service. `attribute_groups` takes groups, or their names and versions. */
export const Service: TakesList<'attribute_groups', GroupLink, ServiceOptions, ServiceDefinition> = ({
  attribute_groups,
  is_published = false,
  ...service
}: ServiceOptions & { attribute_groups: readonly GroupLink[] }): ServiceDefinition => ({
  ...service,
  attribute_groups: attribute_groups.map(groupLink),
  is_published,
});

const groupLink = ({ name, version = 1 }: GroupLink): { name: string; version: number } => ({ name, version });

type Compared = { attribute: `${string}:${string}` } & (
  | { operator: '=' | '!='; value: Scalar }
  | { operator: '<' | '>' | '<=' | '>='; value: number | string }
  | { operator: 'like' | 'not like' | 'rlike' | 'not rlike'; value: string }
  | { operator: 'in' | 'not in'; value: Values | Scalar }
  | { operator: 'is null' | 'is not null'; value?: never }
);
interface Changed {
  attribute: `${string}:${string}`;
  operator: 'changed';
  value?: never;
}

/** `attribute` is `group:attribute`. `changed` stands alone or within `all`. */
export type InterventionCriterionDefinition = Compared | Changed;

interface Group {
  all?: never;
  any?: never;
  none?: never;
  attribute?: never;
  operator?: never;
}
interface AllOf<Child> extends Omit<Group, 'all'> {
  all: Child[];
}
interface AnyOf<Child> extends Omit<Group, 'any'> {
  any: Child[];
}
interface NoneOf<Child> extends Omit<Group, 'none'> {
  none: Child[];
}
type Unchanged = Compared | AllOf<Unchanged> | AnyOf<Unchanged> | NoneOf<Unchanged>;

/** One criterion, or `all`, `any` or `none` of criteria. */
export type InterventionCriteria =
  InterventionCriterionDefinition | AllOf<InterventionCriteria> | AnyOf<Unchanged> | NoneOf<Unchanged>;

/** Compares an attribute with a value. */
export const InterventionCriterion: {
  (criterion: Compared): Compared;
  (criterion: Changed): Changed;
  (criterion: InterventionCriterionDefinition): InterventionCriterionDefinition;
} = <Given>(criterion: Given): Given => criterion;

/** A list that is written out needs a criterion; one of unknown length is taken as it is. */
type Filled<List extends readonly unknown[], Item> = List extends readonly [] ? readonly [Item, ...Item[]] : List;

/** Holds if all of them hold. */
export const InterventionCriteriaAll = <const List extends readonly InterventionCriteria[]>({
  all,
}: {
  all: Filled<List, InterventionCriteria>;
}): { all: List[number][] } => ({ all: [...all] });
/** Holds if one of them holds. */
export const InterventionCriteriaAny: TakesList<'any', Unchanged, unknown, { any: Unchanged[] }> = ({
  any,
}: {
  any: readonly Unchanged[];
}) => ({ any: [...any] });
/** Holds if none of them holds. */
export const InterventionCriteriaNone: TakesList<'none', Unchanged, unknown, { none: Unchanged[] }> = ({
  none,
}: {
  none: readonly Unchanged[];
}) => ({ none: [...none] });

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

/** A property that an event log shows. */
export type EventLogPropertyDefinition = (AtomicPlace | EventPlace | EntityPlace) & {
  /** The name of the value in the log. Default: the name of the property. */
  output_name?: string;
};

/** Names a field of the canonical event for an event log. */
export const EventLogAtomicProperty = <const Name extends string>(
  property: { name: Name; output_name?: string } & KnownField<Name, never>,
): EventLogPropertyDefinition => ({ ...property, type: 'atomic' }) as unknown as EventLogPropertyDefinition;
/** Names a property of the self-describing event for an event log. */
export const EventLogEventProperty = <const Path extends string>(
  property: Omit<EventPlace, 'type' | 'path'> & { path: Path; output_name?: string } & KnownPath<Path>,
): EventLogPropertyDefinition => ({ ...property, type: 'event' });
/** Names a property of the nth entity of a schema for an event log; `index`: 0 by default. */
export const EventLogEntityProperty = <const Path extends string>(
  property: Omit<EntityPlace, 'type' | 'index' | 'path'> & {
    path: Path;
    index?: number;
    output_name?: string;
  } & KnownPath<Path>,
): EventLogPropertyDefinition => ({ index: 0, ...property, type: 'entity' });

/** Selects events for an event log: as an `Event`, or by a major version, of which any minor version matches. */
export type EventLogSelector =
  | (EventSelector & { major_version?: never })
  | { vendor?: string; name?: string; major_version: number; version?: never; event_specification_id?: never };

/** Selects events for an event log. */
export const EventLogEvent = <const Id extends string = string>(
  selector: EventLogSelector & KnownId<Id>,
): EventLogSelector => selector;

/** Events that are logged, and what is shown of them. */
export interface EventSelectionDefinition {
  event: EventLogSelector;
  properties: EventLogPropertyDefinition[];
}

/** Says which properties an event log shows of an event: 1 to 50. */
export const EventSelection: TakesList<
  'properties',
  EventLogPropertyDefinition,
  { event: EventLogSelector },
  EventSelectionDefinition
> = ({
  event,
  properties,
}: {
  event: EventLogSelector;
  properties: readonly EventLogPropertyDefinition[];
}): EventSelectionDefinition => ({ event, properties: [...properties] });

interface EventLogOptions {
  name: string;
  /** Default: 1. */
  version?: number;
  description?: string;
  owner?: string;
  /** An instruction for the reader of the log, such as a language model. */
  prompt?: string;
  attribute_key: { name: 'domain_sessionid' };
  /** The number of events that are kept, at most 100. */
  max_events: number;
  /** The time for which an event is kept, at most 3600 seconds. */
  max_age_seconds: number;
  is_published?: boolean;
}
/** The last events of a session, with the properties that are worth to be shown: an agentic context. */
export interface EventLogDefinition extends EventLogOptions {
  version: number;
  events: EventSelectionDefinition[];
  is_published: boolean;
}

/** Completes an event log: version 1, unpublished by default. */
export const EventLog: TakesList<'events', EventSelectionDefinition, EventLogOptions, EventLogDefinition> = ({
  attribute_key: { name },
  events,
  ...log
}: EventLogOptions & { events: readonly EventSelectionDefinition[] }): EventLogDefinition => ({
  version: 1,
  is_published: false,
  ...log,
  attribute_key: { name },
  events: [...events],
});

/** An intervention that is pushed, whatever any criteria say. Its attributes are strings, as Snowplow's API has them. */
export interface PushedIntervention {
  name: string;
  version: number;
  /** A UUID, by which a copy is known. Default: the receiver of the push makes one. */
  intervention_id?: string;
  attributes?: Record<string, string>;
  target_attribute_key?: { name: string; id: string };
}

/** Types an intervention for a push. */
export const InterventionInstance = (intervention: PushedIntervention): PushedIntervention => intervention;

/** A bundle of definitions: the value of every option `definitions` in this package. */
export interface Bundle {
  attribute_keys: AttributeKeyDefinition[];
  attribute_groups: AttributeGroupDefinition[];
  services: ServiceDefinition[];
  interventions: RuleInterventionDefinition[];
  event_logs?: EventLogDefinition[];
}

type Kinds = Required<Bundle>;
type Definition = Kinds[keyof Kinds][number];

/** Bundles definitions by kind, in their order, and marks all as published, as the SDK's `publish` does. */
export function bundle(definitions: Definition[]): Bundle {
  const { event_logs, ...lists }: Kinds = {
    attribute_keys: [],
    attribute_groups: [],
    services: [],
    interventions: [],
    event_logs: [],
  };
  const all: Kinds = { ...lists, event_logs };
  for (const definition of definitions) {
    const published = { ...definition, is_published: true };
    (all[kindOf(definition)] as Definition[]).push(published);
  }
  return event_logs.length === 0 ? lists : all;
}

function kindOf(definition: Definition): keyof Bundle {
  if ('criteria' in definition) return 'interventions';
  if ('attribute_groups' in definition) return 'services';
  if ('max_events' in definition) return 'event_logs';
  return 'attribute_key' in definition ? 'attribute_groups' : 'attribute_keys';
}

/**
 * A bundle of unknown origin, such as an imported JSON file, of which TypeScript knows words such as `sum` only as
 * strings. `check` of `tripline/engine` finds what is wrong with it.
 */
export type ImportedBundle = { readonly [Kind in keyof Bundle]?: readonly object[] };

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
export function forPages(bundle: ImportedBundle, { publishedOnly = false }: ForPagesOptions = {}): Bundle {
  return JSON.parse(JSON.stringify(publishedOnly ? published(bundle) : bundle, forPage)) as Bundle;
}

function published(bundle: ImportedBundle): ImportedBundle {
  const isPublished = (definition: unknown): boolean =>
    (Object(definition) as Partial<Definition>).is_published !== false;
  const members = Object.entries(bundle as Record<string, unknown>);
  return Object.fromEntries(
    members.map(([kind, list]) => [kind, Array.isArray(list) ? list.filter(isPublished) : list]),
  );
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
