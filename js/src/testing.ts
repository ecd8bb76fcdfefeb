/**
 * Tests of your own rules: visitors, a clock that stands still until you advance it, and the real engine.
 *
 * @module
 */
import { HeldIds } from './state/held-ids.js';
import { loadEngine, type Engine, type EngineOptions } from './server.js';
import type {
  AttributeKey,
  Attributes,
  AttributeUpdate,
  Explanation,
  TrackerPayload,
  TriggeredIntervention,
} from './types.js';

export type { Attributes, AttributeUpdate, Explanation, TrackerPayload, TriggeredIntervention } from './types.js';

/** The ids of a visitor, by attribute key. */
export type Ids = Partial<Record<'domain_userid' | 'domain_sessionid' | 'user_id' | 'network_userid', string>>;

/** A length of time; its parts are added up. */
export interface Span {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  ms?: number;
}

/** A clock that stands still until you advance it. */
export class FakeClock {
  #now: number;

  /** Throws a RangeError if `start` is not a date that JavaScript can read. */
  constructor(start: string | number | Date) {
    this.#now = new Date(start).getTime();
    if (Number.isNaN(this.#now)) throw new RangeError(`${String(start)} is not a date or a time.`);
  }

  /** The time in ms. */
  get now(): number {
    return this.#now;
  }

  /** Lets time pass, and returns the time then (ms). Throws a RangeError if the span is negative. */
  advance({ days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 }: Span): number {
    const span = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms;
    if (!(span >= 0)) throw new RangeError('A clock cannot go back; give a span of at least 0 ms.');
    this.#now += span;
    return this.#now;
  }
}

/** A visitor of the site. */
export interface TestVisitor {
  /** Counts an event at the clock's time, and returns the interventions that it triggers. */
  track(event: TrackerPayload): TriggeredIntervention[];
  /** Sets fields of an external group for one of the visitor's keys; `domain_userid` if none is named. */
  setAttributes(attributes: Omit<AttributeUpdate, 'attributeKey'> & { key?: keyof Ids }): TriggeredIntervention[];
  /** Returns a group's attributes for one of the visitor's keys; `domain_userid` if none is named. */
  attributes(group: string, key?: keyof Ids): Attributes[string];
  /** Explains why an intervention did or did not fire. */
  explain(intervention: string, key?: keyof Ids): Explanation | undefined;
}

/** The rules with a first visitor. */
export interface RuleTest extends TestVisitor {
  readonly clock: FakeClock;
  /**
   * Lets time pass for the ids that the visitors' pages hold (rule 16), and returns the interventions that this
   * triggers.
   */
  advance(span: Span): TriggeredIntervention[];
  /** Adds another visitor, or the same one with other ids: `visitor({ user_id: '…' })` has logged in. */
  visitor(ids: Ids): TestVisitor;
  /** The interventions that were triggered so far. */
  readonly fired: readonly TriggeredIntervention[];
}

/** Options of `testRules`. */
export interface RuleTestOptions extends Pick<EngineOptions, 'definitions' | 'wasm'> {
  /** The time at which the test begins. Default: 2026-01-01T12:00:00Z, a Thursday. */
  at?: string | number | Date;
  /** The ids of the first visitor. Default: a domain_userid and a domain_sessionid; no user_id. */
  ids?: Ids;
}

const defaultIds: Ids = {
  domain_userid: '00000000-0000-4000-8000-00000000000a',
  domain_sessionid: '00000000-0000-4000-8000-00000000000b',
};

/**
 * Loads the rules, with a first visitor. The same test returns the same interventions, including their ids. Rejects
 * with an EngineError.
 */
export async function testRules(options: RuleTestOptions): Promise<RuleTest> {
  const { at = '2026-01-01T12:00:00Z', ids = defaultIds, ...rest } = options;
  return new EngineTest(await loadEngine(rest), new FakeClock(at), ids);
}

class EngineTest implements RuleTest {
  readonly clock: FakeClock;
  readonly fired: TriggeredIntervention[] = [];
  readonly #engine: Engine;
  readonly #first: TestVisitor;
  readonly #visitors: HeldIds[] = [];
  #events = 0;

  constructor(engine: Engine, clock: FakeClock, ids: Ids) {
    this.#engine = engine;
    this.clock = clock;
    this.#first = this.#visitor(ids);
  }

  track(event: TrackerPayload): TriggeredIntervention[] {
    return this.#first.track(event);
  }

  setAttributes(attributes: Parameters<TestVisitor['setAttributes']>[0]): TriggeredIntervention[] {
    return this.#first.setAttributes(attributes);
  }

  attributes(group: string, key?: keyof Ids): Attributes[string] {
    return this.#first.attributes(group, key);
  }

  explain(intervention: string, key?: keyof Ids): Explanation | undefined {
    return this.#first.explain(intervention, key);
  }

  advance(span: Span): TriggeredIntervention[] {
    return this.#note(this.#engine.advance(this.clock.advance(span), this.#held));
  }

  visitor(ids: Ids): TestVisitor {
    return this.#visitor({ ...defaultIds, ...ids });
  }

  #visitor(ids: Ids): TestVisitor {
    const keyOf = (name: keyof Ids): { name: string; id: string } => ({
      name,
      id: Object.hasOwn(ids, name) ? (ids[name] ?? '') : '',
    });
    const held = new HeldIds();
    held.bind(this.#engine.report);
    held.hold(fieldsOf(ids));
    this.#visitors.push(held);
    return {
      track: (event) => {
        const payload = this.#complete(event, ids);
        held.hold(payload);
        return this.#note(this.#engine.process(payload, this.clock.now, { held: this.#held }));
      },
      setAttributes: ({ key = 'domain_userid', ...attributes }) => {
        const attributeKey = keyOf(key);
        held.name(attributeKey);
        return this.#note(
          this.#engine.setAttributes({ ...attributes, attributeKey }, this.clock.now, this.clock.now, this.#held),
        );
      },
      attributes: (group, key = 'domain_userid') => {
        this.#note(this.#engine.advance(this.clock.now, this.#held));
        return new Map(Object.entries(this.#engine.attributes(keyOf(key)))).get(group) ?? {};
      },
      explain: (intervention, key = 'domain_userid') => this.#engine.explain(intervention, keyOf(key)),
    };
  }

  /** The ids of all visitors, as the page of each would hold them. */
  get #held(): AttributeKey[] {
    return this.#visitors.flatMap(({ list }) => list);
  }

  #complete(event: TrackerPayload, ids: Ids): TrackerPayload {
    const eid = `00000000-0000-4000-8000-${String(++this.#events).padStart(12, '0')}`;
    return { eid, dtm: String(this.clock.now), ...fieldsOf(ids), ...event };
  }

  #note(fired: TriggeredIntervention[]): TriggeredIntervention[] {
    this.fired.push(...fired);
    return fired;
  }
}

function fieldsOf({ domain_userid, domain_sessionid, user_id, network_userid }: Ids): TrackerPayload {
  return { duid: domain_userid, sid: domain_sessionid, uid: user_id, nuid: network_userid };
}

/** A self-describing event or entity: `iglu:com.acme/cart/jsonschema/1-0-0`. */
export interface SelfDescribing {
  schema: string;
  data: Record<string, unknown>;
}

/** Members that every event may have. */
export interface Common {
  url?: string;
  referrer?: string;
  title?: string;
  entities?: SelfDescribing[];
}

const contexts = 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0';
const unstruct = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';

// Payloads as the tracker hands them to afterTrack.

/** The page was viewed. */
export function pageView(common: Common = {}): TrackerPayload {
  return payload('pv', common);
}

/** The page is still looked at. */
export function pagePing(common: Common = {}): TrackerPayload {
  return payload('pp', common);
}

/** A structured event. */
export function structured(
  event: { category: string; action: string; label?: string; property?: string; value?: number },
  common: Common = {},
): TrackerPayload {
  const { category, action, label, property, value } = event;
  const fields = { se_ca: category, se_ac: action, se_la: label, se_pr: property, se_va: value?.toString() };
  return { ...payload('se', common), ...fields };
}

/** An event of any schema. */
export function selfDescribing(event: SelfDescribing, common: Common = {}): TrackerPayload {
  return { ...payload('ue', common), ue_pr: JSON.stringify({ schema: unstruct, data: event }) };
}

function payload(
  e: string,
  { url = 'https://shop.example.com/', referrer, title, entities = [] }: Common,
): TrackerPayload {
  const co = entities.length === 0 ? undefined : JSON.stringify({ schema: contexts, data: entities });
  return { e, p: 'web', url, refr: referrer, page: title, co };
}

// The events of Snowplow's ecommerce plugin.

const ecommerce = (name: string, version = '1-0-0'): string =>
  `iglu:com.snowplowanalytics.snowplow.ecommerce/${name}/jsonschema/${version}`;

/** A product, as an entity of the ecommerce plugin. */
export interface Product {
  id: string;
  category: string;
  price: number;
  currency: string;
  [property: string]: unknown;
}

/** A cart and its products, as entities of the ecommerce plugin. */
export interface Cart {
  products: Product[];
  total_value: number;
  currency: string;
  cart_id?: string;
}

/** A purchase, as an entity of the ecommerce plugin. */
export interface Transaction {
  transaction_id: string;
  revenue: number;
  currency: string;
  payment_method: string;
  products?: Product[];
  [property: string]: unknown;
}

/** A product was viewed. */
export function productView(product: Product, common: Common = {}): TrackerPayload {
  return action('product_view', [productEntity(product)], common);
}

/** Products were added; `cart` is the cart after that. */
export function addToCart(cart: Cart, common: Common = {}): TrackerPayload {
  return action('add_to_cart', cartEntities(cart), common);
}

/** Products were removed; `cart` is the cart after that. */
export function removeFromCart(cart: Cart, common: Common = {}): TrackerPayload {
  return action('remove_from_cart', cartEntities(cart), common);
}

/** A purchase was completed. */
export function transaction({ products = [], ...data }: Transaction, common: Common = {}): TrackerPayload {
  const total_quantity = products.reduce((sum, { quantity }) => sum + Number(quantity ?? 1), 0);
  const entity = { schema: ecommerce('transaction'), data: { total_quantity, ...data } };
  return action('transaction', [...products.map(productEntity), entity], common);
}

function action(type: string, own: SelfDescribing[], { entities = [], ...common }: Common): TrackerPayload {
  const event = { schema: ecommerce('snowplow_ecommerce_action', '1-0-2'), data: { type } };
  return selfDescribing(event, { ...common, entities: [...own, ...entities] });
}

function productEntity(data: Product): SelfDescribing {
  return { schema: ecommerce('product'), data };
}

// Products come before the cart, as that plugin puts them.
function cartEntities({ products, ...data }: Cart): SelfDescribing[] {
  return [...products.map(productEntity), { schema: ecommerce('cart'), data }];
}
