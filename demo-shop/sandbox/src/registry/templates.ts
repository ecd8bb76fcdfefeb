// Templates of attribute groups, of the names and aggregations that Signals documents. A client completes one to a
// group by an attribute key and an owner.
import type { Definition } from '../types.ts';

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly category: 'ecommerce' | 'marketing_attribution' | 'web_analytics';
  readonly attributes: readonly Definition[];
}

const ecommerce = 'com.snowplowanalytics.snowplow.ecommerce';

const pageView = { vendor: 'com.snowplowanalytics.snowplow', name: 'page_view', version: '1-0-0' };
const action = { vendor: ecommerce, name: 'snowplow_ecommerce_action' };
const actionType = { type: 'event', ...action, major_version: 1, path: 'type' };

const atomic = (name: string) => ({ type: 'atomic', name });
const entity = (vendor: string, name: string, path: string) => ({
  type: 'entity',
  vendor,
  name,
  major_version: 1,
  path,
});
const product = (path: string) => entity(ecommerce, 'product', path);
const agent = (path: string) => entity('nl.basjes', 'yauaa_context', path);

const onPageView = { events: [pageView] };
const onAction = (type: string, ...more: object[]) => ({
  events: [action],
  criteria: { all: [{ property: actionType, operator: '=', value: type }, ...more] },
});

function attribute(name: string, description: string, aggregation: string, type: string, rest: object): Definition {
  return { name, description, type, aggregation, ...rest };
}

/** Counts the events that the selection in `rest` finds. */
const counter = (name: string, description: string, rest: object) =>
  attribute(name, description, 'counter', 'int32', rest);

const userAgent = (
  [
    ['device_class', 'Class of the device, such as Desktop or Phone', 'deviceClass'],
    ['device_brand', 'Brand of the device', 'deviceBrand'],
    ['device_name', 'Name of the device', 'deviceName'],
    ['operating_system_class', 'Class of the operating system', 'operatingSystemClass'],
    ['operating_system_name', 'Name of the operating system', 'operatingSystemName'],
    ['operating_system_version', 'Version of the operating system', 'operatingSystemVersion'],
    ['browser_name_version', 'Name and version of the browser', 'agentNameVersion'],
  ] as const
).map(([name, description, path]) =>
  attribute(`last_${name}`, `${description}, at the last page view`, 'last', 'string', {
    ...onPageView,
    property: agent(path),
  }),
);

const campaign = (
  [
    ['first_mkt_', '', 'first', 'string', 'First'],
    ['last_mkt_', '', 'last', 'string', 'Last'],
    ['mkt_', '_list', 'unique_list', 'string_list', 'Different values of the'],
  ] as const
).flatMap(([before, after, aggregation, type, words]) =>
  ['medium', 'source', 'campaign', 'term'].map((field) =>
    attribute(`${before}${field}${after}`, `${words} marketing ${field}`, aggregation, type, {
      ...onPageView,
      property: atomic(`mkt_${field}`),
    }),
  ),
);

const viewed = (name: string, description: string, aggregation: string, type: string, path: string) =>
  attribute(name, description, aggregation, type, { ...onAction('product_view'), property: product(path) });

const bought = (name: string, description: string, path: string) =>
  attribute(name, description, 'unique_list', 'string_list', { ...onAction('transaction'), property: product(path) });

export const templates: readonly Template[] = [
  {
    name: 'Basic web',
    description: 'Page views: how many, of which pages, and when.',
    category: 'web_analytics',
    attributes: [
      counter('page_views_count', 'Number of page views', onPageView),
      attribute('unique_pages_viewed', 'Addresses of the viewed pages', 'unique_list', 'string_list', {
        ...onPageView,
        property: atomic('page_url'),
      }),
      attribute('first_event_timestamp', 'Time of the first page view', 'first', 'string', {
        ...onPageView,
        property: atomic('derived_tstamp'),
      }),
      attribute('last_event_timestamp', 'Time of the last page view', 'last', 'string', {
        ...onPageView,
        property: atomic('derived_tstamp'),
      }),
    ],
  },
  {
    name: 'User agent',
    description: 'Device, operating system and browser. Needs the YAUAA enrichment, which a page and the sandbox lack.',
    category: 'web_analytics',
    attributes: userAgent,
  },
  {
    name: 'Campaign attribution',
    description: 'Campaign parameters of page views: the first, the last and all of them.',
    category: 'marketing_attribution',
    attributes: campaign,
  },
  {
    name: 'Product views',
    description: 'Products that were viewed. Needs the ecommerce events of Snowplow.',
    category: 'ecommerce',
    attributes: [
      counter('product_view_count', 'Number of product views', onAction('product_view')),
      viewed('product_brands_viewed', 'Brands of viewed products', 'unique_list', 'string_list', 'brand'),
      viewed('product_categories_viewed', 'Categories of viewed products', 'unique_list', 'string_list', 'category'),
      viewed('product_names_viewed', 'Names of viewed products', 'unique_list', 'string_list', 'name'),
      viewed(
        'approx_count_distinct_product_names_viewed',
        'Number of different products that were viewed, approximately',
        'approx_count_distinct',
        'int32',
        'name',
      ),
      viewed('product_category_view_counts', 'Product views of each category', 'category_count', 'dict', 'category'),
      viewed('most_viewed_product_name', 'Product that was viewed most often', 'most_frequent', 'string', 'name'),
      viewed('least_viewed_product_name', 'Product that was viewed least often', 'least_frequent', 'string', 'name'),
      counter(
        'product_views_with_brand_count',
        'Number of views of products that have a brand',
        onAction('product_view', { property: product('brand'), operator: 'is not null' }),
      ),
      counter(
        'product_views_without_brand_count',
        'Number of views of products that have no brand',
        onAction('product_view', { property: product('brand'), operator: 'is null' }),
      ),
    ],
  },
  {
    name: 'Transactions',
    description: 'Orders: how many, their revenue and their products. Needs the ecommerce events of Snowplow.',
    category: 'ecommerce',
    attributes: [
      counter('transaction_count', 'Number of transactions', onAction('transaction')),
      attribute('transaction_revenue_sum', 'Revenue of all transactions', 'sum', 'double', {
        ...onAction('transaction'),
        property: entity(ecommerce, 'transaction', 'revenue'),
      }),
      bought('product_names_in_transactions', 'Names of the ordered products', 'name'),
      bought('product_brands_in_transactions', 'Brands of the ordered products', 'brand'),
      bought('product_categories_in_transactions', 'Categories of the ordered products', 'category'),
    ],
  },
];
