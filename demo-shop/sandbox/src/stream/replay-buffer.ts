// Keeps the interventions of the last minutes. A subscriber that reconnects receives those that it missed. An
// intervention that fired without a subscriber waits for its first one: a page that is loading, for example.
import { jsonBytes } from '../support/json-bytes.ts';
import { targetText, type StreamedIntervention, type Target } from '../types.ts';

/** An intervention. It has a copy for each target, in the order of the definition; all copies have the same id. */
export interface ReplayEntry {
  /** One more than that of the entry before. */
  readonly number: number;
  readonly at: number;
  readonly copies: readonly StreamedIntervention[];
  /** True until its first subscriber has received it. */
  waits: boolean;
}

export interface ReplayLimits {
  /** The time for which an entry is kept (ms). */
  readonly age: number;
  /** The number of entries that are kept; the oldest are dropped first. */
  readonly entries: number;
  /** The bytes of all entries as JSON; the oldest are dropped first. */
  readonly bytes: number;
}

export class ReplayBuffer {
  readonly #limits: ReplayLimits;
  /** By number, oldest first. */
  readonly #entries = new Map<number, ReplayEntry>();
  /** The size of each entry, and of all. */
  readonly #sizes = new Map<number, number>();
  #bytes = 0;
  /** The numbers of each target's entries, oldest first. */
  readonly #byTarget = new Map<string, Set<number>>();
  /** The numbers of entries that changed since the last call of `drainChanges`. */
  readonly #changed = new Set<number>();
  #next = 1;

  constructor(limits: ReplayLimits, entries: readonly ReplayEntry[] = []) {
    this.#limits = limits;
    for (const entry of entries) this.#keep(entry);
  }

  /** The number of the newest entry, also if it was dropped. */
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

  /** Returns the entries that these targets missed, oldest first: those that wait, and those after `lastSeen`. */
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

  /** Drops the entries for a target. */
  forget(target: Target): void {
    for (const number of [...(this.#byTarget.get(targetText(target)) ?? [])]) this.#drop(number);
  }

  /** Returns the entries that changed since the last call, and the number below which none is kept. */
  drainChanges(now: number): { entries: ReplayEntry[]; oldest: number } {
    this.#dropOld(now);
    const entries = [...this.#changed].flatMap((number) => this.#entries.get(number) ?? []);
    this.#changed.clear();
    return { entries, oldest: this.#entries.keys().next().value ?? this.#next };
  }

  /** Adds entries to the next `drainChanges`, since they could not be stored. */
  keepChanges(entries: readonly ReplayEntry[]): void {
    for (const { number } of entries) this.#changed.add(number);
  }

  #keep(entry: ReplayEntry): void {
    const bytes = jsonBytes(entry);
    this.#entries.set(entry.number, entry);
    this.#sizes.set(entry.number, bytes);
    this.#bytes += bytes;
    this.#next = entry.number + 1;
    for (const { target_attribute_key: target } of entry.copies) {
      const text = targetText(target);
      const numbers = this.#byTarget.get(text) ?? new Set();
      this.#byTarget.set(text, numbers.add(entry.number));
    }
  }

  #dropOld(now: number): void {
    const { age, entries, bytes } = this.#limits;
    for (const { number, at } of this.#entries.values()) {
      if (at > now - age && this.#entries.size <= entries && this.#bytes <= bytes) return;
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
    this.#bytes -= this.#sizes.get(number) ?? 0;
    this.#sizes.delete(number);
    this.#entries.delete(number);
  }
}
