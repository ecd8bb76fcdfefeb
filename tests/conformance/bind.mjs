// Reads one value per input of a program from an enriched event, in the JSON form of Snowplow's Analytics SDKs.
//
// A value is undefined (missing), null, boolean, number, string, Date (the time of an atomic
// field), an array or an object. An atomic field has a value of its type (rule 2).

const timeFields = new Set([
  'collector_tstamp',
  'derived_tstamp',
  'dvce_created_tstamp',
  'dvce_sent_tstamp',
  'etl_tstamp',
  'refr_dvce_tstamp',
  'true_tstamp',
]);

const numberFields = new Set([
  'br_viewheight',
  'br_viewwidth',
  'doc_height',
  'doc_width',
  'domain_sessionidx',
  'dvce_screenheight',
  'dvce_screenwidth',
  'geo_latitude',
  'geo_longitude',
  'page_urlport',
  'pp_xoffset_max',
  'pp_xoffset_min',
  'pp_yoffset_max',
  'pp_yoffset_min',
  'refr_urlport',
  'se_value',
  'ti_price',
  'ti_price_base',
  'ti_quantity',
  'tr_shipping',
  'tr_shipping_base',
  'tr_tax',
  'tr_tax_base',
  'tr_total',
  'tr_total_base',
  'txn_id',
]);

const booleanFields = new Set([
  'br_cookies',
  'br_features_director',
  'br_features_flash',
  'br_features_gears',
  'br_features_java',
  'br_features_pdf',
  'br_features_quicktime',
  'br_features_realplayer',
  'br_features_silverlight',
  'br_features_windowsmedia',
  'dvce_ismobile',
]);

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

// The SDK's list of atomic fields has another name for one canonical field.
const canonicalNames = { refr_device_tstamp: 'refr_dvce_tstamp' };

/** Returns the event's time in ms since the epoch, or NaN. */
export function eventTime(event) {
  const text = event.derived_tstamp ?? event.true_tstamp ?? event.dvce_created_tstamp ?? event.collector_tstamp;
  return text == null ? NaN : instant(text).getTime();
}

// The cases use one form of times. A host that reads files accepts all forms of rule 10.
function instant(text) {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return new Date(text);
  throw new Error(`An event's time must be as in 2026-11-23T01:41:24.367Z, not ${JSON.stringify(text)}`);
}

/** An array counts with its first 1,000 elements (rule 26). */
export function bind(input, event) {
  const value = valueOf(input, event);
  return Array.isArray(value) ? value.slice(0, 1000) : value;
}

function valueOf(input, event) {
  switch (input.kind) {
    case 'atomic':
      return atomicValue(event, canonicalNames[input.name] ?? input.name);
    case 'event':
      return atPath(own(event, `unstruct_event_${schemaKey(input)}`), input.path);
    case 'entity':
      return entityValue(own(event, `contexts_${schemaKey(input)}`), input);
    default:
      throw new Error(`Unknown kind of input: ${input.kind}`);
  }
}

/** Without an index: the list of the values in all entities. */
function entityValue(entities, { index, path }) {
  if (index !== undefined) return atPath(entities, [index, ...path]);
  return Array.isArray(entities) ? entities.map((entity) => atPath(entity, path)) : undefined;
}

function atomicValue(event, name) {
  const value = own(event, name) ?? undefined;
  if (value === undefined) return value;
  if (timeFields.has(name)) return instant(value);
  if (numberFields.has(name)) return typeof value === 'number' ? value : numberIn(value);
  if (typeof value === 'object') return undefined;
  if (booleanFields.has(name)) return booleans.get(String(value));
  return String(value);
}

/** Reads a number from a string in JSON's grammar. */
function numberIn(text) {
  if (typeof text !== 'string' || text !== text.trim()) return undefined;
  try {
    const value = JSON.parse(text);
    return typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

// com.example-shop, ProductView, 1 → com_example_shop_product_view_1
function schemaKey({ vendor, name, major_version }) {
  const vendorKey = vendor.replace(/[.-]/g, '_').toLowerCase();
  const nameKey = name
    .replace(/[.-]/g, '_')
    .replace(/([^A-Z_])([A-Z])/g, '$1_$2')
    .toLowerCase();
  return `${vendorKey}_${nameKey}_${major_version}`;
}

function atPath(value, path) {
  return path.reduce(own, value);
}

// Reads only an own property of a plain object, by string, or an element of an array, by number.
function own(value, segment) {
  const fits = typeof segment === 'number' ? Array.isArray(value) : isObject(value);
  return fits && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
