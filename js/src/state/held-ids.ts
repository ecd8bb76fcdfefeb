// The ids that a page holds (rule 16): of each attribute key the one that is its visitor's now.
import type { Input, LoadReport } from '../../dist/engine/tripline.js';
import { bindInputs } from '../event/inputs.js';
import { nilUuid } from '../support/random-id.js';
import type { AttributeKey, TrackerPayload } from '../types.js';

interface HeldKey {
  name: string;
  /** What of an event has its ids. undefined: nothing, only the page names them. */
  source: Input | undefined;
}

/** Who is there. A page without definitions knows no other keys. */
const identity = ['domain_userid', 'domain_sessionid', 'user_id'].map(
  (name): HeldKey => ({ name, source: { kind: 'atomic', name } }),
);
const nowhere: Input = { kind: 'atomic', name: '' };

export class HeldIds {
  /** Those of the definitions, then `identity`. */
  #keys = identity;
  #read = readerOf(identity);
  /** In the order of the keys. */
  #ids: (string | undefined)[] = [];
  /** The calls of `take` and `name`, until the definitions are loaded. */
  #calls: (() => void)[] | undefined = [];

  /** Adds the attribute keys of definitions, as if they had been there from the start. */
  bind({ keys, inputs }: Pick<LoadReport, 'keys' | 'inputs'>): void {
    const calls = this.#calls ?? [];
    this.#calls = undefined;
    this.#keys = [...keys.map(({ name, input = -1 }) => ({ name, source: inputs[input] })), ...identity];
    this.#read = readerOf(this.#keys);
    this.#ids = this.#keys.map(() => undefined);
    for (const call of calls) call();
  }

  /**
   * Takes the ids of a tracker payload. A field has the id that is there, or none. An id from elsewhere stays until another
   * one comes, or until who is there changes or goes.
   */
  take(payload: TrackerPayload): void {
    this.#calls?.push(() => this.take(payload));
    const before = this.#ids;
    const ids = this.#read(payload).values.map(idOf);
    const isOther = before.some((id, i) => i >= before.length - identity.length && id !== undefined && id !== ids[i]);
    this.#ids = this.#keys.map(({ source }, i) => ids[i] ?? (isOther || source?.kind === 'atomic' ? undefined : before[i]));
  }

  /** Takes an id that the page names, of a key that no event has. */
  name(key: AttributeKey): void {
    const { name, id } = Object(key) as AttributeKey; // it may be anything
    this.#calls?.push(() => this.name({ name, id }));
    const index = this.#indexOf(name);
    if (index >= 0 && !this.#keys[index]?.source) this.#ids[index] = idOf(id);
  }

  /** `domain_userid`, `domain_sessionid` and `user_id`, whatever the attribute keys of that name are. */
  get identity(): [user?: string, session?: string, login?: string] {
    return this.#ids.slice(-identity.length) as [];
  }

  /** Of the definitions' keys. */
  get list(): AttributeKey[] {
    return this.#keys.slice(0, -identity.length).flatMap(({ name }, i) => {
      const id = this.#ids[i];
      return id === undefined ? [] : { name, id };
    });
  }

  /** Whether it is an attribute key of this page. */
  knows(name: string): boolean {
    return this.#indexOf(name) >= 0;
  }

  has({ name, id }: AttributeKey): boolean {
    const held = this.#ids[this.#indexOf(name)];
    return held !== undefined && held === idOf(id);
  }

  #indexOf(name: string): number {
    return this.#keys.findIndex((key) => key.name === name);
  }
}

function readerOf(keys: readonly HeldKey[]): ReturnType<typeof bindInputs> {
  return bindInputs(keys.map(({ source }) => source ?? nowhere));
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** An id as the engine compares it (rule 17). undefined: the value is not an id. */
export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string' || id === '' || id === nilUuid) return undefined;
  return uuid.test(id) ? id.toLowerCase() : id;
}
