// Compares the inputs read from payloads of the real tracker with the enriched events of the same payloads.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Input, Path } from '../../js/dist/engine/tripline.js';
import { bindInputs, isReceipt, type InputValue } from '../../js/src/event/inputs.js';
import type { TrackerPayload } from '../../js/src/types.js';
import { readSample, readSampleLines } from './engine-module.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const payloads = readSampleLines<TrackerPayload>('aftertrack.ndjson');
const enriched = readSampleLines<Record<string, Json>>('enriched.ndjson');

/** Fields that only the collector, its enrichments or the request's headers can fill. */
const notInTheBrowser = new Set(['collector_tstamp', 'dvce_sent_tstamp', 'derived_tstamp', 'useragent', 'refr_medium']);

// All canonical names whose values a payload determines.
const atomicNames = `app_id platform dvce_created_tstamp event event_id txn_id name_tracker v_tracker user_id
  user_fingerprint domain_userid domain_sessionidx page_url page_title page_referrer page_urlscheme page_urlhost
  page_urlport page_urlpath page_urlquery page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath
  refr_urlquery refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content
  mkt_campaign se_category se_action se_label se_property se_value tr_orderid tr_total ti_orderid ti_name ti_price
  ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max br_lang br_features_pdf br_cookies
  br_colordepth br_viewwidth br_viewheight os_timezone dvce_screenwidth dvce_screenheight doc_charset doc_width
  doc_height tr_currency mkt_clickid mkt_network refr_domain_userid refr_dvce_tstamp domain_sessionid event_vendor
  event_name event_format event_version event_fingerprint true_tstamp network_userid user_ipaddress geo_country`.split(
  /\s+/,
);

// The longest first, since an enriched key joins vendor and name.
const vendors = ['com.snowplowanalytics.snowplow.ecommerce', 'com.snowplowanalytics.snowplow', 'com.example'];

/** Strings that are not a time. */
const noTimes = [
  '8640000000000001',
  '-8640000000000001',
  '-99999999999999999',
  '1e300',
  'Infinity',
  'NaN',
  'now',
  '',
  ' ',
  '1.5',
  '0x10',
];

test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])(
  '%s is not an atomic field',
  (name) => {
    expect(bindInputs([{ kind: 'atomic', name }])(payloads[0] ?? {}).values).toEqual([undefined]);
  },
);

test('the samples are there', () => {
  expect(payloads).toHaveLength(14);
  expect(enriched).toHaveLength(14);
});

describe.each(payloads.map((payload, index) => ({ payload, event: enriched[index] ?? {}, index })))(
  'sample $index',
  ({ payload, event }) => {
    test('every atomic field is that of the enriched event', () => {
      const names = new Set([
        ...atomicNames,
        ...Object.keys(event).filter((name) => !/^(contexts|unstruct_event)_/.test(name)),
      ]);
      const bound: Record<string, unknown> = {};
      const expected: Record<string, unknown> = {};
      for (const name of names) {
        if (notInTheBrowser.has(name)) continue;
        bound[name] = plain(read(payload, atomic(name)));
        expected[name] = event[name];
      }
      expect(bound).toEqual(expected);
    });

    test('every leaf of event and entities is that of the enriched event', () => {
      let leaves = 0;
      for (const [key, value] of Object.entries(event)) {
        for (const [input, leaf] of schemaInputs(key, value)) {
          expect(read(payload, input), JSON.stringify(input)).toEqual(leaf);
          ++leaves;
        }
      }
      expect(leaves).toBeGreaterThan(3);
    });

    test('base64url gives the same values', () => {
      const { co, ue_pr, ...rest } = payload;
      const encoded: TrackerPayload = {
        ...rest,
        ...(co ? { cx: encode(co) } : {}),
        ...(ue_pr ? { ue_px: encode(ue_pr) } : {}),
      };
      for (const [key, value] of Object.entries(event)) {
        for (const [input, leaf] of schemaInputs(key, value)) expect(read(encoded, input)).toEqual(leaf);
      }
      expect(read(encoded, atomic('event_name'))).toBe(event['event_name']);
    });

    test('its time is derived_tstamp, except for the clock of the collector', () => {
      const { id, time } = bindInputs([])(payload);
      expect(id).toBe(event['event_id']);
      expect(time).toBe(Date.parse(String(event['dvce_created_tstamp'])));
      expect(read(payload, atomic('derived_tstamp'))).toEqual(new Date(time));
    });
  },
);

describe('atomic fields', () => {
  test.each<[string, TrackerPayload, InputValue]>([
    ['event', { e: 'pp' }, 'page_ping'],
    ['event', { e: '__proto__' }, undefined],
    ['event_version', { e: 'tr' }, '1-0-0'],
    ['event_vendor', { e: 'se' }, 'com.google.analytics'],
    ['event_name', { e: 'ue', ue_pr: 'no JSON' }, undefined],
    ['true_tstamp', { ttm: '1795398084367' }, new Date(1795398084367)],
    ['page_title', { page: 'a\tb\u0007c' }, 'a    bc'],
    ['page_title', { page: '' }, undefined],
    ['page_url', { url: 'https://a.example/x y' }, 'https://a.example/x%20y'],
    ['page_urlport', { url: 'http://a.example/' }, 80],
    ['page_urlport', { url: 'https://a.example:8443/' }, 8443],
    ['page_urlport', { url: 'app://a.example/' }, 80],
    ['page_urlhost', { url: 'https://user:word@a.example:8443/@b' }, 'a.example'],
    ['page_urlhost', { url: 'https://[::1]:8443/' }, '[::1]'],
    ['page_urlpath', { url: 'https://a.example' }, undefined],
    ['page_urlquery', { url: 'https://a.example/?q=%20%C3%A9#f?x' }, 'q=%20%C3%A9'],
    ['page_urlfragment', { url: 'https://a.example/#f?x' }, 'f?x'],
    ['page_urlhost', { url: 'not an address' }, undefined],
    ['page_urlhost', { url: 'a/b://c.example/' }, undefined],
    ['page_urlhost', { url: 'file:///a/b' }, undefined],
    ['page_urlpath', { url: 'file:///a/b' }, '/a/b'],
    ['page_urlhost', { url: 'https://a@b@c.example:/' }, 'c.example'],
    ['page_urlport', { url: 'https://a.example:/' }, 443],
    // Enrich finds search, social and e-mail in its database, so the field is missing for all values, not for some.
    ['refr_medium', { url: 'https://a.example/1', refr: 'https://a.example/2' }, undefined],
    ['refr_medium', { url: 'https://a.example/1', refr: 'https://b.example/2' }, undefined],
    ['refr_urlhost', { url: 'https://a.example/1', refr: 'https://a.example/2' }, 'a.example'],
    ['mkt_term', { url: 'https://a.example/?utm_term=red+caps%21' }, 'red caps!'],
    ['mkt_network', { url: 'https://a.example/?msclkid=1' }, 'Microsoft'],
    ['mkt_clickid', { url: 'https://a.example/?dclid=2' }, '2'],
    ['mkt_clickid', { url: 'https://a.example/' }, undefined],
    ['refr_domain_userid', { url: 'https://a.example/?_sp=6de9.1795398084367' }, '6de9'],
    ['refr_dvce_tstamp', { url: 'https://a.example/?_sp=6de9.1795398084367' }, new Date(1795398084367)],
    ['refr_device_tstamp', { url: 'https://a.example/?_sp=6de9.1795398084367' }, new Date(1795398084367)],
    ['br_viewwidth', { vp: '1280x720' }, 1280],
    ['br_viewheight', { vp: '1280x' }, undefined],
    ['br_cookies', { cookie: '0' }, false],
    ['br_features_silverlight', { f_ag: '1' }, true],
    ['br_colordepth', { cd: 24 }, '24'],
    ['se_value', { se_va: '0' }, 0],
    ['domain_sessionidx', { vid: 3 }, 3],
    ['pp_yoffset_max', { pp_may: '120' }, 120],
    ['network_userid', { nuid: 'a', tnuid: 'b' }, 'b'],
    ['ti_name', { ti_nm: 'cap' }, 'cap'],
    ['event_id', { eid: 'ABC' }, 'abc'],
    ['geo_country', { e: 'pv' }, undefined],
    ['app_id', Object.create({ aid: 'inherited' }) as TrackerPayload, undefined],
    ['no_such_field', { e: 'pv' }, undefined],
    ['constructor', { e: 'pv' }, undefined],
    // Rule 2: an atomic field has a value of its type.
    ...['true', '1', true, 1].map((cookie): [string, TrackerPayload, InputValue] => ['br_cookies', { cookie }, true]),
    ...['false', '0', false, 0].map((cookie): [string, TrackerPayload, InputValue] => [
      'br_cookies',
      { cookie },
      false,
    ]),
    ...['', 'True', 'yes', 't', '1.0', '2', 2, -1, 0.5, null, ['1'], { a: 1 }].map(
      (cookie): [string, TrackerPayload, InputValue] => ['br_cookies', { cookie }, undefined],
    ),
    ...['12.5', '1.25e1', '125E-1', 12.5].map((se_va): [string, TrackerPayload, InputValue] => [
      'se_value',
      { se_va },
      12.5,
    ]),
    ...['', ' 1', '1 ', '+1', '.5', '1.', '0x10', '01', '1e', 'NaN', 'Infinity', '1,5', '1_000', 'true', true, [1]].map(
      (se_va): [string, TrackerPayload, InputValue] => ['se_value', { se_va }, undefined],
    ),
    ['domain_sessionidx', { vid: '5' }, 5],
    ['domain_sessionidx', { vid: '1.5' }, 1.5],
    ['txn_id', { tid: '5' }, 5],
    ['txn_id', { tid: 'T-5' }, undefined],
    ['user_id', { uid: 7 }, '7'],
    ['user_id', { uid: 1e21 }, '1e+21'],
    ['user_id', { uid: true }, 'true'], // in the tracker's form
    ['user_id', { uid: ['7'] }, undefined],
    ...noTimes.map((ttm): [string, TrackerPayload, InputValue] => ['true_tstamp', { ttm }, undefined]),
    ['dvce_created_tstamp', { dtm: '-99999999999999999' }, undefined],
    ['derived_tstamp', { ttm: '8640000000000001', dtm: '5' }, new Date(5)],
    ['refr_dvce_tstamp', { url: 'https://a.example/?_sp=6de9.-99999999999999999' }, undefined],
    ['true_tstamp', { ttm: '-8640000000000000' }, new Date(-8.64e15)],
  ])('%s of %j is %j', (name, payload, expected) => {
    expect(read(payload, atomic(name))).toEqual(expected);
  });
});

describe('rule 4: parameters of the address, as in Enrich', () => {
  test.each<[string, string, InputValue]>([
    ['utm_source=google&utm_medium=cpc&utm_source=newsletter', 'mkt_source', 'newsletter'], // the last
    ['utm_source=google&utm_medium=cpc&utm_source=newsletter', 'mkt_medium', 'cpc'],
    ['utm_source=a&utm_source=', 'mkt_source', undefined],
    ['utm_source=a&utm_source', 'mkt_source', undefined],
    ['utm_source=&utm_source=b', 'mkt_source', 'b'],
    ['utm_medium=a&utm%5Fmedium=b', 'mkt_medium', 'b'],
    ['utm_term=a&utm_term=b&utm_term=c', 'mkt_term', 'c'],
    ['utm_content=a&utm_content=b', 'mkt_content', 'b'],
    ['utm_campaign=a&utm_campaign=b', 'mkt_campaign', 'b'],
    ['UTM_SOURCE=a', 'mkt_source', undefined],
    ['utm_source=a;utm_campaign=b', 'mkt_source', 'a'], // `;` separates, too
    ['utm_source=a;utm_campaign=b', 'mkt_campaign', 'b'],
    ['utm_source=a%3Bb%26c', 'mkt_source', 'a;b&c'],
    ['?utm_source=a', 'mkt_source', undefined], // its name begins with a question mark
    ['utm_source=a%09b%00c%0A', 'mkt_source', 'a    bc'],
    ['utm_source=%0A', 'mkt_source', undefined],
    ['gclid=&msclkid=m1', 'mkt_network', 'Google'], // the first parameter that is present, even if it is empty
    ['gclid=&msclkid=m1', 'mkt_clickid', undefined],
    ['gclid&dclid=d', 'mkt_network', 'Google'],
    ['msclkid=m1&gclid=g1', 'mkt_network', 'Google'], // first in Enrich's order, not in the address
    ['msclkid=m1&gclid=g1', 'mkt_clickid', 'g1'],
    ['dclid=d1&msclkid=m1', 'mkt_network', 'Microsoft'],
    ['gclid=g1&gclid=g2', 'mkt_clickid', 'g2'],
    ['dclid=d1&gclid_=g1', 'mkt_network', 'DoubleClick'],
    ['q=gclid', 'mkt_network', undefined],
    ['=a', 'mkt_clickid', undefined],
    ['constructor=a&__proto__=b', 'mkt_network', undefined],
    ['_sp=a.1&_sp=b.2', 'refr_domain_userid', 'b'],
    ['_sp=a.1&_sp=b.2', 'refr_dvce_tstamp', new Date(2)],
    ['_sp=a%09.1', 'refr_domain_userid', 'a    '],
    ['_sp=.1', 'refr_domain_userid', undefined],
    ['_sp=a.1&_sp=', 'refr_domain_userid', undefined],
  ])('%s: %s is %j', (query, name, expected) => {
    expect(read({ url: `https://a.example/?${query}#utm_source=x&gclid=y` }, atomic(name))).toEqual(expected);
  });
});

test('rule 2: every atomic field that a payload has is of the type of its field', () => {
  const keys = `aid p tid tna tv uid duid sid ip fp page lang cd tz cs tnuid ua eid se_ca se_ac se_la se_pr se_va tr_id tr_af tr_ci
    tr_st tr_co tr_cu tr_tt tr_tx tr_sh ti_id ti_sk ti_ca ti_cu ti_pr ti_qu ti_nm vid pp_mix pp_max pp_miy pp_may cookie f_pdf f_fla
    f_java f_dir f_qt f_realp f_wma f_gears f_ag dtm stm ttm`;
  const url =
    'https://a.example:8443/a?utm_medium=1&utm_source=1&utm_term=1&utm_content=1&utm_campaign=1&gclid=1&_sp=1.1#f';
  const payload = {
    ...Object.fromEntries(keys.split(/\s+/).map((key) => [key, '1'])),
    e: 'se',
    url,
    refr: url,
    vp: '1x1',
    res: '1x1',
    ds: '1x1',
  };
  const others =
    `tr_tax tr_shipping tr_orderid tr_affiliation tr_city tr_state tr_country ti_sku ti_category ti_currency useragent
    br_features_flash br_features_java br_features_director br_features_quicktime br_features_realplayer br_features_windowsmedia
    br_features_gears br_features_silverlight derived_tstamp dvce_sent_tstamp true_tstamp`.split(/\s+/);
  const names = [
    ...atomicNames,
    ...others,
    ...Object.keys(enriched[0] ?? {}).filter((name) => !/^(contexts|unstruct_event)_/.test(name)),
  ];
  const numbers =
    /^(br_view|doc_|dvce_screen)(height|width)$|^pp_|_urlport$|^(domain_sessionidx|se_value|ti_price|ti_quantity|tr_(shipping|tax|total)|txn_id)$/;
  const typeOf = (name: string): string =>
    name.endsWith('_tstamp')
      ? 'Date'
      : /^br_(cookies|features_)/.test(name)
        ? 'Boolean'
        : numbers.test(name)
          ? 'Number'
          : 'String';
  const read1 = (name: string): unknown => read(payload, atomic(name));
  const known = [...new Set(names)].filter((name) => read1(name) !== undefined);
  expect(known.length).toBeGreaterThan(80);
  expect(known.map((name) => [name, (Object(read1(name)) as object).constructor.name])).toEqual(
    known.map((name) => [name, typeOf(name)]),
  );
});

describe('rule 10: the time of an event', () => {
  test.each(noTimes)('comes from the next field if ttm is %j, and is missing if dtm is the same', (value) => {
    expect(bindInputs([])({ ttm: value, dtm: '1795398084367' }).time).toBe(1795398084367);
    expect(bindInputs([])({ ttm: value, dtm: value }).time).toBeNaN();
  });

  test('reaches as far as Date does', () => {
    expect(bindInputs([])({ ttm: '8640000000000000' }).time).toBe(8.64e15);
    expect(bindInputs([])({ dtm: -8.64e15 }).time).toBe(-8.64e15);
  });
});

describe('rule 26: addresses of any length', () => {
  const names = 'scheme host port path query fragment'
    .split(' ')
    .flatMap((part) => [`page_url${part}`, `refr_url${part}`]);
  const parameters = 'mkt_source mkt_medium mkt_network mkt_clickid refr_domain_userid refr_dvce_tstamp'.split(' ');
  const bindAll = bindInputs([...names, ...parameters, 'page_url', 'page_referrer'].map(atomic));
  const end = '\u2028'; // ends a line, and is not a control character, which would be taken out

  // Each of these once made the search for parts backtrack: it took minutes for a tenth of this length.
  test.each([
    'a',
    '/',
    '?',
    '#',
    '@',
    ':',
    ':1',
    '@:1',
    'a@',
    '=',
    '&',
    ';',
    '%',
    '.',
    ' ',
    '+',
    '-',
    '\u2028',
    '\u2028a',
  ])('of %j again and again take a time that grows with the length only', (unit) => {
    const many = unit.repeat(500_000 / unit.length);
    for (const url of [
      many,
      `http://${many}${end}`,
      `http://a@${many}:1${end}`,
      `http://a/${many}#${many}${end}`,
      `h:${many}://`,
    ]) {
      const { values } = bindAll({ url, refr: url });
      for (let i = 0; i < names.length; i += 2) expect(values[i]).toBe(values[i + 1]);
      expect(values.at(-1)).toBe(url.replaceAll(' ', '%20'));
    }
  });

  test('are read to the end', () => {
    const long = 'x'.repeat(1_000_000);
    const url = `https://${long}@host.example:8443/p?q=${long}&utm_source=news&_sp=${long}.1795398084367#${long}!`;
    expect(read({ url }, atomic('page_url'))).toBe(url);
    expect(read({ url }, atomic('page_urlhost'))).toBe('host.example');
    expect(read({ url }, atomic('page_urlport'))).toBe(8443);
    expect(read({ url }, atomic('mkt_source'))).toBe('news');
    expect(read({ url }, atomic('refr_dvce_tstamp'))).toEqual(new Date(1795398084367));
    expect(read({ url }, atomic('page_urlfragment'))).toBe(`${long}!`);
  });

  test.each<[string, InputValue]>([
    ['page_urlhost', 'a.example'],
    ['page_urlport', 81],
    ['page_urlpath', '/p\u2028'],
    ['page_urlquery', 'q=\u2029'],
    ['page_urlfragment', 'f\u2028'],
  ])('may contain line ends: %s', (name, expected) => {
    expect(read({ url: 'https://u\u2028@a.example:81/p\u2028?q=\u2029#f\u2028' }, atomic(name))).toBe(expected);
  });

  test('are read beside events and entities, which are never cut', () => {
    const data = { long: 'x'.repeat(1_000_000), last: 'y' };
    const one = (content: unknown): string => JSON.stringify({ schema: 'c', data: content });
    const schema = 'iglu:com.acme/item/jsonschema/1-0-0';
    const [co, ue_pr] = [one([{ schema, data }]), one({ schema, data })];
    const entity: Input = {
      kind: 'entity',
      vendor: 'com.acme',
      name: 'item',
      major_version: 1,
      index: 0,
      path: ['last'],
    };
    const event: Input = { kind: 'event', vendor: 'com.acme', name: 'item', major_version: 1, path: ['last'] };
    expect(bindInputs([entity, event])({ e: 'ue', co, ue_pr }).values).toEqual(['y', 'y']);
    expect(bindInputs([entity, event])({ e: 'ue', cx: encode(co), ue_px: encode(ue_pr) }).values).toEqual(['y', 'y']);
  });
});

// As in Enrich, only the difference between the device's two times counts.
describe('rule 10: the time of an event that a server received', () => {
  const received = 1795398084367;
  const dayBack = received - 86_400_000;
  test.each<[string, TrackerPayload, number]>([
    ['the clock of the device is a day slow', { dtm: String(dayBack), stm: String(dayBack + 40) }, received - 40],
    [
      'the clock of the device is a day fast',
      { dtm: String(received + 86_400_000), stm: String(received + 86_400_040) },
      received - 40,
    ],
    ['it waited for an hour', { dtm: String(received - 3_600_000), stm: String(received) }, received - 3_600_000],
    ['it was sent at once', { dtm: String(dayBack), stm: String(dayBack) }, received],
    ['it was sent before it was created', { dtm: String(dayBack), stm: String(dayBack - 1) }, received],
    ['the time of sending is missing', { dtm: String(dayBack) }, received],
    ['the time of creation is missing', { stm: String(dayBack) }, received],
    ['both times are missing', {}, received],
    ['the time of creation is invalid', { dtm: 'yesterday', stm: String(received) }, received],
    ['the time of creation is beyond the range', { dtm: '-8640000000000001', stm: String(received) }, received],
    ['it has a true time', { ttm: '5', dtm: String(dayBack), stm: String(dayBack + 40) }, 5],
    ['its true time is invalid', { ttm: 'now', dtm: String(dayBack), stm: String(dayBack + 40) }, received - 40],
    [
      'the two times are as far apart as possible',
      { dtm: '-8640000000000000', stm: '8640000000000000' },
      -8640000000000000,
    ],
  ])('%s', (_, payload, expected) => {
    const inputs = ['derived_tstamp', 'collector_tstamp', 'dvce_created_tstamp'].map(atomic);
    const { time, values } = bindInputs(inputs)(payload, received);
    expect(time).toBe(expected);
    expect(values.slice(0, 2)).toEqual([new Date(expected), new Date(received)]);
    // In a page, there is no time of receipt.
    const inPage = bindInputs(inputs)(payload);
    expect(inPage.values).toEqual([isNaN(inPage.time) ? undefined : new Date(inPage.time), undefined, values[2]]);
  });
});

describe('paths', () => {
  const entities = [
    [
      'iglu:com.acme/ProductView/jsonschema/2-1-0',
      { price: 1, tags: ['a', 1, null, { b: 2 }, ['c'], true], none: null, deep: [{ x: 'y' }] },
    ],
    ['iglu:com.acme/other/jsonschema/1-0-0', { price: 5 }],
    ['iglu:com.acme/ProductView/jsonschema/2-0-0', { price: 2 }],
    ['iglu:com.acme/ProductView/jsonschema/1-0-0', { price: 3 }],
    ['no schema', { price: 4 }],
  ];
  const payload = {
    co: `{"schema":"c","data":[${entities
      .map(([schema, data]) => JSON.stringify({ schema, data }))
      .join(',')},null,7,{"schema":"iglu:com.acme/hostile/jsonschema/1-0-0","data":{"__proto__":{"x":1},"a":1}}]}`,
  };

  test.each<[string, number, number, Path, InputValue]>([
    ['ProductView', 2, 0, ['price'], 1],
    ['ProductView', 2, 1, ['price'], 2], // the second of its major version
    ['ProductView', 2, 2, ['price'], undefined],
    ['product_view', 2, 0, ['price'], 1], // the name in enriched events
    ['ProductView', 1, 0, ['price'], 3],
    ['ProductView', 3, 0, ['price'], undefined],
    ['ProductView', 2, 0, ['none'], null],
    ['ProductView', 2, 0, ['absent'], undefined],
    ['ProductView', 2, 0, ['tags'], ['a', 1, true]],
    ['ProductView', 2, 0, ['tags', 1], 1],
    ['ProductView', 2, 0, ['tags', 9], undefined],
    ['ProductView', 2, 0, ['tags', 'length'], undefined],
    ['ProductView', 2, 0, ['tags', '0'], undefined],
    ['ProductView', 2, 0, ['deep', 0, 'x'], 'y'],
    ['ProductView', 2, 0, ['deep', 0], undefined], // an object
    ['ProductView', 2, 0, [0], undefined],
    ['ProductView', 2, 0, ['constructor', 'name'], undefined],
    ['hostile', 1, 0, ['a'], 1],
    ['hostile', 1, 0, ['__proto__', 'x'], undefined],
  ])('%s %d, entity %d, %j', (name, major_version, index, path, expected) => {
    expect(read(payload, { kind: 'entity', vendor: 'com.acme', name, major_version, index, path })).toEqual(expected);
  });
});

test('rule 26: an array counts with its first 1,000 elements, including skipped ones', () => {
  const list = [null, { a: 1 }, ['b'], ...Array<string>(996).fill('a'), 'last', 'beyond'];
  const data = { schema: 'iglu:com.acme/probe/jsonschema/1-0-0', data: { list } };
  const payload = { e: 'ue', ue_pr: JSON.stringify({ schema: 'u', data }) };
  const at = (path: Path): InputValue =>
    read(payload, { kind: 'event', vendor: 'com.acme', name: 'probe', major_version: 1, path });
  expect(at(['list'])).toEqual([...Array<string>(996).fill('a'), 'last']);
  expect(at(['list', 1000])).toBe('beyond');
});

describe('decoding', () => {
  test('JSON is parsed once, only if an input needs it, and never for atomic inputs', () => {
    const payload = payloads[2] ?? {};
    const inputs = [...schemaInputs('x', 0)].map(([input]) => input);
    for (const [key, value] of Object.entries(enriched[2] ?? {})) {
      for (const [input] of schemaInputs(key, value)) inputs.push(input);
    }
    expect(parsesDuring(() => bindInputs(inputs)(payload))).toEqual([payload['ue_pr'], payload['co']].sort());
    expect(parsesDuring(() => bindInputs([atomic('domain_userid'), atomic('mkt_source')])(payload))).toEqual([]);
    expect(parsesDuring(() => bindInputs([atomic('event_name')])(payload))).toEqual([payload['ue_pr']]);
  });

  test.each<[string, (n: number) => unknown]>([
    ['a long string', (n) => `iglu:a/b${n}${'x'.repeat(1_000_000)}/jsonschema/1-0-0`],
    ['a list', (n) => Array<number>(100_000).fill(n)],
  ])('nothing is kept of an event whose schema is %s', (_, schema) => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const heapAfter = (events: number): number => {
      for (let n = 0; n < events; ++n)
        bindInputs([atomic('event_name')])({ e: 'ue', ue_pr: JSON.stringify({ data: { schema: schema(n) } }) });
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heapAfter(1);
    expect(heapAfter(100) - before).toBeLessThan(30_000_000);
  });

  test.each([
    { co: 'no JSON' },
    { co: 'null' },
    { co: '{"data":{"a":1}}' },
    { co: '{"data":[{"schema":7,"data":[]}]}' },
    { cx: '!!!' },
    { cx: 'wyg' },
    { co: 5, ue_pr: {} },
    { ue_px: 'AAAA' },
    {},
  ])('%j has no entities and breaks nothing', (payload) => {
    const entity: Input = { kind: 'entity', vendor: 'a', name: 'b', major_version: 1, index: 0, path: ['c'] };
    const event: Input = { kind: 'event', vendor: 'a', name: 'b', major_version: 1, path: ['c'] };
    expect(bindInputs([entity, event])({ e: 'ue', ...payload }).values).toEqual([undefined, undefined]);
  });

  test('characters beyond ASCII survive base64', () => {
    const text = 'Größe „42“ 👟';
    const cx = encode(JSON.stringify({ data: [{ schema: 'iglu:a/b/jsonschema/1-0-0', data: { text } }] }));
    expect(read({ cx }, { kind: 'entity', vendor: 'a', name: 'b', major_version: 1, index: 0, path: ['text'] })).toBe(
      text,
    );
  });
});

describe('rule 18: events about interventions', () => {
  const { events } = JSON.parse(readSample('plugin_measurement.json')) as { events: TrackerPayload[] };

  test('those of the official plugin are receipts, also in base64', () => {
    expect(events.map(isReceipt)).toEqual([true, true, true, true]);
    expect(events.map(({ ue_pr, ...rest }) => isReceipt({ ...rest, ue_px: encode(ue_pr) }))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test('others are not, even if they mention the vendor', () => {
    expect(payloads.map(isReceipt)).not.toContain(true);
    const data = { schema: 'iglu:com.acme/note/jsonschema/1-0-0', data: { text: 'com.snowplowanalytics.signals' } };
    expect(isReceipt({ e: 'ue', ue_pr: JSON.stringify({ data }) })).toBe(false);
  });
});

function atomic(name: string): Input {
  return { kind: 'atomic', name };
}

function read(payload: TrackerPayload, input: Input): InputValue {
  return bindInputs([input])(payload).values[0];
}

function plain(value: InputValue): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function* schemaInputs(key: string, value: Json): Generator<[Input, Json]> {
  const [, kind, schema] = /^(contexts|unstruct_event)_(.*)$/.exec(key) ?? [];
  if (schema === undefined) return;
  const vendor = vendors.find((each) => schema.startsWith(`${each.replaceAll('.', '_')}_`)) ?? '';
  const [, name = '', major] = /^(.*)_(\d+)$/.exec(schema.slice(vendor.length + 1)) ?? [];
  const common = { vendor, name, major_version: Number(major) };
  if (kind === 'contexts') {
    for (const [index, entity] of (value as Json[]).entries()) {
      for (const [path, leaf] of leaves(entity)) yield [{ kind: 'entity', ...common, index, path }, leaf];
    }
  } else {
    for (const [path, leaf] of leaves(value)) yield [{ kind: 'event', ...common, path }, leaf];
  }
}

function* leaves(value: Json, path: Path = []): Generator<[Path, Json]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (Array.isArray(value)) for (const [index, each] of value.entries()) yield* leaves(each, [...path, index]);
  else
    for (const [name, each] of Object.entries(value))
      if (name !== '_schema_version') yield* leaves(each, [...path, name]);
}

function encode(text: unknown): string {
  return Buffer.from(String(text)).toString('base64url');
}

function parsesDuring(action: () => void): string[] {
  const parsed: string[] = [];
  const { parse } = JSON;
  JSON.parse = (text: string) => {
    parsed.push(text);
    return parse(text) as unknown;
  };
  try {
    action();
  } finally {
    JSON.parse = parse;
  }
  return parsed.sort();
}

describe('rule 1: numbers that are not finite are missing', () => {
  const entity: Input = { kind: 'entity', vendor: 'acme', name: 'thing', major_version: 1, index: 0, path: ['value'] };
  const withValue = (json: string): TrackerPayload => ({
    co: `{"data":[{"schema":"iglu:acme/thing/jsonschema/1-0-0","data":{"value":${json}}}]}`,
  });

  test.each([Infinity, -Infinity, NaN])('%d', (value) => {
    const payload = { aid: value, se_va: value, cookie: value, url: value } as unknown as TrackerPayload;
    for (const name of ['app_id', 'se_value', 'br_cookies', 'page_url'])
      expect(read(payload, atomic(name))).toBeUndefined();
  });

  test('also in properties and their arrays', () => {
    expect(read(withValue('1e999'), entity)).toBeUndefined();
    expect(read(withValue('[1, 1e999, -1e999, "a"]'), entity)).toEqual([1, 'a']);
  });
});

test('rule 32: without an index, an input is the list of the values in all entities of a schema', () => {
  const input: Input = { kind: 'entity', vendor: 'acme', name: 'thing', major_version: 1, path: ['id'] };
  const withEntities = (...data: unknown[]): TrackerPayload => ({
    co: JSON.stringify({
      data: [
        { schema: 'iglu:acme/other/jsonschema/1-0-0', data: { id: 'x' } },
        ...data.map((each, i) => ({ schema: `iglu:acme/thing/jsonschema/1-0-${i}`, data: each })),
        { schema: 'iglu:acme/thing/jsonschema/2-0-0', data: { id: 'y' } },
      ],
    }),
  });
  expect(read(withEntities({ id: 'a' }, { name: 'b' }, null, { id: ['c'] }, { id: 4 }), input)).toEqual(['a', 4]);
  expect(read(withEntities(), input)).toEqual([]);
  expect(read({}, input)).toEqual([]);
  expect(read(withEntities(...Array.from({ length: 1001 }, (_, id) => ({ id }))), input)).toHaveLength(1000);
});

test('rule 2: a number or a boolean with control characters is neither', () => {
  for (const value of ['1\n', '\n1', '1\t', '\u00001', 'true\n']) {
    const payload = { se_va: value, cookie: value, aid: value } as unknown as TrackerPayload;
    for (const name of ['se_value', 'br_cookies']) expect(read(payload, atomic(name))).toBeUndefined();
  }
});

describe('costs of one event', () => {
  test('an address is split once, however many fields are parts of it', () => {
    const names =
      'page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery page_urlfragment mkt_source mkt_medium'.split(
        ' ',
      );
    let reads = 0;
    const payload = { get url() { ++reads; return 'https://shop.example/a?utm_source=x#y'; } } as TrackerPayload; // prettier-ignore
    expect(bindInputs(names.map(atomic))(payload).values).toEqual([
      'https',
      'shop.example',
      443,
      '/a',
      'utm_source=x',
      'y',
      'x',
      undefined,
    ]);
    expect(reads).toBe(1);
  });

  test('entities are sorted by schema once, however many inputs read them', () => {
    const count = 14_000;
    const data = Array.from({ length: count }, (_, i) => ({
      schema: `iglu:acme/thing/jsonschema/1-0-${i}`,
      data: { n: i },
    }));
    const inputs = Array.from({ length: 500 }, (_, i): Input => ({
      kind: 'entity',
      vendor: 'acme',
      name: i === 0 ? 'thing' : `other${i}`,
      major_version: 1,
      index: i === 0 ? count - 1 : 0,
      path: ['n'],
    }));
    const bind = bindInputs(inputs);
    const start = performance.now();
    expect(bind({ co: JSON.stringify({ data }) }).values.slice(0, 2)).toEqual([count - 1, undefined]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
