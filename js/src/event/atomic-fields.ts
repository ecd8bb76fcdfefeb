// Where in a tracker payload each atomic field is.
import { address, flag, instant, number, own, text } from './conversions.js';
import { schemaOf, type Schema } from './schema.js';
import type { TrackedEvent } from './tracked-event.js';

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

type Getter = (event: TrackedEvent) => unknown;
type Getters = Record<string, Getter>;

/** By canonical name: the key in the tracker payload. */
type Keys = Record<string, string>;

/** Fields that hold strings. */
const strings: Keys = {
  app_id: 'aid',
  platform: 'p',
  name_tracker: 'tna',
  v_tracker: 'tv',
  user_id: 'uid',
  domain_userid: 'duid',
  domain_sessionid: 'sid',
  user_ipaddress: 'ip',
  user_fingerprint: 'fp',
  page_title: 'page',
  br_lang: 'lang',
  br_colordepth: 'cd',
  os_timezone: 'tz',
  doc_charset: 'cs',
  se_category: 'se_ca',
  se_action: 'se_ac',
  se_label: 'se_la',
  se_property: 'se_pr',
  tr_orderid: 'tr_id',
  tr_affiliation: 'tr_af',
  tr_city: 'tr_ci',
  tr_state: 'tr_st',
  tr_country: 'tr_co',
  tr_currency: 'tr_cu',
  ti_orderid: 'ti_id',
  ti_sku: 'ti_sk',
  ti_category: 'ti_ca',
  ti_currency: 'ti_cu',
};

/** Fields that hold numbers. */
const numbers: Keys = {
  txn_id: 'tid',
  domain_sessionidx: 'vid',
  se_value: 'se_va',
  tr_total: 'tr_tt',
  tr_tax: 'tr_tx',
  tr_shipping: 'tr_sh',
  ti_price: 'ti_pr',
  ti_quantity: 'ti_qu',
  pp_xoffset_min: 'pp_mix',
  pp_xoffset_max: 'pp_max',
  pp_yoffset_min: 'pp_miy',
  pp_yoffset_max: 'pp_may',
};

/** Fields that hold booleans. */
const flags: Keys = {
  br_cookies: 'cookie',
  br_features_pdf: 'f_pdf',
  br_features_flash: 'f_fla',
  br_features_java: 'f_java',
  br_features_director: 'f_dir',
  br_features_quicktime: 'f_qt',
  br_features_realplayer: 'f_realp',
  br_features_windowsmedia: 'f_wma',
  br_features_gears: 'f_gears',
  br_features_silverlight: 'f_ag',
};

/** Fields that hold times. */
const times: Keys = {
  dvce_created_tstamp: 'dtm',
  dvce_sent_tstamp: 'stm',
  true_tstamp: 'ttm',
};

/** Fields that hold addresses. */
const addresses: Keys = {
  page_url: 'url',
  page_referrer: 'refr',
};

/** By canonical name: the parameter of the page's query. */
const parameters: Keys = {
  mkt_medium: 'utm_medium',
  mkt_source: 'utm_source',
  mkt_term: 'utm_term',
  mkt_content: 'utm_content',
  mkt_campaign: 'utm_campaign',
};

const urlPartNames = ['scheme', 'host', 'port', 'path', 'query', 'fragment'];

function gettersOf(keys: Keys, read: (event: TrackedEvent, key: string) => unknown): Getters {
  return Object.fromEntries(
    Object.entries(keys).map(([field, key]): [string, Getter] => [field, (event) => read(event, key)]),
  );
}

function converted(keys: Keys, convert: (value: unknown) => unknown): Getters {
  return gettersOf(keys, (event, key) => convert(own(event.payload, key)));
}

/** The two numbers of a size such as `1440x900`. */
function sizes(key: string, width: string, height: string): Getters {
  const side = (event: TrackedEvent, index: number): unknown =>
    number(/^(\d+)x(\d+)$/.exec(event.text(key) ?? '')?.[index]);
  return { [width]: (event) => side(event, 1), [height]: (event) => side(event, 2) };
}

function urlFields(key: string, prefix: string): Getters {
  const keys = Object.fromEntries(urlPartNames.map((part) => [prefix + part, part]));
  return gettersOf(keys, (event, part) => own(event.address(key), part));
}

/** The getter of each atomic field that a tracker payload can have, by its canonical name. */
export const atomicFields: Getters = {
  ...converted(strings, text),
  ...converted(numbers, number),
  ...converted(flags, flag),
  ...converted(times, instant),
  ...converted(addresses, address),
  ...sizes('vp', 'br_viewwidth', 'br_viewheight'),
  ...sizes('res', 'dvce_screenwidth', 'dvce_screenheight'),
  ...sizes('ds', 'doc_width', 'doc_height'),
  ...urlFields('url', 'page_url'),
  ...urlFields('refr', 'refr_url'),
  ...gettersOf(parameters, (event, parameter) => text(event.query(parameter))),
  ...gettersOf(
    { event_vendor: 'vendor', event_name: 'name', event_format: 'format', event_version: 'version' },
    (event, part) => own(eventSchema(event), part),
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
