// Subscribers by the targets that they listen for.
import type { ReplayEntry } from './replay-buffer.ts';
import { targetText, type StreamedIntervention, type Target } from '../types.ts';

export interface Subscriber {
  readonly targets: readonly Target[];
  /** Returns false if it could not be sent: the connection is then closed, or the client could not read it. */
  send(number: number, intervention: StreamedIntervention): boolean;
  /** Sends a heartbeat, and closes a connection that has stalled. */
  beat(): void;
  close(): void;
}

export interface Delivery {
  /** The number of subscribers that it was for. */
  readonly subscribers: number;
  readonly reached: number;
}

export class Subscribers {
  readonly #all = new Set<Subscriber>();
  readonly #byTarget = new Map<string, Set<Subscriber>>();

  get size(): number {
    return this.#all.size;
  }

  add(subscriber: Subscriber): void {
    this.#all.add(subscriber);
    for (const target of subscriber.targets) {
      const text = targetText(target);
      this.#byTarget.set(text, (this.#byTarget.get(text) ?? new Set()).add(subscriber));
    }
  }

  remove(subscriber: Subscriber): void {
    this.#all.delete(subscriber);
    for (const target of subscriber.targets) {
      const text = targetText(target);
      const subscribers = this.#byTarget.get(text);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) this.#byTarget.delete(text);
    }
  }

  /** Sends an intervention to each subscriber once: the copy for the first target that it listens for (rule 22). */
  deliver({ number, copies }: ReplayEntry): Delivery {
    const served = new Set<Subscriber>();
    let reached = 0;
    for (const copy of copies) {
      for (const subscriber of this.#byTarget.get(targetText(copy.target_attribute_key)) ?? []) {
        if (served.has(subscriber)) continue;
        served.add(subscriber);
        if (subscriber.send(number, copy)) ++reached;
      }
    }
    return { subscribers: served.size, reached };
  }

  beat(): void {
    for (const subscriber of this.#all) subscriber.beat();
  }

  close(): void {
    for (const subscriber of this.#all) subscriber.close();
  }
}

/** Returns the copy that a subscriber with these targets receives. */
export function copyFor(targets: readonly Target[], { copies }: ReplayEntry): StreamedIntervention | undefined {
  const texts = new Set(targets.map(targetText));
  return copies.find(({ target_attribute_key: target }) => texts.has(targetText(target)));
}
