// The engine as servers have it: with what a page loads only when it is used.
import { EngineBase, type HeldIds } from './engine-base.js';
import { EngineError } from '../support/problem.js';
import { boundUpdate } from '../event/attribute-update.js';
import { attributes, explain, forget, textsOf } from './inspect.js';
import type { AttributeKey, AttributeUpdate, Attributes, Explanation, TriggeredIntervention } from '../types.js';

/**
 * Profiles and their attributes, and what fires because of them. It has no clock: every call that may change something
 * gets the time. What it keeps is bounded by `Limits`. Throws an EngineError of the code `options` for a time or an
 * attribute key that is none, of `wasm` once it is released.
 */
export class Engine extends EngineBase {
  /**
   * Sets fields of an external group, and returns what that triggers. `time`: when the values were found out; now if it
   * is absent or beyond the range of Date. `held`: as for advance(). A value that does not fit its field's type changes
   * nothing. Throws an EngineError of the code `options` if there is no such group or field, or it has another attribute
   * key; nothing is changed then.
   */
  setAttributes(update: AttributeUpdate, now: number, time = now, held?: HeldIds): TriggeredIntervention[] {
    return this.applyUpdate(boundUpdate(this.report.fields, update, time), now, held);
  }

  /** Refuses what is not a list of ids. @internal */
  protected override namesAndIds(held: HeldIds): string[] {
    if (!Array.isArray(held)) throw new EngineError('options', 'The held ids must be a list of {name, id}.');
    return held.flatMap(textsOf);
  }

  /** When time alone may trigger something next (ms), for whomever; Infinity: never. */
  get nextDeadline(): number {
    return this.nextDeadlineOf();
  }

  /**
   * A profile's attributes at the engine's clock: of each group the highest version, or those groups that have version
   * `groupVersion`. {}: the definitions have no such attribute key.
   */
  attributes(key: AttributeKey, groupVersion = 0): Attributes {
    return attributes(this, key, groupVersion);
  }

  /**
   * Forgets what is known of an id: its attributes, and what was sent to it. False: nothing was. It takes a moment for
   * each profile.
   */
  forget(key: AttributeKey): boolean {
    return forget(this, key);
  }

  /** Why an intervention did or did not fire for a profile. undefined: there is no such intervention or key. */
  explain(intervention: string, key: AttributeKey): Explanation | undefined {
    return explain(this, intervention, key);
  }
}
