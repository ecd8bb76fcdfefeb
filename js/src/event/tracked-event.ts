// One tracker payload.
import type { TrackerPayload } from '../types.js';
import { parametersOf, urlParts, type UrlParts } from './address.js';
import { milliseconds, own, text } from './conversions.js';
import { schemaOf } from './schema.js';

/** A self-describing JSON from outside, so either member may have any type. */
export type SelfDescribing = { schema?: unknown; data?: unknown };

/** A tracker payload. Each envelope is decoded at most once, and only if it is asked for. */
export class TrackedEvent {
  readonly payload: TrackerPayload;
  readonly receivedAt: number;
  #unstruct: SelfDescribing | undefined;
  #entities: unknown;
  #entityData: Map<string | undefined, unknown[]> | undefined;
  #addresses: Record<string, UrlParts | undefined> | undefined;
  #query: ReadonlyMap<string | undefined, string> | undefined;

  constructor(payload: TrackerPayload, receivedAt = NaN) {
    this.payload = payload;
    this.receivedAt = receivedAt;
  }

  text(key: string): string | undefined {
    return text(own(this.payload, key));
  }

  /**
   * Returns `derived_tstamp` in ms as Enrich computes it; without `receivedAt`, the tracker's own times stand for it.
   * NaN if the payload has none.
   */
  time(): number {
    const time = (key: string): number | undefined => milliseconds(own(this.payload, key));
    const created = time('dtm');
    const wait = Math.max(Number(time('stm')) - Number(created) || 0, 0);
    return time('ttm') ?? milliseconds(this.receivedAt - wait) ?? created ?? NaN;
  }

  /** The self-describing event. */
  get unstruct(): SelfDescribing {
    return (this.#unstruct ??= this.#data('ue_pr', 'ue_px') as SelfDescribing);
  }

  get entities(): readonly (SelfDescribing | null)[] {
    this.#entities ??= this.#data('co', 'cx');
    return Array.isArray(this.#entities) ? (this.#entities as SelfDescribing[]) : [];
  }

  /** Returns the data of the entities of one schema, in their order. */
  entitiesOf(key: string): unknown[] {
    this.#entityData ??= dataBySchema(this.entities);
    return this.#entityData.get(key) ?? [];
  }

  /** Returns the parts of the address at `key`, which is split once. */
  address(key: string): UrlParts | undefined {
    this.#addresses ??= {};
    return (this.#addresses[key] ??= urlParts(own(this.payload, key)));
  }

  /** Returns a parameter of the page's query, percent-decoded; `''` if it has no value, undefined if it is absent. */
  query(name: string | undefined): string | undefined {
    this.#query ??= parametersOf(this.address('url')?.query ?? '');
    return this.#query.get(name);
  }

  /** Returns the data of an envelope, or an object without properties if there is none. */
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

function dataBySchema(entities: readonly (SelfDescribing | null)[]): Map<string | undefined, unknown[]> {
  const all = new Map<string | undefined, unknown[]>();
  for (const entity of entities) {
    const key = schemaOf(entity?.schema)?.key;
    const data = all.get(key) ?? [];
    all.set(key, data);
    data.push(entity?.data);
  }
  return all;
}

function decodeBase64(encoded: unknown): string {
  if (typeof encoded !== 'string') return '';
  const binary = atob(encoded.replace(/-/g, '+').replace(/_/g, '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}
