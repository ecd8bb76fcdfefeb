// Keeps the last events, in memory only, so that attribute groups can be tried on them before they are published.
import { jsonBytes } from '../support/json-bytes.ts';
import type { TrackerPayload } from '../types.ts';

export interface RecentLimits {
  readonly recentEvents: number;
  readonly recentBytes: number;
}

interface RecentEvent {
  readonly payload: TrackerPayload;
  readonly at: number;
  readonly bytes: number;
}

export class RecentEvents {
  readonly #limits: RecentLimits;
  #events: RecentEvent[] = [];
  #bytes = 0;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  add(payloads: readonly TrackerPayload[], at: number): void {
    for (const payload of payloads) {
      const bytes = jsonBytes(payload);
      this.#events.push({ payload, at, bytes });
      this.#bytes += bytes;
    }
    const { recentEvents, recentBytes } = this.#limits;
    // Twice the number at most, so that dropping costs little per event.
    if (this.#events.length > 2 * recentEvents || this.#bytes > recentBytes) this.#dropOldest();
  }

  /** Returns events in the order of arrival, each with its time of arrival (ms). */
  since(time: number): { payload: TrackerPayload; at: number }[] {
    return this.#events.slice(this.#firstOfLast()).filter(({ at }) => at >= time);
  }

  /** Removes events for which `matches` holds. */
  forget(matches: (payload: TrackerPayload) => boolean): void {
    this.#keep(this.#events.filter(({ payload }) => !matches(payload)));
  }

  #dropOldest(): void {
    let first = this.#firstOfLast();
    let bytes = this.#events.slice(first).reduce((sum, event) => sum + event.bytes, 0);
    while (bytes > this.#limits.recentBytes) bytes -= this.#events[first++]!.bytes;
    this.#keep(this.#events.slice(first));
  }

  /** The index of the first event within the limit of their number. */
  #firstOfLast(): number {
    return Math.max(this.#events.length - this.#limits.recentEvents, 0);
  }

  #keep(events: RecentEvent[]): void {
    this.#events = events;
    this.#bytes = events.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
