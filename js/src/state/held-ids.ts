// The ids that a page holds (rule 16): for each attribute key the visitor's present id.
import type { Input, LoadReport } from '../../dist/engine/tripline.js';
import { bindInputs } from '../event/inputs.js';
import { nilUuid } from '../support/random-id.js';
import type { AttributeKey, TrackerPayload } from '../types.js';

interface HeldKey {
  name: string;
  /** The input with its ids; undefined if no event has them and only the page names them. */
  source: Input | undefined;
}

/** Attribute keys that identify the visitor. A page without definitions knows no other keys. */
const identity = ['domain_userid', 'domain_sessionid', 'user_id'].map((name): HeldKey => ({
  name,
  source: { kind: 'atomic', name },
}));
const nowhere: Input = { kind: 'atomic', name: '' };

export class HeldIds {
  /** The attribute keys of the definitions, then `identity`. */
  #keys = identity;
  #read = readerOf(identity);
  /** Ids in the order of the keys. */
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
   * Holds the ids of a tracker payload. A key that reads a field loses its id if the field is empty. Ids from other
   * places stay until another id comes, or until a key of `identity` changes or loses its id.
   */
  hold(payload: TrackerPayload): void {
    this.#calls?.push(() => this.hold(payload));
    const before = this.#ids;
    const ids = this.#read(payload).values.map(idOf);
    const isOther = before.some((id, i) => i >= before.length - identity.length && id !== undefined && id !== ids[i]);
    this.#ids = this.#keys.map(
      ({ source }, i) => ids[i] ?? (isOther || source?.kind === 'atomic' ? undefined : before[i]),
    );
  }

  /** Holds an id that the page names, if no event has ids of its key. */
  name(key: AttributeKey): void {
    const { name, id } = Object(key) as AttributeKey; // it may be anything
    this.#calls?.push(() => this.name({ name, id }));
    const index = this.#indexOf(name);
    if (index >= 0 && !this.#keys[index]?.source) this.#ids[index] = idOf(id);
  }

  /** The fields `domain_userid`, `domain_sessionid` and `user_id`, also if keys of these names read other inputs. */
  get identity(): [user?: string, session?: string, login?: string] {
    return this.#ids.slice(-identity.length) as [];
  }

  /** The held ids of the definitions' attribute keys. */
  get list(): AttributeKey[] {
    return this.#keys.slice(0, -identity.length).flatMap(({ name }, i) => {
      const id = this.#ids[i];
      return id === undefined ? [] : { name, id };
    });
  }

  /** True if it is an attribute key of this page. */
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

/** Returns an id as the engine compares it (rule 17); undefined if the value is not an id. */
export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string' || id === '' || id === nilUuid) return undefined;
  return uuid.test(id) ? id.toLowerCase() : id;
}
