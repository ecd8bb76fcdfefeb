// Every change of the state passes through the input log. An input is on the disk before it takes effect, and takes
// effect before its caller gets a response. Inputs that arrive while the disk is busy are written together, so one
// write serves many. An input on which the engine fails becomes a dead letter. If the disk cannot be written, inputs
// are refused by 503.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Input } from './inputs.ts';
import type { ReplayEntry } from '../stream/replay-buffer.ts';
import { Refusal } from '../support/refusal.ts';
import { errorCode } from '../support/error-code.ts';
import { jsonBytes } from '../support/json-bytes.ts';
import type { FailedInput, Outcome, SandboxState } from './state.ts';
import type { DeadLetter, DeadLetterSummary, NumberedInput, Store } from './store.ts';
import type { Delivery } from '../stream/subscribers.ts';
import type { Target } from '../types.ts';

type WithoutNow<T> = T extends unknown ? Omit<T, 'now'> : never;
/** An input that has no time yet. */
export type NewInput = WithoutNow<Input>;

/** The effect of an input, with the delivery of each of its interventions. */
export interface Applied extends Outcome {
  readonly deliveries: readonly Delivery[];
}

interface Waiting {
  readonly inputs: readonly Input[];
  /** The first of them, which no caller waits for. */
  readonly owed: readonly NewInput[];
  /** Resolves only when a checkpoint holds them. */
  readonly isCompacting: boolean;
  readonly resolve: (applied: Applied[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** If the machine's clock is set back by more, so is the engine's (ms, rule 10). */
const bearableStepBack = 5 * 60_000;
/**
 * A checkpoint is due when the inputs since the last one take more than this, and more than the checkpoint; or more than
 * the second of these (bytes). Until then they are in memory, too.
 */
const shortestLog = 4 * 1024 * 1024;
const longestLog = 64 * 1024 * 1024;
/** The longest time of a timer in Node (ms). */
const longestTimer = 2 ** 31 - 1;
/** The pause between two tries doubles from the first to the second of these (ms). */
const shortestPause = 1000;
const longestPause = 30_000;

export class InputLog {
  readonly #store: Store;
  readonly #state: SandboxState;
  readonly #deliver: (entry: ReplayEntry) => Delivery;
  readonly #waiting: Waiting[] = [];
  /** Inputs that no caller waits for and that could not be written. They are written with the next. */
  readonly #owed: NewInput[] = [];
  /** Dead letters that could not be written yet. */
  #unburied: DeadLetter[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #now: number;
  #logBytes = 0;
  #checkpointBytes = 0;
  #nextCheckpoint = 0;
  #pause = 0;
  #canWrite = true;
  #canDecide = true;
  readonly #closing = new AbortController();

  /** `deliver` sends an intervention to its subscribers. */
  constructor(store: Store, state: SandboxState, deliver: (entry: ReplayEntry) => Delivery) {
    this.#store = store;
    this.#state = state;
    this.#deliver = deliver;
    this.#now = state.clock;
  }

  /**
   * Starts the clock: interventions that became true while no sandbox ran fire now. `failed` inputs become dead
   * letters.
   */
  async start(failed: readonly FailedInput[]): Promise<void> {
    for (const each of failed) this.#condemn(each);
    await this.#submitOwed({ kind: 'wake' });
    await this.compact().catch(() => undefined);
  }

  /** False while inputs cannot be written. */
  get canWrite(): boolean {
    return this.#canWrite;
  }

  /** False while the engine cannot be built anew. */
  get canDecide(): boolean {
    return this.#canDecide;
  }

  /** The inputs on which the engine failed, oldest first. */
  deadLetters(): DeadLetterSummary[] {
    return [...this.#store.deadLetters(), ...this.#unburied];
  }

  /** Resolves with the effect of each input when all of them are on the disk and have taken effect. */
  submit(inputs: readonly NewInput[]): Promise<Applied[]> {
    return this.#enqueue(inputs, false);
  }

  /** Like `submit`, for one input. Rejects if the input is refused. */
  async change(input: NewInput): Promise<Applied> {
    return accepted(await this.submit([input]));
  }

  /** Forgets an id also in the inputs that are kept, and among the dead letters. */
  async forget(target: Target): Promise<Applied> {
    return accepted(await this.#enqueue([{ kind: 'forget', target }], true));
  }

  /** Makes a checkpoint, so that the inputs before it are no longer needed. */
  async compact(): Promise<void> {
    await this.#enqueue([], true);
  }

  /** Records that these reached a subscriber, so that they no longer wait, also after a restart. */
  delivered(entries: readonly ReplayEntry[]): void {
    const numbers = entries.filter(({ waits }) => waits).map(({ number }) => number);
    if (numbers.length === 0) return;
    this.#state.replayBuffer.markDelivered(numbers);
    void this.#submitOwed({ kind: 'delivered', numbers });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
    await this.#checkpoint().catch(reportCheckpoint);
  }

  async #submitOwed(input: NewInput): Promise<void> {
    await this.submit([input]).catch(() => {
      this.#owed.push(input);
      this.#setTimer();
    });
  }

  #enqueue(inputs: readonly NewInput[], isCompacting: boolean): Promise<Applied[]> {
    if (this.#isClosed) return Promise.reject(new Refusal(503, 'The sandbox is being stopped.'));
    if (!this.#canDecide)
      return Promise.reject(new Refusal(503, 'The engine failed and is being built anew. Try again.'));
    const owed = [...this.#rebase(), ...this.#owed.splice(0)];
    const now = this.#readClock();
    const stamped = [...owed, ...inputs].map((input) => ({ ...input, now }));
    const applied = new Promise<Applied[]>((resolve, reject) => {
      this.#waiting.push({ inputs: stamped, owed, isCompacting, resolve, reject });
      this.#running ??= this.#run();
    });
    return applied.then((all) => all.slice(owed.length));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        await this.#heal();
        await this.#write(group);
      } catch (error) {
        for (const { owed, reject } of group) {
          this.#owed.push(...owed);
          reject(error);
        }
      }
      this.#setTimer();
    }
    // No `await` stands between this and the check of #waiting, so no input is left waiting.
    this.#running = undefined;
  }

  /** Rejects if nothing of the group is on the disk. */
  async #write(group: readonly Waiting[]): Promise<void> {
    let number = await this.#append(group.flatMap(({ inputs }) => inputs));
    const results = new Map<Waiting, Applied[]>();
    for (const waiting of group) {
      const applied = await this.#applyAll(waiting.inputs.map((input) => ({ number: number++, input })));
      if (waiting.isCompacting) results.set(waiting, applied);
      else waiting.resolve(applied);
    }
    if (results.size === 0 && !this.#isCheckpointDue()) return;
    try {
      await this.#checkpoint();
      for (const [{ resolve }, applied] of results) resolve(applied);
    } catch (error) {
      reportCheckpoint(error);
      this.#nextCheckpoint = Date.now() + longestPause;
      for (const { reject } of results.keys()) reject(unwritten(error));
    }
  }

  async #append(inputs: readonly Input[]): Promise<number> {
    if (inputs.length === 0) return 0;
    try {
      const first = await this.#store.append(inputs);
      if (!this.#canWrite) {
        console.error('The store can be written again.');
        this.#canWrite = true;
        this.#pause = 0;
      }
      return first;
    } catch (error) {
      if (this.#canWrite)
        console.error(
          `The store cannot be written (${errorCode(error)}). Is the disk full? Requests get 503 until it can.`,
        );
      this.#canWrite = false;
      this.#lengthenPause();
      throw unwritten(error);
    }
  }

  async #applyAll(inputs: readonly NumberedInput[]): Promise<Applied[]> {
    const all: Applied[] = [];
    for (const numbered of inputs) all.push(await this.#apply(numbered));
    await this.#bury().catch(() => undefined);
    this.delivered(
      all.flatMap(({ entries, deliveries }) => entries.filter((_, index) => deliveries[index]!.reached > 0)),
    );
    return all;
  }

  async #apply({ number, input }: NumberedInput): Promise<Applied> {
    this.#logBytes += jsonBytes(input);
    try {
      const outcome = await this.#state.apply(input);
      if (input.kind === 'time') this.#pause = 0;
      return { ...outcome, deliveries: outcome.entries.map(this.#deliver) };
    } catch (error) {
      this.#condemn({ number, input, error });
      // A deadline on which the engine fails is still due.
      if (input.kind === 'time') this.#lengthenPause();
      await this.#heal();
      return {
        entries: [],
        deliveries: [],
        refusal: new Refusal(
          500,
          'The engine failed on this input. It has no effect, and the statistics count it as a dead letter.',
        ),
      };
    }
  }

  /**
   * Builds the engine anew, however long that takes, since the inputs on the disk must take effect before later ones.
   */
  async #heal(): Promise<void> {
    for (let pause = shortestPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        await this.#state.heal();
        this.#canDecide = true;
        return;
      } catch (error) {
        this.#canDecide = false;
        if (this.#isClosed) throw new Refusal(503, 'The sandbox is being stopped.');
        console.error(
          `The engine could not be built anew (${errorCode(error)}). Requests get 503. Trying again in ${pause / 1000} s.`,
        );
        await sleep(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  #condemn({ number, input, error }: FailedInput): void {
    const code = errorCode(error);
    console.error(
      `The engine failed on an input of the kind '${input.kind}' (${code}). It has no effect, and is kept as a dead letter.`,
    );
    this.#unburied.push({ number, input, at: this.#now, code });
  }

  async #bury(): Promise<void> {
    const letters = [...this.#unburied];
    if (letters.length === 0) return;
    await this.#store.bury(letters);
    this.#unburied = this.#unburied.slice(letters.length);
  }

  async #checkpoint(): Promise<void> {
    // A checkpoint clears the log, which holds failed inputs until they are dead letters.
    await this.#bury();
    const checkpoint = this.#state.checkpoint();
    const { entries, oldest } = this.#state.replayBuffer.drainChanges(this.#now);
    const forgotten = this.#state.forgotten.splice(0);
    try {
      await this.#store.checkpoint(checkpoint, entries, oldest, forgotten);
    } catch (error) {
      this.#state.replayBuffer.keepChanges(entries);
      this.#state.forgotten.push(...forgotten);
      throw error;
    }
    this.#checkpointBytes = checkpoint.engine.length;
    this.#logBytes = 0;
  }

  #isCheckpointDue(): boolean {
    const longest = Math.min(Math.max(shortestLog, this.#checkpointBytes), longestLog);
    return this.#logBytes > longest && Date.now() >= this.#nextCheckpoint;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #rebase(): NewInput[] {
    return this.#isClockBack() ? [{ kind: 'rebase' }] : [];
  }

  #isClockBack(): boolean {
    return Date.now() < this.#now - bearableStepBack;
  }

  /** The machine's clock; a small step back makes it stand still. */
  #readClock(): number {
    this.#now = this.#isClockBack() ? Date.now() : Math.max(Date.now(), this.#now);
    return this.#now;
  }

  #lengthenPause(): void {
    this.#pause = Math.min(Math.max(2 * this.#pause, shortestPause), longestPause);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const deadline = this.#owed.length > 0 ? 0 : this.#state.nextDeadline;
    if (deadline === Infinity || this.#isClosed) return;
    const wait = Math.min(Math.max(deadline - Date.now(), this.#pause), longestTimer);
    this.#timer = setTimeout(() => void this.submit([{ kind: 'time' }]).catch(() => undefined), wait);
  }
}

function accepted([applied]: readonly Applied[]): Applied {
  if (applied!.refusal !== undefined) throw applied!.refusal;
  return applied!;
}

function unwritten(error: unknown): Refusal {
  return new Refusal(503, `The store cannot be written (${errorCode(error)}). Try again.`);
}

function reportCheckpoint(error: unknown): void {
  console.error(`The state could not be compacted (${errorCode(error)}). All inputs are kept.`);
}
