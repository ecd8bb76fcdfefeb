// The engine of servers: it includes the functions that a page loads only when it uses them.
import { EngineBase, type HeldIds } from './engine-base.js';
import { EngineError } from '../support/problem.js';
import { boundUpdate } from '../event/attribute-update.js';
import { attributes, explain, forget, textsOf } from './inspect.js';
import type { AttributeKey, AttributeUpdate, Attributes, Explanation, TriggeredIntervention } from '../types.js';

/**
 * Keeps profiles with their attributes, and fires interventions. It has no clock: every call that may change the state
 * takes the time (ms). `Limits` bound its state. Throws an EngineError of the code `options` for an invalid time or
 * attribute key, and of the code `wasm` once it is released.
 */
export class Engine extends EngineBase {
  /**
   * Sets fields of an external group, and returns the interventions that this triggers. `time`: when the values were
   * found out (ms); `now` if it is absent or beyond the range of Date. `held`: as for advance(). A value that does not
   * fit its field's type changes nothing. Throws an EngineError of the code `options`, and sets no field, if there is
   * no such group or field, or the group has another attribute key.
   */
  setAttributes(update: AttributeUpdate, now: number, time = now, held?: HeldIds): TriggeredIntervention[] {
    return this.applyUpdate(boundUpdate(this.report.fields, update, time), now, held);
  }

  /** Throws an EngineError of the code `options` if `held` is not a list of ids. @internal */
  protected override namesAndIds(held: HeldIds): string[] {
    if (!Array.isArray(held)) throw new EngineError('options', 'The held ids must be a list of {name, id}.');
    return held.flatMap(textsOf);
  }

  /** Returns the program, as `tripline build` writes it. @internal */
  program(): Uint8Array<ArrayBuffer> {
    this.ask('save', []);
    return this.bytes;
  }

  /** When time alone may trigger an intervention next (ms), for any id; Infinity: never. */
  get nextDeadline(): number {
    return this.nextDeadlineOf();
  }

  /**
   * Returns a profile's attributes at the engine's clock: the highest version of each group, or the groups that have
   * the version `groupVersion`. Returns {} if the definitions do not have the attribute key.
   */
  attributes(key: AttributeKey, groupVersion = 0): Attributes {
    return attributes(this, key, groupVersion);
  }

  /**
   * Forgets an id: its attributes, and the marks of interventions that were sent to it. Returns false if there was
   * nothing to forget. Takes time linear in the number of profiles.
   */
  forget(key: AttributeKey): boolean {
    return forget(this, key);
  }

  /**
   * Explains why an intervention did or did not fire for a profile; undefined if there is no such intervention or key.
   */
  explain(intervention: string, key: AttributeKey): Explanation | undefined {
    return explain(this, intervention, key);
  }
}
