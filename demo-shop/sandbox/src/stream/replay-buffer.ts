// The interventions of the last minutes. A subscriber that reconnects is sent what it missed, and an intervention that
// was decided while nobody listened waits for its first subscriber: a page that is just being loaded, for example.
import { targetText, type StreamedIntervention, type Target } from '../types.ts';

/** One intervention. Its copies are for several targets, in the order of the definition, and share their id. */
export interface ReplayEntry {
  /** Grows by one from entry to entry. */
  readonly number: number;
  readonly at: number;
  readonly copies: readonly StreamedIntervention[];
  /** Whether it waits for its first subscriber. */
  waits: boolean;
}

export interface ReplayLimits {
  /** How long an entry is kept (ms). */
  readonly age: number;
  /** How many are kept; the oldest go first. */
  readonly entries: number;
}

export class ReplayBuffer {
  readonly #limits: ReplayLimits;
  /** By number, oldest first. */
  readonly #entries = new Map<number, ReplayEntry>();
  /** The numbers of each target's entries, oldest first. */
  readonly #byTarget = new Map<string, Set<number>>();
  /** What the store does not know yet. */
  readonly #changed = new Set<number>();
  #next = 1;

  constructor(limits: ReplayLimits, entries: readonly ReplayEntry[] = []) {
    this.#limits = limits;
    for (const entry of entries) this.#keep(entry);
  }

  /** The number of the last entry that there ever was. */
  get last(): number {
    return this.#next - 1;
  }

  add(at: number, copies: readonly StreamedIntervention[], waits: boolean): ReplayEntry {
    const entry = { number: this.#next, at, copies, waits };
    this.#keep(entry);
    this.#changed.add(entry.number);
    this.#dropOld(at);
    return entry;
  }

  /** What a subscriber with these targets has not seen, oldest first: after the number that it saw last, or what waits. */
  missedBy(targets: readonly Target[], lastSeen: number | undefined, now: number): ReplayEntry[] {
    this.#dropOld(now);
    const numbers = new Set(targets.flatMap((target) => [...(this.#byTarget.get(targetText(target)) ?? [])]));
    return [...numbers]
      .sort((a, b) => a - b)
      .map((number) => this.#entries.get(number)!)
      .filter(({ number, waits }) => (lastSeen === undefined ? waits : waits || number > lastSeen));
  }

  markDelivered(numbers: readonly number[]): void {
    for (const number of numbers) {
      const entry = this.#entries.get(number);
      if (entry === undefined) continue;
      entry.waits = false;
      this.#changed.add(number);
    }
  }

  /** Forgets all that is for a target. */
  forget(target: Target): void {
    for (const number of [...(this.#byTarget.get(targetText(target)) ?? [])]) this.#drop(number);
  }

  /** The entries that changed since the last call, and the number below which none is kept. */
  drainChanges(now: number): { entries: ReplayEntry[]; oldest: number } {
    this.#dropOld(now);
    const entries = [...this.#changed].flatMap((number) => this.#entries.get(number) ?? []);
    this.#changed.clear();
    return { entries, oldest: this.#entries.keys().next().value ?? this.#next };
  }

  /** For the next call of drainChanges: these could not be stored. */
  keepChanges(entries: readonly ReplayEntry[]): void {
    for (const { number } of entries) this.#changed.add(number);
  }

  #keep(entry: ReplayEntry): void {
    this.#entries.set(entry.number, entry);
    this.#next = entry.number + 1;
    for (const { target_attribute_key: target } of entry.copies) {
      const text = targetText(target);
      const numbers = this.#byTarget.get(text) ?? new Set();
      this.#byTarget.set(text, numbers.add(entry.number));
    }
  }

  #dropOld(now: number): void {
    for (const { number, at } of this.#entries.values()) {
      if (at > now - this.#limits.age && this.#entries.size <= this.#limits.entries) return;
      this.#drop(number);
    }
  }

  #drop(number: number): void {
    for (const { target_attribute_key: target } of this.#entries.get(number)?.copies ?? []) {
      const text = targetText(target);
      const numbers = this.#byTarget.get(text);
      numbers?.delete(number);
      if (numbers?.size === 0) this.#byTarget.delete(text);
    }
    this.#entries.delete(number);
  }
}
