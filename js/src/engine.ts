// The engine as servers have it: with what a page loads only when it is used.
import { PageEngine } from './page-engine.js';
import { boundPush } from './push.js';
import type { AttributePush, TriggeredIntervention } from './types.js';

/**
 * Profiles and their attributes, and what fires because of them. It has no clock: every call that may change something
 * gets the time. What it keeps is bounded by `Limits`. Throws an EngineError of the code `options` for a time or an
 * attribute key that is none, of `wasm` once it is released.
 */
export class Engine extends PageEngine {
  /**
   * Sets fields of an external group, and answers what that triggers. `time`: when the values were found out; default:
   * now. A value that does not fit its field's type changes nothing. Throws an EngineError of the code `options` if
   * there is no such group or field, or it has another attribute key; nothing is changed then.
   */
  push(push: AttributePush, now: number, time = now): TriggeredIntervention[] {
    return this.set(boundPush(this.fields, push, time), now);
  }
}
