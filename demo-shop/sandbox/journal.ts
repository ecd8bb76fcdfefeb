// The one way in for all that changes the state: an input is on the disk before it takes effect, and takes effect
// before it is answered. Inputs that arrive while the disk is busy are written together, so that one write serves many.
import type { Input } from './inputs.ts';
import type { OutboxEntry } from './outbox.ts';
import { Refusal } from './refusal.ts';
import type { Outcome, State } from './state.ts';
import type { Store } from './store.ts';
import type { Delivery } from './subscribers.ts';

type WithoutNow<T> = T extends unknown ? Omit<T, 'now'> : never;
/** An input that is not in yet. */
export type NewInput = WithoutNow<Input>;

/** What an input led to, and what became of each of its interventions. */
export interface Applied extends Outcome {
  readonly deliveries: readonly Delivery[];
}

interface Waiting {
  readonly inputs: readonly Input[];
  readonly resolve: (applied: Applied[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** How far the machine's clock may be set back before the engine's is (ms, rule 10). */
const bearableStepBack = 5 * 60_000;
/** A checkpoint is due after so many bytes of inputs, and after as many as a checkpoint has. */
const shortestLog = 4 * 1024 * 1024;
/** The longest time that a timer of Node bears (ms). */
const longestTimer = 2 ** 31 - 1;

export class Journal {
  readonly #store: Store;
  readonly #state: State;
  readonly #deliver: (entry: OutboxEntry) => Delivery;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #now: number;
  #logBytes = 0;
  #checkpointBytes = 0;
  #compactNext = false;
  #isClosed = false;

  /** `deliver` sends an intervention to those who listen. */
  constructor(store: Store, state: State, deliver: (entry: OutboxEntry) => Delivery) {
    this.#store = store;
    this.#state = state;
    this.#deliver = deliver;
    this.#now = state.clock;
  }

  /** Begins to keep time: what became true while no sandbox ran fires now. */
  async start(): Promise<void> {
    const isBack = this.#isClockBack();
    const now = this.#readClock();
    if (isBack) await this.#state.apply({ kind: 'rebase', now });
    this.#state.wake(now);
    await this.#checkpoint();
    this.#setTimer();
  }

  /** Resolves, with what each input led to, once all of them are on the disk and have taken effect. */
  submit(inputs: readonly NewInput[]): Promise<Applied[]> {
    if (this.#isClosed) return Promise.reject(new Refusal(503, 'The sandbox is being stopped.'));
    const stamped = this.#stamp(inputs);
    const applied = new Promise<Applied[]>((resolve, reject) => {
      this.#waiting.push({ inputs: stamped, resolve, reject });
      this.#running ??= this.#run();
    });
    // Without the rebase that may have come before.
    return applied.then((all) => all.slice(all.length - inputs.length));
  }

  /** These reached a subscriber, so they wait no longer: not now, and not after a restart. */
  delivered(entries: readonly OutboxEntry[]): void {
    const numbers = entries.filter(({ waits }) => waits).map(({ number }) => number);
    if (numbers.length === 0) return;
    this.#state.outbox.markDelivered(numbers);
    void this.submit([{ kind: 'delivered', numbers }]).catch(() => undefined);
  }

  /** Forgets the inputs so far: the state holds all that they led to. */
  compact(): Promise<void> {
    this.#compactNext = true;
    return this.submit([]).then(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#checkpoint();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        await this.#append(group.flatMap(({ inputs }) => inputs));
      } catch (error) {
        for (const { reject } of group) reject(new Refusal(503, `The store cannot be written (${codeOf(error)}). Try again.`));
        continue;
      }
      for (const { inputs, resolve } of group) resolve(await this.#applyAll(inputs));
      if (this.#isLong()) await this.#checkpoint().catch(() => console.error('The state could not be compacted. It is kept.'));
      this.#setTimer();
    }
    // In the same turn as the look at what waits, so that nothing is left waiting.
    this.#running = undefined;
  }

  async #append(inputs: readonly Input[]): Promise<void> {
    if (inputs.length > 0) await this.#store.append(inputs);
  }

  async #applyAll(inputs: readonly Input[]): Promise<Applied[]> {
    const all: Applied[] = [];
    for (const input of inputs) {
      const outcome = await this.#state.apply(input);
      all.push({ ...outcome, deliveries: outcome.entries.map(this.#deliver) });
      this.#logBytes += input.kind === 'event' ? 2048 : 128;
    }
    this.delivered(all.flatMap(({ entries, deliveries }) => entries.filter((_, index) => deliveries[index]!.reached > 0)));
    return all;
  }

  async #checkpoint(): Promise<void> {
    const checkpoint = this.#state.checkpoint();
    const { entries, oldest } = this.#state.outbox.takeChanges(this.#now);
    try {
      await this.#store.checkpoint(checkpoint, entries, oldest);
    } catch (error) {
      this.#state.outbox.keepChanges(entries);
      throw error;
    }
    this.#checkpointBytes = checkpoint.engine.length;
    this.#logBytes = 0;
    this.#compactNext = false;
  }

  #isLong(): boolean {
    return this.#compactNext || this.#logBytes > Math.max(shortestLog, this.#checkpointBytes);
  }

  #stamp(inputs: readonly NewInput[]): Input[] {
    const isBack = this.#isClockBack();
    const now = this.#readClock();
    const rebase: Input[] = isBack ? [{ kind: 'rebase', now }] : [];
    return [...rebase, ...inputs.map((input) => ({ ...input, now }))];
  }

  #isClockBack(): boolean {
    return Date.now() < this.#now - bearableStepBack;
  }

  /** The machine's clock; a small step back makes it stand still. */
  #readClock(): number {
    this.#now = this.#isClockBack() ? Date.now() : Math.max(Date.now(), this.#now);
    return this.#now;
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const deadline = this.#state.nextDeadline;
    if (deadline === Infinity || this.#isClosed) return;
    const wait = Math.min(Math.max(deadline - Date.now(), 0), longestTimer);
    this.#timer = setTimeout(() => void this.submit([{ kind: 'time' }]).catch(() => undefined), wait);
  }
}

/** An error's own text may show what was written; its code does not. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name);
}
