// Keeps the last events, in memory only, so that attribute groups can be tried on them before they are published.
import type { TrackerPayload } from '../types.ts';

export class RecentEvents {
  readonly #capacity: number;
  readonly #events: { readonly payload: TrackerPayload; readonly at: number }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(payloads: readonly TrackerPayload[], at: number): void {
    this.#events.push(...payloads.map((payload) => ({ payload, at })));
    // Twice the capacity at most, so that dropping costs little per event.
    if (this.#events.length > 2 * this.#capacity) this.#events.splice(0, this.#events.length - this.#capacity);
  }

  /** Returns events in the order of arrival, each with its time of arrival (ms). */
  since(time: number): { payload: TrackerPayload; at: number }[] {
    return this.#events.slice(-this.#capacity).filter(({ at }) => at >= time);
  }

  /** Removes events for which `matches` holds. */
  forget(matches: (payload: TrackerPayload) => boolean): void {
    const kept = this.#events.filter(({ payload }) => !matches(payload));
    this.#events.splice(0, this.#events.length, ...kept);
  }
}
