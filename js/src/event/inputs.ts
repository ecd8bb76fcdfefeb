// Tracker payload → one value per input of the program. Each input becomes a getter once, when the
// definitions are loaded; an event's JSON is decoded only if a getter asks for it.
import type { Input, Path } from '../../dist/engine/tripline.js';
import type { TrackerPayload } from '../types.js';

type ScalarValue = null | boolean | number | string | Date;

/** undefined: missing. A list has scalars only. A Date is the time of an atomic field. */
export type InputValue = undefined | ScalarValue | ScalarValue[];

/** An event as the engine takes it. `time` in ms, NaN: the event does not say. */
export interface BoundEvent {
  id: string;
  time: number;
  values: InputValue[];
}

type Getter = (event: TrackedEvent) => unknown;

/**
 * Turns the program's inputs into a function that reads them from a payload. It never throws. `receivedAt`: when a server
 * received it, in whole ms; NaN in a page.
 */
export function bindInputs(inputs: readonly Input[]): (payload: TrackerPayload, receivedAt?: number) => BoundEvent {
  const getters = inputs.map(getterOf);
  return (payload, receivedAt) => {
    const event = new TrackedEvent(payload, receivedAt);
    return {
      id: event.text('eid') ?? '',
      time: event.time(),
      values: getters.map((get) => inputValue(get(event))),
    };
  };
}

/** Whether the event reports on an intervention. Such events never update attributes (rule 18). */
export function isReceipt(payload: TrackerPayload): boolean {
  const plain = own(payload, 'ue_pr');
  if (typeof plain === 'string' && !plain.includes(receiptVendor)) return false;
  return schemaOf(new TrackedEvent(payload).unstruct.schema)?.vendor === receiptVendor;
}

const receiptVendor = 'com.snowplowanalytics.signals';

function getterOf(input: Input): Getter {
  if (input.kind === 'atomic') return (own(atomicGetters, input.name) ?? (() => undefined)) as Getter;
  const key = schemaKey(input.vendor, input.name, input.major_version);
  const { path } = input;
  if (input.kind === 'entity') return (event) => follow(event.entity(key, input.index), path);
  return (event) => {
    const { schema, data } = event.unstruct;
    return schemaOf(schema)?.key === key ? follow(data, path) : undefined;
  };
}

// Own properties of objects by name, elements of arrays by index, nothing else (rule 4).
function follow(value: unknown, path: Path): unknown {
  for (const step of path) {
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = own(value, step);
  }
  return value;
}

function own(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (name === '__proto__' || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string | number, unknown>)[name];
}

/** An array counts with its first 1,000 elements (rule 26). */
function inputValue(value: unknown): InputValue {
  if (isScalar(value)) return value;
  return Array.isArray(value) ? value.slice(0, 1000).filter((each) => isScalar(each) && each !== null) : undefined;
}

function isScalar(value: unknown): value is ScalarValue {
  return typeof value === 'object' ? value === null || value instanceof Date : value !== undefined;
}

interface Schema {
  vendor: string;
  name: string;
  format: string;
  version: string;
  /** Equal for schemas that enriched JSON keeps under one name. */
  key: string;
}

/** As it is in the payload: nothing is known of it. */
type SelfDescribing = { schema?: unknown; data?: unknown };

// vendor, name and major version, spelt as Snowplow's enriched events spell them, so that a definition
// means the same here and where it meets those events.
function schemaKey(vendor: string, name: string, majorVersion: string | number): string {
  const spell = (text: string): string => text.replace(/[.-]/g, '_').toLowerCase();
  return `${spell(vendor)}/${spell(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'))}/${majorVersion}`;
}

/** At most about a megabyte of what came from outside: a site has dozens of schemas, with short names. */
const schemas = new Map<string, Schema | null>();

function schemaOf(uri: unknown): Schema | null {
  if (typeof uri !== 'string') return null;
  let schema = schemas.get(uri);
  if (schema === undefined) {
    schema = parseSchema(uri);
    if (schemas.size > 500) schemas.clear();
    if (uri.length < 500) schemas.set(uri, schema);
  }
  return schema;
}

function parseSchema(uri: string): Schema | null {
  const parts = /^iglu:([^/]+)\/([^/]+)\/([^/]+)\/((\d+)-\d+-\d+)$/.exec(uri);
  if (!parts) return null;
  const [, vendor = '', name = '', format = '', version = '', major = ''] = parts;
  return { vendor, name, format, version, key: schemaKey(vendor, name, major) };
}

/** One payload. What is decoded from it is decoded once. */
class TrackedEvent {
  readonly payload: TrackerPayload;
  readonly receivedAt: number;
  #unstruct: SelfDescribing | undefined;
  #entities: unknown;
  #query: ReadonlyMap<string | undefined, string> | undefined;

  constructor(payload: TrackerPayload, receivedAt = NaN) {
    this.payload = payload;
    this.receivedAt = receivedAt;
  }

  text(key: string): string | undefined {
    return text(own(this.payload, key));
  }

  /** `derived_tstamp` as Enrich computes it, or, in a page, as far as a browser knows it; NaN if there is none. */
  time(): number {
    const time = (key: string): Date | undefined => instant(own(this.payload, key));
    const created = time('dtm');
    const wait = Math.max(Number(time('stm')) - Number(created) || 0, 0);
    return Number(time('ttm') ?? instant(this.receivedAt - wait) ?? created ?? NaN);
  }

  /** The self-describing event. */
  get unstruct(): SelfDescribing {
    return (this.#unstruct ??= this.#data('ue_pr', 'ue_px') as SelfDescribing);
  }

  /** The data of the entity at `index` among those of one schema. */
  entity(key: string, index: number): unknown {
    this.#entities ??= this.#data('co', 'cx');
    if (!Array.isArray(this.#entities)) return undefined;
    for (const entity of this.#entities as (SelfDescribing | null)[]) {
      if (schemaOf(entity?.schema)?.key === key && index-- === 0) return entity?.data;
    }
    return undefined;
  }

  /** A parameter of the page's query, percent-decoded; `''` if it has no value. */
  query(name: string | undefined): string | undefined {
    this.#query ??= parametersOf(urlParts(own(this.payload, 'url'))?.query ?? '');
    return this.#query.get(name);
  }

  /** What an envelope holds, as an object; one without properties: there is none. */
  #data(plainKey: string, encodedKey: string): unknown {
    const plain = own(this.payload, plainKey);
    try {
      const json = typeof plain === 'string' ? plain : decodeBase64(own(this.payload, encodedKey));
      return Object(json && (JSON.parse(json) as { data?: unknown }).data);
    } catch {
      return {}; // The collector will report it as bad.
    }
  }
}

function decodeBase64(encoded: unknown): string {
  if (typeof encoded !== 'string') return '';
  const binary = atob(encoded.replace(/-/g, '+').replace(/_/g, '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}

// Conversions of atomic fields, as Enrich makes them, to the type that each has (rule 2).

function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  // Nearly all are clean, and a test of that is quicker than a replacement of nothing.
  const clean = /[\x00-\x1f\x7f]/.test(value)
    ? value.replace(/\t/g, '    ').replace(/[\x00-\x1f\x7f]/g, '')
    : value;
  return clean || undefined;
}

/** In JSON's grammar (rule 2). */
function number(value: unknown): number | undefined {
  const digits = text(value) ?? '';
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : undefined;
}

function flag(value: unknown): boolean | undefined {
  const word = text(value) ?? '';
  return /^(1|true)$/.test(word) || (/^(0|false)$/.test(word) ? false : undefined);
}

/** What is beyond the range of Date counts as absent (rule 10). */
function instant(value: unknown): Date | undefined {
  const ms = number(value);
  const date = new Date(Number.isInteger(ms) ? Number(ms) : NaN);
  return isNaN(+date) ? undefined : date;
}

function address(value: unknown): string | undefined {
  return text(value)?.replace(/ /g, '%20');
}

interface UrlParts {
  scheme: string;
  host: string | undefined;
  port: number;
  path: string | undefined;
  query: string | undefined;
  fragment: string | undefined;
}

// Nothing is normalised: Enrich keeps an address as it came. It may be of any length. The time grows with that only: a
// part ends where a character comes that it cannot have, and what follows the scheme always matches.
function urlParts(value: unknown): UrlParts | undefined {
  const parts = /^([^:/?#]+):\/\/([^/?#]*)([^?#]*)\??([^#]*)#?(.*)/s.exec(address(value) ?? '');
  if (!parts) return undefined;
  const [, scheme = '', authority = '', path, query, fragment] = parts;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return {
    scheme,
    host: host.replace(/:\d*$/, '') || undefined,
    port: Number(/:(\d+)$/.exec(host)?.[1] ?? (scheme === 'https' ? 443 : 80)),
    path: path || undefined,
    query: query || undefined,
    fragment: fragment || undefined,
  };
}

/** As Enrich reads them: the last of a name counts, and `;` separates as `&` does. */
function parametersOf(query: string): ReadonlyMap<string | undefined, string> {
  // URLSearchParams leaves out one question mark: not one of the query's.
  return new Map(new URLSearchParams(`?${query.replaceAll(';', '&')}`));
}

const eventKinds: Record<string, string> = {
  pv: 'page_view',
  pp: 'page_ping',
  se: 'struct',
  ue: 'unstruct',
  tr: 'transaction',
  ti: 'transaction_item',
  ad: 'ad_impression',
};

// Enrich's default parameters, in its order.
const clickNetworks: Record<string, string> = {
  gclid: 'Google',
  msclkid: 'Microsoft',
  dclid: 'DoubleClick',
};

function kindOf(event: TrackedEvent): string | undefined {
  const kind = own(eventKinds, event.text('e') ?? '');
  return typeof kind === 'string' ? kind : undefined;
}

function eventSchema(event: TrackedEvent): Schema | null {
  const kind = kindOf(event);
  if (kind === 'unstruct') return schemaOf(event.unstruct.schema);
  if (kind === 'struct') return schemaOf('iglu:com.google.analytics/event/jsonschema/1-0-0');
  return kind ? schemaOf(`iglu:com.snowplowanalytics.snowplow/${kind}/jsonschema/1-0-0`) : null;
}

function clickParameter(event: TrackedEvent): string | undefined {
  return Object.keys(clickNetworks).find((name) => event.query(name) !== undefined);
}

// `_sp=<domain_userid>.<ms>` of a link from another domain.
function linkPart(event: TrackedEvent, part: 0 | 1): string | undefined {
  return text(event.query('_sp')?.split('.')[part]);
}

function linkTime(event: TrackedEvent): Date | undefined {
  return instant(linkPart(event, 1));
}

type Table = Record<string, Getter>;

/** From a list of `field:key`: a getter for each field, by what `read` makes of the key. Default: five letters of the field. */
function fields(list: string, read: (event: TrackedEvent, key: string) => unknown): Table {
  const rows = [...list.matchAll(/(\w+):?(\w*)/g)].map(([, field = '', key]): [string, Getter] => [
    field,
    (event) => read(event, key || field.slice(0, 5)),
  ]);
  return Object.fromEntries(rows);
}

function converted(list: string, convert: (value: unknown) => unknown): Table {
  return fields(list, (event, key) => convert(own(event.payload, key)));
}

function sizes(key: string, list: string): Table {
  return fields(list, (event, side) => number(/^(\d+)x(\d+)$/.exec(event.text(key) ?? '')?.[Number(side)]));
}

function urlFields(key: string, prefix: string): Table {
  const list = 'scheme host port path query fragment'.replace(/\w+/g, `${prefix}$&:$&`);
  return fields(list, (event, part) => own(urlParts(own(event.payload, key)), part));
}

const atomicGetters: Table = {
  ...converted(
    `app_id:aid platform:p name_tracker:tna v_tracker:tv user_id:uid domain_userid:duid domain_sessionid:sid
    user_ipaddress:ip user_fingerprint:fp page_title:page br_lang:lang br_colordepth:cd os_timezone:tz doc_charset:cs
    se_category se_action se_label se_property
    tr_orderid:tr_id tr_affiliation tr_city tr_state tr_country tr_currency
    ti_orderid:ti_id ti_sku ti_category ti_currency`,
    text,
  ),
  ...converted(
    `txn_id:tid domain_sessionidx:vid se_value tr_total:tr_tt tr_tax:tr_tx tr_shipping ti_price ti_quantity
    pp_xoffset_min:pp_mix pp_xoffset_max:pp_max pp_yoffset_min:pp_miy pp_yoffset_max:pp_may`,
    number,
  ),
  ...converted(
    `br_cookies:cookie br_features_pdf:f_pdf br_features_flash:f_fla br_features_java:f_java br_features_director:f_dir
    br_features_quicktime:f_qt br_features_realplayer:f_realp br_features_windowsmedia:f_wma br_features_gears:f_gears
    br_features_silverlight:f_ag`,
    flag,
  ),
  ...converted('dvce_created_tstamp:dtm dvce_sent_tstamp:stm true_tstamp:ttm', instant),
  ...converted('page_url:url page_referrer:refr', address),
  ...sizes('vp', 'br_viewwidth:1 br_viewheight:2'),
  ...sizes('res', 'dvce_screenwidth:1 dvce_screenheight:2'),
  ...sizes('ds', 'doc_width:1 doc_height:2'),
  ...urlFields('url', 'page_url'),
  ...urlFields('refr', 'refr_url'),
  ...fields(
    'mkt_medium:utm_medium mkt_source:utm_source mkt_term:utm_term mkt_content:utm_content mkt_campaign:utm_campaign',
    (event, parameter) => text(event.query(parameter)),
  ),
  ...fields('event_vendor:vendor event_name:name event_format:format event_version:version', (event, part) =>
    own(eventSchema(event), part),
  ),
  event: kindOf,
  event_id: (event) => event.text('eid')?.toLowerCase(),
  derived_tstamp: (event) => instant(event.time()),
  collector_tstamp: (event) => instant(event.receivedAt),
  network_userid: (event) => event.text('tnuid') ?? event.text('nuid'),
  // A server has a navigator too, which is not the visitor's.
  useragent: (event) => event.text('ua') ?? (globalThis.document ? navigator.userAgent : undefined),
  ti_name: (event) => event.text('ti_na') ?? event.text('ti_nm'),
  mkt_clickid: (event) => text(event.query(clickParameter(event))),
  mkt_network: (event) => clickNetworks[clickParameter(event) ?? ''],
  refr_domain_userid: (event) => linkPart(event, 0),
  refr_dvce_tstamp: linkTime,
  refr_device_tstamp: linkTime, // as the SDK calls it
};
